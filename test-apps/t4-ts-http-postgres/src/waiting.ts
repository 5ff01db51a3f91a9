import type { Context } from "hono";
import pg from "pg";
import { pool } from "./database.js";

/** Two things at once, each on a connection of its own. */
export const pair = (c: Context) => ask(c, ["SELECT 1::bigint AS n", "SELECT count(*) AS n FROM users"]);

/** Four queries sleep at once. */
export const together = (c: Context) => ask(c, Array(4).fill("SELECT 1::bigint AS n FROM pg_sleep(0.5)"));

async function ask(c: Context, queries: string[]) {
  return c.json(await Promise.all(queries.map(number)));
}

async function number(query: string) {
  const { rows } = await pool.query<{ n: number }>(query);
  return rows[0]!.n;
}

/** Gives a long query up. Its connection is of no more use; the next query gets another. */
export async function deadline(c: Context) {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL, query_timeout: 300 });
  await client.connect();
  const given = await client.query("SELECT pg_sleep(5)").catch((error: Error) => error.message);
  // Its end waits for nothing that the query has not answered.
  client.end().catch(() => {});
  return c.json({ "given up": given === "Query read timeout", then: await number("SELECT 7::bigint AS n") });
}
