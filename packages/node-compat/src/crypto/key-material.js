/**
 * What the keys of key pairs are made of, and the forms of ASN.1 that hold it: PKCS#1
 * (RFC 8017, appendix A.1), SEC1 (RFC 5915), PKCS#8 (RFC 5958) and SubjectPublicKeyInfo
 * (RFC 5280, section 4.1), with the keys of RFC 8410 in the last two.
 */
import { fromInteger, toInteger } from "./bytes.js";
import { curveNamed, curveOf, ed25519, x25519 } from "./curves.js";
import { bits, context, encode, integer, nothing, octets, oid, Reader, sequence, sequenceIn, TAG } from "./der.js";
import { coded, opensslError, wrongTag } from "./errors.js";
import { PSS, pssOf, pssParameters } from "./pss-parameters.js";

/**
 * @typedef {{ kind: "rsa" | "rsa-pss", n: bigint, e: bigint, pss?: import("./pss-parameters.js").Pss }} RsaPublic
 * @typedef {RsaPublic & { d: bigint, p: bigint, q: bigint, dp: bigint, dq: bigint, qi: bigint }} RsaPrivate
 * @typedef {{ kind: "ec", curve: string, point: Uint8Array, d?: Uint8Array }} Ec `point` is uncompressed
 * @typedef {{ kind: "ed25519" | "x25519", x: Uint8Array, d?: Uint8Array }} Okp
 */

const RSA = "1.2.840.113549.1.1.1";
const EC = "1.2.840.10045.2.1";
/** @type {Record<string, "ed25519" | "x25519">} */
const OKP = { "1.3.101.110": "x25519", "1.3.101.112": "ed25519" };
const okpOid = (/** @type {string} */ kind) => /** @type {string} */ (Object.keys(OKP).find((name) => OKP[name] === kind));

/** Larger ones would take minutes here, and OpenSSL's limit is the same. */
const MOST_BITS = 16384;

/** @param {any} key @returns {any} */
export function rsa(key) {
  const size = key.n.toString(2).length;
  if (size > MOST_BITS || key.n % 2n === 0n || key.e % 2n === 0n || key.e < 3n) throw wrongTag();
  // Their product must be the modulus: the remainders of the private operation are by each.
  if (key.d !== undefined && (key.p * key.q !== key.n || key.p < 3n || key.q < 3n)) throw wrongTag();
  return key;
}

/**
 * @param {string} curve
 * @param {Uint8Array} point compressed or not
 * @param {Uint8Array} [d]
 * @returns {Ec}
 */
export function ec(curve, point, d) {
  const { curve: { Point }, size } = curveOf(curve);
  const secret = d && scalar(curve, d, size);
  return { kind: "ec", curve, point: Point.fromBytes(point).toBytes(false), ...(secret ? { d: secret } : {}) };
}

/** @param {string} curve @param {Uint8Array} d @param {number} size */
function scalar(curve, d, size) {
  const secret = fromInteger(toInteger(d), size);
  if (!curveOf(curve).curve.utils.isValidSecretKey(secret)) throw wrongTag();
  return secret;
}

/** @param {string} curve @param {Uint8Array} d */
export function ecOf(curve, d) {
  const secret = scalar(curve, d, curveOf(curve).size);
  return ec(curve, curveOf(curve).curve.getPublicKey(secret, false), secret);
}

/** @param {"ed25519" | "x25519"} kind @param {Uint8Array} x @param {Uint8Array} [d] @returns {Okp} */
export function okp(kind, x, d) {
  if (x.length !== 32 || (d && d.length !== 32)) throw coded(TypeError, "ERR_CRYPTO_INVALID_JWK", "Invalid JWK data");
  return { kind, x, ...(d ? { d } : {}) };
}

/** @param {"ed25519" | "x25519"} kind @param {Uint8Array} d */
export function okpOf(kind, d) {
  if (d.length !== 32) throw wrongTag();
  return okp(kind, (kind === "ed25519" ? ed25519() : x25519()).getPublicKey(d), d);
}

/** Without what is secret of it. @param {any} material */
export function publicPart({ kind, n, e, pss, curve, point, x }) {
  if (kind === "ec") return { kind, curve, point };
  return n === undefined ? { kind, x } : { kind, n, e, ...(pss ? { pss } : {}) };
}

/** @param {Uint8Array} der */
export function readPkcs1Public(der) {
  const key = sequenceIn(der);
  const [n, e] = [key.integer(), key.integer()];
  key.end();
  return rsa({ kind: "rsa", n, e });
}

/** @param {Uint8Array} der */
export function readPkcs1Private(der) {
  const key = sequenceIn(der);
  if (key.integer() !== 0n) throw wrongTag();
  const [n, e, d, p, q, dp, dq, qi] = Array.from({ length: 8 }, () => key.integer());
  return rsa({ kind: "rsa", n, e, d, p, q, dp, dq, qi });
}

/**
 * @param {Uint8Array} der
 * @param {string} [named] the curve, where it stands outside
 */
export function readSec1(der, named) {
  const key = sequenceIn(der);
  if (key.integer() !== 1n) throw wrongTag();
  const d = key.octets();
  const parameters = key.optional(context(0));
  const name = parameters ? new Reader(parameters).oid() : named;
  const point = key.optional(context(1));
  const curve = knownCurve(name);
  const known = point && new Reader(point).bits();
  try {
    return known ? ec(curve, known, d) : ecOf(curve, d);
  } catch {
    throw wrongTag();
  }
}

/** @param {string | undefined} name */
function knownCurve(name) {
  const curve = name === undefined ? undefined : curveNamed(name);
  if (!curve) throw opensslError("digital envelope routines", 0x9c, "unsupported algorithm");
  return curve.name;
}

/** @param {Reader} algorithm @returns {{ kind: string, curve?: string, pss?: any }} */
function readAlgorithm(algorithm) {
  const name = algorithm.oid();
  if (name === RSA) return { kind: "rsa" };
  if (name === PSS) return { kind: "rsa-pss", pss: pssOf(algorithm) };
  if (name === EC) return { kind: "ec", curve: knownCurve(algorithm.tag === TAG.OID ? algorithm.oid() : undefined) };
  if (Object.hasOwn(OKP, name)) return { kind: OKP[name] };
  throw opensslError("digital envelope routines", 0x9c, "unsupported algorithm");
}

/** @param {Uint8Array} der */
export function readPkcs8(der) {
  const key = sequenceIn(der);
  if (key.integer() > 1n) throw wrongTag();
  const { kind, curve, pss } = readAlgorithm(key.sequence());
  const inner = key.octets();
  if (kind === "ec") return readSec1(inner, curve);
  if (kind === "rsa") return readPkcs1Private(inner);
  if (kind === "rsa-pss") return { ...readPkcs1Private(inner), kind, ...(pss ? { pss } : {}) };
  return okpOf(/** @type {"ed25519"} */ (kind), new Reader(inner).octets());
}

/** @param {Uint8Array} der */
export function readSpki(der) {
  const key = sequenceIn(der);
  const { kind, curve, pss } = readAlgorithm(key.sequence());
  const inner = key.bits();
  key.end();
  if (kind === "rsa") return readPkcs1Public(inner);
  if (kind === "rsa-pss") return { ...readPkcs1Public(inner), kind, ...(pss ? { pss } : {}) };
  try {
    return kind === "ec" ? ec(/** @type {string} */ (curve), inner) : okp(/** @type {"ed25519"} */ (kind), inner);
  } catch {
    throw wrongTag();
  }
}

/** @param {any} key */
export const writePkcs1Public = ({ n, e }) => sequence(integer(n), integer(e));

/** @param {any} key */
export const writePkcs1Private = ({ n, e, d, p, q, dp, dq, qi }) => sequence(...[0n, n, e, d, p, q, dp, dq, qi].map(integer));

/** @param {any} key @param {boolean} [standsAlone] names its curve itself */
export function writeSec1({ curve, point, d }, standsAlone = true) {
  const parameters = standsAlone ? [encode(context(0), oid(curveOf(curve).oid))] : [];
  return sequence(integer(1), octets(d), ...parameters, encode(context(1), bits(point)));
}

/** @param {any} key */
function writeAlgorithm({ kind, curve, pss }) {
  if (kind === "rsa") return sequence(oid(RSA), nothing());
  if (kind === "rsa-pss") return sequence(oid(PSS), ...pssParameters(pss));
  return kind === "ec" ? sequence(oid(EC), oid(curveOf(curve).oid)) : sequence(oid(okpOid(kind)));
}

/** @param {any} key */
export function writePkcs8(key) {
  const inner = key.kind === "ec" ? writeSec1(key, false) : key.n === undefined ? octets(key.d) : writePkcs1Private(key);
  return sequence(integer(0), writeAlgorithm(key), octets(inner));
}

/** @param {any} key */
export function writeSpki(key) {
  const inner = key.kind === "ec" ? key.point : key.n === undefined ? key.x : writePkcs1Public(key);
  return sequence(writeAlgorithm(key), bits(inner));
}

