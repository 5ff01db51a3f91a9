// Many statements, and what each gives: values with their types, counts, errors.
import { SQL, sql } from "bun";

type Ask = (sql: any) => Promise<unknown>;

const many: Record<string, Ask> = {
  "numbers": (s) => s`SELECT 1::int2 AS a, 2::int4 AS b, 3::int8 AS c, 1.5::float4 AS d, 2.5::float8 AS e, 1.50::numeric AS f`,
  "numbers with a value": (s) => s`SELECT 0.1::float4 AS a, 0.1::float8 AS b, 12345678901234567890.123::numeric AS c, ${1}::int AS d`,
  "special numbers": (s) => s`SELECT 'NaN'::float8 AS a, 'Infinity'::float8 AS b, '-Infinity'::float4 AS c, 9007199254740993::int8 AS d`,
  "texts": (s) => s`SELECT 'x'::text AS a, 'y'::varchar(5) AS b, 'z'::char(3) AS c, ''::text AS d, 'ß😀' AS e, 'n'::name AS f`,
  "booleans and nulls": (s) => s`SELECT true AS a, false AS b, null AS c, ${null}::text AS d, ${undefined}::int AS e`,
  "bytes": (s) => s`SELECT '\\x00ff'::bytea AS a, ${new Uint8Array([1, 2, 255])} AS b, ${Buffer.from("ab")}::bytea AS c`,
  "JSON": (s) => s`SELECT '{"a":[1,null]}'::json AS a, '"s"'::jsonb AS b, 'null'::jsonb AS c, ${{ b: "ü" }}::jsonb AS d, ${[1, 2]}::jsonb AS e`,
  "moments": (s) => s`SELECT '2024-02-29'::date AS a, '2024-02-29 12:34:56.789'::timestamp AS b, '2024-02-29 12:34:56.789+02'::timestamptz AS c`,
  "moments with a value": (s) => s`SELECT ${new Date(5)}::timestamptz AS a, '1960-01-02 03:04:05.678901'::timestamp AS b, ${"2024-01-01"}::date AS c`,
  "far moments": (s) => s`SELECT 'infinity'::timestamptz AS a, '-infinity'::date AS b, '0044-03-15 BC'::date AS c, 'epoch'::timestamp AS d`,
  "times": (s) => s`SELECT '03:04:05'::time AS a, '03:04:05+01'::timetz AS b, '1 day 2 hours'::interval AS c`,
  "arrays": (s) => s`SELECT '{1,2,null}'::int4[] AS a, '{1,2}'::int8[] AS b, '{a,"b c",NULL,"NULL"}'::text[] AS c, '{{1,2},{3,4}}'::int4[] AS d, '{t,f}'::bool[] AS e`,
  "arrays with a value": (s) => s`SELECT '{1,2}'::int4[] AS a, '{1.5}'::float4[] AS b, '{1.5}'::float8[] AS c, '{}'::int4[] AS d, ${1}::int AS e`,
  "array values": (s) => s`SELECT ${[1, 2]}::int[] AS a, ${["x", 'q"\\', null]}::text[] AS b, ${[new Date(0)]}::timestamptz[] AS c, ${[[1], [2]]}::int[] AS d`,
  "sql.array": (s) => s`SELECT ${sql.array([1, 2], "INT")} AS a, ${sql.array(["a", null])} AS b, ${sql.array([{ a: 1 }], "JSONB")} AS c`,
  "networks": (s) => s`SELECT '10.0.0.1'::inet AS a, '10.0.0.0/8'::cidr AS b, '08:00:2b:01:02:03'::macaddr AS c, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid AS d`,
  "shapes": (s) => s`SELECT point(1,2) AS a, box(point(1,2), point(3,4)) AS b, '[1,5)'::int4range AS c, (1,'a') AS d, B'101' AS e, 1::oid AS f`,
  "types of values": (s) =>
    s`SELECT pg_typeof(${1})::text AS a, pg_typeof(${1.5})::text AS b, pg_typeof(${2 ** 40})::text AS c, pg_typeof(${true})::text AS d, pg_typeof(${10n})::text AS e, pg_typeof(${new Uint8Array(1)})::text AS f`,
  "a value twice": (s) => s`SELECT ${"a"}::text || ${"a"}::text AS a`,
  "two columns of a name": (s) => s`SELECT 1 AS a, 2 AS a`,
  "no rows": (s) => s`SELECT * FROM kept WHERE false`,
  "a row": (s) => s`INSERT INTO kept ${s({ name: "one", age: 1 })} RETURNING *`,
  "several rows": (s) => s`INSERT INTO kept ${s([{ name: "two", age: 2, notes: { a: 1 } }, { name: "three", age: 3 }])} RETURNING id, name, notes`,
  "columns of a row": (s) => s`INSERT INTO kept ${s({ name: "four", age: 4, other: true }, "name", "age")} RETURNING name, age`,
  "an update": (s) => s`UPDATE kept SET ${s({ age: 11, notes: [1] })} WHERE name = ${"one"} RETURNING age, notes`,
  "an update without rows": (s) => s`UPDATE kept SET age = age + 1`,
  "a list": (s) => s`SELECT name FROM kept WHERE age IN ${s([3, 4, 5])} ORDER BY id`,
  "a list of objects": (s) => s`SELECT name FROM kept WHERE id IN ${s([{ id: 1 }, { id: 2 }], "id")} ORDER BY id`,
  "names": (s) => s`SELECT ${s("kept.name")} FROM ${s("kept")} WHERE ${s("id")} = ${1}`,
  "parts": (s) => s`SELECT name FROM kept ${s`WHERE age = ${4}`} ${s``}`,
  "values": (s) => s`SELECT 1 AS a, 'x' AS b UNION ALL SELECT 2, 'y'`.values(),
  "raw": (s) => s`SELECT 1 AS a, 'x' AS b, null AS c, ${5}::int AS d, 1.5::numeric AS e`.raw(),
  "simple": (s) => s`SELECT 1 AS a; SELECT 2 AS b`.simple(),
  "unsafe": (s) => s.unsafe("SELECT $1::int + $2::int AS sum", [1, 2]),
  "unsafe, several": (s) => s.unsafe("SELECT 1 AS a; CREATE TEMP TABLE gone (i int); INSERT INTO gone VALUES (1), (2); DROP TABLE gone"),
  "empty": (s) => s``,
  "a deletion": (s) => s`DELETE FROM kept WHERE name = ${"four"}`,
  "a savepoint": (s) =>
    s.begin(async (tx: any) => {
      await tx`INSERT INTO kept (name) VALUES ('kept')`;
      const undone = tx.savepoint(async (point: any) => {
        await point`INSERT INTO kept (name) VALUES ('undone')`;
        throw new Error("on purpose");
      });
      const message = await undone.catch((error: Error) => error.message);
      return [message, await tx`SELECT name FROM kept WHERE name LIKE '%e' OR name = 'kept' ORDER BY id`];
    }),
  "a transaction of two": (s) => s.begin((tx: any) => [tx`SELECT 1 AS a`, tx`SELECT 2 AS b`]),
  "a transaction that is undone": (s) =>
    s.begin(async (tx: any) => {
      await tx`INSERT INTO kept (name) VALUES ('never')`;
      await tx`SELECT 1 / 0`;
    }),
  "after it": (s) => s`SELECT count(*)::int AS n FROM kept WHERE name = 'never'`,
  "only to read": (s) => s.begin("read only", (tx: any) => tx`INSERT INTO kept (name) VALUES ('x')`),
  "a division": (s) => s`SELECT 1 / 0`,
  "no statement": (s) => s`SELEC`,
  "no table": (s) => s`SELECT * FROM missing`,
  "a key twice": (s) => s`INSERT INTO kept (id) VALUES (1)`,
  "no value": (s) => s`INSERT INTO kept (name) VALUES (null)`,
  "a bad number": (s) => s`SELECT ${"x"}::int`,
  "a type that nobody knows": (s) => s`SELECT ${"x"} AS a, pg_typeof(${"x"})`,
  "two statements": (s) => s`SELECT 1; SELECT 2`,
  "no columns": (s) => s`INSERT INTO kept ${s({})}`,
  "no such object": (s) => s`SELECT ${new Map()}`,
  "a helper elsewhere": (s) => s`SELECT * FROM kept WHERE ${s({ a: 1 })}`,
  "values in a simple one": (s) => s`SELECT ${1}`.simple(),
  "raised": (s) => s`DO $$ BEGIN RAISE EXCEPTION 'custom' USING HINT = 'h', DETAIL = 'd', ERRCODE = 'P0123', CONSTRAINT = 'k'; END $$`,
  "a setting": (s) => s`SHOW client_encoding`,
  "many rows": async (s) => (await s`SELECT i, 'row ' || i AS t FROM generate_series(1, 3000) i`).at(-1),
  "a long value": async (s) => (await s`SELECT repeat('ab', 200000) AS r`)[0].r.length,
  "32 at once": async () => (await Promise.all(Array.from({ length: 32 }, (_, i) => sql`SELECT ${i}::int AS i`))).map(([row]) => row.i),
};

/** On a connection of its own, with a table of its own. */
export async function statements() {
  const own = await sql.reserve();
  try {
    await own`DROP TABLE IF EXISTS kept`;
    await own`CREATE TEMP TABLE kept (id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY, name text NOT NULL, age int, notes jsonb)`;
    const answers: Record<string, unknown> = {};
    // Whatever begins a transaction does so on the reserved connection.
    for (const [name, ask] of Object.entries(many)) answers[name] = await ask(own).then(described, failure);
    return answers;
  } finally {
    own.release();
  }
}

function described(result: any): unknown {
  if (!Array.isArray(result) || !("count" in result)) return shown(result);
  const { count, command, affectedRows, lastInsertRowid } = result as any;
  return { rows: shown([...result]), count, command, affectedRows, lastInsertRowid };
}

/** With the types that JSON has not. */
function shown(value: any): unknown {
  if (value instanceof Date) return `Date ${Number.isNaN(value.getTime()) ? "invalid" : value.toISOString()}`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} ${Array.from(value as Uint8Array)}`;
  if (typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value))) return `${typeof value} ${value}`;
  if (Array.isArray(value)) return "count" in value ? described(value) : value.map(shown);
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shown(one)]));
  return value;
}

function failure(error: any) {
  const { name, message, code, errno, severity, detail, hint, position, table, constraint, routine } = error;
  const kinds = [error instanceof SQL.SQLError, error instanceof SQL.PostgresError];
  return { name, message, code, errno, severity, detail, hint, position, table, constraint, routine, kinds };
}
