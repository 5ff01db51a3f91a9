// node natively.mjs ENTRY: what the program answers under Node, where the package pg
// stands for warpgrid/pg.
import * as esbuild from "esbuild";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const folder = await mkdtemp(join(tmpdir(), "warpgrid-natively-"));
process.on("exit", () => void rm(folder, { recursive: true, force: true }));
const outfile = join(folder, "program.mjs");
await esbuild.build({
  entryPoints: [process.argv[2]],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  logLevel: "error",
  alias: { "warpgrid/pg": dirname(require.resolve("pg/package.json")) },
  banner: { js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);' },
});
const { default: program } = await import(pathToFileURL(outfile).href);
const response = await program.fetch(new Request("http://localhost/"));
const text = await response.text();
await rm(folder, { recursive: true, force: true });
process.stdout.write(text, () => process.exit(0));
