// Without a prelude, the patched package makes the component that stock does.
//
// Wizer's snapshot is another each time. So stock and patched are compared at both of
// its ends: what it gets is the same, and of the same snapshot both make the same
// component.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { load, packages, scratch } from "./packages.mjs";
import { keepingWizer } from "./wizer.mjs";

const directory = await scratch();
const wit = fileURLToPath(new URL("wit/", import.meta.url));
const { default: wizer } = await import(pathToFileURL(createRequire(join(packages.stock, "package.json")).resolve("@bytecodealliance/wizer")).href);

const program = `
  import { get } from "test:program/state@1.0.0";
  import { greet } from "test:greetings/greet";
  import { useIt } from "test:tools/package";
  export function run() { useIt(true); return greet(get()); }`;
const handler = `addEventListener("fetch", (event) => event.respondWith(new Response("hello " + event.request.url)));`;

const programs = {
  "a fetch event": { source: handler, options: { witWorld: "package a:b; world w {}" } },
  "imports and exports, WIT as a path": { source: program, options: { witPath: wit, worldName: "program" } },
};

for (const [name, { source, options }] of Object.entries(programs)) {
  test(`the same component: ${name}`, { timeout: 600_000 }, async () => {
    const sourcePath = join(directory, "program.js");
    await writeFile(sourcePath, source);
    const build = async (which, how, more) => {
      const kept = join(directory, name, which);
      const { componentize } = await load(packages[which], "src/componentize.js");
      const wizerBin = await keepingWizer(kept, how);
      const { component, ...rest } = await componentize({ sourcePath, wizerBin, ...options, ...more });
      const file = (file) => readFile(join(kept, file));
      return {
        kept,
        component: Buffer.from(component),
        engine: await file("engine.wasm"),
        told: { ...rest, initializer: `${await file("initializer.js")}`, run: `${await file("run.json")}` },
      };
    };
    const stock = await build("stock", { wizer });
    const answer = { answer: join(stock.kept, "answer.wasm") };
    const spliceCache = join(directory, name, "cache");
    assert.ok(stock.told.run.includes("BUILD"), stock.told.run);
    for (const more of [{}, { spliceCache }, { spliceCache }]) {
      const patched = await build("patched", answer, more);
      assert.deepEqual(patched.told, stock.told);
      assert.ok(patched.engine.equals(stock.engine), "another engine");
      assert.ok(patched.component.equals(stock.component), "another component");
    }
    const other = await build("patched", answer, { spliceCache, prelude: "" });
    assert.notEqual(other.told.initializer, stock.told.initializer);
  });
}
