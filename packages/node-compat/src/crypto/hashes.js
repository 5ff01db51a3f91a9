/** createHash and createHmac, by @noble/hashes. */
import { hmac } from "@noble/hashes/hmac.js";
import { md5, ripemd160, sha1 } from "@noble/hashes/legacy.js";
import { sha224, sha256, sha384, sha512, sha512_224, sha512_256 } from "@noble/hashes/sha2.js";
import { sha3_224, sha3_256, sha3_384, sha3_512 } from "@noble/hashes/sha3.js";
import { bytes, encoded } from "./bytes.js";
import { coded } from "./errors.js";
import { secretBytes } from "./key-object.js";

/** @typedef {import("./bytes.js").Data} Data */

/** @type {Record<string, any>} */
const ALGORITHMS = {
  md5, ripemd160, sha1, sha224, sha256, sha384, sha512, "sha512-224": sha512_224, "sha512-256": sha512_256,
  "sha3-224": sha3_224, "sha3-256": sha3_256, "sha3-384": sha3_384, "sha3-512": sha3_512,
};

export const getHashes = () => Object.keys(ALGORITHMS);

/** @param {string} name as Node, OpenSSL or the Web has it: `sha256`, `RSA-SHA256`, `sha256WithRSAEncryption`, `SHA-256` */
export function algorithmNamed(name) {
  const key = String(name).toLowerCase().replace(/^rsa-/, "").replace(/withrsa(encryption)?$/, "").replace(/^sha-(\d)/, "sha$1").replace("/", "-").replace(/^(rmd160|ripemd)$/, "ripemd160");
  return Object.hasOwn(ALGORITHMS, key) ? ALGORITHMS[key] : undefined;
}

/** @param {string} name */
export function algorithm(name) {
  const found = algorithmNamed(name);
  if (!found) throw coded(Error, "ERR_CRYPTO_INVALID_DIGEST", `Digest method not supported: ${name} (there are ${getHashes().join(", ")})`);
  return found;
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
    if (this.#done) throw coded(Error, "ERR_CRYPTO_HASH_FINALIZED", "Digest already called");
    this.#state.update(bytes(data, encoding));
    return this;
  }

  /** @param {string} [encoding] */
  digest(encoding) {
    if (this.#done) throw coded(Error, "ERR_CRYPTO_HASH_FINALIZED", "Digest already called");
    this.#done = true;
    return encoded(this.#state.digest(), encoding);
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
 * @param {any} key
 * @param {{ encoding?: string }} [options]
 */
export function createHmac(name, key, options) {
  return new Digest(hmac.create(algorithm(name), secretBytes(key, options?.encoding)));
}

/**
 * @param {string} name
 * @param {Data} data
 * @param {string} [encoding]
 */
export function hash(name, data, encoding = "hex") {
  return createHash(name).update(data).digest(encoding);
}
