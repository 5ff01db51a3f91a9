// componentize-patches/0001: what splicing gives is kept.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { counted, load, packages, scratch } from "./packages.mjs";

const { spliceWithCache } = await load(packages.patched, "src/splice-cache.js");
const directory = await scratch();
const inputs = { version: "1.0.0", engine: Buffer.from("engine"), features: ["http"], witWorld: "world", worldName: "w" };
const result = {
  wasm: new Uint8Array([0, 97, 115, 109, 255]),
  jsBindings: "let é;",
  exports: [["run", { params: ["i32"], retptr: false, retsize: 0 }]],
  imports: [["a:b/c", "d", 1]],
};
const never = () => assert.fail("spliced again");

/** With the result as it is told from the one that was kept. */
const spliced = ({ wasm, ...described }) => ({ ...described, wasm: new Uint8Array(wasm) });

async function kept(name) {
  const cache = join(directory, name);
  await spliceWithCache(cache, inputs, () => result);
  const [entry] = await readdir(cache);
  return { cache, entry: join(cache, entry) };
}

test("a second build of the same world splices no more", { timeout: 600_000 }, async (t) => {
  const build = async (name) => {
    const count = await counted(packages[name]);
    const cache = join(directory, `${name}-builds`);
    const times = [];
    for (const exported of ["run", "run", "other"]) {
      const begin = performance.now();
      await count.componentize(`export function ${exported}() {}`, `package a:b; world w { export ${exported}: func(); }`, { spliceCache: cache });
      times.push(Math.round(performance.now() - begin));
    }
    t.diagnostic(`${name}: ${times} ms`);
    return { spliced: count.spliced, entries: (await readdir(cache).catch(() => [])).length, times };
  };
  const patched = await build("patched");
  assert.equal(patched.spliced, 2);
  assert.equal(patched.entries, 2);
  assert.ok(patched.times[1] < patched.times[0], `${patched.times}`);
  const stock = await build("stock");
  assert.equal(stock.spliced, 3);
  assert.equal(stock.entries, 0);
});

test("what is kept is what was spliced", async () => {
  const { cache } = await kept("same");
  assert.deepEqual(spliced(await spliceWithCache(cache, inputs, never)), spliced(result));
});

test("every input is part of the key", async () => {
  const { cache } = await kept("keys");
  const wit = join(directory, "wit");
  await mkdir(join(wit, "deps", "a"), { recursive: true });
  await writeFile(join(wit, "deps", "a", "a.wit"), "package a:a;");
  const others = [
    { version: "1.0.1" },
    { engine: Buffer.from("engine2") },
    { features: [] },
    { witWorld: "world2" },
    { worldName: undefined },
    { witWorld: undefined, witPath: wit },
  ];
  for (const [index, other] of others.entries()) {
    await spliceWithCache(cache, { ...inputs, ...other }, () => result);
    assert.equal((await readdir(cache)).length, index + 2, JSON.stringify(other));
  }
  const fromPath = { ...inputs, ...others.at(-1) };
  await spliceWithCache(cache, fromPath, never);
  await cp(wit, `${wit}2`, { recursive: true });
  await spliceWithCache(cache, { ...fromPath, witPath: `${wit}2` }, never);
  await writeFile(join(wit, "deps", "a", "a.wit"), "package a:b;");
  await spliceWithCache(cache, fromPath, () => result);
  assert.equal((await readdir(cache)).length, others.length + 2);
});

test("the splicer is part of the key", async () => {
  const copy = join(directory, "package");
  await mkdir(join(copy, "lib"), { recursive: true });
  await cp(join(packages.patched, "src"), join(copy, "src"), { recursive: true });
  const splicer = join(copy, "lib", "spidermonkey-embedding-splicer.core.wasm");
  const { spliceWithCache: ofCopy } = await load(copy, "src/splice-cache.js");
  const cache = join(directory, "splicers");
  for (const bytes of ["one", "two", "two"]) {
    await writeFile(splicer, bytes);
    await ofCopy(cache, inputs, () => result);
  }
  assert.equal((await readdir(cache)).length, 2);
});

test("an entry that is damaged is not used, and replaced", async () => {
  const { cache, entry } = await kept("damaged");
  const whole = await readFile(entry);
  const damages = {
    "a byte of the engine": () => writeFile(entry, Buffer.concat([whole.subarray(0, -1), Buffer.from([0])])),
    "a byte of the digest": () => writeFile(entry, Buffer.concat([Buffer.from([whole[0] ^ 1]), whole.subarray(1)])),
    "half of it": () => truncate(entry, whole.length >> 1),
    "a digest alone": () => truncate(entry, 32),
    nothing: () => truncate(entry, 0),
    more: () => writeFile(entry, Buffer.concat([whole, whole])),
  };
  for (const [name, damage] of Object.entries(damages)) {
    await damage();
    let again = 0;
    await spliceWithCache(cache, inputs, () => ((again += 1), result));
    assert.equal(again, 1, name);
    assert.deepEqual(await readFile(entry), whole, name);
    await spliceWithCache(cache, inputs, never);
  }
  assert.equal((await readdir(cache)).length, 1);
});

test("what a build that was killed has left is not used", async () => {
  const { cache, entry } = await kept("killed");
  await rename(entry, `${entry}.half.tmp`);
  let again = 0;
  await spliceWithCache(cache, inputs, () => ((again += 1), result));
  assert.equal(again, 1);
});

test("builds at once leave one entry that is whole", async () => {
  const cache = join(directory, "at-once");
  const program = `
    const { spliceWithCache } = await import(${JSON.stringify(pathToFileURL(join(packages.patched, "src/splice-cache.js")).href)});
    const inputs = { version: "1", engine: Buffer.from("engine"), features: [], witWorld: "world" };
    const wasm = new Uint8Array(8 << 20).fill(7);
    for (let turn = 0; turn < 20; turn++) {
      const kept = await spliceWithCache(process.argv[1], { ...inputs, witWorld: "world" + turn }, () => ({ wasm, jsBindings: "", exports: [], imports: [] }));
      if (Buffer.compare(kept.wasm, wasm) !== 0) throw new Error("another engine");
    }`;
  const run = () => promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program, cache]);
  await Promise.all([run(), run(), run()]);
  const entries = await readdir(cache);
  assert.equal(entries.length, 20);
  assert.ok(entries.every((name) => /^[0-9a-f]{64}$/.test(name)), `${entries}`);
  await run();
});

test("a directory that cannot be used is named", async () => {
  const file = join(directory, "file");
  await writeFile(file, "");
  await assert.rejects(spliceWithCache(file, inputs, never), (error) => error.message.includes(`[${file}]`) && error.message.includes("spliceCache"));
  const { cache, entry } = await kept("in-the-way");
  await rm(entry);
  await mkdir(join(entry, "x"), { recursive: true });
  await assert.rejects(spliceWithCache(cache, inputs, () => result), (error) => error.message.includes(`[${cache}]`));
  assert.deepEqual((await readdir(cache)).length, 1, "a temporary file is left");
  // Nobody can make a file here, not root either.
  await assert.rejects(spliceWithCache("/proc/self/fd", inputs, () => result), /\[\/proc\/self\/fd\]/);
});
