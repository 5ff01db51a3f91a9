/** JSON Web Keys: RFC 7518, section 6, and RFC 8037. */
import { Buffer } from "buffer";
import { fromInteger, toInteger } from "./bytes.js";
import { curveOf, JWK_CURVES } from "./curves.js";
import { coded, wrongType, wrongValue } from "./errors.js";
import { ec, okp, okpOf, rsa } from "./key-material.js";

/** @type {Record<string, "ed25519" | "x25519">} */
const OKP = { Ed25519: "ed25519", X25519: "x25519" };
const PRIVATE_RSA = ["d", "p", "q", "dp", "dq", "qi"];

const invalid = (/** @type {string} */ message) => coded(TypeError, "ERR_CRYPTO_INVALID_JWK", message);
/** @param {string[]} names */
const listed = (names) => `must be one of: ${names.map((name) => `'${name}'`).join(", ")}`;

/** @param {any} jwk @param {string} name */
function member(jwk, name) {
  if (typeof jwk[name] !== "string") throw wrongType(`key.${name}`, "of type string", jwk[name]);
  return Buffer.from(jwk[name], "base64url");
}

/**
 * @param {any} jwk
 * @param {boolean} asPrivate
 * @returns {any} what the key is made of
 */
export function readJwk(jwk, asPrivate) {
  if (typeof jwk !== "object" || jwk === null) throw wrongType("key.key", "of type object", jwk);
  if (jwk.kty === "RSA") return readRsa(jwk, asPrivate);
  if (jwk.kty === "EC") return readEc(jwk, asPrivate);
  if (jwk.kty === "OKP") return readOkp(jwk, asPrivate);
  throw wrongValue("key.kty", listed(["RSA", "EC", "OKP"]), jwk.kty);
}

/** @param {any} jwk @param {boolean} asPrivate */
function readRsa(jwk, asPrivate) {
  const names = asPrivate ? ["n", "e", ...PRIVATE_RSA] : ["n", "e"];
  const key = Object.fromEntries(names.map((name) => [name, toInteger(member(jwk, name))]));
  try {
    return rsa({ kind: "rsa", ...key });
  } catch {
    throw invalid("Invalid JWK RSA key");
  }
}

/** @param {any} jwk @param {boolean} asPrivate */
function readEc(jwk, asPrivate) {
  if (!JWK_CURVES.includes(jwk.crv)) throw wrongValue("key.crv", listed(["P-256", "secp256k1", "P-384", "P-521"]), jwk.crv);
  const { size } = curveOf(jwk.crv);
  const [x, y] = [member(jwk, "x"), member(jwk, "y")];
  const d = asPrivate ? member(jwk, "d") : undefined;
  try {
    return ec(jwk.crv, Buffer.concat([Uint8Array.of(4), fromInteger(toInteger(x), size), fromInteger(toInteger(y), size)]), d);
  } catch {
    throw invalid("Invalid JWK EC key");
  }
}

/** @param {any} jwk @param {boolean} asPrivate */
function readOkp(jwk, asPrivate) {
  const kind = Object.hasOwn(OKP, String(jwk.crv)) ? OKP[jwk.crv] : undefined;
  if (!kind) throw wrongValue("key.crv", listed(Object.keys(OKP)), jwk.crv);
  const x = member(jwk, "x");
  if (!asPrivate) return okp(kind, x);
  const d = member(jwk, "d");
  if (d.length !== 32 || x.length !== 32) throw invalid("Invalid JWK data");
  return okpOf(kind, d);
}

/** @param {Uint8Array | bigint} value */
const url = (value) => (typeof value === "bigint" ? fromInteger(value) : Buffer.from(value)).toString("base64url");

/** @param {any} key what it is made of */
export function writeJwk(key) {
  if (key.kind === "rsa-pss") throw coded(Error, "ERR_CRYPTO_JWK_UNSUPPORTED_KEY_TYPE", "Unsupported JWK Key Type.");
  if (key.n !== undefined) {
    const names = key.d === undefined ? ["n", "e"] : ["n", "e", "d", "p", "q", "dp", "dq", "qi"];
    return { kty: "RSA", ...Object.fromEntries(names.map((name) => [name, url(key[name])])) };
  }
  const secret = key.d ? { d: url(key.d) } : {};
  if (key.kind !== "ec") return { crv: key.kind === "ed25519" ? "Ed25519" : "X25519", ...secret, x: url(key.x), kty: "OKP" };
  const { size } = curveOf(key.curve);
  return { kty: "EC", x: url(key.point.subarray(1, 1 + size)), y: url(key.point.subarray(1 + size)), crv: key.curve, ...secret };
}
