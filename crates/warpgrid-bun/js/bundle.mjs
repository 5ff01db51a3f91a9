// From a program's entry to one module that the engine can evaluate, by Bun's bundler.
import { basename, dirname, join, relative, resolve } from "node:path";
import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { isDeepStrictEqual } from "node:util";
import * as esbuild from "esbuild";
import { isHostModule } from "../../warpgrid-js/js/host-modules.mjs";
import { lowerUnicodeProperties } from "../../warpgrid-js/js/lower-regex.mjs";
import { hostModulesOf, NAMESPACE, nodeResolution } from "../../warpgrid-js/js/node-modules.mjs";
import { definedBy, entryText, named, supportedBy, withFeatures } from "../../warpgrid-js/js/program.mjs";
import { BUN, bunModule } from "./bun-modules.mjs";
import { usesOfBun } from "./bun-names.mjs";
import { externalImports, withoutUnused } from "./imports.mjs";
import { notFollowed } from "./not-followed.mjs";

/** What a program for Bun finds of itself: a component has no files. */
const META = {
  "import.meta.dir": '"/"',
  "import.meta.dirname": '"/"',
  "import.meta.path": '"/program.js"',
  "import.meta.filename": '"/program.js"',
  "import.meta.file": '"program.js"',
  "import.meta.url": '"file:///program.js"',
  "import.meta.env": "process.env",
  __dirname: '"/"',
  __filename: '"/program.js"',
};

/** As Bun resolves when it runs a program. What it is told at run time stays as it is. */
const COMMON = {
  target: "node",
  format: "esm",
  conditions: ["bun"],
  env: "disable",
  define: { "process.env.NODE_ENV": "process.env.NODE_ENV" },
  metafile: true,
  throw: false,
};

/**
 * A bundler, which remembers what the program used of Bun the last time: it bundles
 * once where that has not changed.
 * @returns {(question: { project: string, entry: string, compat: string, polyfills: string, packages?: string[], handler?: string, define?: Record<string, string>, minify?: boolean }) =>
 *   Promise<import("../../warpgrid-js/js/component.mjs").Bundled>}
 */
export function bundler() {
  let uses;
  return withFeatures(async (asked, features) => {
    // As the bundler names it: `./` falls away.
    const question = { ...asked, entry: resolve(asked.entry) };
    const packages = question.packages ?? (await packagesOf(question.entry, question.project));
    const built = () => build({ ...question, packages }, features, uses);
    let bundled = await built();
    // What the program uses of Bun is known when it is known which files it is of.
    const used = await usesOfBun(bundled.inputs, question.project);
    if (!isDeepStrictEqual(used, uses)) {
      uses = used;
      bundled = await built();
    }
    const { outputs, inputs, modules } = bundled;
    const [code, map] = await Promise.all([".js", ".js.map"].map((ending) => textOf(outputs, ending)));
    const { text, imports } = withoutUnused(code.replace(/\n\/\/# (debugId|sourceMappingURL)=.*/g, ""));
    const lowered = await lower(text, placed(map, question.project), question, features);
    return {
      code: lowerUnicodeProperties(lowered.code),
      map: named(lowered.map, question.project, { "@warpgrid/node-compat": question.compat, "@warpgrid/bun-polyfills": question.polyfills }),
      imports,
      modules,
      inputs,
      packages,
      warnings: await notFollowed(inputs, question.project),
    };
  });
}

/** The generated entry, beside the program's. */
const ENTRY = "warpgrid-entry.js";

const textOf = (outputs, ending) => outputs.find(({ path }) => path.endsWith(ending)).text();

/** The packages that the program's own files import. */
async function packagesOf(entry, project) {
  const { outputs } = succeeded(await Bun.build({ ...COMMON, entrypoints: [entry], packages: "external" }), project);
  const code = await outputs.find(({ kind }) => kind === "entry-point").text();
  return externalImports(code).filter((path) => !isBuiltin(path) && !isHostModule(path) && !/^(bun$|bun:|warpgrid\/)/.test(path));
}

/** @param {import("./bun-modules.mjs").Uses} [uses] of Bun; nothing, while that is not known */
async function build({ project, entry, compat, polyfills, packages, handler, define }, features, uses) {
  const main = join(dirname(entry), ENTRY);
  const node = await nodeResolution(compat);
  const bun = await bunModule(polyfills, uses);
  const text = entryText({
    entry,
    packages,
    features,
    imports: [`import { program } from "@warpgrid/bun-polyfills/program";`, `import "bun";`],
    program: "program",
    handler,
  });
  const missing = [];
  const result = await Bun.build({
    ...COMMON,
    entrypoints: [main],
    define: { ...COMMON.define, ...META, ...define, ...definedBy(features) },
    sourcemap: "external",
    // Packages that say they have no side effects are loaded for theirs.
    ignoreDCEAnnotations: true,
    plugins: [
      {
        name: "component",
        setup(builder) {
          builder.onResolve({ filter: /./ }, (imported) => {
            if (imported.path === main) return { path: main, namespace: "entry" };
            if (imported.importer === "runtime") return { path: "require", namespace: "runtime" };
            const found = bun.resolve(imported) ?? node.resolve(imported);
            if (found?.missing) missing.push({ text: found.missing, location: placeOf(project, imported.importer, imported.path) });
            return found?.missing ? undefined : found;
          });
          builder.onLoad({ filter: /./, namespace: "entry" }, () => ({ contents: text, loader: "js" }));
          builder.onLoad({ filter: /./, namespace: NAMESPACE }, ({ path }) => ({ contents: node.load(path), loader: "js" }));
          builder.onLoad({ filter: /./, namespace: BUN }, ({ path }) => ({ contents: bun.load(path), loader: "js" }));
          builder.onLoad({ filter: /./, namespace: "runtime" }, () => ({ contents: REQUIRE, loader: "js" }));
          builder.onLoad({ filter: exactly(entry) }, async ({ path, loader }) => ({ contents: asMain(await Bun.file(path).text()), loader }));
        },
      },
    ],
  });
  succeeded(result, project, missing);
  const [output] = Object.values(result.metafile.outputs).filter(({ entryPoint }) => entryPoint);
  const own = Object.entries(result.metafile.inputs).filter(([path]) => output.inputs[path]?.bytesInOutput > 0);
  const asked = ({ imports, ...input }) => ({ ...input, imports: imports.map(({ path, original = path, kind }) => ({ path, original, kind })) });
  const inputs = own.map(([path, input]) => [isVirtual(path) ? path : relative(project, resolve(path)), asked(input)]);
  return { outputs: result.outputs, inputs, modules: hostModulesOf(inputs.map(([path]) => path)) };
}

const isVirtual = (path) => /^[a-z-]+:/.test(path);
const exactly = (path) => new RegExp(`^${path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);

/** What the bundler makes `require` of a name of that nobody knows before. */
const REQUIRE = `export function createRequire() {
  return (name) => { throw Object.assign(new Error(\`Cannot find module "\${name}": it was not bundled\`), { code: "MODULE_NOT_FOUND" }); };
}`;

/** The entry is the program, though the bundler's is ours. Columns stay. @param {string} text */
const asMain = (text) => text.replace(/\bimport\.meta\.main\b/g, (words) => "true".padEnd(words.length));

/** Fails as esbuild does, with all messages. */
function succeeded(result, project, missing = []) {
  const failed = result.logs.filter(({ level }) => level === "error").map((log) => message(log, project));
  // What the generated entry cannot find, a file of the user's names.
  const own = failed.filter(({ location }) => !location?.file.endsWith(ENTRY));
  const errors = own.length > 0 ? own : failed;
  const assets = result.outputs.filter(({ kind }) => kind === "asset");
  errors.push(...assets.map(({ path }) => beside(path, result.metafile, project)), ...missing);
  if (errors.length > 0) throw Object.assign(new Error("not bundled"), { errors });
  return result;
}

/** A file that the bundler would put beside the program: it adds a digest to its name. */
function beside(path, { inputs }, project) {
  const name = basename(path).replace(/-[a-z0-9]{8}(?=\.|$)/, "");
  const named = ({ path }) => basename(path) === name;
  const [file, { imports }] = Object.entries(inputs).find(([, { imports }]) => imports.some(named)) ?? [undefined, { imports: [] }];
  return {
    text: `${name} would be a file beside the program, and a component has none`,
    help: 'import its text: `with { type: "text" }`',
    location: file ? placeOf(project, resolve(file), imports.find(named).original ?? name) : null,
  };
}

/** Where a file names something. */
function placeOf(project, path, words) {
  const text = isVirtual(path) ? "" : readFileSync(path, "utf8");
  const line = text.split("\n").findIndex((line) => line.includes(words)) + 1;
  return { file: relative(project, path), line: Math.max(line, 1) };
}

/** `Could not resolve: "x". …` in esbuild's words, which the answer knows. */
function message({ message: text, position }, project) {
  const unresolved = /^Could not resolve: "([^"]*)"/.exec(text);
  const isPackage = unresolved && !/^[./]/.test(unresolved[1]);
  return {
    text: unresolved ? `Could not resolve "${unresolved[1]}"` : text,
    ...(isPackage ? { help: `run \`bun add ${unresolved[1]}\` in the project` } : {}),
    location: position?.file ? { file: relative(project, resolve(position.file)), line: position.line } : null,
  };
}

/** The bundler names files from where it runs. @param {string} text a source map */
function placed(text, project) {
  const map = JSON.parse(text);
  const sources = map.sources.map((source) => (isVirtual(source) ? source : relative(project, resolve(source))));
  return JSON.stringify({ ...map, sources, sourcesContent: undefined });
}

/** What the engine may not read, and Bun leaves: flags and modifiers of regular expressions. */
const NEWER = /\/[dgimsy]*v[dgimsy]*(?=[\s.,;)\]}])|\(\?[ims]*-?[ims]+:/;

/** To ES2022, without what features do another way; Bun has lowered nearly all. */
async function lower(code, map, { minify }, features) {
  const supported = supportedBy(features);
  if (!minify && Object.keys(supported).length === 0 && !NEWER.test(code)) return { code, map };
  const inline = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString("base64")}`;
  return esbuild.transform(`${code}\n${inline}`, {
    target: "es2022",
    format: "esm",
    logLevel: "silent",
    supported,
    minify,
    keepNames: minify,
    sourcemap: "external",
    sourcesContent: false,
    sourcefile: "program.js",
  });
}
