/**
 * node:crypto. Hashes, keys from passwords and random numbers are here; ciphers and
 * what there is for key pairs are large, and added to programs that name them.
 */
import { Buffer } from "buffer";
import { bytes } from "./crypto/bytes.js";
import { coded } from "./crypto/errors.js";
import { createHash, createHmac, getHashes, hash, Hash, Hmac } from "./crypto/hashes.js";
import { createSecretKey, KeyObject } from "./crypto/key-object.js";
import { hkdf, hkdfSync, pbkdf2, pbkdf2Sync, scrypt, scryptSync } from "./crypto/keys.js";
import { unsupported } from "./errors.js";
import { nextTick } from "./next-tick.js";

export { createSecretKey, KeyObject };
export { createHash, createHmac, getHashes, hash, Hash, Hmac, hkdf, hkdfSync, pbkdf2, pbkdf2Sync, scrypt, scryptSync };

export const webcrypto = globalThis.crypto;
export const subtle = webcrypto.subtle;

/** The Web's function fills at most so many bytes. */
const MOST = 65536;

/**
 * @template {ArrayBufferView | ArrayBuffer} T
 * @param {T} view
 * @param {number} [offset]
 * @param {number} [size]
 * @returns {T}
 */
export function randomFillSync(view, offset = 0, size) {
  const whole = bytes(view, undefined, "buf");
  const all = whole.subarray(offset, size === undefined ? undefined : offset + size);
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
  if (!(range > 0 && range <= 2 ** 48)) throw coded(RangeError, "ERR_OUT_OF_RANGE", `The range from ${min} to ${max} is not in 1..2**48`);
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
  const [left, right] = [bytes(a, undefined, "buf1"), bytes(b, undefined, "buf2")];
  if (left.length !== right.length) throw coded(RangeError, "ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH", "Input buffers must have the same byte length");
  let difference = 0;
  for (let i = 0; i < left.length; i++) difference |= left[i] ^ right[i];
  return difference === 0;
}

export const constants = {
  RSA_PKCS1_PADDING: 1, RSA_NO_PADDING: 3, RSA_PKCS1_OAEP_PADDING: 4, RSA_PKCS1_PSS_PADDING: 6,
  RSA_PSS_SALTLEN_DIGEST: -1, RSA_PSS_SALTLEN_MAX_SIGN: -2, RSA_PSS_SALTLEN_AUTO: -2,
  POINT_CONVERSION_COMPRESSED: 2, POINT_CONVERSION_UNCOMPRESSED: 4, POINT_CONVERSION_HYBRID: 6,
};
export const getFips = () => 0;

/** @param {string} name @returns {any} */
function absent(name) {
  return function () {
    throw unsupported(`crypto.${name}`, `the packer adds it to programs that name it: write \`import { ${name} } from "node:crypto"\``);
  };
}

// What `added` replaces.
export let [createCipheriv, createDecipheriv, Cipheriv, Decipheriv, getCipherInfo] = ["createCipheriv", "createDecipheriv", "Cipheriv", "Decipheriv", "getCipherInfo"].map(absent);
export let [createSign, createVerify, Sign, Verify, sign, verify] = ["createSign", "createVerify", "Sign", "Verify", "sign", "verify"].map(absent);
export let [createPublicKey, createPrivateKey] = ["createPublicKey", "createPrivateKey"].map(absent);
export let [generateKeyPair, generateKeyPairSync, generateKey, generateKeySync] = ["generateKeyPair", "generateKeyPairSync", "generateKey", "generateKeySync"].map(absent);
export let [publicEncrypt, privateDecrypt, privateEncrypt, publicDecrypt] = ["publicEncrypt", "privateDecrypt", "privateEncrypt", "publicDecrypt"].map(absent);
export let [createECDH, ECDH, diffieHellman, X509Certificate] = ["createECDH", "ECDH", "diffieHellman", "X509Certificate"].map(absent);
export let getCiphers = () => /** @type {string[]} */ ([]);
export let getCurves = () => /** @type {string[]} */ ([]);

const crypto = {
  webcrypto, subtle, createSecretKey, KeyObject, createHash, createHmac, getHashes, hash, Hash, Hmac, hkdf, hkdfSync, pbkdf2, pbkdf2Sync, scrypt, scryptSync,
  randomBytes, randomFill, randomFillSync, randomInt, randomUUID, getRandomValues, timingSafeEqual, constants, getFips,
  createCipheriv, createDecipheriv, Cipheriv, Decipheriv, getCipherInfo, getCiphers, createSign, createVerify, Sign, Verify, sign, verify, createPublicKey, createPrivateKey,
  generateKeyPair, generateKeyPairSync, generateKey, generateKeySync, publicEncrypt, privateDecrypt, privateEncrypt, publicDecrypt,
  createECDH, ECDH, diffieHellman, X509Certificate, getCurves,
};
export default crypto;

/** @param {any} part functions and classes by their names */
export function added(part) {
  Object.assign(crypto, part);
  ({ createCipheriv, createDecipheriv, Cipheriv, Decipheriv, getCipherInfo, getCiphers, createSign, createVerify, Sign, Verify, sign, verify } = crypto);
  ({ createPublicKey, createPrivateKey, generateKeyPair, generateKeyPairSync, generateKey, generateKeySync } = crypto);
  ({ publicEncrypt, privateDecrypt, privateEncrypt, publicDecrypt, createECDH, ECDH, diffieHellman, X509Certificate, getCurves } = crypto);
}
