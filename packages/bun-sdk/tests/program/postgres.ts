// What @warpgrid/bun-sdk/postgres gives for many statements.
import { createPool, empty, join, PostgresError, raw, sql, type Pool } from "@warpgrid/bun-sdk/postgres";
import { outcomes, type Step } from "./outcome.js";

const TABLE = `
  DROP TABLE IF EXISTS accounts;
  CREATE TABLE accounts (name text PRIMARY KEY, cents bigint NOT NULL CHECK (cents >= 0));
  INSERT INTO accounts VALUES ('ada', 100), ('grace', 50), ('O''Hara; --', 0);
`;

const url = () => process.env.POSTGRES_URL!;

export async function postgres() {
  const pool = createPool({ url: url(), max: 3 });
  const numbers = createPool({ url: url(), max: 1, bigint: "number" });
  const bigints = createPool({ url: url(), max: 1, bigint: "bigint" });
  const answer = await outcomes([...values(pool, numbers, bigints), ...statements(pool), ...transactions(pool), ...connections(pool)]);
  await Promise.all([numbers.end(), bigints.end()]);
  return answer;
}

const one = (pool: Pool, text: string, given: unknown[] = []) => pool.query<any>(text, given).then(({ rows }) => rows[0]);

const values = (pool: Pool, numbers: Pool, bigints: Pool): Step[] => [
  ["script", () => pool.script(TABLE)],
  ["scalars", () => one(pool, "SELECT 1 AS i, 2.5::float8 AS f, 12345678901234567890.123::numeric AS n, 'x' AS t, true AS b, null AS nothing, 'NaN'::float8 AS nan")],
  ["bigint as string", () => one(pool, "SELECT 9007199254740993 AS big, ARRAY[1::bigint, null] AS many, count(*) AS n FROM accounts")],
  ["bigint as number", () => one(numbers, "SELECT 42::bigint AS small, ARRAY[1::bigint, null, 3] AS many")],
  ["bigint too large", () => one(numbers, "SELECT 9007199254740993 AS big")],
  ["after it", () => one(numbers, "SELECT 1::bigint AS one")],
  ["bigint as bigint", () => one(bigints, "SELECT 9007199254740993 AS big, ARRAY[ARRAY[1::bigint], ARRAY[2::bigint]] AS many")],
  ["bigint there and back", () => one(bigints, "SELECT $1::bigint AS big", [9007199254740993n])],
  ["times", () => one(pool, "SELECT '2026-01-02 03:04:05.678+02'::timestamptz AS tz, '2026-07-02 03:04:05'::timestamp AS plain, '2026-07-02'::date AS day, '03:04'::time AS clock, '1 day 2 hours'::interval AS span")],
  ["odd times", () => one(pool, "SELECT 'infinity'::timestamp AS never, '-infinity'::timestamp AS always, '0044-03-15 12:00:00 BC'::timestamp AS ides, ARRAY['2026-07-02'::date, null] AS days, ARRAY['2026-07-02 01:00'::timestamp] AS many")],
  ["times there and back", () => one(pool, "SELECT $1::timestamptz AS tz, $1::timestamp AS plain, $2::timestamptz[] AS many", [new Date(Date.UTC(2026, 6, 2, 3, 4, 5, 678)), [new Date(0)]])],
  ["bytes", () => one(pool, "SELECT $1::bytea AS there, '\\x00ff'::bytea AS here", [new Uint8Array([0, 1, 255])])],
  ["json", () => one(pool, "SELECT $1::jsonb AS j, '{\"a\":[1]}'::json AS k", [{ a: [1, "ü", null] }])],
  ["arrays", () => one(pool, "SELECT $1::int[] AS ints, $2::text[] AS texts, array_length($3::int[], 1) AS n", [[1, null, 3], ["a,b", '"', "\\", null, ""], []])],
  ["unicode", () => one(pool, "SELECT $1 || '😀' AS t, length($1) AS n", ["Jürgen"])],
  ["injection", () => one(pool, "SELECT $1::text AS t", ["'; DROP TABLE accounts; --"])],
  ["undefined", () => one(pool, "SELECT $1::text AS t", [undefined])],
  ["null", () => one(pool, "SELECT $1::text IS NULL AS t", [null])],
  ["large", async () => (await one(pool, "SELECT repeat('ab', 500000) AS t")).t.length],
];

const statements = (pool: Pool): Step[] => [
  ["rows", () => pool.query("SELECT name, cents FROM accounts ORDER BY name")],
  ["none", () => pool.query("SELECT name FROM accounts WHERE false")],
  ["typed", async () => (await pool.query<{ name: string }>("SELECT name FROM accounts WHERE cents > $1", [60])).rows.map(({ name }) => name.toUpperCase())],
  ["insert", () => pool.query("INSERT INTO accounts VALUES ($1, $2) RETURNING *", ["linus", 7])],
  ["update", () => pool.query("UPDATE accounts SET cents = cents + 1")],
  ["create", () => pool.query("CREATE TEMPORARY TABLE gone (n int)")],
  ["tagged", () => pool.query(sql`SELECT name FROM accounts WHERE name = ${"O'Hara; --"} OR cents = ${101} ORDER BY name`)],
  ["joined", () => pool.query(sql`SELECT ${raw("name")} FROM accounts WHERE name IN (${join(["ada", "grace"])}) ${sql`AND cents > ${0}`} ${empty} ORDER BY 1`)],
  ["two statements", () => pool.query("SELECT 1; SELECT 2")],
  ["syntax", () => pool.query("SELEC 1")],
  ["missing", () => pool.query("SELECT * FROM nowhere")],
  ["unique", () => pool.query("INSERT INTO accounts VALUES ('ada', 1)")],
  ["check", () => pool.query("UPDATE accounts SET cents = -1 WHERE name = 'ada'")],
  ["not null", () => pool.query("INSERT INTO accounts VALUES ('x', null)")],
  ["division", () => pool.query("SELECT 1 / 0")],
  ["cast", () => pool.query("SELECT $1::int", ["no number"])],
  ["too few", () => pool.query("SELECT $1, $2::text", ["one"])],
  ["script fails", () => pool.script("SELECT 1; SELECT 1 / 0")],
  ["at once", () => Promise.all(Array.from({ length: 32 }, async (_, n) => (await one(pool, "SELECT $1::int AS n", [n])).n))],
];

const transactions = (pool: Pool): Step[] => {
  const cents = async (name: string) => (await one(pool, "SELECT cents FROM accounts WHERE name = $1", [name])).cents;
  const take = (name: string, by: number) => sql`UPDATE accounts SET cents = cents - ${by} WHERE name = ${name}`;
  return [
    ["committed", () => pool.transaction(async (tx) => (await tx.query(take("ada", 1)), await tx.query(take("grace", -1)), "done"))],
    ["balances", async () => [await cents("ada"), await cents("grace")]],
    ["undone by the server", () => pool.transaction(async (tx) => (await tx.query(take("ada", 1)), await tx.query(take("grace", 1000))))],
    ["undone by the program", () => pool.transaction(async (tx) => (await tx.query(take("ada", 1)), Promise.reject(new RangeError("on purpose"))))],
    ["an error that was kept", () => pool.transaction(async (tx) => (await tx.query(take("ada", 1)), await tx.query("SELECT 1 / 0").catch(() => {})))],
    ["as before", async () => [await cents("ada"), await cents("grace")]],
    ["within", () => pool.transaction(async (tx) => {
      await tx.query(take("ada", 1));
      const inner = await tx.transaction(async (part) => (await part.query(take("ada", 10)), Promise.reject(new Error("inner")))).catch((error) => error.message);
      await tx.transaction((part) => part.query(take("ada", 2)));
      return inner;
    })],
    ["three less", () => cents("ada")],
    ["read only", () => pool.transaction((tx) => tx.query(take("ada", 1)), { readOnly: true })],
    ["isolation", () => pool.transaction(async (tx) => (await tx.query("SHOW transaction_isolation")).rows, { isolation: "serializable" })],
    ["no isolation", () => pool.transaction(async () => {}, { isolation: "x; DROP TABLE accounts" as never })],
    ["conflict", () => conflict(pool)],
    ["left open", async () => {
      await pool.withConnection(async (client) => (await client.query("BEGIN"), await client.query(take("ada", 1))));
      return cents("ada");
    }],
    ["at once within", () => pool.transaction((tx) => Promise.all([1, 2, 3].map(async (n) => (await tx.query("SELECT $1::int AS n", [n])).rows)))],
    ["not awaited", async () => {
      await pool.withConnection(async (client) => void client.query("SELECT pg_sleep(1)").catch(() => {}));
      return one(pool, "SELECT 1 AS one");
    }],
    ["kept", async () => {
      let kept: any;
      await pool.transaction(async (tx) => void (kept = tx));
      return kept.query("SELECT 1");
    }],
  ];
};

/** The second of two transactions that read what the other changes. */
const conflict = (pool: Pool) =>
  pool.transaction(async (one) => {
    await one.query("SELECT sum(cents) FROM accounts");
    await pool.transaction(async (two) => {
      await two.query("SELECT sum(cents) FROM accounts");
      await two.query("UPDATE accounts SET cents = cents + 1 WHERE name = 'grace'");
    }, { isolation: "serializable" });
    await one.query("UPDATE accounts SET cents = cents + 1 WHERE name = 'ada'");
    return "committed";
  }, { isolation: "serializable" });

const connections = (pool: Pool): Step[] => [
  ["one connection", () => pool.withConnection(async (client) => {
    await client.script("CREATE TEMPORARY TABLE mine (n int); INSERT INTO mine VALUES (7)");
    const { rows } = await client.query("SELECT n FROM mine");
    await client.query("DROP TABLE mine");
    return rows;
  })],
  ["given up", () => pool.query("SELECT pg_sleep(20)", [], { timeout: 100 })],
  ["given up in a transaction", () => pool.transaction((tx) => tx.query("SELECT pg_sleep(20)", [], { timeout: 100 }))],
  ["and on", () => one(pool, "SELECT 1 AS one")],
  ["always given up", () => outcomeOf({ url: url(), queryTimeout: 100 }, "SELECT pg_sleep(20)")],
  ["no free connection", async () => {
    const small = createPool({ url: url(), max: 1, connectTimeout: 200 });
    const outcome = await small.withConnection(() => small.query("SELECT 1")).catch((error) => error);
    await small.end();
    return outcome;
  }],
  ["killed", () => pool.withConnection(async (client) => {
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    await pool.query("SELECT pg_terminate_backend($1)", [rows[0]!.pid]);
    const error = await client.query("SELECT 1").catch((error) => error);
    return [error instanceof PostgresError, ["CONNECTION_LOST", "57P01"].includes(error.code)];
  })],
  ["and on again", () => one(pool, "SELECT 2 AS two")],
  ["nothing listens", () => outcomeOf({ url: process.env.NOBODY_URL! }, "SELECT 1")],
  ["no such name", () => outcomeOf({ host: "nowhere.invalid", user: "x", database: "x" }, "SELECT 1")],
  ["no url", () => createPool({ url: "mysql://somewhere" })],
  ["nothing", () => createPool({ url: undefined })],
  ["ended", async () => (await pool.end(), await pool.end(), pool.query("SELECT 1"))],
];

async function outcomeOf(options: Parameters<typeof createPool>[0], text: string) {
  const pool = createPool(options);
  const outcome = await pool.query(text).catch((error) => error);
  await pool.end();
  return outcome;
}
