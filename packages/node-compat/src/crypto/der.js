/** ASN.1 in DER, over the tags and lengths of @noble/curves, which are strict. */
import { DER } from "@noble/curves/abstract/der.js";
import { Buffer } from "buffer";
import { wrongTag } from "./errors.js";

export const TAG = { BOOLEAN: 0x01, INTEGER: 0x02, BITS: 0x03, OCTETS: 0x04, NULL: 0x05, OID: 0x06, SEQUENCE: 0x30, SET: 0x31 };
/** The tag of a field `[number]`, whether it holds other values or bytes. @type {(number: number, constructed?: boolean) => number} */
export const context = (number, constructed = true) => (constructed ? 0xa0 : 0x80) | number;

/** Values one after the other. What is not well formed throws an error of OpenSSL's. */
export class Reader {
  #left;

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.#left = bytes;
  }

  get done() {
    return this.#left.length === 0;
  }

  /** The next value's tag. */
  get tag() {
    return this.#left[0];
  }

  /** @param {number} tag @returns {Uint8Array} */
  take(tag) {
    try {
      const { v, l } = DER._tlv.decode(tag, this.#left);
      this.#left = l;
      return v;
    } catch {
      throw wrongTag();
    }
  }

  /** A value of any kind with its tag and length. */
  whole() {
    const before = this.#left;
    this.take(this.tag);
    return before.subarray(0, before.length - this.#left.length);
  }

  /** What a value holds, if it has this tag. @param {number} tag */
  optional(tag) {
    return !this.done && this.tag === tag ? this.take(tag) : undefined;
  }

  /** @param {number} [tag] */
  sequence(tag = TAG.SEQUENCE) {
    return new Reader(this.take(tag));
  }

  /** Not negative. */
  integer() {
    const value = this.take(TAG.INTEGER);
    try {
      return DER._int.decode(value);
    } catch {
      throw wrongTag();
    }
  }

  oid() {
    const [first, ...rest] = arcs(this.take(TAG.OID));
    const root = Math.min(Math.floor(first / 40), 2);
    return [root, first - root * 40, ...rest].join(".");
  }

  octets() {
    return this.take(TAG.OCTETS);
  }

  /** Whole bytes. */
  bits() {
    return wholeBytes(this.take(TAG.BITS));
  }

  end() {
    if (!this.done) throw wrongTag();
  }
}

/** The content of a BIT STRING. @param {Uint8Array} value */
export function wholeBytes(value) {
  if (value[0] !== 0) throw wrongTag();
  return value.subarray(1);
}

/** Base 128, the most significant first. @param {Uint8Array} value */
function arcs(value) {
  const found = [];
  let arc = 0;
  for (const byte of value) {
    arc = arc * 128 + (byte & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER) throw wrongTag();
    if (byte & 0x80) continue;
    found.push(arc);
    arc = 0;
  }
  if (value.length === 0 || value[value.length - 1] & 0x80) throw wrongTag();
  return found;
}

/**
 * The one sequence that the bytes are.
 * @param {Uint8Array} bytes
 */
export function sequenceIn(bytes) {
  const reader = new Reader(bytes);
  const sequence = reader.sequence();
  reader.end();
  return sequence;
}

/**
 * @param {number} tag
 * @param {Uint8Array[]} parts
 */
export const encode = (tag, ...parts) => Buffer.from(DER._tlv.encode(tag, Buffer.concat(parts).toString("hex")), "hex");

/** @param {Uint8Array[]} parts */
export const sequence = (...parts) => encode(TAG.SEQUENCE, ...parts);
/** @param {bigint | number} value */
export const integer = (value) => encode(TAG.INTEGER, Buffer.from(DER._int.encode(BigInt(value)), "hex"));
/** @param {Uint8Array} value */
export const octets = (value) => encode(TAG.OCTETS, value);
/** @param {Uint8Array} value */
export const bits = (value) => encode(TAG.BITS, Uint8Array.of(0), value);
export const nothing = () => encode(TAG.NULL);

/** @param {string} name with dots */
export function oid(name) {
  const [root, second, ...rest] = name.split(".").map(Number);
  const bytes = [root * 40 + second, ...rest].flatMap((arc) => {
    const found = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) found.unshift((left & 0x7f) | 0x80);
    return found;
  });
  return encode(TAG.OID, Uint8Array.from(bytes));
}
