/**
 * crypto.subtle, of the engine's own and of what it lacks. An algorithm says what it
 * can do; the engine does what it knows, because that is compiled.
 */
import { webKeys } from "../key-object.js";
import { bufferOf, dataOf, failure, knownOf, unsupported } from "./keys.js";

/**
 * @typedef {import("./keys.js").Parameters} Parameters
 * @typedef {{
 *   name: string,
 *   generate?: (parameters: Parameters, extractable: boolean, usages: string[]) => any,
 *   importKey?: (format: string, data: any, parameters: Parameters, extractable: boolean, usages: string[]) => any,
 *   exportKey?: (format: string, key: any, material: any) => any,
 *   sign?: (parameters: Parameters, key: any, material: any, data: Uint8Array) => any,
 *   verify?: (parameters: Parameters, key: any, material: any, signature: Uint8Array, data: Uint8Array) => any,
 *   encrypt?: (parameters: Parameters, material: any, data: Uint8Array, key: any) => Uint8Array,
 *   decrypt?: (parameters: Parameters, material: any, data: Uint8Array, key: any) => Uint8Array,
 *   wrap?: (material: any, data: Uint8Array) => Uint8Array,
 *   unwrap?: (material: any, data: Uint8Array) => Uint8Array,
 *   deriveBits?: (parameters: Parameters, material: any, length: number | null, key: any) => Uint8Array,
 *   keyLength?: (parameters: Parameters) => number | null,
 * }} Algorithm
 */

/** @type {Map<string, Algorithm>} */
const ALGORITHMS = new Map();
/** @param {Algorithm[]} algorithms */
export const provide = (...algorithms) => algorithms.forEach((algorithm) => ALGORITHMS.set(algorithm.name.toUpperCase(), algorithm));

const prototype = Object.getPrototypeOf(globalThis.crypto.subtle);
/** What the engine has. @type {any} */
export const engine = Object.fromEntries(["importKey", "sign", "verify"].map((name) => [name, prototype[name].bind(globalThis.crypto.subtle)]));

/** @param {any} algorithm @returns {Parameters} */
const named = (algorithm) => (typeof algorithm === "string" ? { name: algorithm } : algorithm);

/** @param {any} given @param {keyof Algorithm} [operation] @returns {[any, Parameters]} */
function found(given, operation) {
  const parameters = named(given);
  if (typeof parameters?.name !== "string") throw new TypeError("The algorithm must have a name");
  const algorithm = ALGORITHMS.get(parameters.name.toUpperCase());
  if (!algorithm || (operation && !algorithm[operation])) throw unsupported(parameters.name);
  return [algorithm, { ...parameters, name: algorithm.name }];
}

/**
 * The algorithm of a key that is to be used so.
 * @param {any} given
 * @param {any} key
 * @param {string} usage
 * @param {keyof Algorithm} operation
 */
function used(given, key, usage, operation) {
  const [algorithm, parameters] = found(given, operation);
  const known = knownOf(key);
  if (!known) throw new TypeError("The key is no CryptoKey");
  if (key.algorithm.name !== algorithm.name) throw failure("InvalidAccessError", "The requested operation is not valid for the provided key");
  if (!key.usages.includes(usage)) throw failure("InvalidAccessError", `Unable to use this key to ${usage}`);
  return { algorithm, parameters, material: known.material };
}

const isEngines = (/** @type {any} */ key) => !knownOf(key);

/** @param {string} format @param {any} key */
function exported(format, key) {
  const known = knownOf(key);
  if (!known) throw new TypeError("The key is no CryptoKey");
  if (!key.extractable) throw failure("InvalidAccessError", "key is not extractable");
  const [algorithm] = found(key.algorithm.name, "exportKey");
  return algorithm.exportKey(format, key, known.material);
}

/** @param {any} wrapping @param {any} key @param {"wrapKey" | "unwrapKey"} usage @param {Uint8Array} data */
function wrapped(wrapping, key, usage, data) {
  const isWrap = usage === "wrapKey";
  const [algorithm] = found(wrapping);
  const own = isWrap ? "wrap" : "unwrap";
  const operation = algorithm[own] ? own : isWrap ? "encrypt" : "decrypt";
  const { parameters, material } = used(wrapping, key, usage, operation);
  return operation === own ? algorithm[own](material, data) : algorithm[operation](parameters, material, data, key);
}

/** @type {Record<string, (...args: any[]) => any>} */
const methods = {
  generateKey(algorithm, extractable, usages) {
    const [of, parameters] = found(algorithm, "generate");
    return of.generate(parameters, Boolean(extractable), [...usages]);
  },

  importKey(format, data, algorithm, extractable, usages) {
    const [of, parameters] = found(algorithm, "importKey");
    return of.importKey(format, format === "jwk" ? data : dataOf(data), parameters, Boolean(extractable), [...usages]);
  },

  exportKey: exported,

  sign(algorithm, key, data) {
    if (isEngines(key)) return engine.sign(algorithm, key, data);
    const { algorithm: of, parameters, material } = used(algorithm, key, "sign", "sign");
    return of.sign(parameters, key, material, dataOf(data));
  },

  verify(algorithm, key, signature, data) {
    if (isEngines(key)) return engine.verify(algorithm, key, signature, data);
    const { algorithm: of, parameters, material } = used(algorithm, key, "verify", "verify");
    return of.verify(parameters, key, material, dataOf(signature), dataOf(data));
  },

  encrypt(algorithm, key, data) {
    const { algorithm: of, parameters, material } = used(algorithm, key, "encrypt", "encrypt");
    return bufferOf(of.encrypt(parameters, material, dataOf(data), key));
  },

  decrypt(algorithm, key, data) {
    const { algorithm: of, parameters, material } = used(algorithm, key, "decrypt", "decrypt");
    return bufferOf(of.decrypt(parameters, material, dataOf(data), key));
  },

  deriveBits(algorithm, key, length = null) {
    const { algorithm: of, parameters, material } = used(algorithm, key, "deriveBits", "deriveBits");
    return bufferOf(of.deriveBits(parameters, material, length, key));
  },

  deriveKey(algorithm, key, wanted, extractable, usages) {
    const { algorithm: of, parameters, material } = used(algorithm, key, "deriveKey", "deriveBits");
    const [target, targetParameters] = found(wanted, "importKey");
    const length = target.keyLength ? target.keyLength(targetParameters) : null;
    return target.importKey("raw", of.deriveBits(parameters, material, length, key), targetParameters, Boolean(extractable), [...usages]);
  },

  async wrapKey(format, key, wrappingKey, algorithm) {
    const plain = exported(format, key);
    const data = format === "jwk" ? new TextEncoder().encode(JSON.stringify(plain)) : dataOf(plain);
    return bufferOf(wrapped(algorithm, wrappingKey, "wrapKey", data));
  },

  async unwrapKey(format, data, unwrappingKey, algorithm, keyAlgorithm, extractable, usages) {
    const plain = wrapped(algorithm, unwrappingKey, "unwrapKey", dataOf(data));
    const key = format === "jwk" ? JSON.parse(new TextDecoder().decode(plain)) : plain;
    return methods.importKey(format, key, keyAlgorithm, extractable, usages);
  },
};

for (const [name, method] of Object.entries(methods)) {
  Object.defineProperty(prototype, name, { configurable: true, enumerable: true, writable: true, value: { async [name](/** @type {any[]} */ ...args) { return method(...args); } }[name] });
}

webKeys.objectOf = (key) => knownOf(key)?.object();
