// componentize-patches/0006: the engine's native code asks for randomness.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { load, packages, scratch } from "./packages.mjs";
import { instantiate } from "./instantiate.mjs";

const directory = await scratch();
const witWorld = "package a:b; world w { export run: func() -> string; }";
// RFC 7515, appendix A.3
const source = `
const jwk = {
  kty: "EC", crv: "P-256", x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
  y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
};
export async function run() {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const data = new TextEncoder().encode("signed");
  const { d, ...open } = jwk;
  const key = await crypto.subtle.importKey("jwk", jwk, algorithm, false, ["sign"]);
  const signature = await crypto.subtle.sign(algorithm, key, data);
  const check = await crypto.subtle.importKey("jwk", open, algorithm, false, ["verify"]);
  return String(await crypto.subtle.verify(algorithm, check, signature, data));
}
`;

/** What `run` answers. */
async function answer(name, options) {
  const { componentize } = await load(packages[name], "src/componentize.js");
  const { component } = await componentize(source, { witWorld, disableFeatures: ["http", "fetch-event"], spliceCache: join(directory, "cache"), ...options });
  const { run } = await instantiate(component, {}, directory);
  return run();
}

test("keys sign and verify", { timeout: 600_000 }, async () => {
  assert.equal(await answer("patched", { nativeCryptoRandom: true }), "true");
});

test("without it they trap, and in stock", { timeout: 600_000 }, async () => {
  await assert.rejects(async () => answer("patched", {}), WebAssembly.RuntimeError);
  await assert.rejects(async () => answer("stock", { nativeCryptoRandom: true }), WebAssembly.RuntimeError);
});
