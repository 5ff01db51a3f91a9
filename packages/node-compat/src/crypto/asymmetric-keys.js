/** The keys of key pairs as objects: read in any of their forms, and written again. */
import { Buffer } from "buffer";
import { bytes } from "./bytes.js";
import { curveOf } from "./curves.js";
import { coded, received, undecodable, wrongKeyType, wrongType, wrongValue } from "./errors.js";
import { readJwk, writeJwk } from "./jwk.js";
import { publicPart, readPkcs1Private, readPkcs1Public, readPkcs8, readSec1, readSpki, writePkcs1Private, writePkcs1Public, writePkcs8, writeSec1, writeSpki } from "./key-material.js";
import { incompatible, KeyObject, materialOf, webKeys } from "./key-object.js";
import { decryptPem, decryptPkcs8, encryptPem, encryptPkcs8 } from "./passphrases.js";
import { findPem, toPem } from "./pem.js";
import { publicKeyOfCertificate } from "./certificate.js";

const LABELS = { pkcs1: "RSA", sec1: "EC" };

class AsymmetricKeyObject extends KeyObject {
  get asymmetricKeyType() {
    return materialOf(this).kind;
  }

  get asymmetricKeyDetails() {
    const { kind, n, e, pss, curve } = materialOf(this);
    if (kind === "ec") return { namedCurve: curveOf(curve).node };
    if (n === undefined) return {};
    const bound = pss ? { hashAlgorithm: pss.hash, mgf1HashAlgorithm: pss.mgfHash, saltLength: pss.saltLength } : {};
    return { modulusLength: n.toString(2).length, publicExponent: e, ...bound };
  }

  /** @protected @param {any} material */
  encoded(material) {
    return writeSpki(material);
  }
}

export class PublicKeyObject extends AsymmetricKeyObject {
  /** @param {any} material */
  constructor(material) {
    super("public", publicPart(material));
  }

  /** @param {any} options */
  export(options) {
    const key = materialOf(this);
    if (wantsJwk(options)) return writeJwk(key);
    const type = typeOf(options, key, ["pkcs1", "spki"]);
    return type === "pkcs1" ? written("RSA PUBLIC KEY", writePkcs1Public(key), options) : written("PUBLIC KEY", writeSpki(key), options);
  }
}

export class PrivateKeyObject extends AsymmetricKeyObject {
  /** @param {any} material */
  constructor(material) {
    super("private", material);
  }

  /** @param {any} options */
  export(options) {
    const key = materialOf(this);
    if (wantsJwk(options)) {
      if (options.passphrase !== undefined) throw incompatible("The selected key encoding jwk does not support encryption.");
      return writeJwk(key);
    }
    const type = /** @type {"pkcs1" | "pkcs8" | "sec1"} */ (typeOf(options, key, ["pkcs1", "pkcs8", "sec1"]));
    const { cipher, passphrase } = options;
    if (cipher !== undefined && typeof cipher !== "string") throw wrongType("options.cipher", "of type string", cipher);
    if (cipher === undefined && passphrase !== undefined) throw wrongType("options.cipher", "of type string", cipher);
    if (type === "pkcs8") {
      const der = writePkcs8(key);
      return cipher ? written("ENCRYPTED PRIVATE KEY", encryptPkcs8(der, cipher, bytes(passphrase, "utf8", "options.passphrase")), options) : written("PRIVATE KEY", der, options);
    }
    const label = `${LABELS[type]} PRIVATE KEY`;
    const der = type === "pkcs1" ? writePkcs1Private(key) : writeSec1(key);
    if (!cipher) return written(label, der, options);
    if (options.format !== "pem") throw incompatible(`The selected key encoding ${type} does not support encryption.`);
    return encryptPem(label, der, cipher, bytes(passphrase, "utf8", "options.passphrase"));
  }

  /** @protected @param {any} material */
  encoded(material) {
    return writePkcs8(material);
  }
}

/** @param {any} options */
function wantsJwk(options) {
  if (typeof options !== "object" || options === null) throw wrongType("options", "of type object", options);
  if (options.format !== "jwk" && options.format !== "pem" && options.format !== "der") throw wrongValue("options.format", "is invalid", options.format);
  return options.format === "jwk";
}

/**
 * @param {any} options
 * @param {any} key
 * @param {string[]} types
 */
function typeOf({ type }, key, types) {
  if (!types.includes(type)) throw wrongValue("options.type", "is invalid", type);
  if (type === "pkcs1" && key.kind !== "rsa") throw incompatible("The selected key encoding pkcs1 can only be used for RSA keys.");
  if (type === "sec1" && key.kind !== "ec") throw incompatible("The selected key encoding sec1 can only be used for EC keys.");
  return type;
}

/**
 * @param {string} label
 * @param {Uint8Array} der
 * @param {any} options
 */
const written = (label, der, options) => (options.format === "pem" ? toPem(label, der) : Buffer.from(der));

/** @typedef {{ key: any, format?: string, type?: string, passphrase?: any, encoding?: string }} Input */

const SOURCES = "of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView";

/** @param {any} input @param {string} [also] @returns {Input} */
function described(input, also = "") {
  const isData = typeof input === "string" || input instanceof ArrayBuffer || ArrayBuffer.isView(input);
  if (isData) return { key: input, format: "pem" };
  if (typeof input !== "object" || input === null || input instanceof KeyObject) throw coded(TypeError, "ERR_INVALID_ARG_TYPE", `The "key" argument must be ${SOURCES}${also}. ${received(input)}`);
  const { key, format = "pem" } = input;
  if (format === "jwk") return input;
  if (typeof key !== "string" && !(key instanceof ArrayBuffer) && !ArrayBuffer.isView(key)) throw wrongType("key.key", SOURCES, key);
  if (format !== "pem" && format !== "der") throw wrongValue("key.format", "is invalid", format);
  return { ...input, format };
}

/** @param {Input} input */
const content = ({ key, encoding }) => bytes(key, encoding, "key");
/** @param {Input} input */
const passphraseOf = ({ passphrase, encoding }) => (passphrase === undefined || passphrase === null ? undefined : bytes(passphrase, encoding, "key.passphrase"));

/** @param {Input} input @returns {any} */
function readPrivate(input) {
  if (input.format === "jwk") return readJwk(input.key, true);
  if (input.format === "pem") return readPrivatePem(Buffer.from(content(input)).toString("latin1"), passphraseOf(input));
  const { type } = input;
  if (type === "pkcs1") return readPkcs1Private(content(input));
  if (type === "sec1") return readSec1(content(input));
  if (type !== "pkcs8") throw wrongValue("key.type", "is invalid", type);
  const passphrase = passphraseOf(input);
  return readPkcs8(passphrase ? decryptPkcs8(content(input), passphrase) : content(input));
}

/**
 * @param {string} text
 * @param {Uint8Array} [passphrase]
 */
function readPrivatePem(text, passphrase) {
  const found = findPem(text, (label) => /^(RSA |EC |ENCRYPTED |)PRIVATE KEY$/.test(label));
  if (!found) throw undecodable();
  if (found.label === "ENCRYPTED PRIVATE KEY") return readPkcs8(decryptPkcs8(found.der, passphrase));
  const der = decryptPem(found, passphrase);
  try {
    if (found.label === "PRIVATE KEY") return readPkcs8(der);
    return found.label === "RSA PRIVATE KEY" ? readPkcs1Private(der) : readSec1(der);
  } catch (error) {
    // With the wrong words, what comes out may look as if it were padded.
    throw found.headers["DEK-Info"] || /** @type {any} */ (error).code === "ERR_OSSL_ASN1_WRONG_TAG" ? undecodable() : error;
  }
}

/** A private key's public half is taken, too. @param {Input} input @returns {any} */
function readPublic(input) {
  if (input.format === "jwk") return readJwk(input.key, false);
  if (input.format === "pem") {
    const text = Buffer.from(content(input)).toString("latin1");
    const found = findPem(text, (label) => /^(PUBLIC KEY|RSA PUBLIC KEY|CERTIFICATE|X509 CERTIFICATE|TRUSTED CERTIFICATE)$/.test(label));
    if (!found) return readPrivatePem(text, passphraseOf(input));
    if (found.label === "PUBLIC KEY") return readSpki(found.der);
    return found.label === "RSA PUBLIC KEY" ? readPkcs1Public(found.der) : publicKeyOfCertificate(found.der);
  }
  const { type } = input;
  if (type === "pkcs1") return readEither(() => readPkcs1Public(content(input)), () => readPkcs1Private(content(input)));
  if (type === "spki") return readSpki(content(input));
  if (type === "pkcs8" || type === "sec1") return readPrivate(input);
  throw wrongValue("key.type", "is invalid", type);
}

/** @param {() => any} first @param {() => any} second */
function readEither(first, second) {
  try {
    return first();
  } catch {
    return second();
  }
}

/** @param {any} input */
export const createPrivateKey = (input) => new PrivateKeyObject(readPrivate(described(input)));

/** @param {any} input */
export function createPublicKey(input) {
  const key = input instanceof KeyObject ? input : input?.key instanceof KeyObject ? input.key : undefined;
  if (!key) return new PublicKeyObject(readPublic(described(input)));
  if (key.type !== "private") throw wrongKeyType(key.type, "private");
  return new PublicKeyObject(materialOf(key));
}

const OBJECTS = ", KeyObject, or CryptoKey";

/** @param {any} input of a function that takes keys as objects and as data */
function objectIn(input) {
  const given = input instanceof KeyObject ? input : input?.key instanceof KeyObject ? input.key : undefined;
  return given ?? webKeys.objectOf(input) ?? webKeys.objectOf(input?.key);
}

/** @param {any} input */
export function privateMaterial(input) {
  const object = objectIn(input);
  if (!object) return readPrivate(described(input, OBJECTS));
  if (object.type !== "private") throw wrongKeyType(object.type, "private");
  return materialOf(object);
}

/** @param {any} input */
export function publicMaterial(input) {
  const object = objectIn(input);
  if (!object) return readPublic(described(input, OBJECTS));
  if (object.type === "secret") throw wrongKeyType("secret", "private or public");
  return materialOf(object);
}
