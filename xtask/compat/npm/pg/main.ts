// Queries by pg: types, parameters, prepared statements, pools, transactions,
// notifications, errors.
import pg from "pg";

const failure = ({ name, code, severity, detail, constraint, table, position, message }: pg.DatabaseError) => ({ name, code, severity, detail, constraint, table, position, message });

async function types(pool: pg.Pool) {
  const { rows, fields } = await pool.query({
    text: `SELECT $1::int AS int, $2::bigint AS big, $3::numeric AS numeric, $4::float8 AS float, $5::text AS text, $6::bool AS bool,
      $7::timestamptz AS at, $8::date AS date, $9::bytea AS bytes, $10::jsonb AS json, $11::int[] AS ints, $12::text[] AS texts, $13::uuid AS uuid, NULL AS none, '1 day 02:03:04'::interval AS interval, '(1,2)'::point AS point`,
    values: [7, "9007199254740993", "123456789.123456789", 0.1, "ü \u0000".trim().replace("\u0000", ""), true, new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678)), "2026-02-28", Buffer.from([0, 1, 254, 255]), { a: [1, null, "x"] }, [1, 2, 3], ["a", 'b "c"', null], "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"],
  });
  const array = await pool.query({ text: "SELECT g, g * g FROM generate_series(1, 3) g", rowMode: "array" });
  return { rows, fields: fields.map(({ name, dataTypeID }) => [name, dataTypeID]), array: array.rows };
}

async function tables(pool: pg.Pool) {
  await pool.query("CREATE TABLE towns (id serial PRIMARY KEY, name text UNIQUE NOT NULL, people int CHECK (people >= 0))");
  const inserted = await pool.query("INSERT INTO towns (name, people) SELECT 'town ' || g, g * 10 FROM generate_series(1, 500) g");
  const returned = await pool.query("INSERT INTO towns (name, people) VALUES ($1, $2), ($3, $4) RETURNING *", ["Ulm", 126000, "Köln", null]);
  const named = [];
  for (const people of [1000, 2000]) named.push((await pool.query({ name: "above", text: "SELECT count(*) AS n FROM towns WHERE people > $1", values: [people] })).rows);
  const several = await pool.query("SELECT 1 AS a; SELECT 2 AS b; UPDATE towns SET people = people + 1 WHERE people < 50");
  return { inserted: inserted.rowCount, returned: returned.rows, named, several: (several as unknown as pg.QueryResult[]).map(({ command, rowCount, rows }) => ({ command, rowCount, rows })) };
}

async function transactions(pool: pg.Pool) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await client.query("UPDATE towns SET people = 1 WHERE name = 'Ulm'");
    const refused = await client.query("INSERT INTO towns (name) VALUES ('Ulm')").catch(failure);
    const aborted = await client.query("SELECT 1").catch(failure);
    await client.query("ROLLBACK");
    await client.query("BEGIN");
    await client.query("SAVEPOINT one");
    await client.query("UPDATE towns SET people = 2 WHERE name = 'Ulm'");
    await client.query("ROLLBACK TO one");
    await client.query("UPDATE towns SET people = 3 WHERE name = 'Köln'");
    await client.query("COMMIT");
    return { refused, aborted, after: (await client.query("SELECT name, people FROM towns WHERE id > 500 ORDER BY name")).rows };
  } finally {
    client.release();
  }
}

async function together(pool: pg.Pool) {
  const sums = await Promise.all(Array.from({ length: 20 }, (_, i) => pool.query("SELECT $1::int + pg_backend_pid() - pg_backend_pid() AS n", [i])));
  return { sums: sums.map(({ rows }) => rows[0].n), connections: pool.totalCount, idle: pool.idleCount };
}

async function notifications(pool: pg.Pool) {
  const client = await pool.connect();
  const heard = new Promise((resolve) => client.once("notification", ({ channel, payload }) => resolve({ channel, payload })));
  await client.query("LISTEN news");
  await client.query("SELECT pg_notify('news', $1)", ["hello"]);
  const notification = await heard;
  await client.query("UNLISTEN *");
  client.release();
  return notification;
}

async function failures(pool: pg.Pool) {
  const tried = ["SELEC 1", "SELECT * FROM nowhere", "SELECT 1/0", "INSERT INTO towns (name, people) VALUES ('x', -1)", "SELECT 'x'::int"];
  const answers: unknown[] = [];
  for (const text of tried) answers.push(await pool.query(text).catch(failure));
  answers.push(await pool.query("SELECT $1::int", ["x"]).catch(failure));
  return answers;
}

export default {
  async fetch() {
    const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 4 });
    const answer = { types: await types(pool), tables: await tables(pool), transactions: await transactions(pool), together: await together(pool), notification: await notifications(pool), failures: await failures(pool), big: (await pool.query("SELECT repeat('x', 1000000) AS text")).rows[0].text.length };
    await pool.end();
    return Response.json({ ...answer, escaped: [pg.escapeIdentifier('a"b'), pg.escapeLiteral("it's \\")] });
  },
};
