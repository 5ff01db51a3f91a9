/**
 * node:buffer: the package, whose loops over UTF-8 are replaced by the engine's
 * own functions, which are compiled.
 */
import { Buffer, INSPECT_MAX_BYTES, kMaxLength, SlowBuffer } from "buffer/index.js";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/** @param {unknown} encoding */
const isUtf8 = (encoding) => encoding === undefined || encoding === null || /^utf-?8$/i.test(String(encoding));

/** The package reads both alphabets of base 64, and knows one name. @param {unknown} encoding */
const isBase64Url = (encoding) => /^base64url$/i.test(String(encoding));
/** @param {any} encoding */
const known = (encoding) => (isBase64Url(encoding) ? "base64" : encoding);

/** @type {any} */
const prototype = Buffer.prototype;
const { toString, write, fill } = prototype;
const { from, byteLength, isEncoding } = Buffer;

/**
 * @this {Uint8Array}
 * @param {string} [encoding]
 * @param {number} [start]
 * @param {number} [end]
 */
prototype.toString = function (encoding, start = 0, end = this.length) {
  if (isBase64Url(encoding)) return toString.call(this, "base64", start, end).replace(/=+$/, "").replaceAll("+", "-").replaceAll("/", "_");
  if (!isUtf8(encoding)) return toString.call(this, encoding, start, end);
  const [first, last] = [Math.max(0, start | 0), Math.min(this.length, end)];
  return first < last ? decoder.decode(new Uint8Array(this.buffer, this.byteOffset + first, last - first)) : "";
};
prototype.toLocaleString = prototype.toString;
prototype.utf8Slice = function (/** @type {number} */ start, /** @type {number} */ end) {
  return this.toString("utf8", start, end);
};

/**
 * @this {Uint8Array}
 * @param {string} text
 * @param {any} [offset]
 * @param {any} [length]
 * @param {any} [encoding]
 */
prototype.write = function (text, offset, length, encoding) {
  const named = [offset, length, encoding].find((argument) => typeof argument === "string");
  const at = typeof offset === "number" ? offset : 0;
  if (!isUtf8(named) || typeof text !== "string" || at < 0 || at > this.length) return write.call(this, text, known(offset), known(length), known(encoding));
  const most = typeof length === "number" ? Math.min(length, this.length - at) : this.length - at;
  return encoder.encodeInto(text, new Uint8Array(this.buffer, this.byteOffset + at, most)).written;
};
prototype.utf8Write = function (/** @type {string} */ text, /** @type {number} */ offset, /** @type {number} */ length) {
  return this.write(text, offset, length, "utf8");
};

/** @type {any} */ (Buffer).from = function (/** @type {any} */ value, /** @type {any} */ encoding, /** @type {any} */ length) {
  if (typeof value !== "string" || !isUtf8(encoding)) return /** @type {any} */ (from).call(Buffer, value, known(encoding), length);
  return Object.setPrototypeOf(encoder.encode(value), prototype);
};

/** @type {any} */ (Buffer).byteLength = function (/** @type {any} */ value, /** @type {any} */ encoding) {
  if (typeof value !== "string" || !isUtf8(encoding)) return byteLength.call(Buffer, value, known(encoding));
  return encoder.encode(value).length;
};

prototype.fill = function (/** @type {any} */ value, /** @type {any} */ offset, /** @type {any} */ end, /** @type {any} */ encoding) {
  return fill.call(this, value, known(offset), known(end), known(encoding));
};

/** The package takes no other Uint8Array. */
prototype.equals = function (/** @type {any} */ other) {
  if (!(other instanceof Uint8Array)) throw Object.assign(new TypeError('The "otherBuffer" argument must be an instance of Buffer or Uint8Array'), { code: "ERR_INVALID_ARG_TYPE" });
  return Buffer.compare(this, other) === 0;
};

/** @type {any} */ (Buffer).isEncoding = (/** @type {any} */ encoding) => isEncoding.call(Buffer, known(encoding));

export const { atob, btoa, Blob, File } = globalThis;
export const constants = { MAX_LENGTH: kMaxLength, MAX_STRING_LENGTH: 2 ** 30 - 2 };
/** @param {Uint8Array} bytes */
export function isUtf8Bytes(bytes) {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
/** @param {Uint8Array} bytes */
export const isAscii = (bytes) => bytes.every((byte) => byte < 128);

export { Buffer, INSPECT_MAX_BYTES, kMaxLength, SlowBuffer, isUtf8Bytes as isUtf8 };
export default { atob, btoa, Blob, Buffer, constants, File, INSPECT_MAX_BYTES, isAscii, isUtf8: isUtf8Bytes, kMaxLength, SlowBuffer };
