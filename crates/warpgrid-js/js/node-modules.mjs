// Node's modules are those of @warpgrid/node-compat, and the host's are left to the
// engine: which file each name stands for, and esbuild's plugin of it.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { isHostModule, versioned } from "./host-modules.mjs";

/** Those of node-compat's modules that stand on shims. */
const ON_SHIMS = ["dns", "fs", "net"];

/** The namespace of modules whose missing names are made up for. */
export const NAMESPACE = "node-module";

/**
 * Of some files in a bundle, the modules that stand on shims, as `node:net`.
 * @param {string[]} files
 */
export function hostModulesOf(files) {
  const names = ON_SHIMS.filter((name) => files.some((file) => file.endsWith(`node-compat/src/${name}.js`)));
  return new Set(names.map((name) => `node:${name}`));
}

/** @typedef {{ path: string, importer: string, kind: string }} Import */

/**
 * @param {string} compat the directory of @warpgrid/node-compat
 * @returns where an import leads, nothing where that is the bundler's affair; and the
 *   text of a module in {@link NAMESPACE}
 */
export async function nodeResolution(compat) {
  const { aliases } = await import(pathToFileURL(join(compat, "aliases.js")).href);
  const absent = JSON.parse(await readFile(join(compat, "absent.json"), "utf8"));
  const require = createRequire(join(compat, "package.json"));
  const prefix = "@warpgrid/node-compat/";
  const find = (target) => {
    if (target.startsWith(prefix)) return join(compat, "src", target.endsWith(".cjs") ? target.slice(prefix.length) : `${target.slice(prefix.length)}.js`);
    // With a slash at the end it is a package, though Node has a module of that name.
    return require.resolve(target.includes("/") ? target : `${target}/`);
  };
  return {
    /** @param {Import} imported */
    resolve({ path, importer, kind }) {
      if (isHostModule(path)) return { path: versioned(path), external: true };
      if (path === "warpgrid/pg") return { path: find(`${prefix}warpgrid/pg`) };
      if (path.startsWith(prefix)) return { path: find(path) };
      if (!/^[a-z]/.test(path)) return;
      const name = path.replace(/^node:/, "").replace(/\/$/, "");
      const target = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
      // Who requires a module may look whether a name is there. An import of a
      // name that is not would fail even if the name is never used.
      if (target && kind === "import-statement" && absent[name]) return { path: name, namespace: NAMESPACE };
      if (target) return { path: find(target) };
      if (path.startsWith("node:")) return { missing: `there is no ${path} in a component` };
      // What node-compat itself needs is found from where it lies.
      if (importer.startsWith(compat)) return { path: require.resolve(path) };
    },
    /** @param {string} name */
    load: (name) => withAbsent(name, find(aliases[name]), absent[name]),
  };
}

/** @param {string} compat the directory of @warpgrid/node-compat */
export async function nodeModules(compat) {
  const { resolve, load } = await nodeResolution(compat);
  return {
    name: "node-modules",
    setup(build) {
      build.onResolve({ filter: /^(@warpgrid\/node-compat\/|[a-z])/ }, (imported) => {
        const found = resolve(imported);
        if (!found?.missing) return found;
        return { errors: [{ text: found.missing, notes: [{ text: `imported by ${imported.importer}` }] }] };
      });
      build.onLoad({ filter: /./, namespace: NAMESPACE }, ({ path: name }) => ({ contents: load(name), resolveDir: compat }));
    },
  };
}

/** The module, and functions for the names that it lacks, which say so when they are called. */
function withAbsent(name, file, names) {
  return [
    `export * from ${JSON.stringify(file)};`,
    `export { default } from ${JSON.stringify(file)};`,
    `import { absent } from "@warpgrid/node-compat/absent";`,
    ...names.map((one) => `export function ${one}() { absent(${JSON.stringify(`${name}.${one}`)}); }`),
  ].join("\n");
}
