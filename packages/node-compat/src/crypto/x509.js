/** X509Certificate: what a certificate says, and who signed it. */
import { Buffer } from "buffer";
import { PublicKeyObject } from "./asymmetric-keys.js";
import { bytes } from "./bytes.js";
import { fieldsOf } from "./certificate.js";
import { attributes, generalName, printed, printedName, time } from "./certificate-names.js";
import { context, Reader, TAG } from "./der.js";
import { coded, opensslError, wrongType, wrongValue } from "./errors.js";
import { createHash } from "./hashes.js";
import { readSpki, writeSpki } from "./key-material.js";
import { KeyObject, materialOf } from "./key-object.js";
import { findPem, toPem } from "./pem.js";
import { PSS, pssOf } from "./pss-parameters.js";
import { verify } from "./signatures.js";

const EXTENSION = { basic: "2.5.29.19", alternative: "2.5.29.17", usage: "2.5.29.15", extendedUsage: "2.5.29.37", access: "1.3.6.1.5.5.7.1.1", subjectKey: "2.5.29.14", authorityKey: "2.5.29.35" };
/** @type {Record<string, string>} */
const ACCESS = { "1.3.6.1.5.5.7.48.1": "OCSP", "1.3.6.1.5.5.7.48.2": "CA Issuers" };

/** What a signature is by, RFC 4055, RFC 5758 and RFC 8410. @type {Record<string, string | null>} */
const SIGNATURES = {
  "1.2.840.113549.1.1.4": "md5", "1.2.840.113549.1.1.5": "sha1", "1.2.840.113549.1.1.14": "sha224", "1.2.840.113549.1.1.11": "sha256", "1.2.840.113549.1.1.12": "sha384", "1.2.840.113549.1.1.13": "sha512",
  "1.2.840.10045.4.1": "sha1", "1.2.840.10045.4.3.1": "sha224", "1.2.840.10045.4.3.2": "sha256", "1.2.840.10045.4.3.3": "sha384", "1.2.840.10045.4.3.4": "sha512",
  "1.3.101.112": null,
};

/** @param {Uint8Array} [extensions] */
function extensionsOf(extensions) {
  /** @type {Map<string, Uint8Array>} */
  const found = new Map();
  const list = extensions && new Reader(extensions).sequence();
  while (list && !list.done) {
    const extension = list.sequence();
    const name = extension.oid();
    extension.optional(TAG.BOOLEAN);
    found.set(name, extension.octets());
  }
  return found;
}

/** @param {any} source */
function derOf(source) {
  if (typeof source !== "string" && !ArrayBuffer.isView(source) && !(source instanceof ArrayBuffer)) throw wrongType("buffer", "of type string or an instance of Buffer, TypedArray, or DataView", source);
  const data = bytes(source, "latin1", "buffer");
  if (data[0] === TAG.SEQUENCE) return data;
  const found = findPem(Buffer.from(data).toString("latin1"), (label) => /^(X509 |TRUSTED |)CERTIFICATE$/.test(label));
  if (!found) throw coded(Error, "ERR_OSSL_PEM_NO_START_LINE", "error:0480006C:PEM routines::no start line");
  return found.der;
}

export class X509Certificate {
  #der;
  #fields;
  #extensions;
  #validity;

  /** @param {any} source in PEM or DER */
  constructor(source) {
    this.#der = Buffer.from(derOf(source));
    this.#fields = fieldsOf(this.#der);
    this.#extensions = extensionsOf(this.#fields.extensions);
    const validity = new Reader(this.#fields.validity);
    this.#validity = [time(validity), time(validity)];
  }

  get validFrom() {
    return this.#validity[0];
  }

  get validTo() {
    return this.#validity[1];
  }

  get raw() {
    return Buffer.from(this.#der);
  }

  get subject() {
    return printed(this.#fields.subject) || undefined;
  }

  get issuer() {
    return printed(this.#fields.issuer) || undefined;
  }

  get serialNumber() {
    return Buffer.from(this.#fields.serial).toString("hex").toUpperCase().replace(/^(00)+(?=.)/, "");
  }

  get publicKey() {
    return new PublicKeyObject(readSpki(this.#fields.publicKey));
  }

  get fingerprint() {
    return this.#fingerprint("sha1");
  }

  get fingerprint256() {
    return this.#fingerprint("sha256");
  }

  get fingerprint512() {
    return this.#fingerprint("sha512");
  }

  /** @param {string} digest */
  #fingerprint(digest) {
    return createHash(digest).update(this.#der).digest("hex").toUpperCase().match(/../g).join(":");
  }

  /** @param {string} name */
  #extension(name) {
    const value = this.#extensions.get(name);
    return value && new Reader(value);
  }

  get ca() {
    const fields = this.#extension(EXTENSION.basic)?.sequence();
    return Boolean(fields && fields.optional(TAG.BOOLEAN)?.[0]);
  }

  /** Of the extension that is called the extended one. */
  get keyUsage() {
    const names = this.#extension(EXTENSION.extendedUsage)?.sequence();
    if (!names) return undefined;
    const found = [];
    while (!names.done) found.push(names.oid());
    return found;
  }

  #alternatives() {
    const names = this.#extension(EXTENSION.alternative)?.sequence();
    const found = [];
    while (names && !names.done) found.push(generalName(names));
    return found;
  }

  get subjectAltName() {
    return this.#extensions.has(EXTENSION.alternative) ? this.#alternatives().map(printedName).join(", ") : undefined;
  }

  get infoAccess() {
    const list = this.#extension(EXTENSION.access)?.sequence();
    if (!list) return undefined;
    const found = [];
    while (!list.done) {
      const description = list.sequence();
      const method = description.oid();
      found.push(`${ACCESS[method] ?? method} - ${printedName(generalName(description))}`);
    }
    return found.join("\n");
  }

  get issuerCertificate() {
    return undefined;
  }

  toString() {
    return toPem("CERTIFICATE", this.#der);
  }

  toJSON() {
    return this.toString();
  }

  /**
   * The name of the certificate that is for the host.
   * @param {string} host
   * @param {{ subject?: "default" | "always" | "never", wildcards?: boolean }} [options]
   */
  checkHost(host, { subject = "default", wildcards = true } = {}) {
    if (typeof host !== "string") throw wrongType("name", "of type string", host);
    const names = this.#alternatives().filter(({ kind }) => kind === "DNS").map(({ value }) => value);
    const common = attributes(this.#fields.subject).flat().filter(({ name }) => name === "CN").map(({ value }) => value);
    const tried = subject === "always" || (subject === "default" && names.length === 0) ? [...names, ...common] : names;
    return tried.find((name) => isFor(name.toLowerCase(), host.toLowerCase(), wildcards));
  }

  /** @param {string} email */
  checkEmail(email) {
    if (typeof email !== "string") throw wrongType("email", "of type string", email);
    const domain = (/** @type {string} */ value) => value.replace(/@[^@]*$/, (part) => part.toLowerCase());
    const names = this.#alternatives().filter(({ kind }) => kind === "email").map(({ value }) => value);
    const own = attributes(this.#fields.subject).flat().filter(({ name }) => name === "emailAddress").map(({ value }) => value);
    return (names.length > 0 ? names : own).some((name) => domain(name) === domain(email)) ? email : undefined;
  }

  /** @param {string} ip */
  checkIP(ip) {
    if (typeof ip !== "string") throw wrongType("ip", "of type string", ip);
    return this.#alternatives().some(({ octets, value }) => octets && value === longForm(ip)) ? ip : undefined;
  }

  /** Whether it says that the other one's key signed it. @param {X509Certificate} other */
  checkIssued(other) {
    if (!(other instanceof X509Certificate)) throw wrongType("otherCert", "an instance of X509Certificate", other);
    if (!Buffer.from(this.#fields.issuer).equals(Buffer.from(other.#fields.subject))) return false;
    const wanted = this.#extension(EXTENSION.authorityKey)?.sequence().optional(context(0, false));
    const given = other.#extension(EXTENSION.subjectKey)?.octets();
    if (wanted && given && !Buffer.from(wanted).equals(Buffer.from(given))) return false;
    // Bit 5, RFC 5280, section 4.2.1.3: keyCertSign.
    const usage = other.#extension(EXTENSION.usage)?.take(TAG.BITS);
    return !usage || (usage[1] & 0x04) !== 0;
  }

  /** @param {any} key */
  checkPrivateKey(key) {
    if (!(key instanceof KeyObject)) throw wrongType("pkey", "an instance of KeyObject", key);
    if (key.type !== "private") throw wrongValue("pkey", "is invalid", key);
    return writeSpki(materialOf(key)).equals(Buffer.from(writeSpki(readSpki(this.#fields.publicKey))));
  }

  /** Whether the key signed it. @param {any} key */
  verify(key) {
    if (!(key instanceof KeyObject)) throw wrongType("pkey", "an instance of KeyObject", key);
    if (key.type !== "public") throw wrongValue("pkey", "is invalid", key);
    const { algorithm, signed, signature } = this.#fields;
    const fields = new Reader(algorithm);
    const name = fields.oid();
    try {
      if (name === PSS) {
        const pss = pssOf(fields);
        return verify(pss?.hash, signed, { key, padding: 6, saltLength: pss?.saltLength }, signature);
      }
      if (!Object.hasOwn(SIGNATURES, name)) throw opensslError("digital envelope routines", 0x9c, "unsupported algorithm");
      return verify(SIGNATURES[name], signed, key, signature);
    } catch {
      return false;
    }
  }
}

/** RFC 6125, section 6.4.3: a star stands for one label, the first. @param {string} name @param {string} host @param {boolean} wildcards */
function isFor(name, host, wildcards) {
  if (name === host) return true;
  const [, rest] = /^\*(\..+\..+)$/.exec(name) ?? [];
  return Boolean(wildcards && rest && host.endsWith(rest) && /^[^.]+$/.test(host.slice(0, -rest.length)));
}

/** @param {string} ip */
function longForm(ip) {
  if (!ip.includes(":")) return ip;
  const [head, tail] = ip.split("::").map((part) => part.split(":").filter(Boolean));
  const groups = tail ? [...head, ...Array(Math.max(8 - head.length - tail.length, 0)).fill("0"), ...tail] : head;
  return groups.map((group) => group.toUpperCase().replace(/^0+(?=.)/, "")).join(":");
}
