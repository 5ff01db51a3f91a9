/** One statement: how it is asked, and what came of it. */
import { readError } from "./errors.js";
import { Result } from "./result.js";
import { toParameter } from "./values.js";
import { extended, query as simple } from "./writer.js";

/**
 * @typedef {object} Statement
 * @property {string} [text]
 * @property {any[]} [values]
 * @property {string} [name] kept by the connection, and planned once
 * @property {"array"} [rowMode]
 * @property {boolean} [binary]
 * @property {import("./result.js").Types} [types]
 * @property {number} [query_timeout] ms
 * @property {"extended"} [queryMode]
 */

export class Query {
  #statement;
  #result;
  /** @type {Result[]} */
  #results = [];
  /** @type {unknown} */
  #error;
  #settled = false;
  #resolve = (/** @type {any} */ _result) => {};
  #reject = (/** @type {unknown} */ _error) => {};
  promise;

  /** @param {Statement} statement */
  constructor(statement) {
    this.#statement = statement;
    this.#result = this.#begin();
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  #begin() {
    const result = new Result(this.#statement.rowMode, this.#statement.types);
    this.#results.push(result);
    return result;
  }

  /**
   * The messages that ask it.
   * @param {Map<string, string>} known the statements that the connection keeps
   */
  messages(known) {
    const { text = "", name = "", values, binary = false, queryMode } = this.#statement;
    if (typeof this.#statement.text !== "string" && !name) throw new Error("A query must have either text or a name. Supplying neither is unsupported.");
    if (values && !Array.isArray(values)) throw new Error("Query values must be an array");
    if (!name && !values?.length && queryMode !== "extended") return simple(text);
    const former = known.get(name);
    if (name && former !== undefined && text && former !== text) {
      throw new Error(`Prepared statements must be unique - '${name}' was used for a different statement`);
    }
    if ((values?.length ?? 0) > 65535) throw new RangeError(`PostgreSQL takes 65535 values at most, and these are ${values?.length}`);
    const parameters = (values ?? []).map((value) => toParameter(value));
    return extended({ name, text, values: parameters, known: former !== undefined, binary, most: 0 });
  }

  /** The server has planned it. @param {Map<string, string>} known */
  parsed(known) {
    if (this.#statement.name) known.set(this.#statement.name, this.#statement.text ?? "");
  }

  /** @param {import("./reader.js").Body} body */
  describe(body) {
    this.#nextIfComplete();
    this.#result.describe(body);
  }

  /** @param {import("./reader.js").Body} body */
  row(body) {
    if (this.#error !== undefined || this.#settled) return;
    try {
      this.#result.rows.push(this.#result.row(body));
    } catch (error) {
      this.#error = error;
    }
  }

  /** @param {string} tag */
  complete(tag) {
    this.#nextIfComplete();
    this.#result.complete(tag);
  }

  /** A statement of several begins with a result of its own. */
  #nextIfComplete() {
    if (this.#result.command) this.#result = this.#begin();
  }

  /** @param {import("./reader.js").Body} body @param {number} length */
  refused(body, length) {
    this.fail(readError(body, length));
  }

  /** @param {unknown} error */
  fail(error) {
    if (this.#settled) return;
    this.#settled = true;
    this.#reject(error);
  }

  /** The server is ready for the next one. */
  end() {
    if (this.#settled) return;
    if (this.#error !== undefined) return this.fail(this.#error);
    this.#settled = true;
    this.#resolve(this.#results.length === 1 ? this.#result : this.#results);
  }
}
