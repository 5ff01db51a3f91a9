/** Secrets as objects. */
import { Buffer } from "buffer";
import { bytes } from "./hashes.js";

export class KeyObject {
  #secret;

  /**
   * @param {"secret"} type
   * @param {Uint8Array} secret
   */
  constructor(type, secret) {
    this.type = type;
    this.#secret = secret;
  }

  get symmetricKeySize() {
    return this.#secret.length;
  }

  /** @param {{ format?: "buffer" | "jwk" }} [options] */
  export(options) {
    const secret = Buffer.from(this.#secret);
    return options?.format === "jwk" ? { kty: "oct", k: secret.toString("base64url") } : secret;
  }

  /** @param {KeyObject} other */
  equals(other) {
    return Buffer.compare(this.#secret, other.#secret) === 0;
  }
}

/**
 * @param {any} key
 * @param {string} [encoding]
 */
export const createSecretKey = (key, encoding) => new KeyObject("secret", bytes(key, encoding).slice());
