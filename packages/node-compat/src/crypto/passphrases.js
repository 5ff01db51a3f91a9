/**
 * Private keys under a passphrase: PBES2 of PKCS#5 (RFC 8018, section 6.2) around
 * PKCS#8, and what OpenSSL did before, by the headers of RFC 1421.
 */
import { cbc } from "@noble/ciphers/aes.js";
import { md5 } from "@noble/hashes/legacy.js";
import { pbkdf2 } from "@noble/hashes/pbkdf2.js";
import { randomBytes } from "@noble/hashes/utils.js";
import { Buffer } from "buffer";
import { encode, integer, nothing, octets, oid, sequence, sequenceIn, TAG } from "./der.js";
import { badDecrypt, coded, noPassphrase, opensslError, wrongTag } from "./errors.js";
import { algorithm } from "./hashes.js";
import { toPem } from "./pem.js";

const PBES2 = "1.2.840.113549.1.5.13";
const PBKDF2 = "1.2.840.113549.1.5.12";
/** @type {Record<string, string>} */
const PRFS = { "1.2.840.113549.2.7": "sha1", "1.2.840.113549.2.8": "sha224", "1.2.840.113549.2.9": "sha256", "1.2.840.113549.2.10": "sha384", "1.2.840.113549.2.11": "sha512" };
const SHA256_PRF = "1.2.840.113549.2.9";
/** @type {Record<string, [string, number]>} the size of a key, in bytes */
const CIPHERS = { "aes-128-cbc": ["2.16.840.1.101.3.4.1.2", 16], "aes-192-cbc": ["2.16.840.1.101.3.4.1.22", 24], "aes-256-cbc": ["2.16.840.1.101.3.4.1.42", 32] };
const ITERATIONS = 2048;

const unsupported = () => opensslError("digital envelope routines", 0x9c, "unsupported algorithm");

/** @param {string} name */
function cipherNamed(name) {
  const key = name.toLowerCase().replace(/^aes(\d+)$/, "aes-$1-cbc");
  if (!Object.hasOwn(CIPHERS, key)) throw coded(Error, "ERR_CRYPTO_UNKNOWN_CIPHER", "Unknown cipher");
  return { name: key, id: CIPHERS[key][0], size: CIPHERS[key][1] };
}

/** @param {Uint8Array} key @param {Uint8Array} iv @param {Uint8Array} data */
function open(key, iv, data) {
  try {
    return cbc(key, iv).decrypt(data);
  } catch {
    throw badDecrypt();
  }
}

/**
 * @param {Uint8Array} der
 * @param {Uint8Array} [passphrase]
 */
export function decryptPkcs8(der, passphrase) {
  if (!passphrase) throw noPassphrase();
  const whole = sequenceIn(der);
  const scheme = whole.sequence();
  const data = whole.octets();
  if (scheme.oid() !== PBES2) throw unsupported();
  const parameters = scheme.sequence();
  const [derivation, encryption] = [parameters.sequence(), parameters.sequence()];
  if (derivation.oid() !== PBKDF2) throw unsupported();
  const fields = derivation.sequence();
  const [salt, iterations] = [fields.octets(), Number(fields.integer())];
  if (fields.tag === TAG.INTEGER) fields.integer();
  const prf = fields.done ? "sha1" : PRFS[fields.sequence().oid()];
  const id = encryption.oid();
  const cipher = Object.values(CIPHERS).find(([known]) => known === id);
  if (!prf || !cipher) throw unsupported();
  return open(pbkdf2(algorithm(prf), passphrase, salt, { c: iterations, dkLen: cipher[1] }), encryption.octets(), data);
}

/**
 * @param {Uint8Array} der
 * @param {string} name of the cipher
 * @param {Uint8Array} passphrase
 */
export function encryptPkcs8(der, name, passphrase) {
  const { id, size } = cipherNamed(name);
  const [salt, iv] = [randomBytes(16), randomBytes(16)];
  const derivation = sequence(oid(PBKDF2), sequence(octets(salt), integer(ITERATIONS), sequence(oid(SHA256_PRF), nothing())));
  const key = pbkdf2(algorithm("sha256"), passphrase, salt, { c: ITERATIONS, dkLen: size });
  return sequence(sequence(oid(PBES2), sequence(derivation, sequence(oid(id), octets(iv)))), encode(TAG.OCTETS, cbc(key, iv).encrypt(der)));
}

/** OpenSSL's EVP_BytesToKey, with MD5. @param {Uint8Array} passphrase @param {Uint8Array} salt @param {number} size */
function legacyKey(passphrase, salt, size) {
  let key = new Uint8Array();
  for (let last = key; key.length < size; key = Buffer.concat([key, last])) last = md5(Buffer.concat([last, passphrase, salt]));
  return Uint8Array.from(key.subarray(0, size));
}

/**
 * @param {import("./pem.js").Block} block
 * @param {Uint8Array} [passphrase]
 */
export function decryptPem({ headers, der }, passphrase) {
  const [, name, iv] = /^([\w-]+),([0-9A-Fa-f]{32})$/.exec(headers["DEK-Info"] ?? "") ?? [];
  if (!headers["DEK-Info"]) return der;
  if (!iv) throw wrongTag();
  if (!passphrase) throw noPassphrase();
  const { size } = cipherNamed(name);
  const vector = Uint8Array.from(Buffer.from(iv, "hex"));
  return open(legacyKey(passphrase, vector.subarray(0, 8), size), vector, der);
}

/**
 * @param {string} label
 * @param {Uint8Array} der
 * @param {string} name of the cipher
 * @param {Uint8Array} passphrase
 */
export function encryptPem(label, der, name, passphrase) {
  const cipher = cipherNamed(name);
  const iv = randomBytes(16);
  const data = cbc(legacyKey(passphrase, iv.subarray(0, 8), cipher.size), iv).encrypt(der);
  return toPem(label, data, { "Proc-Type": "4,ENCRYPTED", "DEK-Info": `${cipher.name.toUpperCase()},${Buffer.from(iv).toString("hex").toUpperCase()}` });
}
