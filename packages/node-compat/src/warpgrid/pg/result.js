/** What a statement answered. */
import types from "pg-types";
import { Buffer } from "buffer";

const TAG = /^([A-Za-z]+)(?: (\d+))?(?: (\d+))?/;

/** @typedef {{ getTypeParser: (oid: number, format?: any) => (value: any) => any }} Types */

export class Result {
  /** @type {string | null} */
  command = null;
  /** @type {number | null} */
  rowCount = null;
  /** @type {number | null} */
  oid = null;
  /** @type {any[]} */
  rows = [];
  /** @type {ReturnType<typeof readField>[]} */
  fields = [];
  #types;
  /** @type {((value: any) => any)[]} */
  #parsers = [];
  /** @type {Record<string, null>} */
  #empty = {};

  /**
   * @param {string | undefined} rowMode `array`: rows are arrays
   * @param {Types | undefined} own
   */
  constructor(rowMode, own) {
    this.rowAsArray = rowMode === "array";
    this.#types = own ?? /** @type {Types} */ (types);
  }

  /** RowDescription. @param {import("./reader.js").Body} body */
  describe(body) {
    this.fields = Array.from({ length: body.int16() }, () => readField(body));
    this.#parsers = this.fields.map(({ dataTypeID, format }) => this.#types.getTypeParser(dataTypeID, format));
    this.#empty = Object.fromEntries(this.fields.map(({ name }) => [name, null]));
  }

  /** DataRow. @param {import("./reader.js").Body} body */
  row(body) {
    const count = body.int16();
    const row = this.rowAsArray ? new Array(count) : { ...this.#empty };
    for (let i = 0; i < count; i++) {
      const size = body.int32();
      const { name, format } = this.fields[i];
      const value = size < 0 ? null : this.#parsers[i](format === "binary" ? Buffer.from(body.bytes(size)) : body.string(size));
      /** @type {any} */ (row)[this.rowAsArray ? i : name] = value;
    }
    return row;
  }

  /** CommandComplete. @param {string} tag */
  complete(tag) {
    const [, command, first, second] = TAG.exec(tag) ?? [];
    if (!command) return;
    this.command = command;
    if (second !== undefined) [this.oid, this.rowCount] = [Number(first), Number(second)];
    else if (first !== undefined) this.rowCount = Number(first);
  }
}

/** @param {import("./reader.js").Body} body */
function readField(body) {
  return {
    name: body.text(),
    tableID: body.uint32(),
    columnID: body.int16(),
    dataTypeID: body.uint32(),
    dataTypeSize: body.int16(),
    dataTypeModifier: body.int32(),
    format: body.int16() === 0 ? "text" : "binary",
  };
}
