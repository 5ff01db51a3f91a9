// What a component cannot have, found in what was bundled: with its place in the
// user's own files, by the package's name in others'.
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";

const THREADS = "a component has one thread: send the work to a service, or do it in pieces";

/** Node's modules that do nothing in a component, and what to do instead. */
const MODULES = {
  child_process: "there are no other programs where a component runs: send the work to a service",
  cluster: "the host runs as many instances as it is asked for: see [limits] in warp.toml",
  worker_threads: THREADS,
};

/** Packages that load machine code, and what does the same without. */
const NATIVE = {
  argon2: "use hash-wasm or @noble/hashes",
  bcrypt: "use bcryptjs, which has the same functions, or Bun.password",
  "better-sqlite3": "use a database server, as PostgreSQL or MySQL",
  canvas: "send the drawing to a service, or write SVG",
  "pg-native": "use pg, which does without it",
  sharp: "send the images to a service",
  sqlite3: "use a database server, as PostgreSQL or MySQL",
};

/** What packages with machine code find it by. */
const LOADERS = ["bindings", "node-gyp-build", "@mapbox/node-pre-gyp", "node-pre-gyp"];

const INTL = /\bIntl\s*\./;

/** The package that a file is of, or nothing where it is the user's own. */
export function packageOf(file) {
  const folders = file.split("node_modules/");
  if (folders.length === 1) return undefined;
  const [scope, name] = folders.at(-1).split("/");
  return scope.startsWith("@") ? `${scope}/${name}` : scope;
}

/** @typedef {Record<string, string>} Absent what to do instead, by the module's name */

/**
 * @param {[string, { imports: { path: string, original?: string }[] }][]} inputs of esbuild's metafile
 * @param {string} project
 * @param {string[]} [allow] modules that the program may name, and does without
 * @param {Absent} [absent] modules that are not there, beside Node's
 */
export async function limits(inputs, project, allow = [], absent = {}) {
  const modules = { ...MODULES, ...absent };
  const errors = [];
  const natives = new Set();
  const users = new Map();
  const use = (what, name) => users.set(what, (users.get(what) ?? new Set()).add(name));
  for (const [file, { imports }] of inputs) {
    if (/(^|\/)(@warpgrid|node-compat|bun-polyfills)\//.test(file)) continue;
    const name = packageOf(file);
    // Some find their machine code by names that nobody can follow.
    if (Object.hasOwn(NATIVE, name)) natives.add(name);
    for (const { original } of imports) {
      const module = original?.replace(/^node:/, "");
      if (name && LOADERS.includes(module)) natives.add(name);
      if (!Object.hasOwn(modules, module) || allow.includes(module)) continue;
      if (name) use(module, name);
      else {
        const help = `${modules[module]}; a program that does without says \`allow = ["${module}"]\` under [package] in warp.toml`;
        errors.push({ text: `${module} is not there in a component`, help, ...(await place(project, file, original)) });
      }
    }
    if (!INTL.test(await read(project, file))) continue;
    if (name) use("Intl", name);
    else errors.push({ text: "the engine has no Intl", help: "format by a package that does without it, as dayjs and date-fns do", ...(await place(project, file, "Intl")) });
  }
  const notes = [...users].map(([what, names]) => ({
    text: `${what} is not there in a component, and ${[...names].sort().join(", ")} may ask for it: try what uses it`,
  }));
  return { errors: [...[...natives].map(native), ...errors], notes };
}

/** A message of a bundler's. */
export function explain({ text, help, location }, project) {
  const where = { ...(help ? { help } : {}), ...(location ? { file: relative(project, join(project, location.file)), line: location.line } : {}) };
  const addon = /No loader is configured for "\.node" files: (.*)/.exec(text);
  if (addon) return native(packageOf(addon[1]) ?? addon[1]);
  const missing = /^Could not resolve "([^"]*)"/.exec(text);
  // Machine code that was not built when the package was installed.
  if (missing?.[1].endsWith(".node") && location) return native(packageOf(location.file) ?? missing[1]);
  if (missing && !/^[./]/.test(missing[1])) return { text, help: `run \`npm install ${missing[1]}\` in the project`, ...where };
  return { text, ...where };
}

function native(name) {
  return { text: `${name} is machine code, which cannot run in a component`, help: NATIVE[name] ?? "use a package that is written in JavaScript or WebAssembly" };
}

const read = (project, file) => readFile(join(project, file), "utf8").catch(() => "");

async function place(project, file, words) {
  const lines = (await read(project, file)).split("\n");
  const line = lines.findIndex((text) => text.includes(words)) + 1;
  return line > 0 ? { file, line } : { file };
}
