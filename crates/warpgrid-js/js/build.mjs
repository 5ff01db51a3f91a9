// node build.mjs REQUEST.json: bundles a program and makes a component of it.
//
// The request: entry, compat (the directory of @warpgrid/node-compat), wit (a file
// with the packages of warpgrid:shim and WASI, nested), work (a directory of its
// own), output, spliceCache (a directory, with the patched componentize-js).
// Prints what it did as JSON.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { componentize } from "@bytecodealliance/componentize-js";
import { bundle } from "./bundle.mjs";
import { world } from "./host-modules.mjs";

const request = JSON.parse(await readFile(process.argv[2], "utf8"));
const started = performance.now();
const bundled = await bundle(request);
const afterBundle = performance.now();

await rm(request.work, { recursive: true, force: true });
await mkdir(request.work, { recursive: true });
const source = join(request.work, "program.js");
await writeFile(source, bundled.code);
await writeFile(`${source}.map`, bundled.map);
// As text: the engine's tools find no files where preview2-shim has no `/`.
const witWorld = `${world(bundled.imports, ["wasi:http/incoming-handler"])}\n${await readFile(request.wit, "utf8")}`;

const { component } = await componentize({
  sourcePath: source,
  witWorld,
  worldName: "program",
  spliceCache: request.spliceCache,
});
await writeFile(request.output, component);
console.log(
  JSON.stringify({
    output: request.output,
    bytes: component.length,
    bundleBytes: bundled.code.length,
    packages: bundled.packages,
    imports: [...bundled.imports].sort(),
    warnings: bundled.warnings.map(({ text, location }) => ({ text, file: location?.file, line: location?.line })),
    milliseconds: { bundle: Math.round(afterBundle - started), componentize: Math.round(performance.now() - afterBundle) },
  }),
);
