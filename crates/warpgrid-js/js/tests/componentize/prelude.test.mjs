// componentize-patches/0005: a script before the source module.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { load, packages, scratch } from "./packages.mjs";

const directory = await scratch();
const sourcePath = join(directory, "program.js");
// What is evaluated while the component is built can fail the build with what it found.
await writeFile(join(directory, "imported.js"), `(globalThis.order ??= []).push("imported");`);
await writeFile(
  sourcePath,
  `import "./imported.js";
   globalThis.order.push("program");
   if (order.join() !== "prelude,imported,program") throw new Error("order " + order);
   if (!(order instanceof Array) || !(made() instanceof Error)) throw new Error("another realm");
   if (typeof local !== "undefined") throw new Error("not a scope of its own");
   export function run() {}`,
);
const prelude = `
  var order = ["prelude"];
  function made() { return new TypeError("\u2028"); }
  const local = 1;`;
const options = {
  sourcePath,
  witWorld: "package a:b; world w { export run: func(); }",
  spliceCache: join(directory, "cache"),
};

test("the prelude is evaluated first, in the realm of the program", { timeout: 600_000 }, async () => {
  const { componentize } = await load(packages.patched, "src/componentize.js");
  await componentize({ ...options, prelude });
});

test("an error in the prelude is told from the program's", { timeout: 600_000 }, async () => {
  const { componentize } = await load(packages.patched, "src/componentize.js");
  await assert.rejects(componentize({ ...options, prelude: "\n null.x" }), /:2:\d+ TypeError: prelude: can't access property "x" of null/);
  await assert.rejects(componentize({ ...options, prelude: "let =" }), /SyntaxError: prelude: /);
  await assert.rejects(componentize({ ...options, prelude: "throw 'text'" }), /text/);
  await assert.rejects(componentize({ ...options, prelude: Buffer.from("") }), /prelude must be JS source as a string/);
});

test("stock evaluates the source alone", { timeout: 600_000 }, async () => {
  const { componentize } = await load(packages.stock, "src/componentize.js");
  await assert.rejects(componentize({ ...options, prelude }), /order imported,program/);
});
