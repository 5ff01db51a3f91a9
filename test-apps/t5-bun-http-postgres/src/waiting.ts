import { PostgresError, sql, type Sql } from "@warpgrid/bun-sdk/postgres";
import type { Context } from "hono";
import { pool } from "./database.js";

/** Two things at once, each on a connection of its own. */
export const pair = (c: Context) => ask(c, [sql`SELECT ${1}::bigint AS n`, sql`SELECT count(*) AS n FROM users`]);

/** Four queries sleep at once. */
export const together = (c: Context) => ask(c, Array(4).fill(sql`SELECT 1::bigint AS n FROM pg_sleep(${0.5})`));

async function ask(c: Context, queries: Sql[]) {
  return c.json(await Promise.all(queries.map(number)));
}

async function number(query: Sql) {
  const { rows } = await pool.query<{ n: number }>(query);
  return rows[0]!.n;
}

/** Gives a long query up. Its connection is of no more use; the next query gets another. */
export async function deadline(c: Context) {
  const given = await pool.query("SELECT pg_sleep(5)", [], { timeout: 300 }).catch((error: unknown) => error);
  const up = given instanceof PostgresError && given.code === "QUERY_TIMEOUT";
  return c.json({ "given up": up, then: await number(sql`SELECT 7::bigint AS n`) });
}
