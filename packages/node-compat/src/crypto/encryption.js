/** publicEncrypt and its like: RSA. */
import { Buffer } from "buffer";
import { privateMaterial, publicMaterial } from "./asymmetric-keys.js";
import { bytes } from "./bytes.js";
import { digestNamed } from "./digests.js";
import { coded, notOfThisKey, opensslError } from "./errors.js";
import { decryptOaep, decryptPkcs1, decryptWithPublic, encryptOaep, encryptPkcs1, encryptWithPrivate } from "./rsa.js";

const PKCS1 = 1;
const OAEP = 4;

/** @param {any} options */
function oaepOf(options) {
  const digest = digestNamed(options?.oaepHash ?? "sha1");
  if (!digest) throw coded(Error, "ERR_OSSL_EVP_INVALID_DIGEST", "Invalid digest used");
  const label = options?.oaepLabel === undefined ? undefined : bytes(options.oaepLabel, options.encoding, "key.oaepLabel");
  return /** @type {const} */ ([digest.hash, digest.hash, label]);
}

/**
 * @param {any} key
 * @param {any} material
 * @param {number} fallback
 * @param {number[]} allowed
 */
function paddingOf(key, material, fallback, allowed) {
  if (material.kind !== "rsa") throw notOfThisKey();
  const padding = key?.padding ?? fallback;
  if (!allowed.includes(padding)) throw opensslError("rsa routines", 0x90, "illegal or unsupported padding mode");
  return padding;
}

/** @param {any} key @param {any} data */
export function publicEncrypt(key, data) {
  const material = publicMaterial(key);
  const padding = paddingOf(key, material, OAEP, [OAEP, PKCS1]);
  const message = bytes(data, key?.encoding, "buffer");
  return Buffer.from(padding === OAEP ? encryptOaep(material, message, ...oaepOf(key)) : encryptPkcs1(material, message));
}

/** @param {any} key @param {any} data */
export function privateDecrypt(key, data) {
  const material = privateMaterial(key);
  const padding = paddingOf(key, material, OAEP, [OAEP, PKCS1]);
  const message = bytes(data, key?.encoding, "buffer");
  return Buffer.from(padding === OAEP ? decryptOaep(material, message, ...oaepOf(key)) : decryptPkcs1(material, message));
}

/** @param {any} key @param {any} data */
export function privateEncrypt(key, data) {
  const material = privateMaterial(key);
  paddingOf(key, material, PKCS1, [PKCS1]);
  return Buffer.from(encryptWithPrivate(material, bytes(data, key?.encoding, "buffer")));
}

/** @param {any} key @param {any} data */
export function publicDecrypt(key, data) {
  const material = publicMaterial(key);
  paddingOf(key, material, PKCS1, [PKCS1]);
  return Buffer.from(decryptWithPublic(material, bytes(data, key?.encoding, "buffer")));
}
