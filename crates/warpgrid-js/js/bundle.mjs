// From a program's entry to one module that the engine can evaluate.
import * as esbuild from "esbuild";
import { dirname, resolve } from "node:path";
import { isHostModule } from "./host-modules.mjs";
import { lowerUnicodeProperties } from "./lower-regex.mjs";
import { nodeModules } from "./node-modules.mjs";

/**
 * The packages that the program's own files import. They are evaluated while the
 * component is built; the program itself is, at its first request, because it may
 * read its environment and open connections.
 */
async function packagesOf(entry, options) {
  const { metafile } = await esbuild.build({ ...options, entryPoints: [entry], packages: "external", metafile: true, outfile: "program.js" });
  const builtin = (await import("node:module")).isBuiltin;
  const found = new Set();
  for (const { imports } of Object.values(metafile.outputs)) {
    for (const { path, external } of imports) if (external && !builtin(path) && !isHostModule(path)) found.add(path);
  }
  return [...found];
}

/**
 * @param {{ entry: string, compat: string, eager?: boolean, debug?: boolean, tsconfig?: string }} request
 */
export async function bundle(request) {
  const entry = resolve(request.entry);
  const common = {
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "es2022",
    absWorkingDir: dirname(entry),
    logLevel: "silent",
    tsconfig: request.tsconfig,
    loader: { ".txt": "text", ".sql": "text", ".html": "text" },
  };
  const packages = request.eager === false ? [] : await packagesOf(entry, common);
  const main = [
    `import { incomingHandler as make } from "@warpgrid/node-compat/handler";`,
    ...packages.map((name) => `import ${JSON.stringify(name)};`),
    `export const incomingHandler = make(() => import(${JSON.stringify(entry)}));`,
  ].join("\n");
  const result = await esbuild.build({
    ...common,
    stdin: { contents: main, resolveDir: dirname(entry), sourcefile: "warpgrid-entry.js" },
    outfile: "program.js",
    metafile: true,
    sourcemap: "external",
    define: { __dirname: '"/"', __filename: '"/program.js"' },
    ignoreAnnotations: true,
    plugins: [await nodeModules(resolve(request.compat))],
  });
  const file = (ending) => result.outputFiles.find(({ path }) => path.endsWith(ending)).text;
  const imports = new Set();
  for (const { imports: found } of Object.values(result.metafile.outputs)) {
    for (const { path, external } of found) if (external && isHostModule(path)) imports.add(path);
  }
  return { code: lowerUnicodeProperties(file(".js")), map: file(".map"), imports, packages, warnings: result.warnings };
}
