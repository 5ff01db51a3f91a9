// Keys and certificates that somebody else sends: whatever is wrong with them, it is an
// error that says so, and soon.
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { nodeModules } from "../node-modules.mjs";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const compat = join(root, "packages/node-compat");
/** What only the host has: nothing here calls it. */
const host = {
  name: "host",
  setup(build) {
    build.onResolve({ filter: /^(wasi|warpgrid):/ }, ({ path }) => ({ path, namespace: "host" }));
    build.onLoad({ filter: /./, namespace: "host" }, () => ({ contents: "module.exports = {}" }));
  },
};

let folder;
let ours;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "warpgrid-crypto-"));
  const outfile = join(folder, "crypto.mjs");
  const contents = 'import "@warpgrid/node-compat/crypto/with-key-pairs"; export { default } from "node:crypto";';
  await esbuild.build({ stdin: { contents, resolveDir: compat }, outfile, bundle: true, platform: "node", format: "esm", logLevel: "error", plugins: [host, await nodeModules(compat)] });
  ({ default: ours } = await import(pathToFileURL(outfile).href));
});
after(() => rm(folder, { recursive: true, force: true }));

const rsa = crypto.generateKeyPairSync("rsa", { modulusLength: 1024 });
const pss = crypto.generateKeyPairSync("rsa-pss", { modulusLength: 1024, hashAlgorithm: "sha256", saltLength: 20 });
const ec = crypto.generateKeyPairSync("ec", { namedCurve: "P-256" });
const ed = crypto.generateKeyPairSync("ed25519");
const encrypted = ec.privateKey.export({ type: "pkcs8", format: "der", cipher: "aes-128-cbc", passphrase: "words" });

/** Each form, and what reads it. */
const FORMS = [
  ...[rsa, pss, ec, ed].map(({ publicKey }) => [publicKey.export({ type: "spki", format: "der" }), (key) => ours.createPublicKey({ key, format: "der", type: "spki" })]),
  ...[rsa, pss, ec, ed].map(({ privateKey }) => [privateKey.export({ type: "pkcs8", format: "der" }), (key) => ours.createPrivateKey({ key, format: "der", type: "pkcs8" })]),
  [rsa.privateKey.export({ type: "pkcs1", format: "der" }), (key) => ours.createPrivateKey({ key, format: "der", type: "pkcs1" })],
  [ec.privateKey.export({ type: "sec1", format: "der" }), (key) => ours.createPrivateKey({ key, format: "der", type: "sec1" })],
  [encrypted, (key) => ours.createPrivateKey({ key, format: "der", type: "pkcs8", passphrase: "words" })],
];

/** It is read, or refused by a code. @param {(data: Buffer) => any} read */
function readOrRefused(read, data) {
  try {
    return read(data);
  } catch (error) {
    assert.ok(error instanceof Error && /^ERR_[A-Z0-9_]+$/.test(error.code ?? ""), `${error.stack}\n${data.toString("hex")}`);
  }
}

test("what is cut off is refused", () => {
  for (const [whole, read] of FORMS) {
    assert.ok(read(whole));
    for (let length = 0; length < whole.length; length++) assert.equal(readOrRefused(read, whole.subarray(0, length)), undefined, `${length} of ${whole.toString("hex")}`);
  }
});

test("what is changed is read as something else, or refused", () => {
  for (const [whole, read] of FORMS) {
    // The first bytes are the structure. Later ones of a key that is encrypted cost a derivation each.
    for (let at = 0; at < Math.min(whole.length, whole === encrypted ? 24 : 160); at++) {
      for (const value of [0x00, 0x7f, 0x80, 0xff, whole[at] ^ 1]) {
        const changed = Buffer.from(whole);
        changed[at] = value;
        readOrRefused(read, changed);
      }
    }
  }
});

test("certificates are refused in the same way", async () => {
  const text = await readFile(new URL("../../tests/crypto/certificates.ts", import.meta.url), "utf8");
  const pems = text.match(/-----BEGIN CERTIFICATE-----[^`]*/g);
  assert.equal(pems.length, 3);
  const seen = (data) => {
    const one = new ours.X509Certificate(data);
    return [one.subject, one.subjectAltName, one.infoAccess, one.keyUsage, one.ca, one.publicKey.asymmetricKeyType, one.verify(one.publicKey), one.checkHost("example.org")];
  };
  for (const pem of pems) {
    const whole = new ours.X509Certificate(pem).raw;
    for (let length = 0; length < whole.length; length += 3) assert.equal(readOrRefused(seen, whole.subarray(0, length)), undefined);
    for (let at = 0; at < whole.length; at += 2) {
      const changed = Buffer.from(whole);
      changed[at] ^= 0x21;
      readOrRefused(seen, changed);
    }
  }
});

test("text with many beginnings takes no more time than it is long", () => {
  const began = "-----BEGIN PUBLIC KEY-----\n".repeat(20_000);
  assert.throws(() => ours.createPublicKey(began), { code: "ERR_OSSL_UNSUPPORTED" });
});
