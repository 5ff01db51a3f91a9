/** Keys as objects. What kinds of key pairs there are, `asymmetric.js` knows. */
import { Buffer } from "buffer";
import { bytes } from "./bytes.js";
import { coded, wrongKeyType, wrongType, wrongValue } from "./errors.js";

/** @type {(key: KeyObject) => any} */
export let materialOf;
/**
 * What a key of the Web's was made of: `web/subtle.js` sets it, in programs that have it.
 * @type {{ objectOf: (key: any) => KeyObject | undefined }}
 */
export const webKeys = { objectOf: () => undefined };

export class KeyObject {
  #type;
  #material;

  /**
   * @param {"secret" | "public" | "private"} type
   * @param {any} material
   */
  constructor(type, material) {
    this.#type = type;
    this.#material = material;
  }

  static {
    materialOf = (key) => key.#material;
  }

  /** @param {any} key of the Web's */
  static from(key) {
    const found = webKeys.objectOf(key);
    if (!found) throw wrongType("key", "an instance of CryptoKey", key);
    return found;
  }

  get type() {
    return this.#type;
  }

  get [Symbol.toStringTag]() {
    return "KeyObject";
  }

  /** @param {any} other */
  equals(other) {
    if (!(other instanceof KeyObject)) throw wrongType("otherKeyObject", "an instance of KeyObject", other);
    return this.#type === other.#type && this.encoded(this.#material).equals(this.encoded(other.#material));
  }

  /** The bytes by which two keys of a type are compared. @protected @param {any} material @returns {Buffer} */
  encoded(material) {
    return Buffer.from(material);
  }
}

export class SecretKeyObject extends KeyObject {
  /** @param {Uint8Array} secret */
  constructor(secret) {
    super("secret", secret);
  }

  get symmetricKeySize() {
    return materialOf(this).length;
  }

  /** @param {{ format?: "buffer" | "jwk" }} [options] */
  export(options) {
    const secret = Buffer.from(materialOf(this));
    if (options?.format === "jwk") return { kty: "oct", k: secret.toString("base64url") };
    if (options?.format !== undefined && options.format !== "buffer") throw wrongValue("options.format", "must be one of: undefined, 'buffer', 'jwk'", options.format);
    return secret;
  }
}

/**
 * @param {any} key
 * @param {string} [encoding]
 */
export const createSecretKey = (key, encoding) => new SecretKeyObject(bytes(key, encoding, "key").slice());

/**
 * The bytes of a secret, as an object or not.
 * @param {any} key
 * @param {string} [encoding]
 * @returns {Uint8Array}
 */
export function secretBytes(key, encoding) {
  const object = key instanceof KeyObject ? key : webKeys.objectOf(key);
  if (!object) return bytes(key, encoding, "key", "of type string or an instance of ArrayBuffer, Buffer, TypedArray, DataView, KeyObject, or CryptoKey");
  if (object.type !== "secret") throw wrongKeyType(object.type, "secret");
  return materialOf(object);
}

/** What a key pair's key is asked to do that it cannot. */
export const incompatible = (/** @type {string} */ message) => coded(Error, "ERR_CRYPTO_INCOMPATIBLE_KEY_OPTIONS", message);
