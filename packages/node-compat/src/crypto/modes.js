/**
 * Block and stream ciphers that take their data in pieces, of @noble/ciphers, whose own
 * take it whole. Each has `update` and `final`; those with a tag have `aad` and `tag`.
 */
import { GHASH } from "@noble/ciphers/_polyval.js";
import { Poly1305 } from "@noble/ciphers/_poly1305.js";
import { unsafe } from "@noble/ciphers/aes.js";
import { chacha20 } from "@noble/ciphers/chacha.js";
import { badDecrypt, wrongFinalBlock } from "./errors.js";

const BLOCK = 16;
const { expandKeyLE, expandKeyDecLE, encryptBlock, decryptBlock, ctrCounter, ctr32 } = unsafe;

/** @param {Uint8Array} left @param {Uint8Array} right */
function joined(left, right) {
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}

/** @param {Uint8Array} block @param {Uint8Array} other */
function xor(block, other) {
  for (let i = 0; i < BLOCK; i++) block[i] ^= other[i];
}

/** SP 800-38A, sections 6.1 and 6.2: ECB and CBC, with the padding of PKCS#7. */
export class Blocks {
  padding = true;
  #encrypts;
  #key;
  #chain;
  #left = new Uint8Array();

  /** @param {Uint8Array} key @param {Uint8Array | null} iv for CBC @param {boolean} encrypts */
  constructor(key, iv, encrypts) {
    this.#encrypts = encrypts;
    this.#key = encrypts ? expandKeyLE(key) : expandKeyDecLE(key);
    this.#chain = iv && iv.slice();
  }

  /** The last block is kept back where it may be padding. @param {Uint8Array} data */
  update(data) {
    const all = joined(this.#left, data);
    const kept = !this.#encrypts && this.padding && all.length > 0 ? all.length % BLOCK || BLOCK : all.length % BLOCK;
    const whole = all.length - kept;
    this.#left = all.slice(whole);
    return this.#through(all.subarray(0, whole));
  }

  /** @param {Uint8Array} data */
  #through(data) {
    for (let at = 0; at < data.length; at += BLOCK) {
      const block = data.subarray(at, at + BLOCK);
      if (this.#encrypts) {
        if (this.#chain) xor(block, this.#chain);
        encryptBlock(this.#key, block);
        if (this.#chain) this.#chain = block.slice();
      } else {
        const before = block.slice();
        decryptBlock(this.#key, block);
        if (this.#chain) xor(block, this.#chain);
        this.#chain &&= before;
      }
    }
    return data;
  }

  final() {
    const left = this.#left;
    if (!this.padding) {
      if (left.length > 0) throw wrongFinalBlock();
      return left;
    }
    if (this.#encrypts) return this.#through(joined(left, new Uint8Array(BLOCK - left.length).fill(BLOCK - left.length)));
    if (left.length !== BLOCK) throw wrongFinalBlock();
    const open = this.#through(left);
    const count = open[BLOCK - 1];
    if (count < 1 || count > BLOCK || open.subarray(BLOCK - count).some((byte) => byte !== count)) throw badDecrypt();
    return open.subarray(0, BLOCK - count);
  }
}

/** What a key stream is left of the last block that was begun. */
class Stream {
  #next;
  #size;
  #begun = new Uint8Array();

  /** @param {number} size of its blocks @param {(zeros: Uint8Array) => Uint8Array} next blocks of the stream */
  constructor(size, next) {
    this.#size = size;
    this.#next = next;
  }

  /** @param {Uint8Array} data */
  update(data) {
    const missing = Math.max(data.length - this.#begun.length, 0);
    const stream = joined(this.#begun, missing === 0 ? new Uint8Array() : this.#next(new Uint8Array(Math.ceil(missing / this.#size) * this.#size)));
    this.#begun = stream.slice(data.length);
    return data.map((byte, i) => byte ^ stream[i]);
  }

  final() {
    return new Uint8Array();
  }
}

/** SP 800-38A, section 6.5. @param {Uint8Array} key @param {Uint8Array} iv */
export function counter(key, iv) {
  const [expanded, block] = [expandKeyLE(key), iv.slice()];
  return new Stream(BLOCK, (zeros) => ctrCounter(expanded, block, zeros));
}

/** Encrypted, and the result authenticated together with what is not encrypted. */
class Authenticated {
  #cipher;
  #mac;
  #pad;
  #encrypts;
  #begun = false;
  #lengths = [0, 0];

  /**
   * @param {Stream} cipher
   * @param {{ update: (data: Uint8Array) => unknown }} mac
   * @param {(length: number) => Uint8Array} pad what follows so many bytes
   * @param {boolean} encrypts
   */
  constructor(cipher, mac, pad, encrypts) {
    this.#cipher = cipher;
    this.#mac = mac;
    this.#pad = pad;
    this.#encrypts = encrypts;
  }

  /** @param {Uint8Array} data */
  aad(data) {
    this.#lengths[0] += data.length;
    this.#mac.update(data);
  }

  /** @param {Uint8Array} data */
  update(data) {
    this.#begin();
    this.#lengths[1] += data.length;
    const through = this.#cipher.update(data);
    this.#mac.update(this.#encrypts ? through : data);
    return through;
  }

  /** What is encrypted begins a block of its own. */
  #begin() {
    if (!this.#begun) this.#mac.update(this.#pad(this.#lengths[0]));
    this.#begun = true;
  }

  /** How long both were, at the end. */
  close() {
    this.#begin();
    this.#mac.update(this.#pad(this.#lengths[1]));
    return this.#lengths;
  }

  final() {
    return new Uint8Array();
  }
}

/** @param {number} length */
const toBlock = (length) => new Uint8Array((BLOCK - (length % BLOCK)) % BLOCK);

/** Two numbers of eight bytes. @param {number[]} values @param {boolean} littleEndian */
function lengthBlock([first, second], littleEndian) {
  const block = new Uint8Array(BLOCK);
  const view = new DataView(block.buffer);
  view.setBigUint64(0, BigInt(first), littleEndian);
  view.setBigUint64(8, BigInt(second), littleEndian);
  return block;
}

/** Blocks for GHASH, which pads each piece that it is given. @param {GHASH} ghash */
function wholeBlocks(ghash) {
  let left = new Uint8Array();
  return {
    /** @param {Uint8Array} data */
    update(data) {
      const all = joined(left, data);
      const whole = all.length - (all.length % BLOCK);
      if (whole > 0) ghash.update(all.slice(0, whole));
      left = all.slice(whole);
    },
  };
}

/** How much data a table is made for. */
const EXPECTED = 4096;

/** SP 800-38D, section 7. @param {Uint8Array} key @param {Uint8Array} iv @param {boolean} encrypts */
export function galois(key, iv, encrypts) {
  const expanded = expandKeyLE(key);
  const hashKey = encryptBlock(expanded, new Uint8Array(BLOCK));
  const block = firstCounter(hashKey, iv);
  const mask = ctr32(expanded, false, block, new Uint8Array(BLOCK));
  const ghash = new GHASH(hashKey, EXPECTED);
  const mac = wholeBlocks(ghash);
  const cipher = new Stream(BLOCK, (zeros) => ctr32(expanded, false, block, zeros));
  const mode = new Authenticated(cipher, mac, toBlock, encrypts);
  return Object.assign(mode, {
    tag() {
      mac.update(lengthBlock(mode.close().map((length) => length * 8), false));
      const tag = ghash.digest();
      xor(tag, mask);
      return tag;
    },
  });
}

/** @param {Uint8Array} hashKey @param {Uint8Array} iv */
function firstCounter(hashKey, iv) {
  if (iv.length === 12) return joined(iv, Uint8Array.of(0, 0, 0, 1));
  const padded = joined(iv, toBlock(iv.length));
  return new GHASH(hashKey, iv.length).update(joined(padded, lengthBlock([0, iv.length * 8], false))).digest();
}

/** RFC 8439, section 2.8. @param {Uint8Array} key @param {Uint8Array} nonce @param {boolean} encrypts */
export function chachaPoly(key, nonce, encrypts) {
  const mac = new Poly1305(chacha20(key, nonce, new Uint8Array(32)));
  let at = 1;
  const cipher = new Stream(64, (zeros) => {
    const stream = chacha20(key, nonce, zeros, undefined, at);
    at += zeros.length / 64;
    return stream;
  });
  const mode = new Authenticated(cipher, mac, toBlock, encrypts);
  return Object.assign(mode, {
    tag() {
      mac.update(lengthBlock(mode.close(), true));
      return mac.digest();
    },
  });
}
