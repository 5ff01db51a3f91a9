// Digests, authentication codes and derived keys by @noble/hashes.
import { argon2id } from "@noble/hashes/argon2.js";
import { blake2b, blake2s } from "@noble/hashes/blake2.js";
import { blake3 } from "@noble/hashes/blake3.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { md5, ripemd160, sha1 } from "@noble/hashes/legacy.js";
import { pbkdf2, pbkdf2Async } from "@noble/hashes/pbkdf2.js";
import { scrypt, scryptAsync } from "@noble/hashes/scrypt.js";
import { sha224, sha256, sha384, sha512, sha512_256 } from "@noble/hashes/sha2.js";
import { keccak_256, sha3_256, sha3_512, shake128 } from "@noble/hashes/sha3.js";
import { cshake256, kmac256, kt128 } from "@noble/hashes/sha3-addons.js";
import { bytesToHex, concatBytes, hexToBytes, randomBytes, utf8ToBytes } from "@noble/hashes/utils.js";

const text = utf8ToBytes("The quick brown fox jumps over the lazy dög");
const salt = hexToBytes("000102030405060708090a0b0c0d0e0f");

export default {
  async fetch() {
    const parts = sha256.create().update(text.subarray(0, 10));
    const copy = parts.clone();
    const named = { md5, ripemd160, sha1, sha224, sha256, sha384, sha512, sha512_256, sha3_256, sha3_512, keccak_256, blake2b, blake2s, blake3 };
    const derived = {
      hkdf: hkdf(sha256, text, salt, utf8ToBytes("info"), 42),
      pbkdf2: pbkdf2(sha512, "password", salt, { c: 50, dkLen: 20 }),
      pbkdf2Async: await pbkdf2Async(sha256, "password", salt, { c: 100, dkLen: 32, asyncTick: 1 }),
      scrypt: scrypt("password", salt, { N: 64, r: 8, p: 2, dkLen: 32 }),
      scryptAsync: await scryptAsync("password", salt, { N: 128, r: 8, p: 1, dkLen: 32 }),
      argon2id: argon2id("password", salt, { t: 1, m: 64, p: 2 }),
    };
    const hex = (bytes: Record<string, Uint8Array>) => Object.fromEntries(Object.entries(bytes).map(([name, value]) => [name, bytesToHex(value)]));
    return Response.json({
      digests: hex(Object.fromEntries(Object.entries(named).map(([name, hash]) => [name, hash(text)]))),
      empty: hex(Object.fromEntries(Object.entries(named).map(([name, hash]) => [name, hash(new Uint8Array())]))),
      derived: hex(derived),
      keyed: hex({ hmac: hmac(sha256, salt, text), hmac512: hmac(sha512, concatBytes(salt, text, text, text), text), blake2b: blake2b(text, { key: salt, dkLen: 20 }), blake3: blake3(text, { context: utf8ToBytes("context") }), kmac: kmac256(salt, text) }),
      extended: hex({ shake: shake128(text, { dkLen: 50 }), cshake: cshake256(text, { personalization: utf8ToBytes("me"), dkLen: 20 }), kt128: kt128(text, { dkLen: 16 }) }),
      streamed: [bytesToHex(parts.update(text.subarray(10)).digest()), bytesToHex(copy.digest())],
      million: bytesToHex(sha256(new Uint8Array(1_000_000).fill(97))),
      random: [randomBytes(32).length, new Set(Array.from({ length: 50 }, () => bytesToHex(randomBytes(8)))).size],
      wrong: [() => sha256("text" as never), () => hexToBytes("abc"), () => pbkdf2(sha256, "x", "y", { c: 0 })].map((work) => {
        try {
          return work().length;
        } catch (error) {
          return (error as Error).name;
        }
      }),
    });
  },
};
