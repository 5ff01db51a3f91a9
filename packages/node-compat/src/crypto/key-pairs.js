/** generateKeyPair and generateKey. */
import { gcd } from "micro-rsa-dsa-dh/utils.js";
import { isProbablePrimeRSA } from "micro-rsa-dsa-dh/primality.js";
import { invert } from "@noble/curves/abstract/modular.js";
import { randomBytes } from "@noble/hashes/utils.js";
import { nextTick } from "../next-tick.js";
import { PrivateKeyObject, PublicKeyObject } from "./asymmetric-keys.js";
import { toInteger } from "./bytes.js";
import { curveNamed, ed25519, x25519 } from "./curves.js";
import { digestNamed } from "./digests.js";
import { coded, invalidDigest, wrongType, wrongValue } from "./errors.js";
import { ecOf, okpOf } from "./key-material.js";
import { SecretKeyObject } from "./key-object.js";
import { bitsOf } from "./rsa.js";

/** A candidate that one of these divides is no prime: most are seen by that. */
const smallPrimes = once(() => {
  const found = [3];
  for (let n = 5; n < 2000; n += 2) if (found.every((prime) => n % prime !== 0)) found.push(n);
  return found.map(BigInt);
});

/** @template T @param {() => T} make */
function once(make) {
  /** @type {T | undefined} */
  let made;
  return () => (made ??= make());
}

/** @param {number} bits @param {bigint} e */
function randomPrime(bits, e) {
  for (;;) {
    const random = toInteger(randomBytes(Math.ceil(bits / 8))) & ((1n << BigInt(bits)) - 1n);
    // The two highest bits make the product of two as long as it should be.
    const candidate = random | (3n << BigInt(bits - 2)) | 1n;
    if (smallPrimes().some((prime) => candidate % prime === 0n) || gcd(candidate - 1n, e) !== 1n) continue;
    if (isProbablePrimeRSA(candidate)) return candidate;
  }
}

/** FIPS 186-5, appendix A.1.3. @param {number} size in bits @param {bigint} e */
export function generateRsa(size, e) {
  const half = Math.ceil(size / 2);
  for (;;) {
    const [first, second] = [randomPrime(half, e), randomPrime(size - half, e)];
    const [p, q] = first > second ? [first, second] : [second, first];
    if (bitsOf(p * q) !== size || (size >= 512 && p - q < 1n << BigInt(half - 100))) continue;
    const order = (p - 1n) * (q - 1n);
    const d = invert(e, order / gcd(p - 1n, q - 1n));
    return { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: invert(q, p) };
  }
}

/** @param {any} options @param {string} name @param {any} [fallback] */
function number(options, name, fallback) {
  const value = options[name] ?? fallback;
  if (typeof value !== "number") throw wrongType(`options.${name}`, "of type number", value);
  return value;
}

/** @param {any} options */
function rsaOf(options) {
  const size = number(options, "modulusLength");
  const e = number(options, "publicExponent", 65537);
  if (!Number.isInteger(size) || size < 512 || size > 16384) throw coded(RangeError, "ERR_OUT_OF_RANGE", `The value of "options.modulusLength" is out of range. It must be >= 512 && <= 16384. Received ${size}`);
  if (!Number.isInteger(e) || e < 3 || e % 2 === 0) throw coded(RangeError, "ERR_OUT_OF_RANGE", `The value of "options.publicExponent" is out of range. It must be odd and above 2. Received ${e}`);
  return generateRsa(size, BigInt(e));
}

/** @param {any} options */
function pssOf({ hashAlgorithm, mgf1HashAlgorithm, saltLength }) {
  if (hashAlgorithm === undefined && mgf1HashAlgorithm === undefined && saltLength === undefined) return {};
  const [hash, mask] = [digestNamed(hashAlgorithm ?? "sha1"), digestNamed(mgf1HashAlgorithm ?? hashAlgorithm ?? "sha1")];
  if (!hash || !mask) throw invalidDigest();
  return { pss: { hash: hash.name, mgfHash: mask.name, saltLength: saltLength ?? hash.hash.outputLen } };
}

/** @param {string} type @param {any} options */
export function generateMaterial(type, options) {
  if (type === "ed25519") return okpOf(type, ed25519().utils.randomSecretKey());
  if (type === "x25519") return okpOf(type, x25519().utils.randomSecretKey());
  if (!["rsa", "rsa-pss", "ec"].includes(type)) throw wrongValue("type", "must be a supported key type", type);
  if (typeof options !== "object" || options === null) throw wrongType("options", "of type object", options);
  if (type === "rsa") return { kind: type, ...rsaOf(options) };
  if (type === "rsa-pss") return { kind: type, ...rsaOf(options), ...pssOf(options) };
  if (typeof options.namedCurve !== "string") throw wrongType("options.namedCurve", "of type string", options.namedCurve);
  const curve = curveNamed(options.namedCurve);
  if (!curve) throw coded(TypeError, "ERR_CRYPTO_INVALID_CURVE", "Invalid EC curve name");
  return ecOf(curve.name, curve.curve.utils.randomSecretKey());
}

/**
 * @param {string} type
 * @param {any} [options]
 * @returns {{ publicKey: any, privateKey: any }}
 */
export function generateKeyPairSync(type, options) {
  const material = generateMaterial(type, options);
  const [publicKey, privateKey] = [new PublicKeyObject(material), new PrivateKeyObject(material)];
  const { publicKeyEncoding: asPublic, privateKeyEncoding: asPrivate } = options ?? {};
  return { publicKey: asPublic ? publicKey.export(asPublic) : publicKey, privateKey: asPrivate ? privateKey.export(asPrivate) : privateKey };
}

/** @param {string} type @param {any} options */
export function generateKeySync(type, options) {
  if (type !== "aes" && type !== "hmac") throw wrongValue("type", "must be a supported key type", type);
  if (typeof options !== "object" || options === null) throw wrongType("options", "of type object", options);
  const length = number(options, "length");
  if (type === "aes" && ![128, 192, 256].includes(length)) throw wrongValue("options.length", "must be one of: 128, 192, 256", length);
  if (!Number.isInteger(length) || length < 8 || length > 2 ** 31 - 1) throw coded(RangeError, "ERR_OUT_OF_RANGE", `The value of "options.length" is out of range. It must be >= 8 && <= 2147483647. Received ${length}`);
  return new SecretKeyObject(randomBytes(Math.floor(length / 8)));
}

/** @param {string} type @param {any} options @param {any} [callback] */
export function generateKeyPair(type, options, callback = options) {
  checkCallback(callback);
  nextTick(() => {
    let pair;
    try {
      pair = generateKeyPairSync(type, typeof options === "function" ? undefined : options);
    } catch (error) {
      return callback(error);
    }
    callback(null, pair.publicKey, pair.privateKey);
  });
}

/** @param {string} type @param {any} options @param {any} callback */
export function generateKey(type, options, callback) {
  checkCallback(callback);
  const key = generateKeySync(type, options);
  nextTick(() => callback(null, key));
}

/** @param {unknown} callback */
function checkCallback(callback) {
  if (typeof callback !== "function") throw wrongType("callback", "of type function", callback);
}
