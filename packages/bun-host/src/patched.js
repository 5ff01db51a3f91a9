/**
 * preview2-shim with the series in `bun-patches/preview2-shim`: what is installed is
 * not changed, a copy of it in the cache is.
 */
import { cp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { applyPatch, parsePatch } from "diff";
import { digest, made } from "./cache.js";
import { HostError } from "./errors.js";

/** Beside this package once it is published, in the repository before. */
const SERIES = ["../patches/", "../../../bun-patches/"];

/**
 * The modules of WASI 0.2 that need nothing but an event loop. The package has them for
 * browsers: they run in the guest's own thread, and what blocks is a promise.
 * @typedef {{
 *   cli: any, clocks: any, filesystem: any, http: any, io: any, random: any,
 * }} Wasi
 */

/** @type {Promise<Wasi> | undefined} */
let loading;

/** @returns {Promise<Wasi>} */
export function wasi() {
  loading ??= load();
  return loading;
}

async function load() {
  const directory = await patchedShim();
  const names = ["cli", "clocks", "filesystem", "http", "io", "random"];
  const modules = names.map((name) => import(pathToFileURL(join(directory, "dist/browser", `${name}.js`)).href));
  const loaded = await Promise.all(modules);
  return /** @type {Wasi} */ (Object.fromEntries(names.map((name, index) => [name, loaded[index]])));
}

/** @returns {Promise<string>} the package's directory, patched */
export async function patchedShim() {
  const installed = installedShim();
  const { version } = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
  const series = await patches("preview2-shim");
  const key = digest([version, ...series.map(({ text }) => text)]);
  return made("preview2-shim", key, async (directory) => {
    await cp(installed, directory, { recursive: true, dereference: true });
    for (const patch of series) await apply(patch, directory);
  });
}

/** The directory of the package as npm has it. */
export function installedShim() {
  const main = fileURLToPath(import.meta.resolve("preview2-shim"));
  return main.slice(0, main.lastIndexOf(`${join("dist", "nodejs")}`));
}

/**
 * @param {string} series its folder's name
 * @returns {Promise<{ name: string, text: string }[]>} in their order
 */
export async function patches(series) {
  for (const place of SERIES) {
    const directory = fileURLToPath(new URL(`${place}${series}/`, import.meta.url));
    if (!(await stat(directory).catch(() => null))) continue;
    const names = (await readdir(directory)).filter((name) => name.endsWith(".patch")).sort();
    return Promise.all(names.map(async (name) => ({ name, text: await readFile(join(directory, name), "utf8") })));
  }
  throw new HostError(`the patches of ${series} are missing`, "install @warpgrid/bun-host again");
}

/**
 * @param {{ name: string, text: string }} patch
 * @param {string} directory
 */
export async function apply({ name, text }, directory) {
  for (const file of parsePatch(text)) {
    const inside = (/** @type {string | undefined} */ path) => (path && path !== "/dev/null" ? path.replace(/^[ab]\//, "") : null);
    const [from, to] = [inside(file.oldFileName), inside(file.newFileName)];
    const before = from ? await readFile(join(directory, from), "utf8") : "";
    const after = applyPatch(before, file);
    if (after === false) {
      throw new HostError(
        `${name} does not fit ${from ?? to} of the installed preview2-shim`,
        "install the version that @warpgrid/bun-host asks for",
      );
    }
    if (to) await writeFile(join(directory, to), after);
    else if (from) await rm(join(directory, from));
  }
}

/** The version of an installed package. @param {string} entry what it resolves to */
export async function versionOf(entry) {
  for (let directory = dirname(entry); directory !== dirname(directory); directory = dirname(directory)) {
    const text = await readFile(join(directory, "package.json"), "utf8").catch(() => null);
    if (text) return String(JSON.parse(text).version);
  }
  throw new HostError(`no package around ${entry}`, "install @warpgrid/bun-host again");
}
