/** Errors as node:crypto gives them: programs look at `code`. */

/**
 * @template {Error} T
 * @param {new (message: string) => T} Kind
 * @param {string} code
 * @param {string} message
 */
export const coded = (Kind, code, message) => Object.assign(new Kind(message), { code });

/** @type {Record<string, [number, string]>} with the prefix that Node's codes have */
const LIBRARIES = {
  "rsa routines": [0x04, "RSA_"],
  "digital envelope routines": [0x06, "EVP_"],
  "asn1 encoding routines": [0x0d, "ASN1_"],
  "common libcrypto routines": [0x0f, "CRYPTO_"],
  "DECODER routines": [0x3c, ""],
  "Provider routines": [0x39, ""],
};

/**
 * An error of OpenSSL's, which is what Node does these things by.
 * @param {string} library
 * @param {number} number of the reason
 * @param {string} reason
 */
export function opensslError(library, number, reason) {
  const [of, prefix] = LIBRARIES[library];
  const packed = ((of << 23) | number).toString(16).toUpperCase().padStart(8, "0");
  const code = `ERR_OSSL_${prefix}${reason.toUpperCase().replaceAll(" ", "_")}`;
  return Object.assign(new Error(`error:${packed}:${library}::${reason}`), { library, reason, code });
}

export const badDecrypt = () => opensslError("Provider routines", 0x64, "bad decrypt");
export const wrongFinalBlock = () => opensslError("Provider routines", 0x6b, "wrong final block length");
export const invalidDigest = () => opensslError("Provider routines", 0x7a, "invalid digest");
export const undecodable = () => opensslError("DECODER routines", 0x8010c, "unsupported");
export const wrongTag = () => opensslError("asn1 encoding routines", 0xa8, "wrong tag");
export const dataTooLarge = () => opensslError("rsa routines", 0x6e, "data too large for key size");
export const oaepError = () => opensslError("rsa routines", 0x79, "oaep decoding error");
export const notOfThisKey = () => opensslError("digital envelope routines", 0x96, "operation not supported for this keytype");
export const noPassphrase = () => opensslError("common libcrypto routines", 0x80109, "interrupted or cancelled");

/** @param {unknown} value */
export function received(value) {
  if (value === null || value === undefined) return `Received ${value}`;
  if (typeof value === "function") return `Received function ${value.name}`;
  if (typeof value === "object") return value.constructor?.name ? `Received an instance of ${value.constructor.name}` : "Received an object";
  const shown = typeof value === "string" ? `'${value.length > 28 ? `${value.slice(0, 25)}...` : value}'` : typeof value === "bigint" ? `${value}n` : String(value);
  return `Received type ${typeof value} (${shown})`;
}

/**
 * @param {string} name of the argument, or of a property, as `options.type`
 * @param {string} wanted
 * @param {unknown} value
 */
export function wrongType(name, wanted, value) {
  return coded(TypeError, "ERR_INVALID_ARG_TYPE", `The "${name}" ${name.includes(".") ? "property" : "argument"} must be ${wanted}. ${received(value)}`);
}

/**
 * @param {string} name
 * @param {string} reason
 * @param {unknown} value
 */
export function wrongValue(name, reason, value) {
  const shown = typeof value === "string" ? `'${value}'` : String(value);
  return coded(TypeError, "ERR_INVALID_ARG_VALUE", `The ${name.includes(".") ? "property" : "argument"} '${name}' ${reason}. Received ${shown}`);
}

/**
 * @param {string} type
 * @param {string} wanted
 */
export const wrongKeyType = (type, wanted) => coded(TypeError, "ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE", `Invalid key object type ${type}, expected ${wanted}.`);

/** @param {string} operation */
export const wrongState = (operation) => coded(Error, "ERR_CRYPTO_INVALID_STATE", `Invalid state for operation ${operation}`);
