/** Values of a program as PostgreSQL reads them: which type each is said to be, and its text or bytes. */
import { Buffer } from "buffer";
import { invalidType } from "../errors.js";

const BOOL = 16;
const BYTEA = 17;
const INT8 = 20;
export const INT4 = 23;
const FLOAT8 = 701;
const JSONS = [114, 3802];
/** Of texts: text, bpchar, varchar, unknown. */
const TEXTS = [25, 1042, 1043, 705];

/** Values that are a text as they are written: see {@link literal}. */
export class Literal {
  /** @param {string} text @param {string} [type] to which the statement casts it */
  constructor(text, type) {
    this.text = text;
    this.type = type;
  }
}

/** @param {any} value */
const isBytes = (value) => value instanceof ArrayBuffer || (ArrayBuffer.isView(value) && !(value instanceof Int32Array));

/** The type that a statement is told; 0 where the server is to find out. @param {any} value @returns {number} */
export function typeOf(value) {
  switch (typeof value) {
    case "boolean": return BOOL;
    case "bigint": return INT8;
    case "number":
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) return FLOAT8;
      return value === (value | 0) ? INT4 : INT8;
    case "symbol": throw unknown();
    case "object":
      if (value === null) return 0;
      if (isBytes(value)) return BYTEA;
      if (value instanceof Number || value instanceof Boolean || value instanceof BigInt) {
        throw invalidType(`${value.constructor.name} object is ambiguous and cannot be used as a PostgreSQL type`);
      }
      if ([Map, Set, RegExp, Promise, WeakMap, WeakSet, Blob].some((Kind) => value instanceof Kind)) throw unknown();
  }
  return 0;
}

const unknown = () => invalidType("Unknown object is not a valid PostgreSQL type");

/**
 * @param {any} value
 * @param {number} oid the type that the server takes it for
 * @returns {string | Uint8Array | null} bytes are binary
 */
export function encode(value, oid) {
  if (value === null || value === undefined) return null;
  if (value instanceof Literal) return value.text;
  if (JSONS.includes(oid)) return JSON.stringify(value) ?? null;
  if (isBytes(value)) return bytesOf(value);
  if (Array.isArray(value) || value instanceof Int32Array) return TEXTS.includes(oid) ? String(value) : arrayOf(value);
  return textOf(value);
}

/** @param {any} value */
const bytesOf = (value) => (ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value));

/** @param {any} value @returns {string} */
function textOf(value) {
  if (typeof value !== "object") return String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof String || value instanceof Error || value instanceof URL) return String(value);
  return JSON.stringify(value);
}

/** An array's text (PostgreSQL, 8.15.2). @param {ArrayLike<any>} values @returns {string} */
export function arrayOf(values) {
  return `{${Array.from(values, elementOf).join(",")}}`;
}

/** @param {any} value @returns {string} */
function elementOf(value) {
  if (value === null || value === undefined) return "NULL";
  if (Array.isArray(value)) return arrayOf(value);
  const text = isBytes(value) ? `\\x${Buffer.from(bytesOf(value)).toString("hex")}` : textOf(value);
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}
