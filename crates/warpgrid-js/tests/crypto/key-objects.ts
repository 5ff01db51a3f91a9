// createPrivateKey and createPublicKey: each key in all of its forms, and how they fail.
import * as crypto from "node:crypto";
import { failing } from "./failing.js";
import { ENCRYPTED, KEYS, NAMES, PASSPHRASE, type Name } from "./keys.js";

const privateOf = (name: Name) => crypto.createPrivateKey({ key: KEYS[name], format: "jwk" });

function formsOf(name: Name) {
  const key = privateOf(name);
  const own = name === "rsa" ? "pkcs1" : key.asymmetricKeyType === "ec" ? "sec1" : undefined;
  return [
    ...["pkcs8", ...(own ? [own] : [])].map((type) => ({ key, type })),
    ...["spki", ...(own === "pkcs1" ? [own] : [])].map((type) => ({ key: crypto.createPublicKey(key), type })),
  ];
}

function forms(name: Name) {
  const key = privateOf(name);
  return {
    written: formsOf(name).map(({ key, type }) => key.export({ type, format: "pem" } as any)),
    read: formsOf(name).map(({ key, type }) =>
      (["pem", "der"] as const).map((format) => {
        const text: any = key.export({ type, format } as any);
        const input: any = { key: text, type, format };
        const read = key.type === "private" ? crypto.createPrivateKey(input) : crypto.createPublicKey(input);
        return [read.equals(key), crypto.createPublicKey(input).equals(crypto.createPublicKey(privateOf(name)))];
      }),
    ),
    jwk: [key.export({ format: "jwk" }), crypto.createPublicKey(key).export({ format: "jwk" })],
    type: [key.type, key.asymmetricKeyType, Object.prototype.toString.call(key), key instanceof crypto.KeyObject],
    details: JSON.stringify(key.asymmetricKeyDetails, (_, value) => (typeof value === "bigint" ? `${value}n` : value)),
  };
}

function encrypted() {
  const plain = privateOf("p256");
  const again = (type: "pkcs8" | "sec1", cipher: string) => {
    const text = plain.export({ type, format: "pem", cipher, passphrase: "words" } as any) as string;
    return [text.split("\n").slice(0, type === "sec1" ? 2 : 1).map((line) => line.replace(/,.*/, "")), crypto.createPrivateKey({ key: text, passphrase: "words" }).equals(plain)];
  };
  return {
    read: (["pkcs8", "sec1"] as const).map((type) => crypto.createPrivateKey({ key: ENCRYPTED[type], passphrase: PASSPHRASE }).equals(plain)),
    // Each of PKCS#8 costs two derivations of a key.
    written: [again("pkcs8", "aes256"), ...["aes-128-cbc", "aes-192-cbc", "aes256"].map((cipher) => again("sec1", cipher))],
    none: (["pkcs8", "sec1"] as const).map((type) => failing(() => crypto.createPrivateKey(ENCRYPTED[type]))),
    wrong: (["pkcs8", "sec1"] as const).map((type) => failing(() => crypto.createPrivateKey({ key: ENCRYPTED[type], passphrase: "no" })).name),
    cipher: failing(() => plain.export({ type: "pkcs8", format: "pem", cipher: "foo", passphrase: "x" } as any)),
    der: failing(() => plain.export({ type: "sec1", format: "der", cipher: "aes-128-cbc", passphrase: "x" } as any)),
  };
}

function errors() {
  const jwk = (key: any) => failing(() => crypto.createPublicKey({ key, format: "jwk" }));
  const [rsa, ec] = [privateOf("rsa"), privateOf("p256")];
  const secret = crypto.createSecretKey(Buffer.alloc(16));
  const pem = (label: string) => `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`;
  return {
    garbage: [failing(() => crypto.createPrivateKey("garbage")), failing(() => crypto.createPublicKey("garbage"))],
    broken: [failing(() => crypto.createPrivateKey(pem("PRIVATE KEY"))), failing(() => crypto.createPublicKey(pem("PUBLIC KEY"))).code],
    number: failing(() => crypto.createPrivateKey(5 as any)),
    kty: jwk({ kty: "foo" }),
    crv: jwk({ kty: "EC", crv: "P-1", x: "AA", y: "AA" }),
    point: jwk({ kty: "EC", crv: "P-256", x: "AA", y: "AA" }),
    short: jwk({ kty: "OKP", crv: "Ed25519", x: "AA" }),
    member: failing(() => crypto.createPrivateKey({ key: { kty: "RSA", n: "AA", e: "AQAB", d: "AA" }, format: "jwk" })),
    none: failing(() => (rsa as any).export()),
    type: failing(() => crypto.createPublicKey(rsa).export({ type: "pkcs8", format: "pem" } as any)),
    sec1: failing(() => rsa.export({ type: "sec1", format: "pem" })),
    pkcs1: failing(() => ec.export({ type: "pkcs1", format: "pem" })),
    ofPublic: failing(() => crypto.createPublicKey(crypto.createPublicKey(ec))),
    ofPrivate: failing(() => crypto.createPrivateKey(ec as any)),
    hmac: failing(() => crypto.createHmac("sha256", rsa)),
    secret: [failing(() => crypto.sign("sha256", Buffer.alloc(1), secret)), failing(() => crypto.createSign("sha256").sign(crypto.createPublicKey(ec)))],
  };
}

function secrets() {
  const secret = crypto.createSecretKey("aGVsbG8", "base64url");
  return {
    size: secret.symmetricKeySize,
    jwk: secret.export({ format: "jwk" }),
    hmac: crypto.createHmac("sha256", secret).update("data").digest("base64url"),
    equals: [secret.equals(crypto.createSecretKey(Buffer.from("hello"))), secret.equals(crypto.createSecretKey(Buffer.from("hullo")))],
    hkdf: Buffer.from(crypto.hkdfSync("sha256", secret, "salt", "info", 20)).toString("hex"),
  };
}

/** What is made is another each time: the forms of it that do not change. */
function generated() {
  const pairs: [string, any][] = [["ec", { namedCurve: "P-256" }], ["ec", { namedCurve: "secp521r1" }], ["ed25519", undefined], ["x25519", undefined], ["rsa", { modulusLength: 1024 }], ["rsa-pss", { modulusLength: 1024, hashAlgorithm: "sha256" }]];
  const data = Buffer.from("data");
  return pairs.map(([type, options]) => {
    const { publicKey, privateKey } = crypto.generateKeyPairSync(type as any, options);
    const text = crypto.generateKeyPairSync("ec", { namedCurve: "P-256", publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs8", format: "pem" } });
    const algorithm = type.startsWith("ed") ? null : "sha256";
    return {
      details: JSON.stringify(publicKey.asymmetricKeyDetails, (_, value) => (typeof value === "bigint" ? `${value}n` : value)),
      fits: crypto.createPublicKey(privateKey).equals(publicKey),
      signs: type === "x25519" || crypto.verify(algorithm, data, publicKey, crypto.sign(algorithm, data, privateKey)),
      text: [text.publicKey.split("\n")[0], text.privateKey.split("\n")[0]],
    };
  });
}

const generating = {
  type: () => failing(() => crypto.generateKeyPairSync("foo" as any)),
  options: () => failing(() => (crypto as any).generateKeyPairSync("rsa")),
  length: () => failing(() => crypto.generateKeyPairSync("rsa", {} as any)),
  curve: () => failing(() => crypto.generateKeyPairSync("ec", { namedCurve: "foo" })),
  aes: () => failing(() => crypto.generateKeySync("aes", { length: 1 })),
  hmac: () => failing(() => crypto.generateKeySync("hmac", { length: 4 })),
  secret: () => crypto.generateKeySync("hmac", { length: 64 }).symmetricKeySize,
};

export async function generation() {
  const told = await new Promise((resolve) => crypto.generateKeyPair("ed25519", undefined as any, (error, publicKey, privateKey) => resolve([error, publicKey.type, privateKey.type])));
  const secret = await new Promise((resolve) => crypto.generateKey("aes", { length: 256 }, (error, key) => resolve([error, key.symmetricKeySize])));
  return { generated: generated(), generating: Object.fromEntries(Object.entries(generating).map(([name, work]) => [name, work()])), told, secret };
}

export function keyObjects() {
  return {
    forms: Object.fromEntries(NAMES.map((name) => [name, forms(name)])),
    encrypted: encrypted(),
    secrets: secrets(),
    errors: errors(),
  };
}
