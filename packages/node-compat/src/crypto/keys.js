/** Keys from passwords and secrets, by @noble/hashes. */
import { hkdf as nobleHkdf } from "@noble/hashes/hkdf.js";
import { pbkdf2 as noblePbkdf2 } from "@noble/hashes/pbkdf2.js";
import { scrypt as nobleScrypt } from "@noble/hashes/scrypt.js";
import { Buffer } from "buffer";
import { nextTick } from "../next-tick.js";
import { bytes } from "./bytes.js";
import { algorithm } from "./hashes.js";
import { secretBytes } from "./key-object.js";

/** @typedef {import("./bytes.js").Data} Data */

/**
 * @param {Data} password
 * @param {Data} salt
 * @param {number} iterations
 * @param {number} length
 * @param {string} digest
 */
export function pbkdf2Sync(password, salt, iterations, length, digest) {
  return Buffer.from(noblePbkdf2(algorithm(digest), bytes(password), bytes(salt), { c: iterations, dkLen: length }));
}

/**
 * @param {Data} password
 * @param {Data} salt
 * @param {number} length
 * @param {any} [options]
 */
export function scryptSync(password, salt, length, options = {}) {
  const N = options.N ?? options.cost ?? 16384;
  const r = options.r ?? options.blockSize ?? 8;
  const p = options.p ?? options.parallelization ?? 1;
  const maxmem = options.maxmem ?? 32 * 1024 * 1024;
  return Buffer.from(nobleScrypt(bytes(password), bytes(salt), { N, r, p, dkLen: length, maxmem: maxmem + 1024 }));
}

/**
 * @param {string} digest
 * @param {any} key
 * @param {Data} salt
 * @param {Data} info
 * @param {number} length
 */
export function hkdfSync(digest, key, salt, info, length) {
  return nobleHkdf(algorithm(digest), secretBytes(key), bytes(salt), bytes(info), length).slice().buffer;
}

/**
 * With a callback at the end: computed at once, told later.
 * @param {(...args: any[]) => any} compute
 */
function calledBack(compute) {
  return (/** @type {any[]} */ ...args) => {
    const callback = args.pop();
    nextTick(() => {
      let value;
      try {
        value = compute(...args);
      } catch (error) {
        return callback(error);
      }
      callback(null, value);
    });
  };
}

export const pbkdf2 = calledBack(pbkdf2Sync);
export const scrypt = calledBack(scryptSync);
export const hkdf = calledBack(hkdfSync);
