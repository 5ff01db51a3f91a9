/** Values of PostgreSQL's as Bun gives them. */
import types from "pg-types";
import { Buffer } from "buffer";

/** @typedef {{ bigint: boolean }} Options */

/** What is asked for in binary where the columns are known before: as Bun does, and so are its results. */
const BINARY = new Set([16, 17, 23, 700, 701, 1007, 1021, 1114, 1184]);
/** What Bun asks for in binary, too, and what its text gives as well. */
const BINARY_RAW = new Set([...BINARY, 1083, 1700]);

/** @param {number} oid @param {boolean} raw */
export const isBinary = (oid, raw) => (raw ? BINARY_RAW : BINARY).has(oid);

/** By an array's type, its elements'. */
const ELEMENTS = new Map([
  [1000, 16], [1001, 17], [1002, 18], [1003, 19], [1005, 21], [1007, 23], [1009, 25], [1014, 1042], [1015, 1043], [1016, 20], [1021, 700],
  [1022, 701], [1028, 26], [1041, 869], [651, 650], [1040, 829], [1115, 1114], [1182, 1082], [1183, 1083], [1185, 1184], [1187, 1186],
  [1231, 1700], [1270, 1266], [199, 114], [2951, 2950], [3807, 3802], [1561, 1560], [1563, 1562], [791, 790], [143, 142],
]);

/** @param {number} oid @param {string} text @param {Options} options @returns {any} */
export function decodeText(oid, text, options) {
  switch (oid) {
    case 16: return text === "t";
    case 17: return bytes(text);
    case 20: return options.bigint ? BigInt(text) : text;
    case 21: case 23: case 26: case 700: case 701: return Number(text);
    case 114: case 3802: return JSON.parse(text);
    case 1082: case 1114: case 1184: return moment(text);
  }
  const element = ELEMENTS.get(oid);
  if (element === undefined) return text;
  return /** @type {any} */ (types.arrayParser).create(text, (/** @type {string | null} */ one) => (one === null ? null : decodeText(element, one, options))).parse();
}

/** `\x00ff`, or what servers before 9.0 gave. @param {string} text */
function bytes(text) {
  if (text.startsWith("\\x")) return Buffer.from(text.slice(2), "hex");
  return Buffer.from(text.replace(/\\(\\|\d{3})/g, (_, one) => (one === "\\" ? "\\" : String.fromCharCode(Number.parseInt(one, 8)))), "latin1");
}

const MOMENT = /^(\d{4,})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d+))?)?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?( BC)?$/;

/** In UTC where it says no zone. @param {string} text */
function moment(text) {
  if (text === "infinity") return Infinity;
  if (text === "-infinity") return -Infinity;
  const found = MOMENT.exec(text);
  if (!found) return new Date(Number.NaN);
  const [year, month, day, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map((part) => Number(part ?? 0));
  const milliseconds = Math.floor(Number(`0.${found[7] ?? 0}`) * 1000);
  const date = new Date(0);
  date.setUTCFullYear(found[12] ? 1 - year : year, month - 1, day);
  date.setUTCHours(hour, minute, second, milliseconds);
  const [hours, minutes, seconds] = found.slice(9, 12).map((part) => Number(part ?? 0));
  const east = (hours * 3600 + minutes * 60 + seconds) * 1000 * (found[8] === "-" ? -1 : 1);
  return new Date(date.getTime() - east);
}

/** Microseconds since 2000. @param {bigint} value */
function momentOf(value) {
  if (value === 0x7fffffffffffffffn) return Infinity;
  if (value === -0x8000000000000000n) return -Infinity;
  // Rounded down, before 2000 too.
  const milliseconds = value / 1000n - (value < 0n && value % 1000n !== 0n ? 1n : 0n);
  return new Date(Number(milliseconds) + 946684800000);
}

/** @param {number} oid one that {@link isBinary} @param {Uint8Array} data @returns {any} */
export function decodeBinary(oid, data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  switch (oid) {
    case 16: return data[0] === 1;
    case 17: return Buffer.from(data);
    case 23: return view.getInt32(0);
    case 700: return view.getFloat32(0);
    case 701: return view.getFloat64(0);
    case 1114: case 1184: return momentOf(view.getBigInt64(0));
    case 1007: return array(view, Int32Array, (at) => view.getInt32(at));
    case 1021: return array(view, Float32Array, (at) => view.getFloat32(at));
  }
  throw new Error(`no binary form of type ${oid} is known`);
}

/**
 * An array of four-byte elements, typed where it has one dimension and no null.
 * @param {DataView} view
 * @param {typeof Int32Array | typeof Float32Array} Typed
 * @param {(at: number) => number} read
 */
function array(view, Typed, read) {
  const dimensions = Array.from({ length: view.getInt32(0) }, (_, i) => view.getInt32(12 + i * 8));
  let at = 12 + dimensions.length * 8;
  let nulls = false;
  const count = dimensions.length ? dimensions.reduce((all, one) => all * one, 1) : 0;
  const flat = Array.from({ length: count }, () => {
    const size = view.getInt32(at);
    at += 4;
    if (size < 0) return ((nulls = true), null);
    at += 4;
    return read(at - 4);
  });
  if (dimensions.length < 2) return nulls ? flat : Typed.from(/** @type {number[]} */ (flat));
  /** @type {any[]} */
  let nested = flat;
  for (const length of dimensions.slice(1).reverse()) {
    nested = Array.from({ length: nested.length / length }, (_, i) => nested.slice(i * length, (i + 1) * length));
  }
  return nested;
}
