/** The errors of Bun.SQL. */

export class SQLError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "SQLError";
  }
}

/** Some names are the engine's own on errors, and hidden. @param {Error} error @param {Record<string, unknown>} fields */
function describe(error, fields) {
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) Object.defineProperty(error, name, { value, writable: true, configurable: true, enumerable: true });
  }
}

export class PostgresError extends SQLError {
  /** @param {string} message @param {Record<string, string | undefined>} fields `code` first */
  constructor(message, fields) {
    super(message);
    this.name = "PostgresError";
    describe(this, fields);
  }
}

export class MySQLError extends SQLError {
  /** @param {string} message @param {{ code: string, errno?: number, sqlState?: string }} fields */
  constructor(message, fields) {
    super(message);
    this.name = "MySQLError";
    describe(this, fields);
  }
}

export class SQLiteError extends SQLError {}

/** @param {string} message @param {string} code */
const coded = (message, code) => Object.defineProperty(new TypeError(message), "code", { value: code, writable: true, configurable: true });

/** @param {string} what */
export const invalidType = (what) => coded(what, "ERR_INVALID_ARG_TYPE");

/** @param {string} name @param {string} expected @param {unknown} received */
export const invalidArgument = (name, expected, received) =>
  coded(`The argument '${name}' must be a ${expected}. Received ${String(received)}`, "ERR_INVALID_ARG_VALUE");
