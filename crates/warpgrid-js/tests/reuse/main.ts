// A service whose answers say all that they are made of, so that nothing of another
// request's can be in them unseen.
import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 2 });
const requests = new AsyncLocalStorage<string | null>();

/** What the program keeps itself. */
let served = 0;

async function answer(request: Request, id: string | null) {
  const { words } = (await request.json()) as { words: string[] };
  const sql = "select $1::text as id, repeat($1, 20) as text, generate_series(1, 5) as n";
  const { rows } = await pool.query(sql, [id]);
  await sleep(0);
  // Left behind, as programs do.
  request.signal.addEventListener("abort", () => console.log(id));
  setTimeout(() => console.assert(id), 1).unref();
  return { id, words, rows, store: requests.getStore() };
}

export default {
  async fetch(request: Request) {
    const id = new URL(request.url).searchParams.get("id");
    const answered = await requests.run(id, () => answer(request, id));
    served += 1;
    return Response.json({ ...answered, served });
  },
};
