/** Errors of a PostgreSQL server, as Bun names their fields. */
import { readError } from "@warpgrid/node-compat/warpgrid/pg/errors";
import { PostgresError } from "../errors.js";

/** The names of what the server says, in the order in which Bun has them. */
const FIELDS = [
  "detail", "hint", "severity", "position", "internalPosition", "internalQuery", "where", "schema", "table", "column", "dataType", "constraint",
  "file", "line", "routine",
];

/** @param {import("@warpgrid/node-compat/warpgrid/pg/reader").Body} body */
export function refusal(body) {
  /** @type {any} */
  const said = readError(body, 0);
  const code = said.code === "42601" ? "ERR_POSTGRES_SYNTAX_ERROR" : "ERR_POSTGRES_SERVER_ERROR";
  return new PostgresError(said.message, { code, errno: said.code, ...Object.fromEntries(FIELDS.map((name) => [name, said[name]])) });
}

/** @param {string} message @param {string} code without `ERR_POSTGRES_` */
export const failure = (message, code) => new PostgresError(message, { code: `ERR_POSTGRES_${code}` });

export const closed = () => failure("Connection closed", "CONNECTION_CLOSED");

/** Why there is no connection. @param {any} error */
export function unreachable(error) {
  if (error instanceof PostgresError) return error;
  if (error?.code === "ECONNREFUSED") return failure("Failed to connect", "CONNECTION_REFUSED");
  if (error?.code === "ETIMEDOUT") return failure("Connection timeout", "CONNECTION_TIMEOUT");
  return Object.assign(failure(error?.message ?? "Failed to connect", "CONNECTION_FAILED"), { cause: error });
}
