/** From a template to a statement's text and its values. */
import { Literal } from "./postgres/encode.js";

/** @typedef {import("./adapter.js").Adapter} Adapter */

/** A name that is quoted. */
export class Identifier {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
  }
}

/** Columns and their values, as the statement around it needs them. */
export class SQLHelper {
  /** @param {any} value @param {string[]} columns */
  constructor(value, columns) {
    this.value = value;
    if (columns.length === 0 && !isList(value)) {
      const first = Array.isArray(value) ? value[0] : value;
      columns = typeof first === "object" && first !== null ? Object.keys(first) : [];
    }
    this.columns = columns;
  }
}

/** Values, and no objects: for `IN`. @param {any} value */
const isList = (value) => Array.isArray(value) && !value.some((one) => typeof one === "object" && one !== null && !(one instanceof Date));

/** What stands before a helper, and so what it is. @param {string} text */
function commandBefore(text) {
  /** @type {string[]} */
  const words = text.toLowerCase().match(/"(?:[^"]|"")*"|'(?:[^']|'')*'|[a-z_]+/g) ?? [];
  for (let i = words.length - 1; i >= 0; i--) {
    switch (words[i]) {
      case "insert": return "insert";
      case "in": return "in";
      case "set": return words.includes("update") ? "set" : undefined;
      case "update": return "update";
      case "where": return "where";
    }
  }
}

/**
 * @param {import("./query.js").Template} template
 * @param {Adapter} adapter
 */
export function compile(template, adapter) {
  const compiler = new Compiler(adapter);
  compiler.add(template);
  return { text: compiler.text, values: compiler.values };
}

class Compiler {
  text = "";
  /** @type {any[]} */
  values = [];
  #adapter;

  /** @param {Adapter} adapter */
  constructor(adapter) {
    this.#adapter = adapter;
  }

  /** @param {import("./query.js").Template} template */
  add({ strings, values, isMisused }) {
    if (isMisused) throw new SyntaxError("Invalid query: SQL Fragment cannot be executed or was misused");
    if (typeof strings === "string") {
      this.text += strings;
      this.values.push(...values);
      return;
    }
    strings.forEach((text, i) => {
      this.text += text;
      if (i < values.length && i < strings.length - 1) this.#value(values[i]);
    });
  }

  /** @param {any} value */
  #value(value) {
    if (typeof value === "object" && value !== null && "_template" in value) return this.add(value._template);
    if (value instanceof Identifier) return void (this.text += this.#adapter.identifier(value.name));
    if (value instanceof SQLHelper) return this.#helper(value);
    this.text += this.#place(value);
    if (value instanceof Literal && value.type) this.text = `${this.text.trimEnd()}::${value.type} `;
  }

  /** @param {any} value */
  #place(value) {
    this.values.push(value);
    return this.#adapter.placeholder(this.values.length);
  }

  /** @param {any[]} values */
  #row(values) {
    return `(${values.map((value) => this.#place(value ?? null).trim()).join(", ")})`;
  }

  /** @param {SQLHelper} helper */
  #helper({ value, columns }) {
    switch (commandBefore(this.text)) {
      case "insert": return this.#insert([value].flat(), columns);
      case "in": return this.#in(value, columns);
      case "update": this.text += " SET "; return this.#set(value, columns);
      case "set": return this.#set(value, columns);
    }
    throw new SyntaxError("Helpers are only allowed for INSERT, UPDATE and IN commands");
  }

  /** @param {any[]} rows @param {string[]} columns */
  #insert(rows, columns) {
    if (columns.length === 0) throw new SyntaxError("Cannot INSERT with no columns");
    const given = columns.filter((column) => rows.some((row) => row[column] !== undefined));
    if (given.length === 0) throw new SyntaxError("Insert needs to have at least one column with a defined value");
    const names = given.map((column) => this.#adapter.identifier(column)).join(", ");
    this.text += `(${names}) VALUES${rows.map((row) => this.#row(given.map((column) => row[column]))).join(",")} `;
  }

  /** @param {any} value @param {string[]} columns */
  #in(value, columns) {
    if (columns.length > 1) throw new SyntaxError("Cannot use WHERE IN helper with multiple columns");
    if (!Array.isArray(value)) throw new SyntaxError("An array of values is required for WHERE IN helper");
    const values = columns.length === 1 ? value.map((one) => one[columns[0]]) : value;
    this.text += values.length ? `${this.#row(values)} ` : "(NULL) ";
  }

  /** @param {any} value @param {string[]} columns */
  #set(value, columns) {
    if (Array.isArray(value) && value.length > 1) throw new SyntaxError("Cannot use array of objects for UPDATE");
    const [row] = [value].flat();
    const given = columns.filter((column) => row?.[column] !== undefined);
    if (given.length === 0) throw new SyntaxError("Update needs to have at least one column");
    this.text += `${given.map((column) => `${this.#adapter.identifier(column)} = ${this.#place(row[column]).trim()}`).join(", ")} `;
  }
}
