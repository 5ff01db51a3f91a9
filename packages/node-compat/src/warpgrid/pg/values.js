/** Values as PostgreSQL reads them. */
import { Buffer } from "buffer";

/**
 * @param {any} value
 * @param {any[]} [seen] objects whose `toPostgres` has been asked
 * @returns {string | Uint8Array | null}
 */
export function toParameter(value, seen = []) {
  if (value === null || value === undefined) return null;
  if (typeof value !== "object") return String(value);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof Date) return toTimestamp(value);
  if (Array.isArray(value)) return toArray(value);
  if (typeof value.toPostgres !== "function") return JSON.stringify(value);
  if (seen.includes(value)) throw new Error(`circular reference detected while preparing "${value}" for query`);
  return toParameter(value.toPostgres(toParameter), [...seen, value]);
}

/** @param {any[]} values @returns {string} */
function toArray(values) {
  return `{${values.map(toElement).join(",")}}`;
}

/** @param {any} value @returns {string} */
function toElement(value) {
  if (value === null || value === undefined) return "NULL";
  if (Array.isArray(value)) return toArray(value);
  if (ArrayBuffer.isView(value)) return `\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}`;
  return `"${String(toParameter(value)).replace(/[\\"]/g, "\\$&")}"`;
}

/** @param {number} value @param {number} [digits] */
const padded = (value, digits = 2) => String(value).padStart(digits, "0");

/** In the program's time zone, with its distance from UTC. @param {Date} date */
function toTimestamp(date) {
  const year = date.getFullYear();
  const distance = -date.getTimezoneOffset();
  const day = `${padded(year < 1 ? 1 - year : year, 4)}-${padded(date.getMonth() + 1)}-${padded(date.getDate())}`;
  const time = `${padded(date.getHours())}:${padded(date.getMinutes())}:${padded(date.getSeconds())}.${padded(date.getMilliseconds(), 3)}`;
  const zone = `${distance < 0 ? "-" : "+"}${padded(Math.floor(Math.abs(distance) / 60))}:${padded(Math.abs(distance) % 60)}`;
  return `${day}T${time}${zone}${year < 1 ? " BC" : ""}`;
}

/** @param {string} name */
export const escapeIdentifier = (name) => `"${name.replaceAll('"', '""')}"`;

/** @param {any} text */
export function escapeLiteral(text) {
  if (text === null || text === undefined) return "''";
  const quoted = `'${String(text).replaceAll("'", "''").replaceAll("\\", "\\\\")}'`;
  return quoted.includes("\\") ? ` E${quoted}` : quoted;
}
