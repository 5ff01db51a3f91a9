// From a program's entry to one module that the engine can evaluate.
import * as esbuild from "esbuild";
import { isBuiltin } from "node:module";
import { dirname, resolve } from "node:path";
import { featuresOf } from "./features.mjs";
import { isHostModule } from "./host-modules.mjs";
import { lowerUnicodeProperties } from "./lower-regex.mjs";
import { hostModulesOf, nodeModules } from "./node-modules.mjs";

export const LOADERS = { ".txt": "text", ".sql": "text", ".html": "text", ".md": "text" };

/**
 * The packages that the program's own files import. They are evaluated while the
 * component is built; the program itself is, at its first request, because it may
 * read its environment and open connections.
 */
async function packagesOf(entry, options) {
  const { metafile } = await esbuild.build({ ...options, entryPoints: [entry], packages: "external", metafile: true, outfile: "program.js" });
  const found = new Set();
  for (const { imports } of Object.values(metafile.outputs)) {
    for (const { path, external } of imports) if (external && !isBuiltin(path) && !isHostModule(path)) found.add(path);
  }
  return [...found];
}

/** A source map in which our own files are called as they are imported. */
function named(text, project, compat) {
  const map = JSON.parse(text);
  const name = (source) => {
    const path = resolve(project, source);
    return path.startsWith(compat) ? `@warpgrid/node-compat${path.slice(compat.length)}` : source;
  };
  return JSON.stringify({ ...map, sources: map.sources.map(name) });
}

/**
 * @param {{ project: string, entry: string, compat: string, packages?: string[], minify?: boolean }} question
 */
export async function bundle(question) {
  const plain = await build(question, []);
  const features = await featuresOf({ ...plain, project: question.project });
  return features.length > 0 ? build({ ...question, packages: plain.packages }, features) : plain;
}

/** With what only some programs need. */
async function build(question, features) {
  const { options, packages } = await settings(question, features);
  return outcome(await esbuild.build(options), { ...question, packages });
}

/**
 * What esbuild is asked. `handler` is how the program's handler is handed on: by an
 * export, where it is a module.
 * @param {{ project: string, entry: string, compat: string, packages?: string[], minify?: boolean, handler?: string }} question
 */
export async function settings({ project, entry, compat, packages, minify, handler = "export const incomingHandler" }, features) {
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
  const main = [
    `import { incomingHandler as make } from "@warpgrid/node-compat/handler";`,
    ...features.map(({ module }) => `import ${JSON.stringify(module)};`),
    ...packages.map((name) => `import ${JSON.stringify(name)};`),
    `${handler} = make(() => import(${JSON.stringify(entry)}));`,
  ].join("\n");
  const options = {
    ...common,
    supported: Object.assign({}, ...features.map(({ supported }) => supported)),
    stdin: { contents: main, resolveDir: dirname(entry), sourcefile: "warpgrid-entry.js" },
    outfile: "program.js",
    metafile: true,
    minify,
    keepNames: minify,
    sourcemap: "external",
    sourcesContent: false,
    define: { __dirname: '"/"', __filename: '"/program.js"', ...Object.assign({}, ...features.map(({ define }) => define)) },
    // Packages that say they have no side effects are loaded for theirs.
    ignoreAnnotations: true,
    plugins: [await nodeModules(compat)],
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
    map: named(file(".map"), project, compat),
    imports: new Set(imports),
    modules: hostModulesOf(inputs.map(([path]) => path)),
    inputs,
    packages,
    warnings: result.warnings,
  };
}
