// createCipheriv and createDecipheriv: published vectors, all lengths, in pieces, as
// streams, and how they fail.
import { createCipheriv, createDecipheriv, createHash, createSecretKey, getCipherInfo } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { Readable } from "node:stream";
import { failing } from "./failing.js";

const hex = (text: string) => Buffer.from(text, "hex");
const count = (length: number, start = 0) => Buffer.from(Array.from({ length }, (_, i) => (start + i) & 255));
const DATA = Buffer.from("Some data that is longer than a block or two, to see what becomes of the rest of it.");

interface Vector { cipher: string; key: string; iv: string | null; plain: string; aad?: string; text: string; tag?: string }

/** SP 800-38A, F.1.1, F.2.1, F.5.5; SP 800-38D's test case 4 and 6; RFC 8439, section 2.8.2. */
const BLOCK = "6bc1bee22e409f96e93d7e117393172a";
const GCM = {
  key: "feffe9928665731c6d6a8f9467308308", aad: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
  plain: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
};
const VECTORS: Vector[] = [
  { cipher: "aes-128-ecb", key: "2b7e151628aed2a6abf7158809cf4f3c", iv: null, plain: BLOCK, text: "3ad77bb40d7a3660a89ecaf32466ef97" },
  { cipher: "aes-128-cbc", key: "2b7e151628aed2a6abf7158809cf4f3c", iv: "000102030405060708090a0b0c0d0e0f", plain: BLOCK, text: "7649abac8119b246cee98e9b12e9197d" },
  { cipher: "aes-256-ctr", key: "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", iv: "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", plain: BLOCK, text: "601ec313775789a5b7a7f504bbf3d228" },
  {
    ...GCM, cipher: "aes-128-gcm", iv: "cafebabefacedbaddecaf888", tag: "5bc94fbc3221a5db94fae95ae7121a47",
    text: "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
  },
  {
    ...GCM, cipher: "aes-128-gcm", tag: "619cc5aefffe0bfa462af43c1699d050",
    iv: "9313225df88406e555909c5aff5269aa6a7a9538534f7da1e4c303d2a318a728c3c0c95156809539fcf0e2429a6b525416aedbf5a0de6a57a637b39b",
    text: "8ce24998625615b603a033aca13fb894be9112a5c3a211a8ba262a3cca7e2ca701e4a9a4fba43c90ccdcb281d48c7c6fd62875d2aca417034c34aee5",
  },
  {
    cipher: "chacha20-poly1305", key: "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", iv: "070000004041424344454647", aad: "50515253c0c1c2c3c4c5c6c7",
    plain: Buffer.from("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.").toString("hex"), tag: "1ae10b594f09e26a7e902ecbd0600691",
    text: "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116",
  },
];

function vectors() {
  return VECTORS.map(({ cipher, key, iv, plain, aad, text, tag }) => {
    const encrypting: any = createCipheriv(cipher, hex(key), iv && hex(iv), { authTagLength: 16 } as any);
    if (aad) encrypting.setAAD(hex(aad));
    if (!tag) encrypting.setAutoPadding(false);
    const found = encrypting.update(plain, "hex", "hex") + encrypting.final("hex");
    return { cipher, text: found === text, tag: !tag || encrypting.getAuthTag().toString("hex") === tag };
  });
}

const NAMES = ["ecb", "cbc", "ctr", "gcm"].flatMap((mode) => [128, 192, 256].map((bits) => `aes-${bits}-${mode}`)).concat("chacha20-poly1305");
const authenticates = (name: string) => /gcm|poly/.test(name);

function encrypt(name: string, data: Buffer, size: number, aad?: Buffer) {
  const { keyLength, ivLength } = getCipherInfo(name)!;
  const cipher: any = createCipheriv(name, count(keyLength), ivLength ? count(ivLength, 100) : null, { authTagLength: 16 } as any);
  if (aad) cipher.setAAD(aad);
  const pieces = [];
  for (let at = 0; at < data.length; at += size) pieces.push(cipher.update(data.subarray(at, at + size)));
  return { text: Buffer.concat([...pieces, cipher.final()]), tag: authenticates(name) ? (cipher.getAuthTag() as Buffer) : undefined };
}

function decrypt(name: string, text: Buffer, size: number, tag?: Buffer, aad?: Buffer) {
  const { keyLength, ivLength } = getCipherInfo(name)!;
  const decipher: any = createDecipheriv(name, count(keyLength), ivLength ? count(ivLength, 100) : null, { authTagLength: 16 } as any);
  if (aad) decipher.setAAD(aad);
  if (tag) decipher.setAuthTag(tag);
  const pieces = [];
  for (let at = 0; at < text.length; at += size) pieces.push(decipher.update(text.subarray(at, at + size)));
  return Buffer.concat([...pieces, decipher.final()]);
}

/** Every length up to some blocks, in pieces of several sizes: a digest of all of it. */
function lengths(name: string) {
  const digest = createHash("sha256");
  let opened = true;
  for (const length of [0, 1, 15, 16, 17, 31, 32, 33, DATA.length]) {
    for (const [size, aad] of [[1, undefined], [7, count(20)], [16, count(32)], [64, Buffer.alloc(0)]] as const) {
      const extra = authenticates(name) ? aad : undefined;
      const { text, tag } = encrypt(name, DATA.subarray(0, length), size, extra);
      digest.update(text).update(tag ?? "");
      opened &&= decrypt(name, text, size + 1, tag, extra).equals(DATA.subarray(0, length));
    }
  }
  return { digest: digest.digest("hex"), opened };
}

async function streams() {
  const cipher = createCipheriv("aes-256-cbc", "k".repeat(32), "i".repeat(16));
  const text = await buffer(Readable.from([DATA.subarray(0, 20), DATA.subarray(20)]).pipe(cipher));
  const decipher = createDecipheriv("aes-256-cbc", createSecretKey(Buffer.from("k".repeat(32))), "i".repeat(16));
  const plain = await buffer(Readable.from([text]).pipe(decipher));
  const broken = createDecipheriv("aes-256-cbc", "x".repeat(32), "i".repeat(16));
  const failed = await buffer(Readable.from([text.subarray(0, 32)]).pipe(broken)).then(() => "read", (error) => error.code);
  return { text: text.toString("base64"), plain: plain.toString(), failed };
}

function errors() {
  const [key, iv] = [Buffer.alloc(16), Buffer.alloc(16)];
  const gcm = (): any => createDecipheriv("aes-128-gcm", key, Buffer.alloc(12));
  const cbc = (): any => createCipheriv("aes-128-cbc", key, iv);
  const open = (): any => createDecipheriv("aes-128-cbc", key, iv);
  const ended = (cipher: any) => (cipher.final(), cipher);
  return {
    unknown: failing(() => createCipheriv("foo", key, iv)),
    key: failing(() => createCipheriv("aes-128-cbc", Buffer.alloc(32), iv)),
    keyType: failing(() => createCipheriv("aes-128-cbc", 5 as any, iv)),
    iv: failing(() => createCipheriv("aes-128-cbc", key, Buffer.alloc(32))),
    noIv: failing(() => createCipheriv("aes-128-cbc", key, null)),
    emptyIv: failing(() => createCipheriv("aes-128-gcm", key, Buffer.alloc(0))),
    someIv: failing(() => createCipheriv("aes-128-ecb", key, iv)),
    nonce: failing(() => createCipheriv("chacha20-poly1305", Buffer.alloc(32), Buffer.alloc(16), { authTagLength: 16 })),
    twice: failing(() => ended(cbc()).final()),
    late: failing(() => ended(cbc()).update("a")),
    data: failing(() => cbc().update(5)),
    padding: failing(() => (open().update(Buffer.alloc(16)), ended(open()))),
    badPadding: failing(() => { const it = open(); it.update(Buffer.alloc(16)); it.final(); }),
    unpadded: failing(() => { const it = cbc().setAutoPadding(false); it.update(Buffer.alloc(15)); it.final(); }),
    noTag: failing(() => { const it = gcm(); it.update("a"); it.final(); }),
    badTag: failing(() => { const it = gcm().setAuthTag(Buffer.alloc(16)); it.update("a"); it.final(); }),
    shortTag: failing(() => gcm().setAuthTag(Buffer.alloc(3))),
    tagTwice: failing(() => gcm().setAuthTag(Buffer.alloc(16)).setAuthTag(Buffer.alloc(16))),
    tagLength: failing(() => createDecipheriv("aes-128-gcm", key, Buffer.alloc(12), { authTagLength: 12 }).setAuthTag(Buffer.alloc(16))),
    early: failing(() => createCipheriv("aes-128-gcm", key, Buffer.alloc(12)).getAuthTag()),
    noAad: failing(() => cbc().setAAD(key)),
  };
}

export async function ciphers() {
  return {
    vectors: vectors(),
    info: NAMES.concat("aes256", "id-aes128-GCM").map((name) => getCipherInfo(name)),
    lengths: Object.fromEntries(NAMES.map((name) => [name, lengths(name)])),
    wraps: ["aes-128-gcm", "aes-128-ctr"].map((name) => createCipheriv(name, Buffer.alloc(16, 3), Buffer.alloc(16, 255)).update(DATA, undefined, "hex")),
    long: createHash("sha256").update(encrypt("aes-256-gcm", Buffer.alloc(100_000, 7), 9999).text).digest("hex"),
    streams: await streams(),
    errors: errors(),
  };
}
