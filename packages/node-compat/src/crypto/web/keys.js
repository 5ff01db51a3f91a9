/** The Web's keys that are not the engine's own, and what is known of those that are. */
import { algorithmNamed } from "../hashes.js";

/**
 * @typedef {"secret" | "public" | "private"} Type
 * @typedef {{ name: string } & Record<string, any>} Parameters
 * @typedef {{ material: any, object: () => import("../key-object.js").KeyObject }} Known `material` is what `export` writes
 */

/** @type {WeakMap<object, Known>} */
const known = new WeakMap();

/** @param {any} key */
export const knownOf = (key) => (typeof key === "object" && key !== null ? known.get(key) : undefined);

/**
 * @param {any} key of the engine's
 * @param {any} material
 * @param {() => import("../key-object.js").KeyObject} object
 */
export function remembered(key, material, object) {
  known.set(key, { material, object });
  return key;
}

/**
 * A key that is a CryptoKey for who asks.
 * @param {Type} type
 * @param {Parameters} algorithm
 * @param {boolean} extractable
 * @param {string[]} usages
 * @param {any} material
 * @param {() => import("../key-object.js").KeyObject} object
 */
export function webKey(type, algorithm, extractable, usages, material, object) {
  const key = Object.create(globalThis.CryptoKey.prototype);
  // The prototype's own getters are of the engine's keys only.
  for (const [name, value] of Object.entries({ type, extractable, algorithm, usages })) Object.defineProperty(key, name, { value, enumerable: true });
  Object.defineProperty(key, Symbol.toStringTag, { value: "CryptoKey" });
  return remembered(key, material, object);
}

/** @param {string} name @param {string} message */
export const failure = (name, message) => new DOMException(message, name);
export const unsupported = (/** @type {string} */ what) => failure("NotSupportedError", `${what} is not supported`);

/** In the order in which keys list them. */
const USAGES = ["encrypt", "decrypt", "sign", "verify", "deriveKey", "deriveBits", "wrapKey", "unwrapKey"];

/**
 * @param {string[]} wanted
 * @param {string[]} possible
 */
export function usagesOf(wanted, possible) {
  const wrong = wanted.find((usage) => !possible.includes(usage));
  if (wrong !== undefined) throw failure("SyntaxError", `Unsupported key usage for this key: ${wrong}`);
  return USAGES.filter((usage) => wanted.includes(usage));
}

/** A key pair's or a secret key's must not be empty. @param {string[]} usages */
export function notEmpty(usages) {
  if (usages.length === 0) throw failure("SyntaxError", "Usages cannot be empty when importing or generating a secret or private key.");
  return usages;
}

/** @param {any} data */
export function dataOf(data) {
  if (data instanceof ArrayBuffer) return new Uint8Array(data.slice(0));
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  throw new TypeError("The data must be an ArrayBuffer or a view of one");
}

/** @param {Uint8Array} data */
export const bufferOf = (data) => /** @type {ArrayBuffer} */ (Uint8Array.from(data).buffer);

const HASHES = ["SHA-1", "SHA-256", "SHA-384", "SHA-512"];

/** @param {any} hash a name, or an object that has one @returns {{ name: string, hash: any }} */
export function hashOf(hash) {
  const given = typeof hash === "string" ? hash : hash?.name;
  const name = HASHES.find((one) => one === String(given).toUpperCase());
  if (!name) throw given === undefined ? new TypeError("The algorithm's hash is missing") : unsupported(String(given));
  return { name, hash: algorithmNamed(name) };
}

/**
 * @param {any} jwk
 * @param {string} kty
 * @param {string[]} usages
 * @param {boolean} extractable
 */
export function checkJwk(jwk, kty, usages, extractable) {
  if (typeof jwk !== "object" || jwk === null) throw new TypeError("The key must be a JsonWebKey");
  if (jwk.kty !== kty) throw failure("DataError", "Invalid JWK \"kty\" Parameter");
  if (jwk.ext === false && extractable) throw failure("DataError", "JWK \"ext\" Parameter and extractable mismatch");
  if (jwk.key_ops && usages.some((usage) => !jwk.key_ops.includes(usage))) throw failure("DataError", "Key operations and usage mismatch");
}
