/** createSign, createVerify, sign and verify: RSA, ECDSA and Ed25519. */
import { Buffer } from "buffer";
import { Writable } from "readable-stream";
import { nextTick } from "../next-tick.js";
import { privateMaterial, publicMaterial } from "./asymmetric-keys.js";
import { bytes, encoded } from "./bytes.js";
import { curveOf, ed25519 } from "./curves.js";
import { digestNamed } from "./digests.js";
import { coded, invalidDigest, notOfThisKey, opensslError, wrongType, wrongValue } from "./errors.js";
import { signPkcs1, signPss, verifyPkcs1, verifyPss } from "./rsa.js";

const PADDING = { PKCS1: 1, PSS: 6 };
/** As long as it may be to sign, and to verify as long as it is. */
const AUTO = -2;

/** @typedef {import("./rsa.js").Digested} Digested */
/** @typedef {{ name: string, hash: any }} Named */

/** @param {any} options @param {any} key */
function encodingOf(options, key) {
  const encoding = options?.dsaEncoding ?? "der";
  if (encoding !== "der" && encoding !== "ieee-p1363") throw wrongValue("options.dsaEncoding", "is invalid", encoding);
  return encoding === "der" || key.kind !== "ec" ? /** @type {const} */ ("der") : /** @type {const} */ ("compact");
}

/** @param {any} options @param {any} key @param {Named} digest */
function paddingOf(options, key, digest) {
  const padding = options?.padding ?? (key.kind === "rsa-pss" ? PADDING.PSS : PADDING.PKCS1);
  const isAllowed = padding === PADDING.PSS || (padding === PADDING.PKCS1 && key.kind === "rsa");
  if (!isAllowed) throw opensslError("rsa routines", 0x90, "illegal or unsupported padding mode");
  if (padding === PADDING.PKCS1) return undefined;
  const saltLength = options?.saltLength;
  if (saltLength !== undefined && (!Number.isInteger(saltLength) || saltLength < -2)) throw wrongValue("options.saltLength", "is invalid", saltLength);
  const mask = key.pss ? digestNamed(key.pss.mgfHash) : digest;
  if (key.pss && key.pss.hash !== digest.name) throw opensslError("Provider routines", 0xae, "digest not allowed");
  if (key.pss && saltLength >= 0 && saltLength < key.pss.saltLength) throw opensslError("Provider routines", 0xa4, "pss saltlen too small");
  return { hash: /** @type {Named} */ (mask).hash, saltLength: saltLength ?? key.pss?.saltLength ?? AUTO };
}

/** @param {any} key @param {Digested} digested @param {any} options */
function signDigest(key, digested, options) {
  if (key.kind === "ec") return curveOf(key.curve).curve.sign(digested.digest, key.d, { prehash: false, format: encodingOf(options, key) });
  const mask = paddingOf(options, key, digested);
  return mask ? signPss(key, digested, mask) : signPkcs1(key, digested);
}

/** @param {any} key @param {Digested} digested @param {Uint8Array} signature @param {any} options */
function verifyDigest(key, digested, signature, options) {
  if (key.kind === "ec") {
    const format = encodingOf(options, key);
    try {
      return curveOf(key.curve).curve.verify(signature, digested.digest, key.point, { prehash: false, format });
    } catch {
      return false;
    }
  }
  const mask = paddingOf(options, key, digested);
  return mask ? verifyPss(key, digested, mask, signature) : verifyPkcs1(key, digested, signature);
}

const unknownDigest = (/** @type {unknown} */ name) => coded(TypeError, "ERR_CRYPTO_INVALID_DIGEST", `Invalid digest: ${name}`);

/** Those that sign the message itself. @param {any} key @param {unknown} algorithm */
function signsMessages(key, algorithm) {
  if (key.kind === "x25519") throw notOfThisKey();
  if (key.kind !== "ed25519") return false;
  if (algorithm === null || algorithm === undefined) return true;
  throw digestNamed(/** @type {string} */ (algorithm)) ? invalidDigest() : unknownDigest(algorithm);
}

/** @param {any} key @param {any} name @param {Uint8Array} data @returns {Digested} */
function digestOf(key, name, data) {
  // As OpenSSL does where none is named.
  const digest = digestNamed(name ?? key.pss?.hash ?? "sha256");
  if (!digest) throw unknownDigest(name);
  return { ...digest, digest: digest.hash(data) };
}

/** @param {any} name @param {any} key */
function signOnce(name, /** @type {Uint8Array} */ data, key) {
  const material = privateMaterial(key);
  if (signsMessages(material, name)) return Buffer.from(ed25519().sign(data, material.d));
  return Buffer.from(signDigest(material, digestOf(material, name, data), key));
}

/** @param {any} name @param {any} key */
function verifyOnce(name, /** @type {Uint8Array} */ data, key, /** @type {Uint8Array} */ signature) {
  const material = publicMaterial(key);
  if (!signsMessages(material, name)) return verifyDigest(material, digestOf(material, name, data), signature, key);
  return signature.length === 64 && ed25519().verify(signature, data, material.x);
}

/** @param {() => any} compute @param {any} [callback] */
function told(compute, callback) {
  if (callback === undefined) return compute();
  if (typeof callback !== "function") throw wrongType("callback", "of type function", callback);
  nextTick(() => {
    let value;
    try {
      value = compute();
    } catch (error) {
      return callback(error);
    }
    callback(null, value);
  });
}

/** @param {any} name */
function checkName(name) {
  if (name !== null && name !== undefined && typeof name !== "string") throw wrongType("algorithm", "of type string", name);
}

/**
 * @param {string | null | undefined} algorithm
 * @param {any} data
 * @param {any} key
 * @param {(error: Error | null, signature?: Buffer) => void} [callback]
 */
export function sign(algorithm, data, key, callback) {
  checkName(algorithm);
  const message = bytes(data);
  if (!key) throw coded(Error, "ERR_CRYPTO_SIGN_KEY_REQUIRED", "No key provided to sign");
  return told(() => signOnce(algorithm, message, key), callback);
}

/**
 * @param {string | null | undefined} algorithm
 * @param {any} data
 * @param {any} key
 * @param {any} signature
 * @param {(error: Error | null, result?: boolean) => void} [callback]
 */
export function verify(algorithm, data, key, signature, callback) {
  checkName(algorithm);
  const [message, given] = [bytes(data), bytes(signature, undefined, "signature")];
  return told(() => verifyOnce(algorithm, message, key, given), callback);
}

class Digesting extends Writable {
  /** @type {any} */
  #state;
  #digest;

  /** @param {string} algorithm @param {object} [options] */
  constructor(algorithm, options) {
    super(options);
    if (typeof algorithm !== "string") throw wrongType("algorithm", "of type string", algorithm);
    const digest = digestNamed(algorithm);
    if (!digest) throw coded(TypeError, "ERR_CRYPTO_INVALID_DIGEST", "Invalid digest");
    this.#digest = digest;
    this.#state = digest.hash.create();
  }

  /** @param {any} data @param {string} [encoding] */
  update(data, encoding) {
    if (!this.#state) throw coded(Error, "ERR_CRYPTO_INVALID_STATE", "Invalid state");
    this.#state.update(bytes(data, encoding));
    return this;
  }

  /** @param {any} chunk @param {string} encoding @param {(error?: Error | null) => void} callback */
  _write(chunk, encoding, callback) {
    this.update(chunk, encoding);
    callback();
  }

  /** @protected @param {any} key @returns {Digested} */
  digested(key) {
    if (key.kind !== "ec" && key.n === undefined) throw coded(Error, "ERR_CRYPTO_UNSUPPORTED_OPERATION", "Unsupported crypto operation");
    if (!this.#state) throw coded(Error, "ERR_CRYPTO_INVALID_STATE", "Invalid state");
    const digest = this.#state.digest();
    this.#state = undefined;
    return { ...this.#digest, digest };
  }
}

export class Sign extends Digesting {
  /** @param {any} key @param {string} [encoding] */
  sign(key, encoding) {
    if (!key) throw coded(Error, "ERR_CRYPTO_SIGN_KEY_REQUIRED", "No key provided to sign");
    const material = privateMaterial(key);
    return encoded(Buffer.from(signDigest(material, this.digested(material), key)), encoding);
  }
}

export class Verify extends Digesting {
  /** @param {any} key @param {any} signature @param {string} [encoding] */
  verify(key, signature, encoding) {
    const material = publicMaterial(key);
    return verifyDigest(material, this.digested(material), bytes(signature, encoding, "signature"), key);
  }
}

/** @param {string} algorithm @param {object} [options] */
export const createSign = (algorithm, options) => new Sign(algorithm, options);
/** @param {string} algorithm @param {object} [options] */
export const createVerify = (algorithm, options) => new Verify(algorithm, options);
