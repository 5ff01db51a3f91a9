// node absent.mjs COMPAT [--check]: the names that Node's modules export and those of
// @warpgrid/node-compat (the directory COMPAT) do not, into its absent.json.
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { nodeModules } from "./node-modules.mjs";

const compat = resolve(process.argv[2]);
const file = join(compat, "absent.json");
const { aliases } = await import(pathToFileURL(join(compat, "aliases.js")).href);

/** What the module here exports: nothing of a CommonJS module, where no import fails. */
async function exportsOf(name) {
  const { metafile } = await esbuild.build({
    entryPoints: [`node:${name}`],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    outfile: "out.js",
    logLevel: "silent",
    plugins: [await nodeModules(compat)],
  });
  return metafile.outputs["out.js"].exports;
}

const found = {};
for (const name of Object.keys(aliases).sort()) {
  const own = new Set(await exportsOf(name));
  if (own.size < 2) continue;
  const node = Object.keys(await import(`node:${name}`).catch(() => ({})));
  const absent = node.filter((one) => one !== "default" && one !== "module.exports" && !own.has(one)).sort();
  if (absent.length) found[name] = absent;
}
const text = `${JSON.stringify(found, null, 1)}\n`;
if (!process.argv.includes("--check")) await writeFile(file, text);
else if ((await readFile(file, "utf8")) !== text) {
  console.error(`${file} is stale: run node absent.mjs`);
  process.exit(1);
}
