// node build.mjs REQUEST.json: bundles a program and makes a component of it.
//
// The request: entry, compat (the directory of @warpgrid/node-compat), wit (a
// directory whose `deps` has warpgrid:shim and WASI), work (a directory of its
// own), output. Prints what it did as JSON.
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
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
const wit = join(request.work, "wit");
// A copy: the engine's tools write into the directory they are given.
await cp(join(request.wit, "deps"), join(wit, "deps"), { recursive: true });
await writeFile(join(wit, "program.wit"), world(bundled.imports, ["wasi:http/incoming-handler"]));

const { component } = await componentize({
  sourcePath: source,
  witPath: wit,
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
