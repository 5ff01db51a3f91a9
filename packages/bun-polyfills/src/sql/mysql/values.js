/** Values as MySQL takes them, and as Bun gives them. */
import mysql from "mysql2";
import { Buffer } from "buffer";
import { invalidType } from "../errors.js";

const { TypedParameter } = /** @type {any} */ (mysql);

const I64 = 2n ** 63n;

/** @param {any} value @returns {any} */
export function toParameter(value) {
  switch (typeof value) {
    case "undefined": return null;
    case "bigint": return value >= I64 ? TypedParameter.LONGLONG.unsigned(value) : TypedParameter.LONGLONG(value);
    case "number":
      if (!Number.isSafeInteger(value)) return value;
      if (value === (value | 0)) return TypedParameter.LONG(value);
      return value === value >>> 0 ? TypedParameter.LONG.unsigned(value) : TypedParameter.LONGLONG(value);
    case "function": throw invalidType("Cannot bind a function to query parameter");
    case "symbol": throw invalidType("Cannot bind this type to query parameter");
    case "object": return value === null ? null : ofObject(value);
  }
  return value;
}

/** @param {any} value */
function ofObject(value) {
  if (value instanceof Date) return value;
  if (value instanceof String) return String(value);
  if (value instanceof ArrayBuffer) return Buffer.from(value);
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof Number || value instanceof Boolean || value instanceof BigInt) {
    const { name } = value.constructor;
    throw invalidType(`Cannot bind ${name}Object to query parameter. Use a primitive ${name.toLowerCase()} instead.`);
  }
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === null || value.constructor === Object || typeof value.toJSON === "function";
  if (!isPlain || value instanceof URL) throw invalidType("Cannot bind this type to query parameter");
  return JSON.stringify(value);
}

const UNSIGNED = 32;
const BIT = 16;
const LONGLONG = 8;
const TIME = 11;

/**
 * @param {any} value as mysql2 gives it
 * @param {{ columnType: number, columnLength: number, flags: number, decimals?: number }} field
 * @param {boolean} bigint
 */
export function toValue(value, { columnType, columnLength, flags, decimals }, bigint) {
  if (value === null) return null;
  switch (columnType) {
    case BIT: return columnLength === 1 ? value[0] === 1 : value;
    case LONGLONG: return integer(BigInt(value), (flags & UNSIGNED) !== 0, bigint);
    // The fraction as the column has it.
    case TIME: return typeof value === "string" && decimals !== undefined && decimals < 6 ? value.replace(/\.(\d+)$/, (_, digits) => (decimals ? `.${digits.slice(0, decimals)}` : "")) : value;
  }
  return value;
}

const MOMENT = /^(\d{4})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d+))?)?$/;

/** In UTC. There are days 0 of months 0. @param {string | null} text */
export function moment(text) {
  if (text === null) return null;
  const [year, month, day, hour, minute, second] = (MOMENT.exec(text) ?? []).slice(1, 7).map((part) => Number(part ?? 0));
  if (!month || !day) return new Date(Number.NaN);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, Math.floor(Number(`0.${MOMENT.exec(text)?.[7] ?? 0}`) * 1000));
  return date;
}

/** A number where it has 32 bits. @param {bigint} value @param {boolean} unsigned @param {boolean} bigint */
function integer(value, unsigned, bigint) {
  const small = unsigned ? value < 2n ** 32n : value >= -(2n ** 31n) && value < 2n ** 31n;
  return small ? Number(value) : bigint ? value : String(value);
}
