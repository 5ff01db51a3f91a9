// componentize-patches/0002: debug output where it is asked for.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { load, packages, scratch } from "./packages.mjs";

const directory = await scratch();
const source = "export function run() {}";
const sourcePath = join(directory, "program.js");
await writeFile(sourcePath, source);
const world = { witWorld: "package a:b; world w { export run: func(); }", spliceCache: join(directory, "cache") };
const debug = { bindings: true, binary: true, binaryPath: join(directory, "binary.wasm") };
// With debug.bindings the engine is written to the working directory.
process.chdir(directory);

const asText = ({ componentize }) => componentize(source, { ...world, debug });
const asFile = ({ componentize }) => componentize({ ...world, sourcePath, debug: { bindings: true } });
const binaryAlone = ({ componentize }) => componentize({ ...world, sourcePath, debug: { binary: true, binaryPath: debug.binaryPath } });

test("a build with debug output ends", { timeout: 600_000 }, async (t) => {
  const said = t.mock.method(console, "error", () => {});
  const patched = await load(packages.patched, "src/componentize.js");
  const text = await asText(patched);
  assert.ok(text.component.length > 1_000_000);
  const { workDir, ...rest } = text.debug;
  assert.deepEqual(rest, debug);
  assert.ok(said.mock.calls.some(({ arguments: [line] }) => line === `> Writing JS source to ${join(workDir, "sources")}`));
  assert.equal((await asFile(patched)).debug.bindings, true);
  assert.deepEqual((await binaryAlone(patched)).debug, { binary: true, binaryPath: debug.binaryPath });
  const { debug: none } = await patched.componentize({ ...world, sourcePath });
  assert.equal(none, undefined);
});

test("stock throws where the object to return is not there", { timeout: 600_000 }, async (t) => {
  t.mock.method(console, "error", () => {});
  const stock = await load(packages.stock, "src/componentize.js");
  await assert.rejects(asText(stock), ReferenceError);
  await assert.rejects(asFile(stock), TypeError);
  await assert.rejects(binaryAlone(stock), TypeError);
});
