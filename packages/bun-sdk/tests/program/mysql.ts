// What @warpgrid/bun-sdk/mysql gives for many statements.
import { createPool, join, MysqlError, sql, type Pool } from "@warpgrid/bun-sdk/mysql";
import { outcomes, type Step } from "./outcome.js";

const url = () => process.env.MYSQL_URL!;

export async function mysql() {
  const pool = createPool({ url: url(), max: 3 });
  const numbers = createPool({ url: url(), max: 1, bigint: "number" });
  const bigints = createPool({ url: url(), max: 1, bigint: "bigint" });
  const answer = await outcomes([...values(pool, numbers, bigints), ...statements(pool), ...transactions(pool), ...connections(pool)]);
  await Promise.all([numbers.end(), bigints.end()]);
  return answer;
}

const one = (pool: Pool, text: string, given: unknown[] = []) => pool.query<any>(text, given).then(({ rows }) => rows[0]);

const values = (pool: Pool, numbers: Pool, bigints: Pool): Step[] => [
  ["scalars", () => one(pool, "SELECT 1 AS i, 2.5e0 AS f, 123.450 AS n, 'x' AS t, true AS b, null AS nothing")],
  ["bigint as string", () => one(pool, "SELECT 9007199254740993 AS big, -1 AS small")],
  ["and prepared", () => one(pool, "SELECT 9007199254740993 AS big, ? AS t", ["x"])],
  ["bigint as number", () => one(numbers, "SELECT 42 AS small")],
  ["bigint too large", () => one(numbers, "SELECT 9007199254740993 AS big")],
  ["after it", () => one(numbers, "SELECT 1 AS one")],
  ["bigint as bigint", () => one(bigints, "SELECT 9007199254740993 AS big")],
  ["bigint there and back", () => one(bigints, "SELECT CAST(? AS SIGNED) AS big", [9007199254740993n])],
  ["times", () => one(pool, "SELECT CAST('2026-07-02 03:04:05' AS datetime) AS plain, CAST('2026-07-02' AS date) AS day, CAST('03:04' AS time) AS clock")],
  ["and prepared times", () => one(pool, "SELECT CAST('2026-07-02 03:04:05' AS datetime) AS plain, CAST('2026-07-02' AS date) AS day, ? AS t", ["x"])],
  ["times there and back", () => one(pool, "SELECT CAST(? AS datetime(3)) AS plain", [new Date(Date.UTC(2026, 6, 2, 3, 4, 5, 678))])],
  ["bytes", () => one(pool, "SELECT CAST(? AS binary(3)) AS there, x'00ff' AS here", [new Uint8Array([0, 1, 255])])],
  ["json", () => one(pool, "SELECT JSON_EXTRACT(?, '$.a[1]') AS j", [{ a: [1, "ü"] }])],
  ["unicode", () => one(pool, "SELECT concat(?, '😀') AS t, char_length(?) AS n", ["Jürgen", "Jürgen"])],
  ["injection", () => one(pool, "SELECT ? AS t", ["'; DROP TABLE accounts; -- \\"])],
  ["an object is no SQL", () => one(pool, "SELECT 1 AS found WHERE 'secret' = ?", [{ a: 1 }])],
  ["undefined", () => one(pool, "SELECT ? AS t", [undefined])],
  ["null", () => one(pool, "SELECT ? IS NULL AS t", [null])],
  ["large", async () => (await one(pool, "SELECT repeat('ab', 500000) AS t")).t.length],
];

const statements = (pool: Pool): Step[] => [
  ["drop", () => pool.query("DROP TABLE IF EXISTS accounts")],
  ["create", () => pool.query("CREATE TABLE accounts (id int AUTO_INCREMENT PRIMARY KEY, name varchar(40) UNIQUE NOT NULL, cents bigint NOT NULL, CHECK (cents >= 0)) ENGINE InnoDB")],
  ["insert", () => pool.query("INSERT INTO accounts (name, cents) VALUES (?, ?)", ["ada", 100])],
  ["insert more", () => pool.query("INSERT INTO accounts (name, cents) VALUES ('grace', 50), ('O''Hara; --', 0)")],
  ["rows", () => pool.query("SELECT name, cents FROM accounts ORDER BY name")],
  ["none", () => pool.query("SELECT name FROM accounts WHERE false")],
  ["limited", () => pool.query("SELECT name FROM accounts ORDER BY id LIMIT ?", ["2"])],
  ["update", () => pool.query("UPDATE accounts SET cents = cents + ?", [1])],
  ["tagged", () => pool.query(sql`SELECT name FROM accounts WHERE name = ${"O'Hara; --"} OR cents = ${101} ORDER BY name`)],
  ["joined", () => pool.query(sql`SELECT name FROM accounts WHERE name IN (${join(["ada", "grace"])}) ORDER BY 1`)],
  ["two statements", () => pool.query("SELECT 1; SELECT 2")],
  ["syntax", () => pool.query("SELEC 1")],
  ["missing", () => pool.query("SELECT * FROM nowhere WHERE a = ?", [1])],
  ["unique", () => pool.query("INSERT INTO accounts (name, cents) VALUES (?, 1)", ["ada"])],
  ["check", () => pool.query("UPDATE accounts SET cents = -1 WHERE name = 'ada'")],
  ["not null", () => pool.query("INSERT INTO accounts (name, cents) VALUES ('x', null)")],
  ["too few", () => pool.query("SELECT ?, ?", ["one"])],
  ["at once", () => Promise.all(Array.from({ length: 32 }, async (_, n) => (await one(pool, "SELECT ? AS n", [n])).n))],
];

const transactions = (pool: Pool): Step[] => {
  const cents = async (name: string) => (await one(pool, "SELECT cents FROM accounts WHERE name = ?", [name])).cents;
  const take = (name: string, by: number) => sql`UPDATE accounts SET cents = cents - ${by} WHERE name = ${name}`;
  return [
    ["committed", () => pool.transaction(async (tx) => (await tx.query(take("ada", 1)), await tx.query(take("grace", -1)), "done"))],
    ["balances", async () => [await cents("ada"), await cents("grace")]],
    ["undone by the server", () => pool.transaction(async (tx) => (await tx.query(take("ada", 1)), await tx.query(take("grace", 1000))))],
    ["undone by the program", () => pool.transaction(async (tx) => (await tx.query(take("ada", 1)), Promise.reject(new RangeError("on purpose"))))],
    ["as before", async () => [await cents("ada"), await cents("grace")]],
    ["within", () => pool.transaction(async (tx) => {
      await tx.query(take("ada", 1));
      const inner = await tx.transaction(async (part) => (await part.query(take("ada", 10)), Promise.reject(new Error("inner")))).catch((error) => error.message);
      await tx.transaction((part) => part.query(take("ada", 2)));
      return inner;
    })],
    ["three less", () => cents("ada")],
    ["read only", () => pool.transaction((tx) => tx.query(take("ada", 1)), { readOnly: true })],
    ["isolation", () => pool.transaction((tx) => one(tx as Pool, "SELECT 1 AS one"), { isolation: "serializable" })],
    ["no isolation", () => pool.transaction(async () => {}, { isolation: "x; DROP TABLE accounts" as never })],
    ["left open", async () => {
      await pool.withConnection(async (client) => (await client.query("START TRANSACTION"), await client.query(take("ada", 1))));
      return cents("ada");
    }],
    ["not awaited", async () => {
      await pool.withConnection(async (client) => void client.query("SELECT sleep(1)").catch(() => {}));
      return one(pool, "SELECT 1 AS one");
    }],
    ["kept", async () => {
      let kept: any;
      await pool.transaction(async (tx) => void (kept = tx));
      return kept.query("SELECT 1");
    }],
  ];
};

const connections = (pool: Pool): Step[] => [
  ["one connection", () => pool.withConnection(async (client) => {
    await client.query("SET @mine = 7");
    return (await client.query("SELECT @mine + 1 AS n")).rows;
  })],
  ["given up", () => pool.query("SELECT sleep(20)", [], { timeout: 100 })],
  ["given up in a transaction", () => pool.transaction((tx) => tx.query("SELECT sleep(20), ?", ["x"], { timeout: 100 }))],
  ["and on", () => one(pool, "SELECT 1 AS one")],
  ["killed", () => pool.withConnection(async (client) => {
    const { rows } = await client.query<{ id: string }>("SELECT connection_id() AS id");
    await pool.query(`KILL ${rows[0]!.id}`);
    const error = await client.query("SELECT 1").catch((error) => error);
    return [error instanceof MysqlError, ["CONNECTION_LOST", "ER_CONNECTION_KILLED"].includes(error.code)];
  })],
  ["and on again", () => one(pool, "SELECT 2 AS two")],
  ["nothing listens", () => outcomeOf({ url: process.env.NOBODY_URL!.replace("postgres:", "mysql:") })],
  ["no such name", () => outcomeOf({ host: "nowhere.invalid", user: "x", database: "x" })],
  ["no url", () => createPool("postgres://somewhere")],
  ["nothing", () => createPool({ url: undefined })],
  ["ended", async () => (await pool.end(), await pool.end(), pool.query("SELECT 1"))],
];

async function outcomeOf(options: Parameters<typeof createPool>[0]) {
  const pool = createPool(options);
  const outcome = await pool.query("SELECT 1").catch((error) => error);
  await pool.end();
  return outcome;
}
