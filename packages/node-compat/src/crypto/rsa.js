/**
 * RSA (RFC 8017): the operations on numbers, the paddings of micro-rsa-dsa-dh around
 * them. That package raises to the private exponent without the primes, four times
 * slower, and for everybody to time: it is given an exponent of one, and pads only.
 */
import { invert, mod } from "@noble/curves/abstract/modular.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { randomBytes } from "@noble/hashes/utils.js";
import { mgf1, OAEP, PKCS1_KEM, PSS } from "micro-rsa-dsa-dh/rsa.js";
import { Buffer } from "buffer";
import { fromInteger, toInteger } from "./bytes.js";
import { nothing, octets, oid, sequence } from "./der.js";
import { dataTooLarge, oaepError, opensslError } from "./errors.js";
import { HASHES } from "./pss-parameters.js";

/**
 * @typedef {import("./key-material.js").RsaPublic} RsaPublic
 * @typedef {import("./key-material.js").RsaPrivate} RsaPrivate
 */

/** @param {bigint} n */
export const bitsOf = (n) => n.toString(2).length;
/** @param {{ n: bigint }} key in bytes */
export const sizeOf = ({ n }) => Math.ceil(bitsOf(n) / 8);

/** How many bits of an exponent are taken at once. */
const WINDOW = 4;

/** @param {bigint} base @param {bigint} exponent @param {bigint} modulus */
export function power(base, exponent, modulus) {
  const powers = [1n, base % modulus];
  while (powers.length < 1 << WINDOW) powers.push((powers[powers.length - 1] * powers[1]) % modulus);
  let result = 1n;
  for (const digit of exponent.toString(1 << WINDOW)) {
    for (let i = 0; i < WINDOW; i++) result = (result * result) % modulus;
    // Where the digit is zero, too: how long it takes says less of the exponent.
    result = (result * powers[parseInt(digit, 1 << WINDOW)]) % modulus;
  }
  return result;
}

/** @param {RsaPublic} key @param {bigint} value below the modulus */
const publicly = ({ n, e }, value) => {
  if (e < 1n << 64n) return raise(value, e, n);
  return power(value, e, n);
};

/** For public exponents, most of which have two bits set. @param {bigint} base @param {bigint} exponent @param {bigint} modulus */
function raise(base, exponent, modulus) {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === "1") result = (result * base) % modulus;
  }
  return result;
}

/** By the remainders, RFC 8017, section 5.1.2, of a value that is blinded. @param {RsaPrivate} key @param {bigint} value */
function privately(key, value) {
  const { n, p, q, dp, dq, qi } = key;
  const blind = (toInteger(randomBytes(sizeOf(key))) % (n - 2n)) + 2n;
  const unblind = invert(blind, n);
  const blinded = (value * publicly(key, blind)) % n;
  const [first, second] = [power(blinded % p, dp, p), power(blinded % q, dq, q)];
  const joined = second + q * mod((first - second) * qi, p);
  const result = (joined * unblind) % n;
  // A wrong remainder gives the primes away to who sees the result (Boneh, DeMillo, Lipton 1997).
  if (publicly(key, result) !== value) throw opensslError("rsa routines", 0x04, "internal error");
  return result;
}

/** @param {RsaPublic} key @param {Uint8Array} data */
function valueIn(key, data) {
  const value = toInteger(data);
  if (value >= key.n) throw opensslError("rsa routines", 0x84, "data too large for modulus");
  return value;
}

/** @param {RsaPublic} key @param {Uint8Array} data */
const withPublic = (key, data) => fromInteger(publicly(key, valueIn(key, data)), sizeOf(key));
/** @param {RsaPrivate} key @param {Uint8Array} data */
const withPrivate = (key, data) => fromInteger(privately(key, valueIn(key, data)), sizeOf(key));

/** A key by which the package pads, and nothing else. @param {RsaPublic} key */
const padding = ({ n }) => ({ n, e: 1n, d: 1n });

/** @typedef {{ name: string, hash: any, digest: Uint8Array }} Digested */
/** @typedef {{ hash: any, saltLength: number }} Mask `saltLength` as `constants` has it, where it is negative */

/** Section 9.2. @param {Digested} digested @param {number} size */
function pkcs1Message({ name, digest }, size) {
  const info = sequence(sequence(oid(HASHES[name]), nothing()), octets(digest));
  if (size < info.length + 11) throw opensslError("rsa routines", 0x70, "digest too big for rsa key");
  return type1(info, size);
}

/** @param {Uint8Array} data @param {number} size */
const type1 = (data, size) => Buffer.concat([Uint8Array.of(0, 1), Buffer.alloc(size - data.length - 3, 0xff), Uint8Array.of(0), data]);

/** @param {RsaPrivate} key @param {Digested} digested */
export const signPkcs1 = (key, digested) => withPrivate(key, pkcs1Message(digested, sizeOf(key)));

/** @param {RsaPublic} key @param {Digested} digested @param {Uint8Array} signature */
export function verifyPkcs1(key, digested, signature) {
  if (signature.length !== sizeOf(key) || toInteger(signature) >= key.n) return false;
  return withPublic(key, signature).equals(pkcs1Message(digested, sizeOf(key)));
}

/** The message's digest is there: the first call asks for it. @param {Digested} digested */
function givenFirst({ hash, digest }) {
  let isFirst = true;
  const given = (/** @type {Uint8Array} */ data) => {
    const answer = isFirst ? digest : hash(data);
    isFirst = false;
    return answer;
  };
  return Object.assign(given, { outputLen: hash.outputLen, blockLen: hash.blockLen, create: hash.create });
}

/** @param {RsaPrivate} key @param {Digested} digested @param {Mask} mask */
export function signPss(key, digested, { hash, saltLength }) {
  const most = Math.ceil((bitsOf(key.n) - 1) / 8) - digested.hash.outputLen - 2;
  const salt = saltLength === -1 ? digested.hash.outputLen : saltLength < 0 ? most : saltLength;
  if (most < 0 || salt > most) throw dataTooLarge();
  const message = PSS(/** @type {any} */ (givenFirst(digested)), /** @type {any} */ (mgf1(hash)), salt).sign(padding(key), new Uint8Array());
  return withPrivate(key, message);
}

/** @param {RsaPublic} key @param {Digested} digested @param {Mask} mask @param {Uint8Array} signature */
export function verifyPss(key, digested, { hash, saltLength }, signature) {
  const size = sizeOf(key);
  if (signature.length !== size || toInteger(signature) >= key.n) return false;
  const message = withPublic(key, signature);
  const salt = saltLength === -1 ? digested.hash.outputLen : saltLength < 0 ? saltIn(key, message, digested.hash.outputLen, hash) : saltLength;
  if (salt === undefined) return false;
  try {
    return PSS(/** @type {any} */ (givenFirst(digested)), /** @type {any} */ (mgf1(hash)), salt).verify(padding(key), new Uint8Array(), message);
  } catch {
    return false;
  }
}

/** How long the salt is in a message, section 9.1.2, steps 6 to 10. @param {RsaPublic} key @param {Uint8Array} message @param {number} length @param {any} hash */
function saltIn({ n }, message, length, hash) {
  const bits = bitsOf(n) - 1;
  const encoded = message.subarray(message.length - Math.ceil(bits / 8));
  const data = encoded.subarray(0, -length - 1);
  const mask = mgf1(hash)(encoded.subarray(data.length, -1), { dkLen: data.length });
  const open = data.map((byte, i) => byte ^ mask[i]);
  open[0] &= 0xff >> (8 * encoded.length - bits);
  const start = open.findIndex((byte) => byte !== 0);
  return start < 0 || open[start] !== 1 ? undefined : open.length - start - 1;
}

/** @param {RsaPublic} key @param {Uint8Array} data @param {any} hash @param {any} maskHash @param {Uint8Array} [label] */
export function encryptOaep(key, data, hash, maskHash, label) {
  if (data.length > sizeOf(key) - 2 * hash.outputLen - 2) throw dataTooLarge();
  return withPublic(key, OAEP(hash, /** @type {any} */ (mgf1(maskHash)), label).encrypt(padding(key), data));
}

/** @param {RsaPrivate} key @param {Uint8Array} data @param {any} hash @param {any} maskHash @param {Uint8Array} [label] */
export function decryptOaep(key, data, hash, maskHash, label) {
  const size = sizeOf(key);
  if (data.length !== size) throw oaepError();
  const message = withPrivate(key, data);
  try {
    return OAEP(hash, /** @type {any} */ (mgf1(maskHash)), label).decrypt(padding(key), message);
  } catch {
    throw oaepError();
  }
}

/** @param {RsaPublic} key @param {Uint8Array} data */
export function encryptPkcs1(key, data) {
  if (data.length > sizeOf(key) - 11) throw dataTooLarge();
  return withPublic(key, PKCS1_KEM.encrypt(padding(key), data));
}

/**
 * What is not padded as it should be gives random bytes, and always the same: who
 * asks often must not learn what is wrong (Bleichenbacher 1998). As OpenSSL 3.2 does,
 * after draft-irtf-cfrg-rsa-guidance, section 7.
 * @param {RsaPrivate} key
 * @param {Uint8Array} data
 */
export function decryptPkcs1(key, data) {
  const size = sizeOf(key);
  if (data.length !== size) throw opensslError("rsa routines", 0x6c, "data greater than mod len");
  const message = withPrivate(key, data);
  const secret = hmac(sha256, sha256(fromInteger(key.d, size)), data);
  const random = (/** @type {string} */ label, /** @type {number} */ length) => {
    const pieces = [];
    for (let i = 0; i * 32 < length; i++) pieces.push(hmac(sha256, secret, Buffer.concat([Uint8Array.of(i >> 8, i & 0xff), Buffer.from(label), Uint8Array.of((length * 8) >> 8, (length * 8) & 0xff)])));
    return Buffer.concat(pieces).subarray(0, length);
  };
  const lengths = random("length", 256);
  const mask = (1 << bitsOf(BigInt(size - 10))) - 1;
  let length = 0;
  for (let at = 0; at < lengths.length; at += 2) {
    const candidate = lengths.readUInt16BE(at) & mask;
    length = candidate < size - 10 ? candidate : length;
  }
  const other = random("message", size);
  const end = message.indexOf(0, 2);
  const isPadded = message[0] === 0 && message[1] === 2 && end >= 10;
  return isPadded ? message.subarray(end + 1) : other.subarray(size - length);
}

/** @param {RsaPrivate} key @param {Uint8Array} data */
export function encryptWithPrivate(key, data) {
  const size = sizeOf(key);
  if (data.length > size - 11) throw dataTooLarge();
  return withPrivate(key, type1(data, size));
}

/** @param {RsaPublic} key @param {Uint8Array} data */
export function decryptWithPublic(key, data) {
  if (data.length !== sizeOf(key)) throw opensslError("rsa routines", 0x6c, "data greater than mod len");
  const message = withPublic(key, data);
  const end = message.findIndex((byte, i) => i > 1 && byte !== 0xff);
  if (message[0] !== 0 || message[1] !== 1 || end < 10 || message[end] !== 0) throw opensslError("rsa routines", 0x6a, "block type is not 01");
  return message.subarray(end + 1);
}
