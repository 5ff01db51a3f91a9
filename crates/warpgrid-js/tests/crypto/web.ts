// crypto.subtle: what is computed, and the names of the errors.
import { createPublicKey, KeyObject } from "node:crypto";
import { rejected } from "./failing.js";
import { KEYS } from "./keys.js";

const { subtle } = globalThis.crypto;
const DATA = new TextEncoder().encode("What is computed by one is computed by the other.");
const bytes = (length: number, start = 0) => Uint8Array.from({ length }, (_, i) => start + i);
const hex = (data: ArrayBuffer) => Buffer.from(data).toString("hex");
const same = (data: ArrayBuffer, other: Uint8Array) => Buffer.from(data).equals(other);
/** JSON Web Keys list their members in any order. */
const sorted = (jwk: any) => Object.fromEntries(Object.entries(jwk).sort(([a], [b]) => (a < b ? -1 : 1)));
const seen = ({ type, extractable, algorithm, usages }: any) => ({ type, extractable, usages, algorithm: { ...algorithm, ...(algorithm.publicExponent ? { publicExponent: [...algorithm.publicExponent] } : {}) } });
const publicPart = ({ kty, n, e, crv, x, y }: any) => ({ kty, n, e, crv, x, y });

async function aes(name: string, size: number, parameters: any) {
  const usages: KeyUsage[] = ["encrypt", "decrypt", "wrapKey", "unwrapKey"];
  const key = await subtle.importKey("raw", bytes(size), name, true, usages);
  const text = await subtle.encrypt({ name, ...parameters }, key, DATA);
  const made: any = await subtle.generateKey({ name, length: size * 8 }, true, usages);
  const wrapped = await subtle.wrapKey("raw", made, key, { name, ...parameters });
  const again: any = await subtle.unwrapKey("raw", wrapped, key, { name, ...parameters }, name, true, ["encrypt"]);
  const asJwk = await subtle.unwrapKey("jwk", await subtle.wrapKey("jwk", made, key, { name, ...parameters }), key, { name, ...parameters }, name, true, ["decrypt"]);
  return {
    text: hex(text),
    open: same(await subtle.decrypt({ name, ...parameters }, key, text), DATA),
    key: seen(key),
    jwk: sorted(await subtle.exportKey("jwk", key)),
    raw: hex(await subtle.exportKey("raw", key)),
    wrapped: [same(await subtle.exportKey("raw", again), new Uint8Array(await subtle.exportKey("raw", made))), seen(again), seen(asJwk)],
  };
}

async function ciphers() {
  const key = await subtle.importKey("raw", bytes(16), "AES-GCM", false, ["encrypt", "decrypt"]);
  const wrapping = await subtle.importKey("raw", bytes(32), "AES-KW", true, ["wrapKey", "unwrapKey"]);
  const hmac = await subtle.importKey("raw", bytes(32, 9), { name: "HMAC", hash: "SHA-256" }, true, ["sign"]);
  const wrapped = await subtle.wrapKey("raw", hmac, wrapping, "AES-KW");
  return {
    gcm: await aes("AES-GCM", 32, { iv: bytes(12), additionalData: bytes(5), tagLength: 96 }),
    cbc: await aes("AES-CBC", 16, { iv: bytes(16) }),
    ctr: await aes("AES-CTR", 32, { counter: new Uint8Array(16).fill(255), length: 2 }).catch((error) => error.name),
    ctr64: await aes("AES-CTR", 32, { counter: new Uint8Array(16).fill(255), length: 64 }),
    kw: [hex(wrapped), hex(await subtle.exportKey("raw", await subtle.unwrapKey("raw", wrapped, wrapping, "AES-KW", { name: "HMAC", hash: "SHA-256" }, true, ["sign"])))],
    errors: [
      await rejected(() => subtle.decrypt({ name: "AES-GCM", iv: bytes(12) }, key, bytes(40))),
      await rejected(() => subtle.decrypt({ name: "AES-GCM", iv: bytes(12) }, key, bytes(4))),
      await rejected(() => subtle.exportKey("raw", key)),
      await rejected(() => subtle.encrypt({ name: "AES-CBC", iv: bytes(16) }, key, DATA)),
      await rejected(() => subtle.sign("HMAC", key, DATA)),
      await rejected(() => subtle.importKey("raw", bytes(5), "AES-GCM", false, ["encrypt"])),
      await rejected(() => subtle.importKey("raw", bytes(16), "AES-GCM", false, ["sign"])),
      await rejected(() => subtle.importKey("raw", bytes(16), "AES-GCM", false, [])),
      await rejected(() => subtle.generateKey({ name: "AES-GCM", length: 5 }, true, ["encrypt"])),
      await rejected(() => subtle.importKey("raw", bytes(16), "AES-FOO", false, ["encrypt"])),
      await rejected(() => subtle.unwrapKey("raw", bytes(24), wrapping, "AES-KW", "AES-GCM", true, ["encrypt"])),
    ],
  };
}

async function derivations() {
  const password = await subtle.importKey("raw", DATA, "PBKDF2", false, ["deriveBits", "deriveKey"]);
  const secret = await subtle.importKey("raw", DATA, "HKDF", false, ["deriveBits", "deriveKey"]);
  const pbkdf2 = { name: "PBKDF2", hash: "SHA-256", salt: bytes(8), iterations: 20 };
  const hkdf = { name: "HKDF", hash: "SHA-512", salt: bytes(8), info: bytes(3) };
  const usages: KeyUsage[] = ["sign", "verify"];
  const hmac = await subtle.deriveKey(hkdf, secret, { name: "HMAC", hash: "SHA-384" }, true, usages);
  return {
    bits: [hex(await subtle.deriveBits(pbkdf2, password, 256)), hex(await subtle.deriveBits(hkdf, secret, 520))],
    aes: hex(await subtle.exportKey("raw", await subtle.deriveKey(pbkdf2, password, { name: "AES-GCM", length: 256 }, true, ["encrypt"]))),
    hmac: [seen(hmac), sorted(await subtle.exportKey("jwk", hmac)), hex(await subtle.sign("HMAC", hmac, DATA))],
    made: seen(await subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, usages)),
    errors: [await rejected(() => subtle.deriveBits(pbkdf2, password, 7)), await rejected(() => subtle.importKey("raw", DATA, "HKDF", true, ["deriveBits"]))],
  };
}

async function signing(given: any, jwk: any, parameters: any) {
  const [privateKey, publicKey] = [await subtle.importKey("jwk", jwk, given, true, ["sign"]), await subtle.importKey("jwk", publicPart(jwk), given, true, ["verify"])];
  const signature = await subtle.sign(parameters, privateKey, DATA);
  const [pkcs8, spki] = [await subtle.exportKey("pkcs8", privateKey), await subtle.exportKey("spki", publicKey)];
  const again = await subtle.importKey("pkcs8", pkcs8, given, false, ["sign"]);
  return {
    keys: [seen(privateKey), seen(publicKey), seen(again)],
    jwk: [sorted(await subtle.exportKey("jwk", privateKey)), sorted(await subtle.exportKey("jwk", publicKey))],
    der: [hex(pkcs8), hex(spki)],
    verified: await subtle.verify(parameters, await subtle.importKey("spki", spki, given, true, ["verify"]), await subtle.sign(parameters, again, DATA), DATA),
    refused: await subtle.verify(parameters, publicKey, signature, bytes(3)),
    size: signature.byteLength,
    object: KeyObject.from(publicKey).equals(createPublicKey({ key: jwk, format: "jwk" })),
    hidden: await rejected(() => subtle.exportKey("pkcs8", again)),
  };
}

async function agreement() {
  const usages: KeyUsage[] = ["deriveBits", "deriveKey"];
  const ours: any = await subtle.generateKey({ name: "ECDH", namedCurve: "P-384" }, true, usages);
  const theirs: any = await subtle.generateKey({ name: "ECDH", namedCurve: "P-384" }, false, usages);
  const raw = await subtle.importKey("raw", await subtle.exportKey("raw", theirs.publicKey), { name: "ECDH", namedCurve: "P-384" }, true, []);
  const bits = (mine: CryptoKey, other: CryptoKey) => subtle.deriveBits({ name: "ECDH", public: other }, mine, 256);
  const fixed = await subtle.importKey("jwk", KEYS.p256, { name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits", "deriveKey"]);
  const other = await subtle.importKey("jwk", publicPart(KEYS.p256), { name: "ECDH", namedCurve: "P-256" }, false, []);
  const key = await subtle.deriveKey({ name: "ECDH", public: other }, fixed, { name: "AES-GCM", length: 128 }, true, ["encrypt"]);
  return {
    pair: [seen(ours.privateKey), seen(ours.publicKey)],
    agreed: hex(await bits(ours.privateKey, raw)) === hex(await bits(theirs.privateKey, ours.publicKey)),
    fixed: hex(await bits(fixed, other)),
    key: hex(await subtle.exportKey("raw", key)),
    mismatch: await rejected(() => bits(ours.privateKey, other)),
  };
}

async function rsaEncryption() {
  const given = { name: "RSA-OAEP", hash: "SHA-256" };
  const privateKey = await subtle.importKey("jwk", KEYS.rsa, given, true, ["decrypt", "unwrapKey"]);
  const publicKey = await subtle.importKey("jwk", publicPart(KEYS.rsa), given, true, ["encrypt", "wrapKey"]);
  const aes: any = await subtle.generateKey({ name: "AES-CBC", length: 128 }, true, ["encrypt"]);
  const wrapped = await subtle.wrapKey("raw", aes, publicKey, "RSA-OAEP");
  const again = await subtle.unwrapKey("raw", wrapped, privateKey, "RSA-OAEP", "AES-CBC", true, ["encrypt"]);
  const text = await subtle.encrypt({ name: "RSA-OAEP", label: bytes(3) }, publicKey, DATA);
  return {
    jwk: sorted(await subtle.exportKey("jwk", publicKey)),
    wrapped: hex(await subtle.exportKey("raw", again)) === hex(await subtle.exportKey("raw", aes)),
    open: same(await subtle.decrypt({ name: "RSA-OAEP", label: bytes(3) }, privateKey, text), DATA),
    label: await rejected(() => subtle.decrypt({ name: "RSA-OAEP" }, privateKey, text)),
    long: await rejected(() => subtle.encrypt("RSA-OAEP", publicKey, bytes(200))),
  };
}

export async function web() {
  const pairs: any[] = [{ name: "ECDSA", namedCurve: "P-521" }, { name: "Ed25519" }];
  const made = await Promise.all(pairs.map((one) => subtle.generateKey(one, false, ["sign", "verify"])));
  return {
    ciphers: await ciphers(),
    derivations: await derivations(),
    RS256: await signing({ name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, KEYS.rsa, "RSASSA-PKCS1-v1_5"),
    PS384: await signing({ name: "RSA-PSS", hash: "SHA-384" }, KEYS.rsa, { name: "RSA-PSS", saltLength: 48 }),
    ES256: await signing({ name: "ECDSA", namedCurve: "P-256" }, KEYS.p256, { name: "ECDSA", hash: "SHA-256" }),
    ES512: await signing({ name: "ECDSA", namedCurve: "P-521" }, KEYS.p521, { name: "ECDSA", hash: "SHA-512" }),
    EdDSA: await signing({ name: "Ed25519" }, KEYS.ed25519, "Ed25519"),
    agreement: await agreement(),
    rsa: await rsaEncryption(),
    made: made.map(({ publicKey, privateKey }: any) => [seen(publicKey), seen(privateKey)]),
    errors: [
      await rejected(() => subtle.generateKey({ name: "ECDSA", namedCurve: "P-1" } as any, true, ["sign"])),
      await rejected(() => subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["verify"])),
      await rejected(() => subtle.importKey("jwk", KEYS.p256, { name: "ECDSA", namedCurve: "P-384" }, true, ["sign"])),
      await rejected(() => subtle.importKey("spki", bytes(9), { name: "ECDSA", namedCurve: "P-384" }, true, ["verify"])),
      await rejected(() => subtle.importKey("jwk", KEYS.rsa, "Ed25519", true, ["sign"])),
    ],
  };
}
