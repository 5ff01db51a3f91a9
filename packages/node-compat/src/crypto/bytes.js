/** Data as node:crypto takes it. */
import { Buffer } from "buffer";
import { wrongType } from "./errors.js";

/** @typedef {string | ArrayBufferView | ArrayBuffer} Data */

const WANTED = "of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView";

/**
 * @param {any} data
 * @param {string} [encoding]
 * @param {string} [name]
 * @param {string} [wanted]
 * @returns {Uint8Array}
 */
export function bytes(data, encoding, name = "data", wanted = WANTED) {
  if (typeof data === "string") return Buffer.from(data, /** @type {any} */ (encoding === "buffer" ? "utf8" : (encoding ?? "utf8")));
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw wrongType(name, wanted, data);
}

/**
 * @param {Uint8Array} data
 * @param {string} [encoding]
 * @returns {any} a Buffer, or a string where an encoding is named
 */
export function encoded(data, encoding) {
  const buffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return encoding && encoding !== "buffer" ? buffer.toString(/** @type {any} */ (encoding)) : buffer;
}

/** Not negative, the most significant byte first. @param {Uint8Array} data */
export const toInteger = (data) => (data.length === 0 ? 0n : BigInt(`0x${Buffer.from(data).toString("hex")}`));

/**
 * @param {bigint} integer
 * @param {number} [size] in bytes; without it, as few as do
 */
export function fromInteger(integer, size) {
  const digits = integer.toString(16);
  return Buffer.from(digits.padStart(size === undefined ? digits.length + (digits.length % 2) : size * 2, "0"), "hex");
}
