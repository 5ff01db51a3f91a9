// warpgrid/pg answers as the package pg does, by which Node runs this.
import { Client, escapeIdentifier, escapeLiteral, Pool, types } from "warpgrid/pg";
import * as statements from "../../../../test-apps/t12-ts-drivers/src/statements.js";

const connectionString = process.env.DATABASE_URL!;

/** A temporary table has another number, and another schema, in each session. */
const field = ({ tableID, ...others }: any) => ({ ofTable: tableID > 0, ...others });

const described = (result: any) =>
  [result].flat().map(({ rows, rowCount, command, oid, fields, rowAsArray }: any) => ({ rows, rowCount, command, oid, fields: fields.map(field), rowAsArray }));

/** What the server said of an error; not where in its source. */
const failure = ({ name, message, line, file, routine, length, schema, ...fields }: any) => ({ name, message, temporary: schema?.startsWith("pg_temp"), ...fields });

async function inOrder() {
  const client = new Client({ connectionString });
  await client.connect();
  const answers: unknown[] = [];
  for (const [text, values] of statements.postgres) answers.push(await client.query(text, values as any[]).then(described, failure));
  await client.end();
  return answers;
}

async function byClient() {
  const client = new Client({ connectionString, application_name: "test", statement_timeout: 5000 });
  const events: string[] = [];
  client.on("notice", ({ message, severity, code }: any) => events.push(`notice ${severity} ${code} ${message}`));
  client.on("notification", ({ channel, payload }: any) => events.push(`notification ${channel} ${payload}`));
  client.on("end", () => events.push("end"));
  await client.connect();
  const ask = (text: any, values?: any[]) => client.query(text, values).then(described, failure);
  const date = new Date(Date.UTC(2024, 1, 29, 12, 34, 56, 789));
  const answers = {
    again: await client.connect().catch(failure),
    array: await ask({ text: "select 1 as a, 2 as a, null as b", rowMode: "array" }),
    same: await ask("select 1 as a, 2 as a"),
    named: [await ask({ name: "one", text: "select $1::int as n", values: [1] }), await ask({ name: "one", text: "select $1::int as n", values: [2] })],
    renamed: await ask({ name: "one", text: "select 2" }),
    binary: await ask({ text: "select 7::int4 as i, 'x'::text as t, '\\x00ff'::bytea as b", values: [], binary: true, queryMode: "extended" }),
    values: await ask("select $1::text as a, $2::text as b, $3::text as c, $4::text as d, $5::text as e, $6::text as f", [true, 1.5, 10n, date, { a: [1] }, ["x", null, ['"', "\\"]]]),
    dates: await ask("select $1::timestamptz as a, $1::timestamp as b, $2::date as c", [date, "2024-02-29"]),
    bytes: await ask("select $1::bytea as a, $2::bytea[] as b", [new Uint8Array([0, 1, 255]), [new Uint8Array([1]), Buffer.from("x")]]),
    types: await ask("select '{1,2}'::int8[] as a, '(1,2),3'::circle as b, '[1,2)'::int4range as c, '1.5'::float4 as d, array['{\"a\":1}']::jsonb[] as e, '10:00'::time as f, '$1.00'::money as g, 'infinity'::timestamptz as h, 'a b'::tsvector as i, B'101' as j, 'x'::\"char\" as k, 12::oid as l"),
    unicode: await ask('select $1 as "größe"', ["😀"]),
    empty: await ask(""),
    comment: await ask("-- nothing"),
    several: await ask("select 1 as a; insert into nowhere values (1); select 2 as b"),
    mixed: await ask("create temp table m (n int); insert into m values (1), (2); select * from m; drop table m"),
    rows: await ask("select generate_series(1, 3) as n, repeat('x', 10) as x"),
    copy: await ask("copy (select 1) to stdout"),
    copyIn: await ask("create temp table c (n int)").then(() => ask("copy c from stdin")),
    constraint: await ask("create temp table k (n int constraint positive check (n > 0), u int unique)").then(() => ask("insert into k values (-1)")),
    unique: await ask("insert into k values (1, 1)").then(() => ask("insert into k values (1, 1)")),
    position: await ask("select 1 fromm x"),
    wrongValues: await ask("select $1::int", 5 as any),
    fewValues: await ask("select $1::int + $2::int", [1]),
    notAText: await ask({}),
    zero: await ask("select $1::text", ["a\0b"]),
    notice: await ask("do $$ begin raise notice 'look %', 1; end $$"),
    notify: await ask("listen ch").then(() => ask("notify ch, 'said'")),
    timeout: await ask({ text: "select pg_sleep(1)", query_timeout: 50 }).then((first) => ask("select 1 as after").then((then) => [first, then])),
    setting: await ask("select current_setting('application_name') as a, current_setting('statement_timeout') as s"),
    parser: await ask({ text: "select 5::int8 as n", types: { getTypeParser: () => (text: string) => `<${text}>` } }),
    brokenParser: await ask({ text: "select 5::int8 as n", types: { getTypeParser: () => () => { throw new Error("no number"); } } }),
    pipelined: await Promise.all(Array.from({ length: 32 }, (_, i) => client.query("select $1::int as i", [i]).then(({ rows }: any) => rows[0].i))),
    callback: await new Promise((resolve) => client.query("select 1 as n", (error: any, result: any) => resolve([error, result.rows]))),
    callbackValues: await new Promise((resolve) => client.query("select $1::int as n", ["x"], (error: any, result: any) => resolve([failure(error), result]))),
    big: await client.query("select repeat('0123456789', 1024 * 1024) as big").then(({ rows }: any) => rows[0].big.length),
    bigParameter: await client.query("select length($1::text) as n", ["y".repeat(5_000_000)]).then(({ rows }: any) => rows),
    manyRows: await client.query("select n, n::text as t from generate_series(1, 50000) n").then(({ rows }: any) => [rows.length, rows.at(-1)]),
    escaped: [escapeIdentifier('a"b'), escapeLiteral("it's"), escapeLiteral("back\\slash"), client.escapeLiteral("x")],
  };
  const pending = client.query("select pg_sleep(5)").catch(failure);
  await client.end();
  return { answers, events, pending: await pending, closed: await client.query("select 1").then(() => "answered", failure) };
}

async function byPool() {
  const pool = new Pool({ connectionString, max: 3, idleTimeoutMillis: 1000 });
  const events: Record<string, number> = {};
  for (const name of ["connect", "acquire", "remove", "error"]) pool.on(name as any, () => (events[name] = (events[name] ?? 0) + 1));
  const counts = () => [pool.totalCount, pool.idleCount, pool.waitingCount];
  const started = Date.now();
  const several = Array.from({ length: 6 }, (_, i) => pool.query("select $1::int as i, pg_sleep(0.1)", [i]).then(({ rows }: any) => rows[0].i));
  const during = counts();
  const together = await Promise.all(several);
  const inTime = Date.now() - started < 550;
  const client = await pool.connect();
  await client.query("begin");
  await client.query("create temp table gone (n int) on commit drop");
  const failed = await client.query("select * from missing").catch(failure);
  const aborted = await client.query("select 1").catch(failure);
  await client.query("rollback");
  client.release();
  const twice = (() => {
    try {
      client.release();
    } catch (error: any) {
      return error.message;
    }
  })();
  const error = await pool.query("select 1/0").catch(failure);
  const killed = await pool.query("select pg_terminate_backend(pg_backend_pid())").catch(({ severity, code }: any) => ({ severity, code }));
  const after = await pool.query("select 'still here' as a").then(({ rows }: any) => rows);
  const callback = await new Promise((resolve) => pool.connect((error: any, taken: any, release: any) => taken.query("select 2 as n", (e: any, r: any) => (release(), resolve([error, e, r.rows])))));
  await pool.end();
  const ended = await pool.query("select 1").catch(failure);
  return { during, together, inTime, failed, aborted, twice, error, killed, after, callback, counts: counts(), ended, endedTwice: await pool.end().catch(failure), events: { connect: events.connect! > 2, error: events.error } };
}

export default {
  async fetch() {
    types.setTypeParser(types.builtins.INT2, (text: string) => `int2 ${text}`);
    return Response.json({ statements: await inOrder(), client: await byClient(), pool: await byPool() });
  },
};
