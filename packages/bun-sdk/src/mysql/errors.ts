// What MySQL and MariaDB refuse, and what a connection to them runs into.
import { connectionRemedy, isLost, lost, thrown, WarpGridError, type Explanation } from "../errors.js";

/**
 * `code` is the server's (`ER_DUP_ENTRY`), Node's where the connection failed
 * (`ECONNREFUSED`), or one of `NO_ADDRESS`, `BAD_ADDRESS`, `POOL_ENDED`,
 * `CONNECTION_LOST`, `CONNECTION_RELEASED`, `QUERY_TIMEOUT`, `UNSAFE_INTEGER`,
 * `BAD_VALUE`, `DRIVER`.
 */
export class MysqlError extends WarpGridError {
  override name = "MysqlError";
  /** The server's number for it, as 1062. */
  declare readonly errno?: number;
  /** Five characters, as `23000`. */
  declare readonly sqlState?: string;

  constructor(message: string, explanation: Explanation & { errno?: number; sqlState?: string }) {
    super(message, explanation);
    const { errno, sqlState } = explanation;
    if (errno !== undefined) this.errno = errno;
    if (sqlState !== undefined) this.sqlState = sqlState;
  }
}

const REMEDIES: Record<string, string> = {
  ER_ACCESS_DENIED_ERROR: "correct user and password; in a component, those of the `[[database]]` in warp.toml",
  ER_BAD_DB_ERROR: "create the database, or correct its name",
  ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: "change nothing in this transaction, or leave `readOnly` out",
  ER_CON_COUNT_ERROR: "lower `max`, or raise the server's `max_connections`",
  ER_DUP_ENTRY: "choose another value, or say `ON DUPLICATE KEY UPDATE` in the statement",
  ER_LOCK_DEADLOCK: "other transactions were in the way: run this one again",
  ER_LOCK_WAIT_TIMEOUT: "another transaction holds the rows: end it sooner, or run this one again",
  ER_NO_SUCH_TABLE: "create the table, or correct its name",
  ER_PARSE_ERROR: "correct the statement; one is sent at a time",
  ER_WRONG_ARGUMENTS: "give as many values as the statement has parameters; for `LIMIT ?` MySQL 8 wants a string",
};

/** By the class of the SQLSTATE. */
const CLASSES: Record<string, string> = {
  "22": "correct the value: it does not fit its column",
  "23": "correct the value: it breaks a constraint of the table",
  "42": "correct the statement",
};

/** MariaDB's number for a constraint that is broken; MySQL, and with it mysql2, has it for something else. */
const MARIADB_CONSTRAINT_FAILED = 4025;

const ENDED = /connection is in closed state|Connection lost|after fatal error/;

/** Whatever a driver threw, as an error of ours. */
export function mysqlError(cause: unknown): MysqlError {
  if (cause instanceof MysqlError) return cause;
  const error = thrown(cause);
  const { code, errno, sqlState } = error;
  const message = error.message || String(code ?? cause);
  if (code === "PROTOCOL_SEQUENCE_TIMEOUT") return new MysqlError(message, { code: "QUERY_TIMEOUT", remedy: "make the statement quicker, or raise `timeout`", cause });
  if (code === "PROTOCOL_CONNECTION_LOST" || isLost(code) || ENDED.test(message)) return new MysqlError(...lost("MySQL", cause));
  const refused = connectionRemedy(code);
  if (refused) return new MysqlError(`MySQL cannot be reached: ${code}`, { code: String(code), remedy: refused, cause });
  if (/Pool is closed/.test(message)) return new MysqlError(message, { code: "POOL_ENDED", remedy: "ask before `end`, or create another pool", cause });
  if (typeof sqlState === "string") {
    const name = errno === MARIADB_CONSTRAINT_FAILED && sqlState === "23000" ? "ER_CONSTRAINT_FAILED" : String(code);
    const remedy = REMEDIES[name] ?? CLASSES[sqlState.slice(0, 2)] ?? "see the server's manual for this code";
    return new MysqlError(message, { code: name, remedy, cause, errno: errno as number, sqlState });
  }
  return new MysqlError(message, { code: "DRIVER", remedy: "see the cause", cause });
}

/** Whether the connection is of no more use. */
export const isFatal = ({ code, cause }: MysqlError): boolean =>
  code === "QUERY_TIMEOUT" || code === "CONNECTION_LOST" || connectionRemedy(code) !== undefined || thrown(cause).fatal === true;
