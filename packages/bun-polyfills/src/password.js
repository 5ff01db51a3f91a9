/** Bun.password: argon2 by @noble/hashes, bcrypt by bcryptjs; hashes as Bun writes them. */
import { argon2d, argon2i, argon2id } from "@noble/hashes/argon2.js";
import bcrypt from "bcryptjs";
import { Buffer } from "buffer";
import { unsupported } from "@warpgrid/node-compat/errors";

const ARGON2 = { argon2id, argon2i, argon2d };
const NAMES = ["bcrypt", ...Object.keys(ARGON2)];

/** @param {string} message */
const invalid = (message) => Object.assign(new TypeError(message), { code: "ERR_INVALID_ARG_TYPE" });

/** @param {string} reason @param {string} code */
const unverified = (reason, code) => Object.assign(new Error(`Password verification failed with error "${reason}"`), { code: `PASSWORD_${code}` });

/** @param {any} password */
function toBytes(password) {
  if (typeof password === "string") return Buffer.from(password);
  if (ArrayBuffer.isView(password)) return Buffer.from(password.buffer, password.byteOffset, password.byteLength);
  if (password instanceof ArrayBuffer) return Buffer.from(password);
  throw invalid("password must be a string, ArrayBuffer or ArrayBufferView");
}

/** @param {Buffer} bytes without padding */
const base64 = (bytes) => bytes.toString("base64").replace(/=+$/, "");

/** @param {any} password @param {any} [options] */
export function hashSync(password, options = "argon2id") {
  const bytes = toBytes(password);
  if (bytes.length === 0) throw invalid("password must not be empty");
  const { algorithm = "argon2id", cost = 10, memoryCost = 65536, timeCost = 2 } = typeof options === "string" ? { algorithm: options } : options;
  if (!NAMES.includes(algorithm)) {
    throw invalid('Expected algorithm to be a unknown algorithm, expected one of: "bcrypt", "argon2id", "argon2d", "argon2i" (default is "argon2id") for \'hash\'.');
  }
  if (algorithm === "bcrypt") {
    if (!Number.isInteger(cost) || cost < 4 || cost > 31) throw invalid("Rounds must be an integer between 4 and 31");
    return bcrypt.hashSync(textOf(bytes), bcrypt.genSaltSync(cost)).replace(/^\$2a/, "$2b");
  }
  const salt = crypto.getRandomValues(new Uint8Array(32));
  const digest = ARGON2[/** @type {keyof typeof ARGON2} */ (algorithm)](bytes, salt, { t: timeCost, m: memoryCost, p: 1, dkLen: 32 });
  return `$${algorithm}$v=19$m=${memoryCost},t=${timeCost},p=1$${base64(Buffer.from(salt))}$${base64(Buffer.from(digest))}`;
}

/** bcryptjs takes texts, and encodes them. Of what is longer Bun takes a digest, which is no text. @param {Buffer} bytes */
function textOf(bytes) {
  const text = bytes.toString("utf8");
  if (bytes.length <= 72 && Buffer.from(text).equals(bytes)) return text;
  throw unsupported("bcrypt of a password that is longer than 72 bytes, or no text", "use argon2id");
}

const PHC = /^\$(argon2id|argon2i|argon2d)\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** @param {any} password @param {any} hash @param {string} [algorithm] */
export function verifySync(password, hash, algorithm) {
  const [bytes, text] = [toBytes(password), toBytes(hash).toString()];
  if (bytes.length === 0 || text.length === 0) return false;
  const isBcrypt = /^\$2[abxy]?\$/.test(text);
  if (!isBcrypt && !text.startsWith("$argon2")) throw unverified("UnsupportedAlgorithm", "UNSUPPORTED_ALGORITHM");
  if (algorithm && !text.startsWith(isBcrypt ? "$2" : `$${algorithm}$`)) throw unverified("InvalidEncoding", "INVALID_ENCODING");
  if (isBcrypt) {
    if (!/^\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}$/.test(text)) throw unverified("InvalidEncoding", "INVALID_ENCODING");
    return bcrypt.compareSync(textOf(bytes), text);
  }
  const [, name, memory, time, parallel, salt, digest] = PHC.exec(text) ?? [];
  if (!name) throw unverified("InvalidEncoding", "INVALID_ENCODING");
  const [wanted, salted] = [Buffer.from(digest, "base64"), Buffer.from(salt, "base64")];
  if (salted.length < 8 || wanted.length < 4) throw unverified("WeakParameters", "WEAK_PARAMETERS");
  const options = { t: Number(time), m: Number(memory), p: Number(parallel), dkLen: wanted.length };
  const given = ARGON2[/** @type {keyof typeof ARGON2} */ (name)](bytes, salted, options);
  let difference = 0;
  for (let i = 0; i < wanted.length; i++) difference |= wanted[i] ^ given[i];
  return difference === 0;
}

export const password = {
  hashSync,
  verifySync,
  /** @param {any} given @param {any} [options] */
  hash: async (given, options) => hashSync(given, options),
  /** @param {any} given @param {any} hash @param {string} [algorithm] */
  verify: async (given, hash, algorithm) => verifySync(given, hash, algorithm),
};
