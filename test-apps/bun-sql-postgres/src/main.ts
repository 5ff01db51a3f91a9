// A service over Postgres by what Bun brings: Bun.serve and Bun.sql.
import { sql } from "bun";
import { refuse } from "./answers.ts";
import { statements } from "./statements.ts";
import { big, create, list, show } from "./users.ts";

const [hostname, port] = (process.env.LISTEN ?? "127.0.0.1:8080").split(":");

Bun.serve({
  hostname,
  port: Number(port),
  routes: {
    "/": new Response("users in Postgres, by Bun.serve and Bun.sql\n"),
    "/health": async () => {
      await sql`SELECT 1`;
      return Response.json({ database: "up" });
    },
    "/users": { GET: list, POST: create },
    "/users/:id": show,
    "/big": big,
    "/error": async () => Response.json(await sql`SELECT 1 / 0`),
    "/pair": () => together([sql`SELECT 1::int AS n`, sql`SELECT count(*)::int AS n FROM users`]),
    "/together": () => together(Array.from({ length: 4 }, (_, i) => sql`SELECT ${i}::int AS n FROM pg_sleep(0.5)`)),
    "/statements": async () => Response.json(await statements()),
    "/stream": () => new Response(rows(), { headers: { "content-type": "text/plain;charset=utf-8" } }),
    "/text/*": (request) => new Response(Bun.escapeHTML(new URL(request.url).pathname)),
  },
  fetch: (request) => new Response(`nothing at ${new URL(request.url).pathname}\n`, { status: 404 }),
  error: refuse,
});

async function together(queries: Promise<{ n: number }[]>[]) {
  const results = await Promise.all(queries);
  return Response.json(results.map(([row]) => row!.n));
}

/** One row after the other, as each is asked for. */
async function* rows() {
  for (let n = 1; n <= 5; n++) {
    const [row] = await sql`SELECT ${n}::int * 11 AS n`;
    yield `${row.n}\n`;
  }
}
