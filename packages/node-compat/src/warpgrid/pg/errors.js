/** Errors and notices (PostgreSQL, "Error and Notice Message Fields"). */

/** @type {Record<string, string>} */
const FIELDS = {
  S: "severity", C: "code", D: "detail", H: "hint", P: "position", p: "internalPosition", q: "internalQuery", W: "where", s: "schema",
  t: "table", c: "column", d: "dataType", n: "constraint", F: "file", L: "line", R: "routine",
};

export class DatabaseError extends Error {
  /**
   * @param {string} message
   * @param {number} length of the message on the wire
   */
  constructor(message, length) {
    super(message);
    this.length = length;
    this.name = "error";
  }
}

/**
 * @template {object} T
 * @param {T} target
 * @param {import("./reader.js").Body} body
 * @returns {T & Record<string, string | undefined>}
 */
function fill(target, body) {
  const found = /** @type {any} */ (target);
  for (const name of Object.values(FIELDS)) found[name] = undefined;
  for (let type = body.octet(); type !== 0; type = body.octet()) {
    const value = body.text();
    const name = FIELDS[String.fromCharCode(type)];
    if (name) found[name] = value;
    else if (type === 77) found.message = value;
  }
  return found;
}

/** @param {import("./reader.js").Body} body @param {number} length */
export const readError = (body, length) => fill(new DatabaseError("", length), body);

/** @param {import("./reader.js").Body} body @param {number} length */
export const readNotice = (body, length) => fill({ length, name: "notice", message: "" }, body);
