/** What a server answers to one text, as results. */
import { Buffer } from "buffer";
import { SQLResultArray } from "../result.js";
import { decodeBinary, decodeText, isBinary } from "./decode.js";

/** @typedef {{ name: string, oid: number, binary: boolean }} Column */
/** @typedef {import("@warpgrid/node-compat/warpgrid/pg/reader").Body} Body */

const TAG = /^(.*?)(?: \d+)*$/;

export class Results {
  /** @type {SQLResultArray[]} */
  all = [];
  /** Why a value could not be read. @type {unknown} */
  error;
  #statement;
  /** @type {Column[]} */
  #columns = [];
  #rows = new SQLResultArray();

  /** @param {import("../adapter.js").Statement} statement */
  constructor(statement) {
    this.#statement = statement;
  }

  /** RowDescription. @param {Body} body */
  describe(body) {
    this.#columns = Array.from({ length: body.int16() }, () => {
      const name = body.text();
      body.bytes(6);
      const oid = body.uint32();
      body.bytes(6);
      return { name, oid, binary: body.int16() === 1 };
    });
    return this.#columns;
  }

  /** Of a statement that was described before: how its columns are asked for. @param {Column[]} columns @param {boolean} binary */
  use(columns, binary) {
    this.#columns = columns.map(({ name, oid }) => ({ name, oid, binary: binary && isBinary(oid, this.#statement.raw) }));
    return this.#columns.map((column) => column.binary);
  }

  /** DataRow. @param {Body} body */
  row(body) {
    if (this.error !== undefined) return;
    try {
      const { raw, arrays } = this.#statement;
      const count = body.int16();
      /** @type {any} */
      const row = raw || arrays ? new Array(count) : {};
      for (let i = 0; i < count; i++) {
        const size = body.int32();
        const column = this.#columns[i];
        row[raw || arrays ? i : column.name] = size < 0 ? null : raw ? Buffer.from(body.bytes(size)) : this.#value(column, body, size);
      }
      this.#rows.push(row);
    } catch (error) {
      this.error = error;
    }
  }

  /** @param {Column} column @param {Body} body @param {number} size */
  #value({ oid, binary }, body, size) {
    if (binary) return decodeBinary(oid, body.bytes(size));
    return decodeText(oid, body.string(size), this.#statement);
  }

  /** CommandComplete. @param {string} tag */
  complete(tag) {
    const rows = this.#rows;
    rows.command = TAG.exec(tag)?.[1] ?? tag;
    rows.count = Number(/ (\d+)$/.exec(tag)?.[1] ?? 0);
    rows.affectedRows = /^(INSERT|UPDATE|DELETE|MERGE|COPY)$/.test(rows.command) ? rows.count : 0;
    this.empty();
  }

  /** EmptyQueryResponse. */
  empty() {
    this.all.push(this.#rows);
    this.#rows = new SQLResultArray();
  }
}
