/** AES-GCM, AES-CBC, AES-CTR and AES-KW of the Web's. */
import { aeskw } from "@noble/ciphers/aes.js";
import { randomBytes } from "@noble/hashes/utils.js";
import { toInteger, fromInteger } from "../bytes.js";
import { SecretKeyObject } from "../key-object.js";
import { Blocks, counter, galois } from "../modes.js";
import { dataOf, failure, notEmpty, usagesOf, webKey } from "./keys.js";
import { secretAs, secretIn } from "./secrets.js";
import { provide } from "./subtle.js";

/** @typedef {import("./keys.js").Parameters} Parameters */

const CIPHER = ["encrypt", "decrypt", "wrapKey", "unwrapKey"];
const BLOCK = 16;

/** @param {Parameters} parameters in bits */
function lengthOf({ length }) {
  if (![128, 192, 256].includes(length)) throw failure("OperationError", "Invalid key length");
  return length;
}

/** @param {string} name @param {Uint8Array} secret @param {boolean} extractable @param {string[]} wanted */
function aesKey(name, secret, extractable, wanted) {
  const usages = notEmpty(usagesOf(wanted, name === "AES-KW" ? ["wrapKey", "unwrapKey"] : CIPHER));
  if (![16, 24, 32].includes(secret.length)) throw failure("DataError", "Invalid key length");
  return webKey("secret", { name, length: secret.length * 8 }, extractable, usages, secret, () => new SecretKeyObject(secret));
}

/** @param {string} name @param {object} operations */
const aes = (name, operations) => ({
  name,
  /** @param {Parameters} parameters @param {boolean} extractable @param {string[]} usages */
  generate: (parameters, extractable, usages) => aesKey(name, randomBytes(lengthOf(parameters) / 8), extractable, usages),
  /** @param {string} format @param {any} data @param {Parameters} _ @param {boolean} extractable @param {string[]} usages */
  importKey: (format, data, _, extractable, usages) => aesKey(name, secretIn(format, data, usages, extractable), extractable, usages),
  /** @param {string} format @param {any} key @param {Uint8Array} secret */
  exportKey: (format, key, secret) => secretAs(format, key, secret, `A${secret.length * 8}${name.slice(4)}`),
  keyLength: lengthOf,
  ...operations,
});

/** @param {() => Uint8Array} work */
function attempted(work) {
  try {
    return work();
  } catch {
    throw failure("OperationError", "The operation failed for an operation-specific reason");
  }
}

/** @param {Uint8Array[]} parts */
function joined(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** @param {Parameters} parameters @param {Uint8Array} secret @param {boolean} encrypts */
function opened({ iv, additionalData }, secret, encrypts) {
  const vector = dataOf(iv);
  if (vector.length === 0) throw failure("OperationError", "The initialization vector is empty");
  const mode = galois(secret, vector, encrypts);
  if (additionalData !== undefined) mode.aad(dataOf(additionalData));
  return mode;
}

/** In bytes. @param {Parameters} parameters */
function tagLength({ tagLength = 128 }) {
  if (![32, 64, 96, 104, 112, 120, 128].includes(tagLength)) throw failure("OperationError", `${tagLength} is not a valid AES-GCM tag length`);
  return tagLength / 8;
}

/** @param {Parameters} parameters @param {Uint8Array} secret @param {boolean} encrypts */
function blocks({ iv }, secret, encrypts) {
  const vector = dataOf(iv);
  if (vector.length !== BLOCK) throw failure("OperationError", "algorithm.iv must contain exactly 16 bytes");
  return new Blocks(secret, vector, encrypts);
}

/** Only the last bits of the block count, and begin again at zero. @param {Parameters} parameters @param {Uint8Array} secret @param {Uint8Array} data */
function counted({ counter: given, length }, secret, data) {
  const block = dataOf(given);
  if (block.length !== BLOCK) throw failure("OperationError", "algorithm.counter must contain exactly 16 bytes");
  if (!(length > 0 && length <= 128)) throw failure("OperationError", "AES-CTR algorithm.length must be between 1 and 128");
  const size = 1n << BigInt(length);
  const start = toInteger(block);
  const left = size - (start % size);
  const needed = BigInt(Math.ceil(data.length / BLOCK));
  if (needed > size) throw failure("OperationError", "The data is too long for the counter");
  if (needed <= left) return counter(secret, block).update(data);
  const split = Number(left) * BLOCK;
  const wrapped = Uint8Array.from(fromInteger(start - (start % size), BLOCK));
  return joined(counter(secret, block).update(data.subarray(0, split)), counter(secret, wrapped).update(data.subarray(split)));
}

provide(
  aes("AES-GCM", {
    /** @param {Parameters} parameters @param {Uint8Array} secret @param {Uint8Array} data */
    encrypt(parameters, secret, data) {
      const length = tagLength(parameters);
      const mode = opened(parameters, secret, true);
      return joined(mode.update(data), mode.tag().subarray(0, length));
    },
    /** @param {Parameters} parameters @param {Uint8Array} secret @param {Uint8Array} data */
    decrypt(parameters, secret, data) {
      const length = tagLength(parameters);
      if (data.length < length) throw failure("OperationError", "The provided data is too small.");
      const mode = opened(parameters, secret, false);
      const [open, tag] = [mode.update(data.slice(0, -length)), mode.tag()];
      const difference = data.slice(-length).reduce((sum, byte, i) => sum | (byte ^ tag[i]), 0);
      if (difference !== 0) throw failure("OperationError", "The operation failed for an operation-specific reason");
      return open;
    },
  }),
  aes("AES-CBC", {
    /** @param {Parameters} parameters @param {Uint8Array} secret @param {Uint8Array} data */
    encrypt(parameters, secret, data) {
      const mode = blocks(parameters, secret, true);
      return joined(mode.update(data), mode.final());
    },
    /** @param {Parameters} parameters @param {Uint8Array} secret @param {Uint8Array} data */
    decrypt(parameters, secret, data) {
      const mode = blocks(parameters, secret, false);
      return attempted(() => joined(mode.update(data), mode.final()));
    },
  }),
  aes("AES-CTR", { encrypt: counted, decrypt: counted }),
  aes("AES-KW", {
    wrap: (/** @type {Uint8Array} */ secret, /** @type {Uint8Array} */ data) => attempted(() => aeskw(secret).encrypt(data)),
    unwrap: (/** @type {Uint8Array} */ secret, /** @type {Uint8Array} */ data) => attempted(() => aeskw(secret).decrypt(data)),
  }),
);
