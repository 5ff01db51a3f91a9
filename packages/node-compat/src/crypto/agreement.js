/** Diffie-Hellman on curves: createECDH and diffieHellman. */
import { Buffer } from "buffer";
import { KeyObject, materialOf } from "./key-object.js";
import { bytes, encoded } from "./bytes.js";
import { curveNamed, curveOf, x25519 } from "./curves.js";
import { coded, opensslError, wrongKeyType, wrongType, wrongValue } from "./errors.js";

/** @param {unknown} format */
function isCompressed(format = "uncompressed") {
  if (format !== "compressed" && format !== "uncompressed") throw coded(TypeError, "ERR_CRYPTO_ECDH_INVALID_FORMAT", `Invalid ECDH format: ${format}`);
  return format === "compressed";
}

/** @param {string} name */
function curveOrThrow(name) {
  if (typeof name !== "string") throw wrongType("curve", "of type string", name);
  const curve = curveNamed(name);
  if (!curve) throw coded(TypeError, "ERR_CRYPTO_INVALID_CURVE", "Invalid EC curve name");
  return curve;
}

const badPoint = () => coded(Error, "ERR_CRYPTO_ECDH_INVALID_PUBLIC_KEY", "Public key is not valid for specified curve");
const failed = (/** @type {string} */ what) => coded(Error, "ERR_CRYPTO_OPERATION_FAILED", `Failed to get ECDH ${what} key`);

export class ECDH {
  #curve;
  /** @type {Uint8Array | undefined} */
  #secret;
  /** @type {any} */
  #point;

  /** @param {string} name */
  constructor(name) {
    this.#curve = curveOrThrow(name);
  }

  /** @param {any} key @param {string} name @param {string} [encoding] @param {string} [output] @param {string} [format] */
  static convertKey(key, name, encoding, output, format) {
    const { curve } = curveOrThrow(name);
    const compressed = isCompressed(format);
    try {
      return encoded(curve.Point.fromBytes(bytes(key, encoding, "key")).toBytes(compressed), output);
    } catch {
      throw coded(Error, "ERR_CRYPTO_OPERATION_FAILED", "Failed to convert Buffer to EC_POINT");
    }
  }

  /** @param {string} [encoding] @param {string} [format] */
  generateKeys(encoding, format) {
    this.#own(this.#curve.curve.utils.randomSecretKey());
    return this.getPublicKey(encoding, format);
  }

  /** @param {any} other @param {string} [encoding] @param {string} [output] */
  computeSecret(other, encoding, output) {
    if (!this.#secret) throw coded(RangeError, "ERR_CRYPTO_INVALID_KEYPAIR", "Invalid key pair");
    const { curve } = this.#curve;
    const given = bytes(other, encoding, "otherPublicKey");
    let shared;
    try {
      shared = curve.getSharedSecret(this.#secret, given);
    } catch {
      throw badPoint();
    }
    return encoded(shared.subarray(1), output);
  }

  /** @param {string} [encoding] */
  getPrivateKey(encoding) {
    if (!this.#secret) throw failed("private");
    return encoded(Buffer.from(this.#secret), encoding);
  }

  /** @param {string} [encoding] @param {string} [format] */
  getPublicKey(encoding, format) {
    const compressed = isCompressed(format);
    if (!this.#point) throw failed("public");
    return encoded(this.#point.toBytes(compressed), encoding);
  }

  /** @param {any} key @param {string} [encoding] */
  setPrivateKey(key, encoding) {
    const given = bytes(key, encoding, "key");
    const { curve, size } = this.#curve;
    const secret = Buffer.concat([Buffer.alloc(Math.max(size - given.length, 0)), given]);
    if (!curve.utils.isValidSecretKey(secret)) throw coded(RangeError, "ERR_CRYPTO_INVALID_KEYTYPE", "Private key is not valid for specified curve.");
    this.#own(secret);
  }

  /** @param {any} key @param {string} [encoding] */
  setPublicKey(key, encoding) {
    try {
      this.#point = this.#curve.curve.Point.fromBytes(bytes(key, encoding, "key"));
    } catch {
      throw coded(Error, "ERR_CRYPTO_OPERATION_FAILED", "Failed to convert Buffer to EC_POINT");
    }
  }

  /** @param {Uint8Array} secret */
  #own(secret) {
    const { curve } = this.#curve;
    this.#secret = secret;
    this.#point = curve.Point.fromBytes(curve.getPublicKey(secret, false));
  }
}

/** @param {string} name */
export const createECDH = (name) => new ECDH(name);

/**
 * What two keys of one kind have in common.
 * @param {any} ours
 * @param {any} theirs
 * @returns {Uint8Array}
 */
export function agree(ours, theirs) {
  if (ours.kind === "ec") return curveOf(ours.curve).curve.getSharedSecret(ours.d, theirs.point).subarray(1);
  return x25519().getSharedSecret(ours.d, theirs.x);
}

/** @param {{ privateKey: any, publicKey: any }} options */
export function diffieHellman(options) {
  if (typeof options !== "object" || options === null) throw wrongType("options", "of type object", options);
  const { privateKey, publicKey } = options;
  if (!(privateKey instanceof KeyObject)) throw wrongValue("options.privateKey", "is invalid", privateKey);
  if (!(publicKey instanceof KeyObject)) throw wrongValue("options.publicKey", "is invalid", publicKey);
  if (privateKey.type !== "private") throw wrongKeyType(privateKey.type, "private");
  if (publicKey.type === "secret") throw wrongKeyType(publicKey.type, "private or public");
  const [ours, theirs] = [materialOf(privateKey), materialOf(publicKey)];
  if (ours.kind !== theirs.kind) throw coded(Error, "ERR_CRYPTO_INCOMPATIBLE_KEY", `Incompatible key types for Diffie-Hellman: ${ours.kind} and ${theirs.kind}`);
  if (!["ec", "x25519"].includes(ours.kind) || ours.curve !== theirs.curve) throw opensslError("digital envelope routines", 0x99, "different parameters");
  try {
    return Buffer.from(agree(ours, theirs));
  } catch {
    throw opensslError("Provider routines", 0x7d, "failed during derivation");
  }
}
