// esbuild's plugin: Node's modules are those of @warpgrid/node-compat, and the
// host's are left to the engine.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { isHostModule, versioned } from "./host-modules.mjs";

/** Those of node-compat's modules that stand on shims. */
const ON_SHIMS = ["dns", "fs", "net"];

/**
 * Of some files in a bundle, the modules that stand on shims, as `node:net`.
 * @param {string[]} files
 */
export function hostModulesOf(files) {
  const names = ON_SHIMS.filter((name) => files.some((file) => file.endsWith(`node-compat/src/${name}.js`)));
  return new Set(names.map((name) => `node:${name}`));
}

/** @param {string} compat the directory of @warpgrid/node-compat */
export async function nodeModules(compat) {
  const { aliases } = await import(pathToFileURL(join(compat, "aliases.js")).href);
  const require = createRequire(join(compat, "package.json"));
  const prefix = "@warpgrid/node-compat/";
  const find = (target) => {
    if (target.startsWith(prefix)) return join(compat, "src", target.endsWith(".cjs") ? target.slice(prefix.length) : `${target.slice(prefix.length)}.js`);
    // With a slash at the end it is a package, though Node has a module of that name.
    return require.resolve(target.includes("/") ? target : `${target}/`);
  };
  return {
    name: "node-modules",
    setup(build) {
      build.onResolve({ filter: /^(wasi|warpgrid):/ }, ({ path }) =>
        isHostModule(path) ? { path: versioned(path), external: true } : undefined,
      );
      build.onResolve({ filter: /^@warpgrid\/node-compat\// }, ({ path }) => ({ path: find(path) }));
      build.onResolve({ filter: /^[a-z]/ }, ({ path, importer }) => {
        const name = path.replace(/^node:/, "").replace(/\/$/, "");
        const target = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
        if (target) return { path: find(target) };
        if (path.startsWith("node:")) {
          return { errors: [{ text: `there is no ${path} in a component`, notes: [{ text: `imported by ${importer}` }] }] };
        }
        // What node-compat itself needs is found from where it lies.
        if (importer.startsWith(compat)) return { path: require.resolve(path) };
      });
    },
  };
}
