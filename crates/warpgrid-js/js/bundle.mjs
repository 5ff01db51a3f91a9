// From a program's entry to one module that the engine can evaluate.
import * as esbuild from "esbuild";
import { isBuiltin } from "node:module";
import { dirname, resolve } from "node:path";
import { featuresOf } from "./features.mjs";
import { isHostModule } from "./host-modules.mjs";
import { lowerUnicodeProperties } from "./lower-regex.mjs";
import { hostModulesOf, nodeModules } from "./node-modules.mjs";

const LOADERS = { ".txt": "text", ".sql": "text", ".html": "text", ".md": "text" };

/**
 * The packages that the program's own files import, and from where. They are evaluated
 * while the component is built; the program itself is, at its first request, because it
 * may read its environment and open connections.
 */
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
  const main = [
    `import { incomingHandler as make } from "@warpgrid/node-compat/handler";`,
    ...features.map(({ module }) => `import ${JSON.stringify(module)};`),
    ...packages.map((_, index) => `import ${JSON.stringify(PACKAGE + index)};`),
    `export const incomingHandler = make(() => import(${JSON.stringify(entry)}));`,
  ].join("\n");
  const result = await esbuild.build({
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
    plugins: [packagesFrom(packages), await nodeModules(compat)],
  });
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
