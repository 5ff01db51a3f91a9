/** createCipheriv and createDecipheriv. */
import { Transform } from "readable-stream";
import { bytes, encoded } from "./bytes.js";
import { coded, wrongState, wrongType } from "./errors.js";
import { secretBytes } from "./key-object.js";
import { Blocks, chachaPoly, counter, galois } from "./modes.js";

/** @typedef {{ name: string, mode: string, nid: number, keyLength: number, ivLength?: number, blockSize?: number }} Info as OpenSSL has it */

/** @type {(bits: number, mode: string, nid: number, more?: object) => Info} */
const aes = (bits, mode, nid, more) => ({ name: `aes-${bits}-${mode}`, mode, nid, keyLength: bits / 8, ivLength: 16, blockSize: mode === "ctr" ? 1 : 16, ...more });

/** @type {Record<string, Info>} */
const CIPHERS = {};
for (const [bits, ecb, cbc, ctr, gcm] of [[128, 418, 419, 904, 895], [192, 422, 423, 905, 898], [256, 426, 427, 906, 901]]) {
  for (const info of [aes(bits, "ecb", ecb, { ivLength: undefined }), aes(bits, "cbc", cbc), aes(bits, "ctr", ctr)]) CIPHERS[info.name] = info;
  CIPHERS[`aes-${bits}-gcm`] = aes(bits, "gcm", gcm, { name: `id-aes${bits}-gcm`, ivLength: 12, blockSize: 1 });
}
CIPHERS["chacha20-poly1305"] = { name: "chacha20-poly1305", mode: "stream", nid: 1018, ivLength: 12, keyLength: 32 };

export const getCiphers = () => [...Object.keys(CIPHERS), "aes128", "aes192", "aes256", "id-aes128-GCM", "id-aes192-GCM", "id-aes256-GCM"].sort();

/** @param {string | number} name or its number @returns {Info | undefined} */
function named(name) {
  if (typeof name === "number") return Object.values(CIPHERS).find(({ nid }) => nid === name);
  const key = String(name).toLowerCase().replace(/^aes(\d+)$/, "aes-$1-cbc").replace(/^id-aes(\d+)-gcm$/, "aes-$1-gcm");
  return Object.hasOwn(CIPHERS, key) ? CIPHERS[key] : undefined;
}

/**
 * @param {string | number} name
 * @param {{ keyLength?: number, ivLength?: number }} [options]
 */
export function getCipherInfo(name, options = {}) {
  const info = named(name);
  if (!info || (options.keyLength !== undefined && options.keyLength !== info.keyLength)) return undefined;
  if (options.ivLength !== undefined && !takesIv(info, options.ivLength)) return undefined;
  const { keyLength, mode, name: known, nid, blockSize, ivLength } = info;
  const iv = options.ivLength ?? ivLength;
  return { mode, name: known, nid, ...(blockSize ? { blockSize } : {}), ...(iv ? { ivLength: iv } : {}), keyLength };
}

/** @param {Info} info @param {number} length */
function takesIv({ mode, ivLength = 0 }, length) {
  return mode === "gcm" ? length > 0 : length === ivLength;
}

/** @param {Info} info @param {Uint8Array} key @param {Uint8Array} iv @param {boolean} encrypts @returns {any} */
function made({ mode }, key, iv, encrypts) {
  if (mode === "gcm") return galois(key, iv, encrypts);
  if (mode === "stream") return chachaPoly(key, iv, encrypts);
  return mode === "ctr" ? counter(key, iv) : new Blocks(key, mode === "cbc" ? iv : null, encrypts);
}

const badTag = (/** @type {number} */ length) => coded(TypeError, "ERR_CRYPTO_INVALID_AUTH_TAG", `Invalid authentication tag length: ${length}`);
const unauthentic = () => new Error("Unsupported state or unable to authenticate data");

/** SP 800-38D, section 5.2.1.2. @param {string} mode @param {number} length */
const isTagLength = (mode, length) => (mode === "gcm" ? length === 4 || length === 8 || (length >= 12 && length <= 16) : length > 0 && length <= 16);

class CipherBase extends Transform {
  /** @protected */
  info;
  /** @protected @type {any} */
  mode;
  /** @protected @type {number | undefined} */
  tagLength;
  /** @protected */
  begun = false;
  /** @protected */
  ended = false;

  /** @param {string} name @param {any} key @param {any} iv @param {any} options @param {boolean} encrypts */
  constructor(name, key, iv, options, encrypts) {
    super(options);
    if (typeof name !== "string") throw wrongType("cipher", "of type string", name);
    const secret = Uint8Array.from(secretBytes(key, options?.encoding));
    const vector = iv === null ? new Uint8Array() : Uint8Array.from(bytes(iv, undefined, "iv"));
    const info = named(name);
    if (!info) throw coded(Error, "ERR_CRYPTO_UNKNOWN_CIPHER", "Unknown cipher");
    if (secret.length !== info.keyLength) throw coded(RangeError, "ERR_CRYPTO_INVALID_KEYLEN", "Invalid key length");
    if (!takesIv(info, vector.length)) throw coded(TypeError, "ERR_CRYPTO_INVALID_IV", "Invalid initialization vector");
    const length = options?.authTagLength;
    if (length !== undefined && this.#authenticates(info) && !isTagLength(info.mode, length)) throw badTag(length);
    this.info = info;
    this.tagLength = length;
    this.mode = made(info, secret, vector, encrypts);
  }

  /** @param {Info} info */
  #authenticates({ mode }) {
    return mode === "gcm" || mode === "stream";
  }

  /** @protected */
  get authenticates() {
    return this.#authenticates(this.info);
  }

  /** @param {any} data @param {string} [input] @param {string} [output] */
  update(data, input, output) {
    if (typeof data !== "string" && !ArrayBuffer.isView(data)) throw wrongType("data", "of type string or an instance of Buffer, TypedArray, or DataView", data);
    if (this.ended) throw new Error("Trying to add data in unsupported state");
    this.begun = true;
    return encoded(this.mode.update(Uint8Array.from(bytes(data, input))), output);
  }

  /** @param {string} [output] */
  final(output) {
    if (this.ended) throw coded(Error, "ERR_CRYPTO_INVALID_STATE", "Invalid state");
    this.ended = true;
    return encoded(this.mode.final(), output);
  }

  /** @param {any} data @param {{ encoding?: string }} [options] */
  setAAD(data, options) {
    if (!this.authenticates || this.begun || this.ended) throw wrongState("setAAD");
    this.mode.aad(Uint8Array.from(bytes(data, options?.encoding, "buffer")));
    return this;
  }

  /** @param {boolean} [on] */
  setAutoPadding(on = true) {
    if (this.ended) throw wrongState("setAutoPadding");
    this.mode.padding = Boolean(on);
    return this;
  }

  /** @param {any} chunk @param {string} encoding @param {(error?: Error | null, data?: any) => void} callback */
  _transform(chunk, encoding, callback) {
    this.#told(() => this.update(chunk, encoding), callback);
  }

  /** @param {(error?: Error | null, data?: any) => void} callback */
  _flush(callback) {
    this.#told(() => this.final(), callback);
  }

  /** @param {() => any} compute @param {(error?: any, data?: any) => void} callback */
  #told(compute, callback) {
    let data;
    try {
      data = compute();
    } catch (error) {
      return callback(error);
    }
    callback(null, data);
  }
}

export class Cipheriv extends CipherBase {
  /** @type {Uint8Array | undefined} */
  #tag;

  /** @param {string} name @param {any} key @param {any} iv @param {any} [options] */
  constructor(name, key, iv, options) {
    super(name, key, iv, options, true);
  }

  /** @param {string} [output] */
  final(output) {
    const last = super.final(output);
    if (this.authenticates) this.#tag = this.mode.tag().subarray(0, this.tagLength ?? 16);
    return last;
  }

  getAuthTag() {
    if (!this.#tag) throw wrongState("getAuthTag");
    return encoded(this.#tag);
  }
}

export class Decipheriv extends CipherBase {
  /** @type {Uint8Array | undefined} */
  #tag;

  /** @param {string} name @param {any} key @param {any} iv @param {any} [options] */
  constructor(name, key, iv, options) {
    super(name, key, iv, options, false);
  }

  /** @param {any} tag @param {string} [encoding] */
  setAuthTag(tag, encoding) {
    const given = Uint8Array.from(bytes(tag, encoding, "buffer"));
    if (!this.authenticates || this.#tag || this.ended) throw wrongState("setAuthTag");
    if (this.tagLength === undefined ? !isTagLength(this.info.mode, given.length) : this.tagLength !== given.length) throw badTag(given.length);
    this.#tag = given;
    return this;
  }

  /** @param {string} [output] */
  final(output) {
    const last = super.final(output);
    if (this.authenticates && !this.#isAuthentic()) throw unauthentic();
    return last;
  }

  #isAuthentic() {
    if (!this.#tag) return false;
    const expected = this.mode.tag();
    return this.#tag.reduce((difference, byte, i) => difference | (byte ^ expected[i]), 0) === 0;
  }
}

/** @param {string} name @param {any} key @param {any} iv @param {any} [options] */
export const createCipheriv = (name, key, iv, options) => new Cipheriv(name, key, iv, options);
/** @param {string} name @param {any} key @param {any} iv @param {any} [options] */
export const createDecipheriv = (name, key, iv, options) => new Decipheriv(name, key, iv, options);
