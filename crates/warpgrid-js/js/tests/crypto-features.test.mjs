// Which programs node:crypto's parts are added to.
import assert from "node:assert/strict";
import test from "node:test";
import { usesCiphers, usesKeyPairs, usesWebAes, usesWebKeyPairs, usesWebSecrets } from "../crypto-features.mjs";

const TAKE_KEY_PAIRS = [
  'import { sign } from "node:crypto"',
  'import{sign as a}from"crypto"',
  'import c from "crypto"; c.sign(a)',
  'import c, { randomBytes } from "crypto"; c.sign()',
  'import * as c from "node:crypto";\nc.verify(1)',
  'const c = require("crypto"); c . sign()',
  'const c = require("crypto"); c?.generateKeyPair()',
  'const c = require("crypto"); const { ECDH } = c;',
  'const c = require("crypto"); c[name]()',
  'const { randomBytes, verify: v } = require("crypto")',
  'require("crypto").sign(x)',
  'const c = await import("node:crypto"); c.sign()',
  '(await import("crypto")).sign()',
  // As TypeScript, tslib and esbuild write it.
  'var crypto_1 = __importStar(require("crypto"));\n(0, crypto_1.sign)(a)',
  'const node_crypto_1 = tslib_1.__importDefault(require("node:crypto")); node_crypto_1.default.verify(x)',
  'var import_crypto = __toESM(require("crypto"), 1); import_crypto.default.sign(x)',
  'anything.createSign("x")',
  "new X509Certificate(pem)",
];
const TAKE_NONE = [
  'import { createHash } from "crypto"; exports.sign = 1; jwt.verify()',
  'var crypto = require("crypto"); exports.sign = function () { crypto.createHmac() }; cookie.sign(x)',
  'const c = require("crypto"); const { sign } = other;',
  'import { sign } from "jsonwebtoken"; import { createHmac } from "crypto"',
  "c.sign()",
];

test("key pairs are added to programs that take a name of theirs from the module", () => {
  for (const text of TAKE_KEY_PAIRS) assert.ok(usesKeyPairs([text]), text);
  for (const text of TAKE_NONE) assert.ok(!usesKeyPairs([text]), text);
});

test("ciphers are added by their names", () => {
  assert.ok(usesCiphers(["crypto.createDecipheriv(a, b, c)"]));
  assert.ok(!usesCiphers(["import { createHash } from 'crypto'"]));
});

test("algorithms of the Web are added where crypto.subtle is named, too", () => {
  assert.ok(usesWebSecrets(["await subtle.deriveBits(p, k, 8)"]));
  assert.ok(!usesWebSecrets(["await subtle.digest('SHA-256', data)", "exports.encrypt = 1"]));
  assert.ok(usesWebAes(["globalThis.crypto.subtle", 'const name = "AES-GCM"']));
  assert.ok(!usesWebAes(['const cipher = "AES-GCM"']));
  assert.ok(usesWebKeyPairs(["crypto.subtle", "{ name: 'Ed25519' }"]));
  // Comments name algorithms that are only read of.
  assert.ok(!usesWebKeyPairs(["crypto.subtle // ECDSA"]));
});
