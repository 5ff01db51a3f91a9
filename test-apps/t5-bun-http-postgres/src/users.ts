import type { Context } from "hono";
import { pool } from "./database.js";

interface User {
  id: number;
  name: string;
  letters: number;
}

export async function list(c: Context) {
  const { rows } = await pool.query<User>("SELECT id, name, letters FROM users ORDER BY id");
  return c.json(rows);
}

export async function show(c: Context) {
  const id = Number(c.req.param("id"));
  if (!Number.isSafeInteger(id)) return c.json({ error: "the id is no number" }, 400);
  const { rows } = await pool.query<User>("SELECT id, name, letters FROM users WHERE id = $1", [id]);
  return rows.length ? c.json(rows[0]) : c.json({ error: "there is no such user" }, 404);
}

/** Adds a user in a transaction, whose second statement checks the first. */
export async function create(c: Context) {
  const { name, letters } = await c.req.json<Omit<User, "id">>();
  const id = await pool.transaction(async (client) => {
    const { rows } = await client.query<{ id: number }>("INSERT INTO users (name, letters) VALUES ($1, 0) RETURNING id", [name]);
    await client.query("UPDATE users SET letters = $2 WHERE id = $1", [rows[0]!.id, letters]);
    return rows[0]!.id;
  });
  return c.json({ id, name, letters }, 201, { Location: `/users/${id}` });
}

/** `/big` answers so many rows of so many bytes each: 10 MiB. */
const ROWS = 10 * 1024;
const ROW_BYTES = 1024;

export async function big(c: Context) {
  const query = "SELECT rpad(n::text, $2 - 1, '.') || E'\\n' AS row FROM generate_series(1, $1::int) n";
  const { rows } = await pool.query<{ row: string }>(query, [ROWS, ROW_BYTES]);
  return c.text(rows.map(({ row }) => row).join(""));
}

export async function fail(c: Context) {
  await pool.query("SELECT 1 / 0");
  return c.text("no error\n");
}
