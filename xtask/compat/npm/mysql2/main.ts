// Queries by mysql2: text and prepared statements, types, pools, transactions,
// streams, errors.
import callbacks from "mysql2";
import mysql, { type Pool, type ResultSetHeader, type RowDataPacket } from "mysql2/promise";

const failure = ({ code, errno, sqlState, sqlMessage }: callbacks.QueryError & { sqlState?: string; sqlMessage?: string }) => ({ code, errno, sqlState, sqlMessage });
const ignored = ({ affectedRows, insertId, warningStatus, changedRows }: ResultSetHeader) => ({ affectedRows, insertId, warningStatus, changedRows });

async function types(pool: Pool) {
  const query = "SELECT ? AS number_, ? AS text_, ? AS none, CAST(? AS DECIMAL(20,9)) AS decimal_, CAST(? AS DATETIME(3)) AS at, CAST(9007199254740993 AS SIGNED) AS big, 0.5e0 AS float_, x'0001feff' AS bytes, CAST('2026-02-28' AS DATE) AS day, CAST('12:34:56' AS TIME) AS time_, 1 = 1 AS yes";
  const values = [7, "ü 🙂", null, "1.5", new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678))];
  const [text, fields] = await pool.query(query, values);
  const [binary] = await pool.execute(query, values);
  return { text, binary, fields: fields.map(({ name }) => name) };
}

async function tables(pool: Pool) {
  await pool.query("CREATE TABLE towns (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) UNIQUE NOT NULL, people INT UNSIGNED, facts JSON) CHARACTER SET utf8mb4");
  const [one] = await pool.execute<ResultSetHeader>("INSERT INTO towns (name, people, facts) VALUES (?, ?, ?)", ["Ulm", 126000, JSON.stringify({ tower: 161.5 })]);
  const [many] = await pool.query<ResultSetHeader>("INSERT INTO towns (name, people) VALUES ?", [Array.from({ length: 300 }, (_, i) => [`town ${i}`, i])]);
  const [set] = await pool.query<ResultSetHeader>("INSERT INTO towns SET ?", { name: "Köln", people: 1 });
  const [updated] = await pool.execute<ResultSetHeader>("UPDATE towns SET people = people + 1 WHERE people < ?", [5]);
  const [rows] = await pool.query("SELECT id, name, people, CAST(facts AS CHAR) AS facts FROM towns WHERE id IN (?) ORDER BY ??", [[1, 302], "name"]);
  const [nested] = await pool.query({ sql: "SELECT a.name, b.name FROM towns a JOIN towns b ON b.id = a.id + 1 LIMIT 1", nestTables: "_" });
  const [array] = await pool.query({ sql: "SELECT id, name FROM towns ORDER BY id LIMIT 2", rowsAsArray: true });
  return { one: ignored(one), many: ignored(many), set: ignored(set), updated: ignored(updated), rows, nested, array };
}

async function transactions(pool: Pool) {
  const connection = await pool.getConnection();
  try {
    await connection.beginTransaction();
    await connection.execute("UPDATE towns SET people = 1 WHERE name = ?", ["Ulm"]);
    const refused = await connection.execute("INSERT INTO towns (name) VALUES ('Ulm')").catch(failure);
    await connection.rollback();
    await connection.beginTransaction();
    await connection.execute("UPDATE towns SET people = 3 WHERE name = ?", ["Köln"]);
    await connection.commit();
    const [after] = await connection.query("SELECT name, people FROM towns WHERE name IN ('Ulm', 'Köln') ORDER BY name");
    return { refused, after };
  } finally {
    connection.release();
  }
}

async function together(pool: Pool) {
  const rows = await Promise.all(Array.from({ length: 12 }, (_, i) => pool.execute<RowDataPacket[]>("SELECT ? * 2 AS n", [i])));
  return rows.map(([[{ n }]]) => n);
}

async function streamed(pool: Pool) {
  const rows = pool.pool.query("SELECT people FROM towns ORDER BY id").stream({ highWaterMark: 5 });
  let count = 0;
  let sum = 0;
  for await (const { people } of rows) {
    count++;
    sum += people;
  }
  return { count, sum };
}

async function failures(pool: Pool) {
  const answers = [];
  for (const [sql, values] of [["SELEC 1"], ["SELECT * FROM nowhere"], ["INSERT INTO towns (id) VALUES (1)"], ["INSERT INTO towns (name, people) VALUES ('x', -1)"]] as [string, unknown[]?][]) answers.push(await pool.query(sql, values).then(() => "done", failure));
  answers.push(await pool.execute("SELECT ? + ?", [1]).then(([rows]) => rows, ({ code, message }) => ({ code, message })));
  return answers;
}

export default {
  async fetch() {
    const pool = mysql.createPool({ uri: process.env.DATABASE_URL!, connectionLimit: 3, timezone: "Z", supportBigNumbers: true });
    const answer = { types: await types(pool), tables: await tables(pool), transactions: await transactions(pool), together: await together(pool), streamed: await streamed(pool), failures: await failures(pool), big: (await pool.query<RowDataPacket[]>("SELECT REPEAT('x', 1000000) AS text"))[0][0].text.length };
    await pool.end();
    return Response.json({ ...answer, escaped: [mysql.escape("it's \\"), mysql.escapeId("a`b"), mysql.format("?? = ?", ["a.b", [1, "x", null]])] });
  },
};
