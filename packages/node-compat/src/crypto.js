/** node:crypto, as far as hashes, keys from passwords and random numbers go. */
import { Buffer } from "buffer";
import { unsupported } from "./errors.js";
import { bytes, createHash, createHmac, getHashes, hash, Hash, Hmac } from "./crypto/hashes.js";
import { hkdf, hkdfSync, pbkdf2, pbkdf2Sync, scrypt, scryptSync } from "./crypto/keys.js";
import { createSecretKey, KeyObject } from "./crypto/key-object.js";
import { nextTick } from "./next-tick.js";

export { createSecretKey, KeyObject };
export { createHash, createHmac, getHashes, hash, Hash, Hmac, hkdf, hkdfSync, pbkdf2, pbkdf2Sync, scrypt, scryptSync };

export const webcrypto = globalThis.crypto;
export const subtle = webcrypto.subtle;

/** The Web's function fills at most so many bytes. */
const MOST = 65536;

/**
 * @template {ArrayBufferView} T
 * @param {T} view
 * @param {number} [offset]
 * @param {number} [size]
 * @returns {T}
 */
export function randomFillSync(view, offset = 0, size = view.byteLength - offset) {
  const all = new Uint8Array(view.buffer, view.byteOffset + offset, size);
  for (let at = 0; at < all.length; at += MOST) webcrypto.getRandomValues(/** @type {any} */ (all.subarray(at, at + MOST)));
  return view;
}

/**
 * @param {number} size
 * @param {(error: Error | null, bytes: Buffer) => void} [callback]
 */
export function randomBytes(size, callback) {
  const random = randomFillSync(Buffer.alloc(size));
  if (!callback) return random;
  nextTick(callback, null, random);
}

/**
 * @param {ArrayBufferView} view
 * @param {any[]} args
 */
export function randomFill(view, ...args) {
  const callback = args.pop();
  randomFillSync(view, ...args);
  nextTick(callback, null, view);
}

/** @type {(min: number, max?: any, callback?: any) => number | void} */
export function randomInt(min, max, callback) {
  if (typeof max === "function" || max === undefined) return randomInt(0, min, max);
  const range = max - min;
  if (!(range > 0 && range <= 2 ** 48)) throw Object.assign(new RangeError(`The range from ${min} to ${max} is not in 1..2**48`), { code: "ERR_OUT_OF_RANGE" });
  // What lies past the last whole range is drawn again, so that none is likelier.
  const limit = 2 ** 48 - (2 ** 48 % range);
  let drawn;
  do drawn = randomFillSync(Buffer.alloc(6)).readUIntBE(0, 6);
  while (drawn >= limit);
  const number = min + (drawn % range);
  if (!callback) return number;
  nextTick(callback, null, number);
}

export const randomUUID = () => webcrypto.randomUUID();
/** @type {Crypto["getRandomValues"]} */
export const getRandomValues = (view) => webcrypto.getRandomValues(view);

/** @type {(a: ArrayBufferView | ArrayBuffer, b: ArrayBufferView | ArrayBuffer) => boolean} */
export function timingSafeEqual(a, b) {
  const [left, right] = [bytes(a), bytes(b)];
  if (left.length !== right.length) {
    throw Object.assign(new RangeError("Input buffers must have the same byte length"), { code: "ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH" });
  }
  let difference = 0;
  for (let i = 0; i < left.length; i++) difference |= left[i] ^ right[i];
  return difference === 0;
}

/**
 * @param {string} name
 * @param {string} remedy
 */
function missing(name, remedy) {
  return () => {
    throw unsupported(`crypto.${name}`, remedy);
  };
}

const CIPHERS = "encrypt with a package in JavaScript, as @noble/ciphers";
const SIGNATURES = "use crypto.subtle, or a package in JavaScript, as @noble/curves";
export const createCipheriv = missing("createCipheriv", CIPHERS);
export const createDecipheriv = missing("createDecipheriv", CIPHERS);
export const createSign = missing("createSign", SIGNATURES);
export const createVerify = missing("createVerify", SIGNATURES);
export const sign = missing("sign", SIGNATURES);
export const verify = missing("verify", SIGNATURES);
export const createPublicKey = missing("createPublicKey", SIGNATURES);
export const createPrivateKey = missing("createPrivateKey", SIGNATURES);
export const publicEncrypt = missing("publicEncrypt", "log in by the host: `user` and `password` of the `[[database]]`");
export const generateKeyPairSync = missing("generateKeyPairSync", SIGNATURES);
export const constants = { RSA_PKCS1_PADDING: 1, RSA_PKCS1_OAEP_PADDING: 4 };
export const getCiphers = () => [];
export const getFips = () => 0;

export default {
  webcrypto, subtle, createSecretKey, KeyObject, createHash, createHmac, getHashes, hash, Hash, Hmac, hkdf, hkdfSync, pbkdf2, pbkdf2Sync, scrypt, scryptSync,
  randomBytes, randomFill, randomFillSync, randomInt, randomUUID, getRandomValues, timingSafeEqual, createCipheriv, createDecipheriv,
  createSign, createVerify, sign, verify, createPublicKey, createPrivateKey, publicEncrypt, generateKeyPairSync, constants, getCiphers, getFips,
};
