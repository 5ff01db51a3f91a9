import { password, sql } from "bun";

Bun.serve({
  routes: { "/users": async () => Response.json(await sql`select name from users`) },
  fetch: async (request) => new Response(await password.hash(request.url, { algorithm: "bcrypt", cost: 4 })),
});
