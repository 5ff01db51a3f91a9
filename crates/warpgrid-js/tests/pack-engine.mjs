// node pack-engine.mjs ENTRY OUTPUT: a component of a program for the engine alone,
// without node-compat.
import * as esbuild from "esbuild";
import { readFile, writeFile } from "node:fs/promises";
import { componentize } from "@bytecodealliance/componentize-js";

const [entry, output] = process.argv.slice(2);
const { outputFiles } = await esbuild.build({ entryPoints: [entry], bundle: true, write: false, format: "esm", external: ["wasi:*"], logLevel: "error" });
const wit = await readFile(new URL("../js/host.wit", import.meta.url), "utf8");
const world = "world engine {\n  import wasi:http/types@0.2.12;\n  export wasi:http/incoming-handler@0.2.12;\n}\n";
const { component } = await componentize(outputFiles[0].text, { witWorld: `${wit}\n${world}`, worldName: "engine" });
await writeFile(output, component);
