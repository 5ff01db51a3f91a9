// Signatures, encryption by RSA and agreement on secrets. Those that are made of random
// numbers are checked by the other side: see `signed` and `verified`.
import * as crypto from "node:crypto";
import { failing } from "./failing.js";
import { KEYS, type Name } from "./keys.js";

const DATA = Buffer.from("What is signed by one is checked by the other.");
const privateOf = (name: Name) => crypto.createPrivateKey({ key: KEYS[name], format: "jwk" });
const publicOf = (name: Name) => crypto.createPublicKey({ key: KEYS[name], format: "jwk" });
const { RSA_PKCS1_PSS_PADDING, RSA_PKCS1_PADDING, RSA_PSS_SALTLEN_DIGEST } = crypto.constants;

type Options = { padding?: number; saltLength?: number; dsaEncoding?: "der" | "ieee-p1363" };
export interface Signature { name: Name; algorithm: string | null; options: Options; signature: string }

const PSS: Options = { padding: RSA_PKCS1_PSS_PADDING };
const PLAIN: Options = { dsaEncoding: "ieee-p1363" };
const CASES: [Name, (string | null)[], Options[]][] = [
  ["rsa", ["sha1", "RSA-SHA256", "sha384", "SHA512", "sha3-256"], [{}, PSS, { ...PSS, saltLength: RSA_PSS_SALTLEN_DIGEST }, { ...PSS, saltLength: 0 }]],
  ["p256", ["sha256", "sha512"], [{}, PLAIN]],
  ["p384", ["sha384"], [{}, PLAIN]],
  ["p521", ["sha512"], [{}, PLAIN]],
  ["secp256k1", ["sha256"], [{}, PLAIN]],
  ["ed25519", [null], [{}]],
];
const all = CASES.flatMap(([name, algorithms, options]) => algorithms.flatMap((algorithm) => options.map((one) => ({ name, algorithm, options: one }))));

/** One signature of each kind, every other one made in pieces. */
export function signed(): Signature[] {
  return all.map(({ name, algorithm, options }, i) => {
    const key = { key: privateOf(name), ...options };
    const signature = algorithm && i % 2 ? crypto.createSign(algorithm).update(DATA.subarray(0, 5)).update(DATA.subarray(5)).sign(key) : crypto.sign(algorithm, DATA, key);
    return { name, algorithm, options, signature: signature.toString("base64") };
  });
}

/** Of each, whether it is accepted, and whether it is not where one bit is another. */
export function verified(signatures: Signature[]) {
  return signatures.map(({ name, algorithm, options, signature }) => {
    const [key, given] = [{ key: publicOf(name), ...options }, Buffer.from(signature, "base64")];
    const bent = Buffer.from(given);
    bent[bent.length >> 1]! ^= 1;
    const accepted = [crypto.verify(algorithm, DATA, key, given), algorithm ? crypto.createVerify(algorithm).update(DATA).verify(key, signature, "base64") : true];
    const refused = [crypto.verify(algorithm, DATA, key, bent), crypto.verify(algorithm, DATA.subarray(1), key, given), crypto.verify(algorithm, DATA, key, Buffer.alloc(3))];
    return { name, algorithm, options, right: accepted.every(Boolean) && !refused.some(Boolean) };
  });
}

/** Those that are the same each time. */
function fixed() {
  const key = privateOf("rsa");
  return {
    pkcs1: ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "ripemd160", "sha3-512"].map((digest) => crypto.sign(digest, DATA, key).toString("hex")),
    unsalted: crypto.sign("sha256", DATA, { key, ...PSS, saltLength: 0 }).toString("hex"),
    ed25519: crypto.sign(null, DATA, privateOf("ed25519")).toString("hex"),
    pem: crypto.createSign("sha256").update(DATA).sign(key.export({ type: "pkcs1", format: "pem" }), "base64"),
    privateEncrypt: crypto.privateEncrypt(key, DATA).toString("hex"),
  };
}

/** RFC 8032, section 7.1, test 2; RFC 6979, appendix A.2.5, which a signature of random numbers is no part of. */
function vectors() {
  const ed = crypto.createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: Buffer.from("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "hex").toString("base64url") }, format: "jwk" });
  const signature = Buffer.from("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00", "hex");
  const [x, y] = ["60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6", "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"].map((hex) => Buffer.from(hex, "hex").toString("base64url"));
  const p256 = crypto.createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
  const rs = Buffer.from("EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8", "hex");
  return [crypto.verify(null, Buffer.from("72", "hex"), ed, signature), crypto.verify("sha256", Buffer.from("sample"), { key: p256, ...PLAIN }, rs), crypto.verify("sha256", Buffer.from("other"), { key: p256, ...PLAIN }, rs)];
}

function encryption() {
  const [ours, theirs] = [privateOf("rsa"), publicOf("rsa")];
  const options = [{}, { oaepHash: "sha256" }, { oaepHash: "sha512", oaepLabel: Buffer.from("label") }];
  // Under Node, which has turned it off, what it encrypts is opened by the other side only.
  return {
    oaep: options.map((one) => crypto.privateDecrypt({ key: ours, ...one }, crypto.publicEncrypt({ key: theirs, ...one }, DATA)).equals(DATA)),
    size: crypto.publicEncrypt({ key: theirs, padding: RSA_PKCS1_PADDING }, DATA).length,
    publicDecrypt: crypto.publicDecrypt(theirs, crypto.privateEncrypt(ours, DATA)).equals(DATA),
    tooLong: failing(() => crypto.publicEncrypt(theirs, Buffer.alloc(215))),
    label: failing(() => crypto.privateDecrypt({ key: ours, oaepLabel: Buffer.from("a") }, crypto.publicEncrypt({ key: theirs, oaepLabel: Buffer.from("b") }, DATA))),
    length: failing(() => crypto.privateDecrypt(ours, Buffer.alloc(255))),
    hash: failing(() => crypto.publicEncrypt({ key: theirs, oaepHash: "foo" }, DATA)),
    key: failing(() => crypto.publicEncrypt(publicOf("ed25519"), DATA)),
    type: failing(() => crypto.publicDecrypt(theirs, Buffer.alloc(256))),
  };
}

function agreement() {
  const curves: [string, Name][] = [["prime256v1", "p256"], ["secp384r1", "p384"], ["secp521r1", "p521"], ["secp256k1", "secp256k1"]];
  const made = curves.map(([curve, name]) => {
    const [ours, theirs] = [crypto.createECDH(curve), crypto.createECDH(curve)];
    ours.setPrivateKey(KEYS[name].d, "base64url");
    const other = theirs.generateKeys("hex", "compressed");
    const { publicKey, privateKey } = crypto.generateKeyPairSync("ec", { namedCurve: curve });
    return {
      point: [ours.getPublicKey("hex"), ours.getPublicKey("hex", "compressed"), crypto.ECDH.convertKey(ours.getPublicKey(), curve, undefined, "hex", "compressed")],
      agreed: ours.computeSecret(other, "hex").equals(theirs.computeSecret(ours.getPublicKey())),
      objects: crypto.diffieHellman({ privateKey, publicKey: publicOf(name) }).equals(crypto.diffieHellman({ privateKey: privateOf(name), publicKey })),
    };
  });
  const ecdh = crypto.createECDH("prime256v1");
  const x = crypto.createPublicKey({ key: { kty: "OKP", crv: "X25519", x: "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08" }, format: "jwk" });
  return {
    made,
    // RFC 7748, section 6.1: Bob's public key.
    x25519: crypto.diffieHellman({ privateKey: privateOf("x25519"), publicKey: x }).toString("hex"),
    curve: failing(() => crypto.createECDH("foo")),
    noKey: [failing(() => ecdh.getPublicKey()), failing(() => ecdh.getPrivateKey()), failing(() => ecdh.computeSecret(Buffer.alloc(32)))],
    badPrivate: failing(() => ecdh.setPrivateKey(Buffer.alloc(32))),
    badPublic: failing(() => (ecdh.generateKeys(), ecdh.computeSecret(Buffer.alloc(16)))),
    mixed: failing(() => crypto.diffieHellman({ privateKey: privateOf("x25519"), publicKey: publicOf("rsa") })),
  };
}

function errors() {
  return {
    digest: [failing(() => crypto.createSign("foo")), failing(() => crypto.createVerify("foo")), failing(() => crypto.sign("foo", DATA, privateOf("ed25519")))],
    ed25519: [failing(() => crypto.sign("sha256", DATA, privateOf("ed25519"))), failing(() => crypto.createSign("sha256").update("a").sign(privateOf("ed25519")))],
    none: failing(() => crypto.createSign("sha256").update("a").sign(null as any)),
    x25519: failing(() => crypto.sign(null, DATA, privateOf("x25519"))),
    salt: failing(() => crypto.sign("sha256", DATA, { key: privateOf("rsa"), ...PSS, saltLength: 250 })),
  };
}

export async function signatures() {
  const told = await new Promise((resolve) => crypto.sign("sha256", DATA, privateOf("rsa"), (error, signature) => resolve([error, signature.length])));
  const failed = await new Promise((resolve) => crypto.verify("sha256", DATA, publicOf("rsa"), Buffer.alloc(256), (error, result) => resolve([error, result])));
  return { own: verified(signed()), fixed: fixed(), vectors: vectors(), encryption: encryption(), agreement: agreement(), told, failed, errors: errors() };
}
