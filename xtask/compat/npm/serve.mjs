// node serve.mjs FOLDER: the program in it under Node, at the address in LISTEN.
//
// A program that exports a fetch handler is served by @hono/node-server; any other
// listens by itself.
import { serve } from "@hono/node-server";
import * as esbuild from "esbuild";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
const main = (await readdir(folder)).find((file) => file.startsWith("main."));
// Within node_modules, so that packages are found and git does not see it.
const outfile = join(import.meta.dirname, "node_modules", ".programs", `${basename(folder)}.mjs`);
await esbuild.build({
  entryPoints: [join(folder, main)],
  bundle: true,
  packages: "external",
  platform: "node",
  format: "esm",
  target: "node20",
  banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  logLevel: "warning",
  outfile,
});
const { default: program } = await import(pathToFileURL(outfile).href);
if (program?.fetch) {
  const [hostname, port] = process.env.LISTEN.split(":");
  const fetch = async (request) => {
    try {
      return await program.fetch(request, process.env, {});
    } catch (error) {
      console.error(error);
      return new Response(null, { status: 500 });
    }
  };
  serve({ fetch, hostname, port: Number(port), overrideGlobalObjects: false });
}
