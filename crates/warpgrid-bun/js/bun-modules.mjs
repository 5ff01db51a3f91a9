// The modules `bun` and `bun:*`: those of @warpgrid/bun-polyfills, as far as a program
// uses them.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** The namespace of what is written here. */
export const BUN = "bun-module";

/** Bun's modules that do nothing in a component, and what to do instead. */
export const ABSENT = {
  "bun:ffi": "a component has no machine code: use a package in JavaScript",
  "bun:jsc": "the engine is another one (StarlingMonkey)",
  "bun:sqlite": "use a database server, by `sql` of bun",
  "bun:test": "run tests by `bun test`, and pack what they test",
};

/** @typedef {{ names: string[], traits: string[] }} Uses what a program uses of Bun */

/**
 * @param {string} polyfills the directory of @warpgrid/bun-polyfills
 * @param {Uses} [uses] without, names are there, and nothing behind them
 */
export async function bunModule(polyfills, uses) {
  const { parts } = await import(pathToFileURL(join(polyfills, "parts.js")).href);
  const absent = JSON.parse(await readFile(join(polyfills, "absent.json"), "utf8"));
  const require = createRequire(join(polyfills, "package.json"));
  const prefix = "@warpgrid/bun-polyfills/";
  return {
    resolve({ path, importer }) {
      if (path === "bun" || Object.hasOwn(ABSENT, path)) return { path, namespace: BUN };
      if (path.startsWith("bun:")) return { missing: `there is no ${path} in a component` };
      if (path.startsWith(prefix)) return { path: join(polyfills, "src", `${path.slice(prefix.length)}.js`) };
      // What the polyfills need is found from where they lie: Node's modules are node-compat's.
      const isPackage = importer.startsWith(`${polyfills}/`) && /^(@[a-z]|[a-z])/.test(path) && !/^(node:|wasi:|warpgrid:|@warpgrid\/)/.test(path);
      if (isPackage && Object.hasOwn(dependencies(require), path.split("/").slice(0, path.startsWith("@") ? 2 : 1).join("/"))) {
        return { path: require.resolve(path) };
      }
    },
    load: (path) => (path === "bun" ? whole(parts, absent, uses) : nothing(path)),
  };
}

const dependencies = (require) => require("./package.json").dependencies;

/** The global and the module, of the parts of which a name is used. */
function whole(parts, absent, uses) {
  const isUsed = (part, names) => part === "core" || names.some((one) => uses.names.includes(one));
  const used = Object.entries(parts).filter(([part, names]) => uses && isUsed(part, names));
  // A part of a part: `sql/mysql`.
  const within = uses ? uses.traits.filter((trait) => used.some(([part]) => trait.startsWith(`${part}/`))) : [];
  const chosen = [...used, ...within.map((part) => [part, []])];
  const there = new Set(chosen.flatMap(([, names]) => names));
  const others = Object.values(parts).flat().filter((name) => !there.has(name));
  return [
    `import { add, absent } from "@warpgrid/bun-polyfills/global";`,
    ...chosen.flatMap(([part, names]) => [
      `import { ${names.join(", ")} } from "@warpgrid/bun-polyfills/${part}";`,
      `add({ ${names.join(", ")} });`,
    ]),
    ...used.map(([, names]) => `export { ${names.join(", ")} };`),
    // Nobody asks for these: but a name that is imported must be there.
    ...[...others, ...absent].map((name) => `export const ${name} = absent(${JSON.stringify(name)}, ${absent.includes(name)});`),
    `export default globalThis.Bun;`,
  ].join("\n");
}

/** A module that a program names and does without. */
const nothing = (path) => `module.exports = new Proxy({}, { get(_, name) {
  if (name === "__esModule" || typeof name === "symbol") return undefined;
  throw new Error(${JSON.stringify(`${path} is not there in a component: `)} + ${JSON.stringify(ABSENT[path])});
} });`;
