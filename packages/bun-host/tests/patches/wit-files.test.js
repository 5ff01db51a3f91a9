// bun-patches/jco-transpile/0001: WIT is found without preopened directories.
import { afterAll, beforeAll, expect, spyOn, test } from "bun:test";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { both, installed } from "./packages.js";

const directories = await both("jco-transpile", { beside: { "preview2-shim": await installed("preview2-shim") } });
const load = (/** @type {string} */ directory) => async (/** @type {string} */ module) => import(join(directory, "dist", `${module}.js`));
const [stock, patched] = [load(directories.stock), load(directories.patched)];

let wit = "";
beforeAll(async () => {
  wit = await mkdtemp(join(tmpdir(), "warpgrid-wit-"));
  await mkdir(join(wit, "deps"));
  await writeFile(join(wit, "world.wit"), "package a:b; world w { import c:d/e; export run: func(); }");
  await writeFile(join(wit, "deps/e.wit"), "package c:d; interface e { get: func() -> string; }");
});
afterAll(() => rm(wit, { recursive: true, force: true }));

/** @type {[string, (of: typeof stock) => Promise<string[]>][]} */
const tools = [
  ["types", async (of) => Object.keys(await (await of("typegen")).generateHostTypes(wit, {}))],
  ["guest types", async (of) => Object.keys(await (await of("typegen")).generateGuestTypes(wit, {}))],
  ["stubs", async (of) => Object.keys((await (await of("transpile")).transpile(wit, { stub: true, name: "w" })).files)],
  ["embedding", async (of) => [`${(await (await of("wasm-tools")).componentEmbed({ dummy: true, witPath: wit })).length > 0}`]],
];

for (const [name, tool] of tools) {
  test(`${name} find files, and stock finds none`, async () => {
    expect((await tool(patched)).length).toBeGreaterThan(0);
    // Some say os error 44, which is wasi-libc's "no such file"; others panic at it.
    const said = spyOn(console, "error").mockImplementation(() => {});
    await expect(tool(stock)).rejects.toBeDefined();
    said.mockRestore();
  }, 30_000);
}

test("only the tools have the directory", async () => {
  const { preopens } = await import(join(directories.patched, "../preview2-shim/dist/nodejs/filesystem.js"));
  expect(preopens.getDirectories()).toEqual([]);
});
