// From a program's entry to one module that the engine can evaluate, by esbuild.
import * as esbuild from "esbuild";
import { isBuiltin } from "node:module";
import { dirname } from "node:path";
import { isHostModule } from "./host-modules.mjs";
import { lowerUnicodeProperties } from "./lower-regex.mjs";
import { hostModulesOf, nodeModules } from "./node-modules.mjs";
import { definedBy, entryText, named, supportedBy, withFeatures } from "./program.mjs";

const LOADERS = { ".txt": "text", ".sql": "text", ".html": "text", ".md": "text" };

/** The packages that the program's own files import. */
async function packagesOf(entry, options) {
  const { metafile } = await esbuild.build({ ...options, entryPoints: [entry], packages: "external", metafile: true, outfile: "program.js" });
  const found = new Set();
  for (const { imports } of Object.values(metafile.outputs)) {
    for (const { path, external } of imports) if (external && !isBuiltin(path) && !isHostModule(path)) found.add(path);
  }
  return [...found];
}

/**
 * @type {(question: { project: string, entry: string, compat: string, packages?: string[], minify?: boolean }) =>
 *   Promise<import("./component.mjs").Bundled>}
 */
export const bundle = withFeatures(build);

async function build({ project, entry, compat, packages, minify }, features) {
  const common = {
    absWorkingDir: project,
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "es2022",
    logLevel: "silent",
    // A name that is not written out is found by nobody before it is asked for.
    logOverride: { "unsupported-require-call": "warning", "unsupported-dynamic-import": "warning" },
    loader: LOADERS,
  };
  packages ??= await packagesOf(entry, common);
  const result = await esbuild.build({
    ...common,
    supported: supportedBy(features),
    stdin: { contents: entryText({ entry, packages, features }), resolveDir: dirname(entry), sourcefile: "warpgrid-entry.js" },
    outfile: "program.js",
    metafile: true,
    minify,
    keepNames: minify,
    sourcemap: "external",
    sourcesContent: false,
    define: { __dirname: '"/"', __filename: '"/program.js"', ...definedBy(features) },
    // Packages that say they have no side effects are loaded for theirs.
    ignoreAnnotations: true,
    plugins: [await nodeModules(compat)],
  });
  const file = (ending) => result.outputFiles.find(({ path }) => path.endsWith(ending)).text;
  const [output] = Object.values(result.metafile.outputs).filter(({ entryPoint }) => entryPoint);
  const imports = output.imports.filter(({ path, external }) => external && isHostModule(path)).map(({ path }) => path);
  const inputs = Object.entries(result.metafile.inputs).filter(([path]) => output.inputs[path]?.bytesInOutput > 0);
  return {
    code: lowerUnicodeProperties(file(".js")),
    map: named(file(".map"), project, { "@warpgrid/node-compat": compat }),
    imports: new Set(imports),
    modules: hostModulesOf(inputs.map(([path]) => path)),
    inputs,
    packages,
    warnings: result.warnings,
  };
}
