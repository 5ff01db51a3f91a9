/** HMAC, which the engine signs by, and keys of secrets: PBKDF2 and HKDF. */
import { Buffer } from "buffer";
import { hkdf } from "@noble/hashes/hkdf.js";
import { pbkdf2 } from "@noble/hashes/pbkdf2.js";
import { randomBytes } from "@noble/hashes/utils.js";
import { SecretKeyObject } from "../key-object.js";
import { checkJwk, dataOf, failure, hashOf, notEmpty, remembered, unsupported, usagesOf, webKey } from "./keys.js";
import { engine, provide } from "./subtle.js";

/** @typedef {import("./keys.js").Parameters} Parameters */

/** @param {Uint8Array} secret */
const object = (secret) => () => new SecretKeyObject(secret);

/**
 * The bytes of a secret in one of its forms.
 * @param {string} format
 * @param {any} data
 * @param {string[]} usages
 * @param {boolean} extractable
 * @returns {Uint8Array}
 */
export function secretIn(format, data, usages, extractable) {
  if (format === "raw") return data;
  if (format !== "jwk") throw unsupported(format);
  checkJwk(data, "oct", usages, extractable);
  if (typeof data.k !== "string") throw failure("DataError", "Invalid JWK \"k\" Parameter");
  return Uint8Array.from(Buffer.from(data.k, "base64url"));
}

/** @param {string} format @param {any} key @param {Uint8Array} secret @param {string} alg */
export function secretAs(format, key, secret, alg) {
  if (format === "raw") return Uint8Array.from(secret).buffer;
  if (format !== "jwk") throw unsupported(format);
  return { kty: "oct", k: Buffer.from(secret).toString("base64url"), alg, key_ops: [...key.usages], ext: key.extractable };
}

/** @param {Parameters} parameters in bits */
const hmacLength = ({ hash, length }) => length ?? hashOf(hash).hash.blockLen * 8;

/** @param {Uint8Array} secret @param {Parameters} parameters @param {boolean} extractable @param {string[]} wanted */
async function hmacKey(secret, parameters, extractable, wanted) {
  const usages = notEmpty(usagesOf(wanted, ["sign", "verify"]));
  if (secret.length === 0) throw failure("DataError", "Zero-length key is not supported");
  const key = await engine.importKey("raw", secret, { name: "HMAC", hash: hashOf(parameters.hash).name }, extractable, usages);
  return remembered(key, secret, object(secret));
}

provide({
  name: "HMAC",
  generate: (parameters, extractable, usages) => hmacKey(randomBytes(Math.ceil(hmacLength(parameters) / 8)), parameters, extractable, usages),
  importKey: (format, data, parameters, extractable, usages) => hmacKey(secretIn(format, data, usages, extractable), parameters, extractable, usages),
  exportKey: (format, key, secret) => secretAs(format, key, secret, `HS${key.algorithm.hash.name.slice(4)}`),
  sign: (_, key, __, data) => engine.sign("HMAC", key, data),
  verify: (_, key, __, signature, data) => engine.verify("HMAC", key, signature, data),
  keyLength: hmacLength,
});

/** @param {string} name @param {(parameters: Parameters, secret: Uint8Array, length: number) => Uint8Array} derive */
const derivation = (name, derive) => ({
  name,
  /** @param {string} format @param {any} data @param {Parameters} _ @param {boolean} extractable @param {string[]} wanted */
  importKey(format, data, _, extractable, wanted) {
    if (format !== "raw") throw unsupported(format);
    if (extractable) throw failure("SyntaxError", `${name} keys are not extractable`);
    return webKey("secret", { name }, false, notEmpty(usagesOf(wanted, ["deriveKey", "deriveBits"])), data, object(data));
  },
  /** @param {Parameters} parameters @param {Uint8Array} secret @param {number | null} length in bits */
  deriveBits(parameters, secret, length) {
    if (length === null || length % 8 !== 0) throw failure("OperationError", "length must be a multiple of 8");
    return length === 0 ? new Uint8Array() : derive(parameters, secret, length / 8);
  },
  keyLength: () => null,
});

provide(
  derivation("PBKDF2", ({ hash, salt, iterations }, secret, length) => {
    if (!(iterations > 0)) throw failure("OperationError", "iterations cannot be zero");
    return pbkdf2(hashOf(hash).hash, secret, dataOf(salt), { c: iterations, dkLen: length });
  }),
  derivation("HKDF", ({ hash, salt, info }, secret, length) => {
    const of = hashOf(hash).hash;
    if (length > 255 * of.outputLen) throw failure("OperationError", "The length is too large");
    return hkdf(of, secret, dataOf(salt), dataOf(info), length);
  }),
);
