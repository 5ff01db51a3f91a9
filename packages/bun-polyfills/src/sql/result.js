/** The rows of a statement, with what was done. */
export class SQLResultArray extends Array {
  static get [Symbol.species]() {
    return Array;
  }

  constructor() {
    super();
    /** @type {number | null} */
    this.count = 0;
    /** @type {string | null} */
    this.command = null;
    /** @type {number | bigint | null} */
    this.lastInsertRowid = null;
    this.affectedRows = 0;
  }
}

/** One, or several of a text with several statements. @param {SQLResultArray[]} results */
export const oneOrAll = (results) => (results.length === 1 ? results[0] : results.length === 0 ? new SQLResultArray() : results);
