/** createHash and createHmac, by @noble/hashes. */
import { hmac } from "@noble/hashes/hmac.js";
import { md5, ripemd160, sha1 } from "@noble/hashes/legacy.js";
import { sha224, sha256, sha384, sha512, sha512_256 } from "@noble/hashes/sha2.js";
import { sha3_256, sha3_384, sha3_512 } from "@noble/hashes/sha3.js";
import { Buffer } from "buffer";

/** @typedef {string | ArrayBufferView | ArrayBuffer} Data */

/** @type {Record<string, any>} */
const ALGORITHMS = {
  md5, ripemd160, sha1, sha224, sha256, sha384, sha512, "sha512-256": sha512_256, "sha3-256": sha3_256, "sha3-384": sha3_384, "sha3-512": sha3_512,
};

export const getHashes = () => Object.keys(ALGORITHMS);

/** @param {string} name as Node or the Web names it: `sha256`, `RSA-SHA256`, `SHA-256` */
export function algorithm(name) {
  const key = String(name).toLowerCase().replace(/^rsa-/, "").replace(/^sha-(\d)/, "sha$1");
  const found = ALGORITHMS[key];
  if (!found) {
    throw Object.assign(new Error(`Digest method not supported: ${name} (there are ${getHashes().join(", ")})`), { code: "ERR_CRYPTO_INVALID_DIGEST" });
  }
  return found;
}

/**
 * @param {any} data
 * @param {string} [encoding]
 * @returns {Uint8Array}
 */
export function bytes(data, encoding) {
  if (typeof data === "string") return Buffer.from(data, /** @type {any} */ (encoding ?? "utf8"));
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (typeof data?.export === "function") return data.export();
  throw Object.assign(new TypeError("The data must be a string, a Buffer, a TypedArray or a DataView"), { code: "ERR_INVALID_ARG_TYPE" });
}

class Digest {
  #state;
  #done = false;

  /** @param {any} state */
  constructor(state) {
    this.#state = state;
  }

  /**
   * @param {Data} data
   * @param {string} [encoding]
   */
  update(data, encoding) {
    if (this.#done) throw Object.assign(new Error("Digest already called"), { code: "ERR_CRYPTO_HASH_FINALIZED" });
    this.#state.update(bytes(data, encoding));
    return this;
  }

  /** @param {string} [encoding] */
  digest(encoding) {
    if (this.#done) throw Object.assign(new Error("Digest already called"), { code: "ERR_CRYPTO_HASH_FINALIZED" });
    this.#done = true;
    const digest = Buffer.from(this.#state.digest());
    return encoding && encoding !== "buffer" ? digest.toString(/** @type {any} */ (encoding)) : digest;
  }

  copy() {
    return new Digest(this.#state.clone());
  }
}

export { Digest as Hash, Digest as Hmac };

/** @param {string} name */
export function createHash(name) {
  return new Digest(algorithm(name).create());
}

/**
 * @param {string} name
 * @param {Data} key
 */
export function createHmac(name, key) {
  return new Digest(hmac.create(algorithm(name), bytes(key)));
}

/**
 * @param {string} name
 * @param {Data} data
 * @param {string} [encoding]
 */
export function hash(name, data, encoding = "hex") {
  return createHash(name).update(data).digest(encoding);
}
