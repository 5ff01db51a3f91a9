/** Transactions and savepoints: on one session, as long as their function runs. */
import { invalidArgument } from "./errors.js";
import { SQLResultArray } from "./result.js";
import { serial, tag } from "./tag.js";

/** @typedef {import("./tag.js").Opened} Opened */
/** @typedef {import("./tag.js").Lend} Lend */
/** @typedef {(sql: any) => any} Work */

/** @param {any} options @param {any} work @returns {{ options: string | undefined, work: Work }} */
function argumentsOf(options, work) {
  if (typeof options === "function") return { options: undefined, work: options };
  if (typeof options !== "string") throw invalidArgument("options", "string", options);
  if (typeof work !== "function") throw invalidArgument("fn", "function", work);
  return { options, work };
}

/** What the function gives; of several statements, the results. @param {Work} work @param {any} sql */
async function resultOf(work, sql) {
  const result = await work(sql);
  return Array.isArray(result) && !(result instanceof SQLResultArray) ? Promise.all(result) : result;
}

/**
 * @param {() => Opened} opened
 * @param {Lend} lend
 */
export function transactions(opened, lend) {
  /** @param {string | Work} first @param {Work} [second] */
  async function begin(first, second) {
    const { options, work } = argumentsOf(first, second);
    const { adapter } = opened();
    return transaction(work, { begin: adapter.begin(options), commit: "COMMIT", rollback: "ROLLBACK" });
  }

  /** @param {string} name @param {Work} work */
  async function beginDistributed(name, work) {
    if (typeof work !== "function") throw invalidArgument("fn", "function", work);
    const statements = opened().adapter.distributed?.(expectName(name));
    if (!statements) throw opened().adapter.failure("This adapter doesn't support distributed transactions.", "INVALID_TRANSACTION_STATE");
    return transaction(work, statements);
  }

  /** @param {Work} work @param {Omit<import("./adapter.js").Statements, "finish">} statements */
  function transaction(work, statements) {
    return lend(async (session) => {
      const run = (/** @type {string} */ text) => session.run(control(text));
      await run(statements.begin);
      const scope = { over: false };
      const inside = within(opened, session, scope);
      try {
        const result = await resultOf(work, inside.sql);
        // After what nobody waited for.
        if (statements.end) await inside.run(statements.end);
        await inside.run(statements.commit);
        return result;
      } catch (error) {
        // What waits must not run after the transaction.
        scope.over = true;
        for (const text of [...(statements.undoEnds && statements.end ? [statements.end] : []), statements.rollback]) {
          if (session.isOpen) await run(text).catch(() => session.close());
        }
        throw error;
      } finally {
        scope.over = true;
      }
    });
  }

  /** @param {"commit" | "rollback"} what */
  const finish = (what) => async (/** @type {string} */ name) => {
    const statements = opened().adapter.distributed?.(expectName(name));
    if (!statements) throw opened().adapter.failure("This adapter doesn't support distributed transactions.", "INVALID_TRANSACTION_STATE");
    return lend((session) => session.run(control(statements.finish[what])));
  };

  return {
    begin,
    transaction: begin,
    beginDistributed,
    distributed: beginDistributed,
    commitDistributed: finish("commit"),
    rollbackDistributed: finish("rollback"),
  };
}

/** @param {string} text @returns {import("./adapter.js").Statement} */
const control = (text) => ({ text, values: [], simple: true, arrays: false, raw: false, bigint: false });

/** @param {string} name */
function expectName(name) {
  if (typeof name !== "string") throw invalidArgument("name", "string", name);
  if (name.includes("'")) throw new Error("Distributed transaction name cannot contain single quotes.");
  return name;
}

/**
 * What the function of a transaction is given.
 * @param {() => Opened} opened
 * @param {import("./adapter.js").Session} session
 * @param {{ over: boolean }} scope
 */
function within(opened, session, scope) {
  const { adapter, options } = opened();
  const misused = (/** @type {string} */ message) => adapter.failure(message, "INVALID_TRANSACTION_STATE");
  /** @type {Lend} */
  const lend = serial(async (work) => {
    if (scope.over) throw misused("cannot run a query after its transaction or savepoint ended");
    return work(session);
  });
  let count = 0;
  const run = (/** @type {string} */ text) => lend((on) => on.run(control(text)));

  /** @param {any} first a name, or the function @param {Work} [second] */
  async function savepoint(first, second) {
    const [given, work] = typeof first === "function" ? ["", first] : [String(first), second];
    if (typeof work !== "function") throw invalidArgument("fn", "function", work);
    const name = `s${count++}${given ? `_${given.replace(/[^A-Za-z0-9_]/g, "_")}` : ""}`;
    await run(`SAVEPOINT ${name}`);
    const inner = { over: false };
    try {
      const result = await resultOf(work, within(opened, session, inner).sql);
      await run(`RELEASE SAVEPOINT ${name}`);
      return result;
    } catch (error) {
      inner.over = true;
      if (session.isOpen) await run(`ROLLBACK TO SAVEPOINT ${name}`);
      throw error;
    } finally {
      inner.over = true;
    }
  }

  const refuse = async () => {
    throw misused("cannot call begin inside a transaction use savepoint() instead");
  };
  const ended = async () => {};
  const sql = Object.assign(tag(opened, lend), {
    savepoint,
    options,
    begin: refuse,
    transaction: refuse,
    beginDistributed: refuse,
    distributed: refuse,
    close: ended,
    end: ended,
    connect: async () => {},
  });
  return { sql, run };
}
