/** RSA, ECDSA, ECDH, Ed25519 and X25519 of the Web's: their keys, and what they do. */
import { PrivateKeyObject, PublicKeyObject } from "../asymmetric-keys.js";
import { agree } from "../agreement.js";
import { toInteger } from "../bytes.js";
import { ed25519 } from "../curves.js";
import { readJwk, writeJwk } from "../jwk.js";
import { ec, okp, publicPart, readPkcs8, readSpki, writePkcs8, writeSpki } from "../key-material.js";
import { generateMaterial, generateRsa } from "../key-pairs.js";
import { decryptOaep, encryptOaep, signPss, sizeOf, verifyPss } from "../rsa.js";
import { bufferOf, checkJwk, dataOf, failure, hashOf, knownOf, notEmpty, remembered, unsupported, usagesOf, webKey } from "./keys.js";
import { engine, provide } from "./subtle.js";

/** @typedef {import("./keys.js").Parameters} Parameters */

/**
 * @typedef {{
 *   name: string, kty: string, publicUsages: string[], privateUsages: string[],
 *   parametersOf: (material: any, parameters: Parameters) => Parameters,
 *   fits: (material: any, parameters: Parameters) => boolean,
 *   raw?: (data: Uint8Array, parameters: Parameters) => any,
 *   alg?: (key: any) => string | undefined,
 *   engines?: boolean,
 * }} Kind
 */

/** @param {any} material @param {"public" | "private"} type */
const object = (material, type) => () => (type === "public" ? new PublicKeyObject(material) : new PrivateKeyObject(material));

/** @param {Kind} kind @param {any} material @param {Parameters} parameters @param {boolean} extractable @param {string[]} usages */
async function keyOf(kind, material, parameters, extractable, usages) {
  const type = material.d === undefined ? "public" : "private";
  const algorithm = kind.parametersOf(material, parameters);
  if (!kind.engines) return webKey(type, algorithm, extractable, usages, material, object(material, type));
  const given = { name: kind.name, ...(parameters.hash ? { hash: hashOf(parameters.hash).name } : { namedCurve: material.curve }) };
  const key = await engine.importKey("jwk", writeJwk(material), given, extractable, usages);
  return remembered(key, material, object(material, type));
}

/** What the data is made of, or an error that says that it is not well formed. @param {() => any} read */
function readable(read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof DOMException) throw error;
    throw failure("DataError", "Invalid keyData");
  }
}

/** @param {Kind} kind @param {string} format @param {any} data @param {Parameters} parameters */
function materialIn(kind, format, data, parameters) {
  if (format === "pkcs8") return readable(() => readPkcs8(data));
  if (format === "spki") return readable(() => readSpki(data));
  if (format === "jwk") return readable(() => readJwk(data, data.d !== undefined));
  if (format === "raw" && kind.raw) return readable(() => kind.raw?.(data, parameters));
  throw unsupported(format);
}

/** @param {Kind} kind */
const importer = (kind) => async (/** @type {string} */ format, /** @type {any} */ data, /** @type {Parameters} */ parameters, /** @type {boolean} */ extractable, /** @type {string[]} */ wanted) => {
  if (format === "jwk") checkJwk(data, kind.kty, wanted, extractable);
  const material = materialIn(kind, format, data, parameters);
  if (!kind.fits(material, parameters)) throw failure("DataError", "Invalid key type");
  const isPrivate = material.d !== undefined;
  const usages = usagesOf(wanted, isPrivate ? kind.privateUsages : kind.publicUsages);
  return keyOf(kind, material, parameters, extractable, isPrivate ? notEmpty(usages) : usages);
};

/** @param {Kind} kind @param {(parameters: Parameters) => any} make */
const generator = (kind, make) => async (/** @type {Parameters} */ parameters, /** @type {boolean} */ extractable, /** @type {string[]} */ wanted) => {
  usagesOf(wanted, [...kind.publicUsages, ...kind.privateUsages]);
  const [ofPublic, ofPrivate] = [kind.publicUsages, kind.privateUsages].map((possible) => wanted.filter((usage) => possible.includes(usage)));
  notEmpty(ofPrivate);
  const material = make(parameters);
  const publicKey = await keyOf(kind, publicPart(material), parameters, true, usagesOf(ofPublic, kind.publicUsages));
  return { publicKey, privateKey: await keyOf(kind, material, parameters, extractable, usagesOf(ofPrivate, kind.privateUsages)) };
};

/** @param {Kind} kind */
const exporter = (kind) => (/** @type {string} */ format, /** @type {any} */ key, /** @type {any} */ material) => {
  const wanted = { pkcs8: "private", spki: "public", raw: "public", jwk: key.type }[format];
  if (wanted === undefined || (format === "raw" && !kind.raw)) throw unsupported(format);
  if (wanted !== key.type) throw failure("InvalidAccessError", `Unable to export a raw ${key.type} key as ${format}`);
  if (format === "pkcs8") return bufferOf(writePkcs8(material));
  if (format === "spki") return bufferOf(writeSpki(material));
  if (format === "raw") return bufferOf(material.point ?? material.x);
  const alg = kind.alg?.(key);
  return { ...writeJwk(material), key_ops: [...key.usages], ext: key.extractable, ...(alg ? { alg } : {}) };
};

/** @param {Kind} kind @param {(parameters: Parameters) => any} make @param {object} operations */
const pairs = (kind, make, operations) => ({ name: kind.name, generate: generator(kind, make), importKey: importer(kind), exportKey: exporter(kind), ...operations });

const SIGNS = { publicUsages: ["verify"], privateUsages: ["sign"] };
const AGREES = { publicUsages: [], privateUsages: ["deriveKey", "deriveBits"] };

/** @param {any} _ @param {any} key @param {any} __ @param {Uint8Array} data */
const signedByEngine = (_, key, __, data) => engine.sign(_, key, data);
/** @param {any} _ @param {any} key @param {any} __ @param {Uint8Array} signature @param {Uint8Array} data */
const verifiedByEngine = (_, key, __, signature, data) => engine.verify(_, key, signature, data);

/** @param {Parameters} parameters */
function makeRsa({ modulusLength, publicExponent, hash }) {
  hashOf(hash);
  const e = toInteger(dataOf(publicExponent));
  if (e < 3n || e % 2n === 0n) throw failure("OperationError", "Invalid public exponent");
  if (!(modulusLength >= 512 && modulusLength <= 16384)) throw failure("OperationError", "Invalid modulus length");
  return { kind: "rsa", ...generateRsa(modulusLength, e) };
}

/** @param {string} name @param {string} alg the prefix of its names in JWK @param {object} usages @returns {Kind} */
const rsa = (name, alg, usages) => ({
  name,
  kty: "RSA",
  publicUsages: ["verify"],
  privateUsages: ["sign"],
  ...usages,
  fits: (material) => material.kind === "rsa",
  parametersOf: ({ n, e }, { hash }) => {
    const digits = e.toString(16);
    const publicExponent = Uint8Array.from(digits.padStart(digits.length + (digits.length % 2), "0").match(/../g), (/** @type {string} */ byte) => parseInt(byte, 16));
    return { name, modulusLength: n.toString(2).length, publicExponent, hash: { name: hashOf(hash).name } };
  },
  alg: ({ algorithm }) => {
    const bits = algorithm.hash.name.slice(4);
    return alg === "RSA-OAEP" ? (bits === "1" ? alg : `${alg}-${bits}`) : `${alg}${bits}`;
  },
});

/** @param {any} key */
const hashOfKey = (key) => hashOf(key.algorithm.hash);

provide(
  pairs({ ...rsa("RSASSA-PKCS1-v1_5", "RS", SIGNS), engines: true }, makeRsa, {
    sign: (/** @type {any} */ _, /** @type {any} */ key, /** @type {any} */ __, /** @type {any} */ data) => engine.sign("RSASSA-PKCS1-v1_5", key, data),
    verify: (/** @type {any} */ _, /** @type {any} */ key, /** @type {any} */ __, /** @type {any} */ signature, /** @type {any} */ data) => engine.verify("RSASSA-PKCS1-v1_5", key, signature, data),
  }),
  pairs(rsa("RSA-PSS", "PS", SIGNS), makeRsa, {
    /** @param {Parameters} parameters @param {any} key @param {any} material @param {Uint8Array} data */
    sign({ saltLength }, key, material, data) {
      const { hash } = hashOfKey(key);
      return bufferOf(signPss(material, { name: "", hash, digest: hash(data) }, { hash, saltLength }));
    },
    /** @param {Parameters} parameters @param {any} key @param {any} material @param {Uint8Array} signature @param {Uint8Array} data */
    verify({ saltLength }, key, material, signature, data) {
      const { hash } = hashOfKey(key);
      return verifyPss(material, { name: "", hash, digest: hash(data) }, { hash, saltLength }, signature);
    },
  }),
  pairs(rsa("RSA-OAEP", "RSA-OAEP", { publicUsages: ["encrypt", "wrapKey"], privateUsages: ["decrypt", "unwrapKey"] }), makeRsa, {
    /** @param {Parameters} parameters @param {any} material @param {Uint8Array} data @param {any} key */
    encrypt({ label }, material, data, key) {
      const { hash } = hashOfKey(key);
      if (data.length > sizeOf(material) - 2 * hash.outputLen - 2) throw failure("OperationError", "The data is too long");
      return encryptOaep(material, data, hash, hash, label === undefined ? undefined : dataOf(label));
    },
    /** @param {Parameters} parameters @param {any} material @param {Uint8Array} data @param {any} key */
    decrypt({ label }, material, data, key) {
      const { hash } = hashOfKey(key);
      try {
        return decryptOaep(material, data, hash, hash, label === undefined ? undefined : dataOf(label));
      } catch {
        throw failure("OperationError", "The operation failed for an operation-specific reason");
      }
    },
  }),
);

const CURVES = ["P-256", "P-384", "P-521"];

/** @param {Parameters} parameters */
function curveIn({ namedCurve }) {
  if (!CURVES.includes(namedCurve)) throw unsupported(`The curve ${namedCurve}`);
  return namedCurve;
}

/** @param {string} name @param {object} usages @returns {Kind} */
const elliptic = (name, usages) => ({
  name,
  kty: "EC",
  publicUsages: ["verify"],
  privateUsages: ["sign"],
  ...usages,
  fits: (material, parameters) => material.kind === "ec" && material.curve === curveIn(parameters),
  parametersOf: ({ curve }) => ({ name, namedCurve: curve }),
  raw: (data, parameters) => ec(curveIn(parameters), data),
});

/** @param {Parameters} parameters */
const makeEc = (parameters) => generateMaterial("ec", { namedCurve: curveIn(parameters) });

/** The first bits of what two keys agree on. @param {Uint8Array} shared @param {number | null} length */
function firstBits(shared, length) {
  if (length === null) return shared;
  if (length > shared.length * 8) throw failure("OperationError", "derived bit length is too small");
  if (length % 8 !== 0) throw failure("OperationError", "length must be a multiple of 8");
  return shared.slice(0, length / 8);
}

/** @param {Parameters} parameters @param {any} material @param {number | null} length @param {any} key */
function agreed(parameters, material, length, key) {
  const other = parameters.public;
  const theirs = knownOf(other)?.material;
  if (!theirs || other.type !== "public") throw failure("InvalidAccessError", "algorithm.public must be a public key");
  if (other.algorithm.name !== key.algorithm.name || theirs.curve !== material.curve) throw failure("InvalidAccessError", "Named curve mismatch");
  try {
    return firstBits(agree(material, theirs), length);
  } catch (error) {
    throw error instanceof DOMException ? error : failure("OperationError", "The operation failed for an operation-specific reason");
  }
}

provide(
  pairs({ ...elliptic("ECDSA", SIGNS), engines: true }, makeEc, { sign: signedByEngine, verify: verifiedByEngine }),
  pairs(elliptic("ECDH", AGREES), makeEc, { deriveBits: agreed }),
);

/** @param {"Ed25519" | "X25519"} name @param {"ed25519" | "x25519"} kind @param {{ publicUsages: string[], privateUsages: string[] }} usages @returns {Kind} */
const octets = (name, kind, usages) => ({
  name,
  kty: "OKP",
  ...usages,
  fits: (material) => material.kind === kind,
  parametersOf: () => ({ name }),
  raw: (data) => okp(kind, data),
  alg: () => (name === "Ed25519" ? name : undefined),
});

provide(
  pairs(octets("Ed25519", "ed25519", SIGNS), () => generateMaterial("ed25519", {}), {
    sign: (/** @type {any} */ _, /** @type {any} */ __, /** @type {any} */ material, /** @type {Uint8Array} */ data) => bufferOf(ed25519().sign(data, material.d)),
    verify: (/** @type {any} */ _, /** @type {any} */ __, /** @type {any} */ material, /** @type {Uint8Array} */ signature, /** @type {Uint8Array} */ data) =>
      signature.length === 64 && ed25519().verify(signature, data, material.x),
  }),
  pairs(octets("X25519", "x25519", AGREES), () => generateMaterial("x25519", {}), { deriveBits: agreed }),
);

