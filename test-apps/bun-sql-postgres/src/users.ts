import { sql, type BunRequest } from "bun";

interface User {
  id: string;
  name: string;
  letters: string;
}

export async function list() {
  const users: User[] = await sql`SELECT id, name, letters FROM users ORDER BY id`;
  return Response.json(users);
}

export async function show(request: BunRequest<"/users/:id">) {
  const id = Number(request.params.id);
  if (!Number.isSafeInteger(id)) return Response.json({ error: "the id is no number" }, { status: 400 });
  const [user]: User[] = await sql`SELECT id, name, letters FROM users WHERE id = ${id}`;
  return user ? Response.json(user) : Response.json({ error: "there is no such user" }, { status: 404 });
}

/** Adds a user in a transaction, whose second statement checks the first. */
export async function create(request: Request) {
  const { name, letters } = await request.json();
  const user = await sql.begin(async (tx) => {
    const [added]: User[] = await tx`INSERT INTO users ${tx({ name, letters: 0 })} RETURNING *`;
    const [changed]: User[] = await tx`UPDATE users SET ${tx({ letters })} WHERE id = ${added!.id} RETURNING *`;
    return changed!;
  });
  return Response.json(user, { status: 201, headers: { Location: `/users/${user.id}` } });
}

/** `/big` answers so many rows of so many bytes each: 10 MiB. */
const ROWS = 10 * 1024;
const ROW_BYTES = 1024;

export async function big() {
  const rows: { row: string }[] =
    await sql`SELECT rpad(n::text, ${ROW_BYTES}::int - 1, '.') || E'\n' AS row FROM generate_series(1, ${ROWS}::int) n`;
  return new Response(rows.map(({ row }) => row).join(""));
}
