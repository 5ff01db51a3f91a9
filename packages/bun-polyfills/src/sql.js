/** Bun.SQL: statements as templates, over the host's pools. */
import { unsupported } from "@warpgrid/node-compat/errors";
import { adapters } from "./sql/adapter.js";
import { MySQLError, PostgresError, SQLError, SQLiteError } from "./sql/errors.js";
import { resolve } from "./sql/options.js";
import { Pool } from "./sql/pool.js";
import { serial, tag } from "./sql/tag.js";
import { transactions } from "./sql/transactions.js";

/** @typedef {import("./sql/tag.js").Opened} Opened */
/** @typedef {import("./sql/tag.js").Lend} Lend */

export class SQL {
  static SQLError = SQLError;
  static PostgresError = PostgresError;
  static MySQLError = MySQLError;
  static SQLiteError = SQLiteError;

  /** @param {any} [given] a URL, or options @param {any} [further] */
  constructor(given, further) {
    const opened = once(() => open(given, further));
    // A program that gives options is told at once what is wrong with them.
    if (given !== undefined) opened();
    return /** @type {any} */ (client(opened));
  }
}

// It is called, too.
Object.setPrototypeOf(SQL.prototype, Function.prototype);

/** @param {any} given @param {any} further @returns {Opened} */
function open(given, further) {
  const options = resolve(given, further);
  const adapter = adapters[options.adapter];
  if (!adapter) throw new Error(`${options.adapter} is not in the component: add a [[database]] with \`protocol = "${options.adapter}"\` to warp.toml, and pack again`);
  return { options, adapter, pool: new Pool(adapter, options) };
}

/** @template T @param {() => T} make @returns {() => T} */
function once(make) {
  /** @type {T | undefined} */
  let made;
  return () => (made ??= make());
}

/** @param {() => Opened} opened */
function client(opened) {
  /** @type {Lend} */
  const lend = async (work) => {
    const { pool } = opened();
    const session = await pool.acquire();
    try {
      return await work(session);
    } finally {
      pool.release(session);
    }
  };
  const sql = tag(opened, lend);
  const connect = async () => (await lend(async () => {}), whole);
  const close = (/** @type {{ timeout?: number }} */ options) => opened().pool.close(options);

  /** A connection of one's own, until `release`. */
  async function reserve() {
    const { adapter, pool } = opened();
    const session = await pool.acquire();
    let released = false;
    /** @type {Lend} */
    const own = serial(async (work) => {
      if (released || !session.isOpen) throw adapter.failure("Connection closed", "CONNECTION_CLOSED");
      return work(session);
    });
    const release = () => {
      if (released) return;
      released = true;
      pool.release(session);
    };
    const reserved = tag(opened, own);
    const ended = async () => release();
    return Object.assign(reserved, transactions(opened, own), { release, close: ended, end: ended, reserve, options: opened().options, [Symbol.dispose]: release, [Symbol.asyncDispose]: ended });
  }

  const listen = async () => {
    throw unsupported("sql.listen", "ask again at each request, or listen in a service of its own: what comes is told to nobody between requests");
  };
  /** @param {string} channel @param {string} [payload] */
  const notify = (channel, payload = "") => sql(Object.assign(["SELECT pg_notify(", ", ", ")"], { raw: [] }), channel, payload);

  const whole = Object.assign(sql, transactions(opened, lend), { listen, notify, reserve, connect, close, end: close, [Symbol.asyncDispose]: () => close({}) });
  Object.defineProperty(whole, "options", { get: () => opened().options, enumerable: true });
  return Object.setPrototypeOf(whole, SQL.prototype);
}

/** Where the environment says. */
export const sql = new SQL();
export const postgres = sql;
