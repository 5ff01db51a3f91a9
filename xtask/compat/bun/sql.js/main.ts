// SQLite in the program's memory by sql.js, in its build without WebAssembly: tables,
// parameters, transactions, functions, and a database that is saved and opened again.
import initSqlJs from "sql.js/dist/sql-asm.js";

type Database = import("sql.js").Database;

function fill(db: Database) {
  db.run("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, born INTEGER, photo BLOB)");
  const insert = db.prepare("INSERT INTO users (name, born, photo) VALUES ($name, $born, $photo)");
  const rows: [string, number | null, Uint8Array | null][] = [["Ada", 1815, new Uint8Array([1, 2, 255])], ["Grace", 1906, null], ["Jürgen 😀", null, null]];
  for (const [$name, $born, $photo] of rows) insert.run({ $name, $born, $photo });
  insert.free();
  return db.getRowsModified();
}

function every(db: Database, text: string, values?: any) {
  const statement = db.prepare(text, values);
  const rows = [];
  while (statement.step()) rows.push(statement.getAsObject());
  statement.free();
  return rows.map((row) => ({ ...row, ...(row.photo instanceof Uint8Array ? { photo: [...row.photo] } : {}) }));
}

function refused(work: () => unknown) {
  try {
    return work();
  } catch (error) {
    return (error as Error).message;
  }
}

export default {
  async fetch() {
    const SQL = await initSqlJs();
    const db = new SQL.Database();
    db.run("PRAGMA foreign_keys = ON");
    const modified = fill(db);
    db.create_function("shout", (text: string) => `${text.toUpperCase()}!`);
    const answer = {
      modified,
      all: every(db, "SELECT * FROM users ORDER BY id"),
      one: every(db, "SELECT name, born FROM users WHERE id = ?", [2]),
      exec: db.exec("SELECT count(*) AS n, avg(born) AS middle FROM users; SELECT typeof(born) FROM users"),
      with: every(db, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT group_concat(i) AS all_of_them, sum(i * i) AS squares FROM n"),
      window: every(db, "SELECT name, rank() OVER (ORDER BY born DESC NULLS LAST) AS place FROM users ORDER BY place"),
      json: every(db, `SELECT json_extract('{"a":[1,{"b":"x"}]}', '$.a[1].b') AS b, json_group_array(name) AS names FROM users`),
      own: every(db, "SELECT shout(name) AS name FROM users WHERE id = 1"),
      unique: refused(() => db.run("INSERT INTO users (name) VALUES ('Ada')")),
      syntax: refused(() => db.run("SELEC 1")),
      missing: refused(() => db.exec("SELECT * FROM nowhere")),
      undone: undone(db),
    };
    const saved = db.export();
    db.close();
    const again = new SQL.Database(saved);
    const opened = { size: saved.length % 4096, header: new TextDecoder().decode(saved.slice(0, 15)), names: every(again, "SELECT name FROM users ORDER BY name"), sound: again.exec("PRAGMA integrity_check")[0]!.values };
    again.close();
    return Response.json({ ...answer, opened });
  },
};

function undone(db: Database) {
  db.run("BEGIN");
  db.run("UPDATE users SET born = 0");
  db.run("SAVEPOINT inner_one");
  db.run("DELETE FROM users");
  db.run("ROLLBACK TO inner_one");
  const within = every(db, "SELECT count(*) AS n, sum(born) AS born FROM users");
  db.run("ROLLBACK");
  return [within, every(db, "SELECT sum(born) AS born FROM users")];
}
