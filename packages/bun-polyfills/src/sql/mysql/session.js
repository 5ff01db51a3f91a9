/** One session with a MySQL server, by mysql2. */
import mysql from "mysql2";
import { unsupported } from "@warpgrid/node-compat/errors";
import { invalidType } from "../errors.js";
import { SQLResultArray } from "../result.js";
import { closed, refusal } from "./errors.js";
import { moment, toParameter, toValue } from "./values.js";

/** @typedef {import("../adapter.js").Statement} Statement */
/** @typedef {import("../options.js").Options} Options */

const MOMENTS = ["DATE", "NEWDATE", "DATETIME", "TIMESTAMP"];

export class Session {
  /** Called once, when it is over. */
  onclose = () => {};
  isOpen = true;
  #connection;

  /** @param {any} connection of mysql2 */
  constructor(connection) {
    this.#connection = connection;
    for (const event of ["end", "error"]) connection.on(event, () => this.#end());
  }

  /** @param {Options} options @returns {Promise<Session>} */
  static async open({ hostname, port, username, password, database, connectionTimeout }) {
    const connection = /** @type {any} */ (mysql).createConnection({
      host: hostname,
      port,
      user: username,
      password: typeof password === "function" ? await password() : password,
      database,
      connectTimeout: connectionTimeout || undefined,
      timezone: "Z",
      multipleStatements: true,
      rowsAsArray: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
      // What is compiled for each result costs more here than it saves.
      disableEval: true,
      // `affectedRows` is what was changed.
      flags: ["-FOUND_ROWS"],
    });
    const session = new Session(connection);
    return new Promise((resolve, reject) => {
      connection.connect((/** @type {any} */ error) => (error ? reject(refusal(error)) : resolve(session)));
    });
  }

  #end() {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.onclose();
  }

  close() {
    if (this.isOpen) this.#connection.end(() => {});
    this.#end();
  }

  /** @returns {Promise<void>} */
  async cancel() {
    this.#connection.destroy();
    this.#end();
  }

  /** @param {Statement} statement @returns {Promise<SQLResultArray[]>} */
  async run(statement) {
    if (!this.isOpen) throw closed();
    const { text, values, simple, raw } = statement;
    if (simple && values.length > 0) throw invalidType("simple query cannot have parameters");
    if (raw && !simple) throw unsupported("`raw` of a prepared statement of MySQL", "ask by `sql.unsafe(text).raw()`, or for the values");
    const typeCast = (/** @type {any} */ field, /** @type {() => any} */ next) => {
      if (raw || field.type === "GEOMETRY") return field.buffer();
      return MOMENTS.includes(field.type) ? moment(field.string()) : next();
    };
    const parameters = values.map(toParameter);
    return new Promise((resolve, reject) => {
      const answered = (/** @type {any} */ error, /** @type {any} */ rows, /** @type {any} */ fields) => {
        if (error) return reject(refusal(error));
        try {
          resolve(resultsOf(rows, fields, statement));
        } catch (broken) {
          reject(broken);
        }
      };
      if (simple) this.#connection.query({ sql: text, typeCast }, answered);
      else this.#connection.execute({ sql: text, typeCast, values: parameters }, answered);
    });
  }
}

/** @param {any} rows @param {any} fields @param {Statement} statement */
function resultsOf(rows, fields, statement) {
  const several = Array.isArray(fields) && fields.length > 0 && fields.every((one) => one === undefined || Array.isArray(one));
  if (!several) return [resultOf(rows, fields, statement)];
  return fields.map((one, i) => resultOf(rows[i], one, statement));
}

/** @param {any} given rows, or what was done @param {any[] | undefined} fields @param {Statement} statement */
function resultOf(given, fields, { arrays, raw, bigint }) {
  const result = new SQLResultArray();
  result.lastInsertRowid = 0;
  if (!Array.isArray(given)) {
    result.count = result.affectedRows = given.affectedRows;
    result.lastInsertRowid = Number(given.insertId);
    return result;
  }
  for (const row of given) {
    const values = raw ? row : row.map((/** @type {any} */ value, /** @type {number} */ i) => toValue(value, fields?.[i], bigint));
    if (raw || arrays) result.push(values);
    else result.push(Object.fromEntries(values.map((/** @type {any} */ value, /** @type {number} */ i) => [fields?.[i].name, value])));
  }
  result.count = given.length;
  return result;
}
