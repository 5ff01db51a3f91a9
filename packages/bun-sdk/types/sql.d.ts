import sql, { empty, join, raw, Sql } from "sql-template-tag";
export { empty, join, raw, Sql, sql };
/** What the queries of both databases take. */
export type Statement = string | Sql;
