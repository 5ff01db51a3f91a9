// componentize-patches/0004: WIT by its text, so that the splicer reads no files.
import assert from "node:assert/strict";
import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { load, packages, scratch } from "./packages.mjs";

const directory = await scratch();
const fixture = fileURLToPath(new URL("wit/", import.meta.url));
const source = `
  import { get } from "test:program/state@1.0.0";
  import { greet } from "test:greetings/greet";
  import { useIt } from "test:tools/package";
  export function run() { useIt(true); return greet(get()); }`;
const { readWitText } = await load(packages.patched, "src/wit-text.js");

/** A package with the preview2-shim that has no preopened directories. */
async function withoutPreopens(name) {
  const shim = fileURLToPath(new URL("../..", import.meta.resolve("preview2-shim-without-preopens")));
  const to = join(directory, name);
  await cp(packages[name], to, { recursive: true, filter: (path) => !/\.debug\.wasm$|_weval\.wasm$|\.wevalcache$/.test(path) });
  await symlink(join(packages[name], "..", "node_modules"), join(directory, "node_modules")).catch(() => {});
  await mkdir(join(to, "node_modules", "@bytecodealliance"), { recursive: true });
  await cp(shim, join(to, "node_modules", "@bytecodealliance", "preview2-shim"), { recursive: true });
  return load(to, "src/componentize.js");
}

/** All files below a directory. */
async function content(path) {
  const files = (await readdir(path, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  return Promise.all(files.map(async ({ parentPath, path, name }) => [name, await readFile(join(parentPath ?? path, name), "utf8")]));
}

test("a WIT directory is found without preopens", { timeout: 600_000 }, async () => {
  const before = await content(fixture);
  const { componentize } = await withoutPreopens("patched");
  process.chdir(dirname(fixture));
  for (const witPath of [fixture, "wit"]) {
    const { component, imports } = await componentize(source, { witPath, worldName: "program", spliceCache: join(directory, "cache") });
    assert.ok(component.length > 1_000_000);
    assert.deepEqual(imports.map(([name]) => name).sort(), ["test:greetings/greet", "test:program/state@1.0.0", "test:tools/package"]);
  }
  assert.deepEqual(await content(fixture), before);
});

test("stock finds none", { timeout: 600_000 }, async () => {
  const { componentize } = await withoutPreopens("stock");
  await assert.rejects(componentize(source, { witPath: fixture, worldName: "program" }), /os error 44/);
});

test("the text says what the files do", { timeout: 600_000 }, async () => {
  const { splicer } = await load(packages.stock, "lib/spidermonkey-embedding-splicer.js");
  const engine = await readFile(join(packages.stock, "lib/starlingmonkey_embedding.wasm"));
  const splice = (...wit) => splicer.spliceBindings(engine, ["stdio"], ...wit, false);
  const text = await readWitText(fixture);
  for (const world of ["program", "other", "test:program/program@1.0.0"]) {
    const { wasm, ...bindings } = splice(text, undefined, world);
    const { wasm: expected, ...others } = splice(undefined, fixture, world);
    assert.deepEqual(bindings, others, world);
    assert.ok(Buffer.from(wasm).equals(expected), world);
  }
});

test("what one text cannot say is left to the splicer", async () => {
  for (const [first, second] of [
    ["use a:x/i as n;", "use a:y/i as n;"],
    ["use a:x/i;", "use a:x/j as i;"],
    ["use a:x/n@1.0.0;", "@since(version = 1.0.0) interface %n {}"],
  ]) {
    const path = join(directory, `names-${Math.random()}`);
    await mkdir(path);
    await writeFile(join(path, "1.wit"), `package a:b; ${first}`);
    await writeFile(join(path, "2.wit"), `${first} interface b {}`);
    assert.match(await readWitText(path), /^package a:b;\s*use [^;]*;\s*interface b \{\}\s*$/);
    await writeFile(join(path, "3.wit"), second);
    assert.equal(await readWitText(path), undefined, second);
  }
});

test("a package that is binary is left to the splicer", async () => {
  const copy = join(directory, "binary");
  await cp(fixture, copy, { recursive: true });
  await writeFile(join(copy, "deps", "more.wasm"), new Uint8Array([0, 97, 115, 109]));
  assert.equal(await readWitText(copy), undefined);
});

test("what cannot be read is named", { timeout: 600_000 }, async () => {
  const { componentize } = await load(packages.patched, "src/componentize.js");
  const build = (witPath) => componentize("export function run() {}", { witPath });
  const broken = async (name, ...files) => {
    const path = join(directory, name);
    await mkdir(path);
    for (const [index, text] of files.entries()) await writeFile(join(path, `${index}.wit`), text);
    return path;
  };
  const nowhere = join(directory, "nowhere");
  await assert.rejects(build(nowhere), (error) => error.message.includes(nowhere));
  await assert.rejects(build(await broken("two", "package a:b;", "package a:c;")), /1\.wit\] is of the package \[a:c\].*\[a:b\]/);
  await assert.rejects(build(await broken("open", "package a:b; interface c {")), /0\.wit\] has braces/);
  await assert.rejects(build(await broken("closed", "package a:b; } interface c {")), /0\.wit\] has braces/);
  await assert.rejects(build(await broken("latin", Buffer.from("package a:b; // \xe9", "latin1"))), /0\.wit\] is not UTF-8/);
  const wrong = await broken("wrong", "package a:b; world w { export run: func() }");
  await assert.rejects(build(wrong), (error) => error.message.startsWith(`WIT path [${wrong}]: expected`));
});
