/** Errors of mysql2, as Bun names them. */
import { MySQLError } from "../errors.js";

const SYNTAX = 1064;

/** @param {string} message @param {string} code without `ERR_MYSQL_` */
export const failure = (message, code) => new MySQLError(message, { code: `ERR_MYSQL_${code}` });

export const closed = () => failure("Connection closed", "CONNECTION_CLOSED");

/** @param {any} error */
export function refusal(error) {
  if (error instanceof MySQLError || error instanceof TypeError) return error;
  if (typeof error?.errno === "number" && error.sqlState) {
    const code = error.errno === SYNTAX ? "ERR_MYSQL_SYNTAX_ERROR" : "ERR_MYSQL_SERVER_ERROR";
    return new MySQLError(error.sqlMessage ?? error.message, { code, errno: error.errno, sqlState: error.sqlState });
  }
  if (error?.code === "ECONNREFUSED") return failure("Failed to connect", "CONNECTION_REFUSED");
  if (error?.code === "ETIMEDOUT") return failure("Connection timeout", "CONNECTION_TIMEOUT");
  return error?.fatal ? closed() : Object.assign(failure(error?.message ?? "Connection closed", "CONNECTION_CLOSED"), { cause: error });
}
