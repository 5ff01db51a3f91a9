/** The functions that make statements of templates. */
import { unsupported } from "@warpgrid/node-compat/errors";
import { compile, Identifier, SQLHelper } from "./fragments.js";
import { arrayOf, Literal } from "./postgres/encode.js";
import { Query } from "./query.js";
import { oneOrAll } from "./result.js";

/** @typedef {import("./adapter.js").Session} Session */
/** @typedef {{ adapter: import("./adapter.js").Adapter, options: import("./options.js").Options, pool: import("./pool.js").Pool }} Opened */
/** @typedef {<T>(work: (session: Session) => Promise<T>) => Promise<T>} Lend gives a session for a while */

/** How `sql.file` reads, in programs that may. */
export const files = {
  /** @param {string} _path @returns {string} */
  read(_path) {
    throw unsupported("`sql.file` that is called by another name", "write `sql.file(…)`, or read the file and give its text to `sql.unsafe`");
  },
};

/**
 * The function that makes statements, on one session or on any.
 * @param {() => Opened} opened
 * @param {Lend} lend
 */
export function tag(opened, lend) {
  /** @param {Query} query */
  const ask = async (query) => {
    const { adapter, options } = opened();
    const { text, values } = compile(query._template, adapter);
    const cancelled = () => adapter.failure("Query cancelled", "QUERY_CANCELLED");
    if (query.cancelled) throw cancelled();
    return lend(async (session) => {
      if (query.cancelled) throw cancelled();
      query._abandon = () => void session.cancel().catch(() => {});
      try {
        return oneOrAll(await session.run({ text, values, ...query._mode, bigint: options.bigint }));
      } finally {
        query._abandon = undefined;
      }
    });
  };

  /** @param {any} first @param {any[]} rest */
  function sql(first, ...rest) {
    if (Array.isArray(first) && Array.isArray(/** @type {any} */ (first).raw)) return new Query({ strings: first, values: rest }, ask);
    if (typeof first === "string") return new Identifiable(first, opened);
    if (first instanceof Query) return first;
    if (typeof first === "object") return new SQLHelper(first, rest);
    return new Query({ strings: [String(first)], values: [], isMisused: true }, ask);
  }
  /** @param {string} text @param {any[]} [values] */
  sql.unsafe = (text, values) => {
    const query = new Query({ strings: String(text), values: values ?? [] }, ask);
    return values?.length ? query : query.simple();
  };
  /** @param {string} path @param {any[]} [values] */
  sql.file = (path, values) => sql.unsafe(files.read(path), values);
  /** @param {any[]} values @param {string | number} [type] of the elements */
  sql.array = (values, type) => {
    if (opened().options.adapter !== "postgres") throw new Error("MySQL doesn't support arrays");
    return new Literal(arrayOf(values), typeof type === "string" ? `${type}[]` : undefined);
  };
  /** @param {unknown} value */
  sql.json = (value) => new Literal(JSON.stringify(value));
  sql.flush = () => {};
  return sql;
}

/** A name, or, where somebody waits for it, a text that was given as a function's argument. */
class Identifiable extends Identifier {
  #opened;

  /** @param {string} name @param {() => Opened} opened */
  constructor(name, opened) {
    super(name);
    this.#opened = opened;
  }

  /** @param {any} _resolved @param {(error: unknown) => void} rejected */
  then(_resolved, rejected) {
    rejected(this.#opened().adapter.failure("Query not called as a tagged template literal", "NOT_TAGGED_CALL"));
  }
}

/** One after the other: a connection is asked for one thing at a time. @param {Lend} lend @returns {Lend} */
export function serial(lend) {
  /** @type {Promise<unknown>} */
  let last = Promise.resolve();
  return (work) => {
    const next = last.then(() => lend(work));
    last = next.catch(() => {});
    return next;
  };
}
