// node build.mjs PACKAGE OUTPUT [CACHE]: makes a component of a program that every
// componentize-js can build, by the one in the directory PACKAGE, and prints the
// milliseconds that it took.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [directory, output, spliceCache] = process.argv.slice(2);
const { componentize } = await import(pathToFileURL(join(directory, "src/componentize.js")).href);
const program = `addEventListener("fetch", (event) => event.respondWith(new Response("hello")));`;
const started = performance.now();
const { component } = await componentize(program, { witWorld: "package bench:hello; world hello {}", spliceCache });
console.log(performance.now() - started);
await writeFile(output, component);
