/** Bun's hashes: by node-compat's crypto, and the checksums that are small. */
import { createHash, createHmac } from "node:crypto";
import { crc32 as crc } from "node:zlib";
import { Buffer } from "buffer";
import { unsupported } from "@warpgrid/node-compat/errors";
import { algorithm, getHashes } from "@warpgrid/node-compat/crypto/hashes";
import { xxHash64 } from "./xxhash64.js";

/** @param {any} data */
const toBytes = (data) => (typeof data === "string" ? Buffer.from(data) : ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data));

/** @param {string} name */
function expectKnown(name) {
  const known = getHashes().find((one) => one.toLowerCase() === String(name).toLowerCase());
  if (known) return known;
  throw Object.assign(new TypeError(`Unsupported algorithm ${name}`), { code: "ERR_INVALID_ARG_TYPE" });
}

/** @param {Buffer} digest @param {any} encoding an encoding's name, or where it goes */
function encoded(digest, encoding) {
  if (encoding === undefined || encoding === "buffer") return digest;
  if (typeof encoding === "string") return digest.toString(/** @type {BufferEncoding} */ (encoding));
  toBytes(encoding).set(digest);
  return encoding;
}

export class CryptoHasher {
  #name;
  #key;
  #parts;
  #isOver = false;

  /** @param {string} name @param {any} [key] of an HMAC @param {Uint8Array[]} [parts] */
  constructor(name, key, parts = []) {
    this.#name = expectKnown(name);
    this.#key = key;
    this.#parts = parts;
  }

  static get algorithms() {
    return getHashes().map((name) => name.toLowerCase());
  }
  /** @param {string} name @param {any} data @param {any} [encoding] */
  static hash(name, data, encoding) {
    return new CryptoHasher(name).update(data).digest(encoding);
  }

  get algorithm() {
    return this.#name.toLowerCase();
  }
  get byteLength() {
    return algorithm(this.#name).outputLen;
  }
  #expectOpen() {
    if (this.#isOver) throw new Error(`${this.algorithm} hasher already digested, create a new instance to digest again`);
  }
  /** @param {any} data @param {BufferEncoding} [encoding] */
  update(data, encoding) {
    this.#expectOpen();
    this.#parts.push(typeof data === "string" && encoding ? Buffer.from(data, encoding) : Uint8Array.from(toBytes(data)));
    return this;
  }
  copy() {
    this.#expectOpen();
    return new CryptoHasher(this.#name, this.#key, [...this.#parts]);
  }
  /** @param {any} [encoding] */
  digest(encoding) {
    this.#expectOpen();
    this.#isOver = true;
    const hasher = this.#key === undefined ? createHash(this.#name) : createHmac(this.#name, toBytes(this.#key));
    for (const part of this.#parts) hasher.update(part);
    return encoded(hasher.digest(), encoding);
  }
}

/** @param {string} name */
function hasherOf(name) {
  return class extends CryptoHasher {
    constructor() {
      super(name);
    }
    static get byteLength() {
      return algorithm(expectKnown(name)).outputLen;
    }
    /** @param {any} data @param {any} [encoding] */
    static hash(data, encoding) {
      return CryptoHasher.hash(name, data, encoding);
    }
  };
}

export const MD5 = hasherOf("md5");
export const SHA1 = hasherOf("sha1");
export const SHA224 = hasherOf("sha224");
export const SHA256 = hasherOf("sha256");
export const SHA384 = hasherOf("sha384");
export const SHA512 = hasherOf("sha512");
export const SHA512_256 = hasherOf("sha512-256");
/** @param {any} data @param {any} [encoding] */
export const sha = (data, encoding) => CryptoHasher.hash("sha512-256", data, encoding);

/** RFC 1950, 8. @param {any} data */
function adler32(data) {
  let [a, b] = [1, 0];
  for (const byte of toBytes(data)) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

/** @param {string} name */
const missing = (name) => () => {
  throw unsupported(`Bun.${name}`, "use Bun.hash.xxHash64, Bun.hash.crc32 or Bun.CryptoHasher");
};

export const hash = Object.assign(missing("hash"), {
  /** @param {any} data @param {number} [seed] */
  crc32: (data, seed) => crc(toBytes(data), seed),
  adler32,
  /** @param {any} data @param {number | bigint} [seed] */
  xxHash64: (data, seed = 0) => xxHash64(toBytes(data), BigInt(seed)),
  ...Object.fromEntries(
    ["wyhash", "cityHash32", "cityHash64", "xxHash32", "xxHash3", "murmur32v2", "murmur32v3", "murmur64v2", "rapidhash"].map((name) => [name, missing(`hash.${name}`)]),
  ),
});
