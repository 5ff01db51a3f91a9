// Queries by Postgres.js: templates, helpers, transactions, cursors, notifications,
// errors.
import postgres from "postgres";

const failure = ({ name, code, severity, detail, constraint_name, message }: postgres.PostgresError) => ({ name, code, severity, detail, constraint_name, message });

async function types(sql: postgres.Sql) {
  const json = sql.json({ a: [1, null, "x"] });
  const at = new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
  const rows = await sql`SELECT ${7}::int AS int, ${"9007199254740993"}::bigint AS big, ${"1.50"}::numeric AS numeric, ${0.1}::float8 AS float, ${"ü"} AS text, ${true}::bool AS bool,
    ${at}::timestamptz AS at, ${Buffer.from([0, 1, 254, 255])}::bytea AS bytes, ${json}::jsonb AS json, ${[1, 2, 3]}::int[] AS ints, ${null}::text AS none`;
  return { rows, columns: rows.columns.map(({ name, type }) => [name, type]), statement: rows.statement?.string.length, command: rows.command };
}

async function tables(sql: postgres.Sql) {
  await sql`CREATE TABLE towns (id serial PRIMARY KEY, name text UNIQUE NOT NULL, people int, tags text[])`;
  const towns = [{ name: "Ulm", people: 126000, tags: ["old"] }, { name: "Köln", people: null, tags: [] }, { name: "Bonn", people: 330000, tags: ["b", "c"] }];
  const inserted = await sql`INSERT INTO towns ${sql(towns, "name", "people", "tags")} RETURNING *`;
  const some = await sql`SELECT ${sql(["name", "people"])} FROM ${sql("towns")} WHERE name IN ${sql(["Ulm", "Bonn"])} ORDER BY name`;
  const where = (least?: number) => (least === undefined ? sql`` : sql`WHERE people > ${least}`);
  const updated = await sql`UPDATE towns SET ${sql({ people: 5 }, "people")} WHERE name = 'Köln'`;
  return { inserted, some, counts: [await sql`SELECT count(*) FROM towns ${where()}`, await sql`SELECT count(*)::int FROM towns ${where(200000)}`], updated: [updated.count, updated.command], values: await sql`SELECT id, name FROM towns ORDER BY id`.values(), simple: await sql`SELECT 1 AS a; SELECT 2 AS b`.simple() };
}

async function transactions(sql: postgres.Sql) {
  const refused = await sql.begin(async (sql) => {
    await sql`UPDATE towns SET people = 1 WHERE name = 'Ulm'`;
    await sql`INSERT INTO towns (name) VALUES ('Ulm')`;
  }).catch(failure);
  const done = await sql.begin("read write", async (sql) => {
    await sql.savepoint(async (sql) => {
      await sql`UPDATE towns SET people = 2 WHERE name = 'Ulm'`;
      throw new Error("undo");
    }).catch(() => {});
    return [await sql`UPDATE towns SET people = 3 WHERE name = 'Bonn' RETURNING people`];
  });
  return { refused, done, after: await sql`SELECT name, people FROM towns ORDER BY name` };
}

async function streams(sql: postgres.Sql) {
  const batches: number[][] = [];
  for await (const rows of sql<{ n: number }[]>`SELECT n FROM generate_series(1, 10) n`.cursor(4)) batches.push(rows.map(({ n }) => n));
  let sum = 0;
  await sql<{ n: number }[]>`SELECT n FROM generate_series(1, 1000) n`.forEach(({ n }) => void (sum += n));
  return { batches, sum, together: await Promise.all([1, 2, 3, 4, 5, 6].map(async (n) => (await sql`SELECT ${n}::int * 2 AS n`)[0].n)) };
}

function notifications(sql: postgres.Sql) {
  return new Promise((resolve, reject) => {
    sql.listen("news", (payload) => resolve({ payload })).then(() => sql.notify("news", "hello"), reject);
  });
}

async function failures(sql: postgres.Sql) {
  const tried = ["SELEC 1", "SELECT * FROM nowhere", "SELECT 1/0", "SELECT $1::int"];
  const answers = [];
  for (const text of tried) answers.push(await sql.unsafe(text, text.includes("$") ? ["x"] : []).catch(failure));
  return answers;
}

export default {
  async fetch() {
    const sql = postgres(process.env.DATABASE_URL!, { max: 3, onnotice: () => {} });
    const answer = { types: await types(sql), tables: await tables(sql), transactions: await transactions(sql), streams: await streams(sql), notification: await notifications(sql), failures: await failures(sql) };
    await sql.end({ timeout: 5 });
    return Response.json(answer);
  },
};
