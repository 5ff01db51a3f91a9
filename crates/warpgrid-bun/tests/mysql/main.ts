// What Bun.sql gives for many statements of MySQL.
import { SQL } from "bun";
import { answers } from "../described.ts";

const COLUMNS = "id v ti ti1 si mi bi ub f d dc dt tm dtm ts y ch bn vb bl tx bt bt1 e st g".split(" ");
const VALUES: [string, any][] = [
  ["int", 1], ["float", 1.5], ["text", "ü"], ["true", true], ["null", null], ["undefined", undefined], ["bigint", 10n], ["2^31", 2 ** 31], ["2^40", 2 ** 40],
  ["2^53", 2 ** 53], ["negative", -5], ["date", new Date(5)], ["bytes", new Uint8Array([0, 255])], ["object", { a: 1 }], ["list", [1, 2]],
  ["symbol", Symbol("x")], ["map", new Map()], ["function", () => 1],
];

export default {
  async fetch() {
    const sql = new SQL(process.env.MYSQL_URL!, { max: 1 });
    const one = (part: Promise<any>) => part.then(([row]) => row.v);
    const asked: Record<string, () => unknown> = {
      drop: () => sql`DROP TABLE IF EXISTS t`,
      create: () => sql`CREATE TABLE t (id int PRIMARY KEY AUTO_INCREMENT, v varchar(20), ti tinyint, ti1 tinyint(1), si smallint, mi mediumint, bi bigint,
        ub bigint unsigned, f float, d double, dc decimal(10,2), dt date, tm time, dtm datetime(3), ts timestamp NULL, y year, ch char(5), bn binary(3),
        vb varbinary(9), bl blob, tx text, bt bit(9), bt1 bit(1), e enum('a','b'), st set('x','y'), g point) CHARACTER SET utf8mb4`,
      insert: () => sql`INSERT INTO t (v, ti, ti1, si, mi, bi, ub, f, d, dc, dt, tm, dtm, ts, y, ch, bn, vb, bl, tx, bt, bt1, e, st, g) VALUES ('ü', 5, 1, 300,
        70000, 9007199254740993, 18446744073709551615, 1.5, 2.5, 1.50, '2024-02-29', '-03:04:05', '2024-02-29 12:34:56.789', '2024-02-29 12:34:56', 2024, 'ab',
        'abc', x'00ff', x'01ff', 'tx', b'101', b'1', 'b', 'x,y', point(1,2))`,
    };
    for (const column of COLUMNS) {
      asked[`${column} prepared`] = () => one(sql`SELECT ${sql(column)} AS v FROM t WHERE id = ${1}`);
      asked[`${column} simple`] = () => one(sql.unsafe(`SELECT ${column} AS v FROM t`));
    }
    for (const [name, value] of VALUES) asked[`value ${name}`] = () => one(sql`SELECT ${value} AS v`);
    Object.assign(asked, {
      "a row": () => sql`INSERT INTO t ${sql({ v: "b", si: 2 })}`,
      "rows": () => sql`INSERT INTO t ${sql([{ v: "c" }, { v: "d", si: 5 }])}`,
      "an update": () => sql`UPDATE t SET ${sql({ v: "e" })} WHERE v = ${"b"}`,
      "an update of nothing": () => sql`UPDATE t SET ${sql({ v: "e" })} WHERE v = ${"e"}`,
      "a list": () => sql`UPDATE t ${sql({ v: "f" })} WHERE v IN ${sql(["e", "zz"])}`,
      "a deletion": () => sql`DELETE FROM t WHERE v = ${"c"}`,
      "select": () => sql`SELECT id, v FROM t ORDER BY id`,
      "values": () => sql`SELECT id, v FROM t ORDER BY id`.values(),
      "no rows": () => sql`SELECT id FROM t WHERE false`,
      "several": () => sql.unsafe("SELECT 1 AS a; SELECT 2 AS b"),
      "several and a change": () => sql`SELECT 1 AS a; INSERT INTO t (v) VALUES ('m')`.simple(),
      "two statements": () => sql`SELECT 1; SELECT 2`,
      "unsafe": () => sql.unsafe("SELECT ? + ? AS s", [1, 2]),
      "no statement": () => sql`SELEC`,
      "no table": () => sql`SELECT * FROM missing`,
      "a key twice": () => sql`INSERT INTO t (id) VALUES (1)`,
      "empty": () => sql``,
      "a transaction": () =>
        sql.begin(async (tx) => {
          await tx`INSERT INTO t (v) VALUES ('tx')`;
          return tx`SELECT count(*) AS n FROM t WHERE v = 'tx'`;
        }),
      "undone": () =>
        sql.begin(async (tx) => {
          await tx`INSERT INTO t (v) VALUES ('tx2')`;
          throw new Error("on purpose");
        }),
      "after it": () => sql`SELECT count(*) AS n FROM t WHERE v = 'tx2'`,
      "a savepoint": () =>
        sql.begin(async (tx) => {
          const undone = tx.savepoint(async (point: any) => {
            await point`INSERT INTO t (v) VALUES ('sp')`;
            throw new Error("on purpose");
          });
          await undone.catch(() => {});
          return tx`SELECT count(*) AS n FROM t WHERE v = 'sp'`;
        }),
      "only to read": () => sql.begin("read only", (tx) => tx`INSERT INTO t (v) VALUES ('x')`),
      "an array": () => sql`SELECT * FROM t WHERE id IN ${sql.array([1])}`,
      "numbers": () => sql`SELECT 1+1 AS a, 1/3 AS b, count(*) AS c, sum(si) AS d, 2147483648 AS e, cast(4294967295 AS unsigned) AS f FROM t`,
      "a long value": async () => (await sql`SELECT repeat('ab', 200000) AS r`)[0].r.length,
      "ten at once": async () => (await Promise.all(Array.from({ length: 10 }, (_, i) => sql`SELECT ${i} AS i`))).map(([row]) => row.i),
    });
    const given = await answers(asked);
    const big = new SQL(process.env.MYSQL_URL!, { max: 1, bigint: true });
    Object.assign(given, await answers({ "as bigint": () => big`SELECT 1 AS a, bi, ub FROM t WHERE id = 1` }));
    await big.close();
    await sql.close();
    Object.assign(given, await answers({ "closed": () => sql`SELECT 1` }));
    return Response.json(given);
  },
};
