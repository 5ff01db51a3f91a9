/**
 * crypto.subtle's keys of HMAC: the engine's point at the bytes that they were made of,
 * and sign by whatever is there once the garbage collector has moved or freed those.
 */
import { Buffer } from "buffer";

/** Larger than what the collector moves: it lies where it lies until nobody has it any more. */
const ROOM = 8192;

/** @type {WeakMap<object, Uint8Array>} */
const kept = new WeakMap();

/** @param {Uint8Array} data */
function copied(data) {
  const bytes = new Uint8Array(new ArrayBuffer(Math.max(ROOM, data.length)), 0, data.length);
  bytes.set(data);
  return bytes;
}

/** Nothing where the engine will say that the key is none. @param {string} format @param {any} data */
function bytesOf(format, data) {
  if (format === "jwk") return typeof data?.k === "string" ? copied(Buffer.from(data.k, "base64url")) : undefined;
  if (ArrayBuffer.isView(data)) return copied(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return data instanceof ArrayBuffer ? copied(new Uint8Array(data)) : undefined;
}

const isHmac = (/** @type {any} */ algorithm) => /^hmac$/i.test(String(algorithm?.name ?? algorithm));

const prototype = Object.getPrototypeOf(globalThis.crypto.subtle);
const { importKey } = prototype;

/** @this {SubtleCrypto} @type {(...args: any[]) => Promise<any>} */
prototype.importKey = async function (format, data, algorithm, ...rest) {
  const bytes = isHmac(algorithm) ? bytesOf(format, data) : undefined;
  if (!bytes) return importKey.call(this, format, data, algorithm, ...rest);
  // What else there is to a JSON Web Key, the engine checks.
  if (format === "jwk") await importKey.call(this, format, data, algorithm, ...rest);
  const key = await importKey.call(this, format === "jwk" ? "raw" : format, bytes, algorithm, ...rest);
  kept.set(key, bytes);
  return key;
};
