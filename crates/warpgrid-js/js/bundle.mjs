// From a program's entry to one module that the engine can evaluate, by esbuild.
import * as esbuild from "esbuild";
import { isBuiltin } from "node:module";
import { dirname, resolve } from "node:path";
import { isHostModule } from "./host-modules.mjs";
import { lowerUnicodeProperties } from "./lower-regex.mjs";
import { hostModulesOf, nodeModules } from "./node-modules.mjs";
import { definedBy, entryText, named, supportedBy, withFeatures } from "./program.mjs";

export const LOADERS = { ".txt": "text", ".sql": "text", ".html": "text", ".md": "text" };

/** The packages that the program's own files import, and from where. */
async function packagesOf(entry, options) {
  const outside = { ...options, entryPoints: [entry], packages: "external", metafile: true, outfile: "program.js" };
  const { metafile } = await esbuild.build(outside);
  const found = new Map();
  for (const [file, { imports }] of Object.entries(metafile.inputs)) {
    for (const { path: name, external } of imports) {
      const from = dirname(resolve(options.absWorkingDir, file));
      if (external && !isBuiltin(name) && !isHostModule(name)) found.set(`${from}\n${name}`, { name, from });
    }
  }
  return [...found.values()];
}

const PACKAGE = "warpgrid-package:";

/** Finds packages where the program does, which may be in several places. */
const packagesFrom = (packages) => ({
  name: "packages",
  setup(build) {
    build.onResolve({ filter: new RegExp(`^${PACKAGE}`) }, async ({ path }) => {
      const { name, from } = packages[Number(path.slice(PACKAGE.length))];
      const found = await build.resolve(name, { resolveDir: from, kind: "import-statement" });
      // The program's own import of it says where it is missed.
      return found.errors.length ? { path, namespace: PACKAGE } : found;
    });
    build.onLoad({ filter: /./, namespace: PACKAGE }, () => ({ contents: "" }));
  },
});

/**
 * @type {(question: { project: string, entry: string, compat: string, packages?: { name: string, from: string }[], minify?: boolean }) =>
 *   Promise<import("./component.mjs").Bundled>}
 */
export const bundle = withFeatures(build);

async function build(question, features) {
  const { options, packages } = await settings(question, features);
  return outcome(await esbuild.build(options), { ...question, packages });
}

/**
 * What esbuild is asked. `handler` is how the program's handler is handed on: by an
 * export, where it is a module.
 * @param {{ project: string, entry: string, compat: string, packages?: { name: string, from: string }[], minify?: boolean, handler?: string, define?: Record<string, string> }} question
 */
export async function settings({ project, entry, compat, packages, minify, handler, define }, features) {
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
  const early = packages.map((_, index) => PACKAGE + index);
  const options = {
    ...common,
    supported: supportedBy(features),
    stdin: { contents: entryText({ entry, packages: early, features, handler }), resolveDir: dirname(entry), sourcefile: "warpgrid-entry.js" },
    outfile: "program.js",
    metafile: true,
    minify,
    keepNames: minify,
    sourcemap: "external",
    sourcesContent: false,
    define: { __dirname: '"/"', __filename: '"/program.js"', ...define, ...definedBy(features) },
    // Packages that say they have no side effects are loaded for theirs.
    ignoreAnnotations: true,
    plugins: [packagesFrom(packages), await nodeModules(compat)],
  };
  return { options, packages };
}

/** The bundle, of what esbuild gave. */
export function outcome(result, { project, compat, packages }) {
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
