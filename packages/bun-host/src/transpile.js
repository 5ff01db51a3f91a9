/**
 * From a component to a module of JavaScript, by jco. A component of some 20 MB takes
 * seconds, so what came out is kept by the digest of what went in.
 */
import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { digest, made } from "./cache.js";
import { HostError, reason } from "./errors.js";
import { versionOf } from "./patched.js";

/** How many components' modules are kept: each is as large as its component. */
const KEPT = 16;

/**
 * What may wait. The guest's stack is suspended there (JSPI), and the event loop goes
 * on; all else returns at once.
 */
const BLOCKING_IMPORTS = [
  "wasi:io/poll#poll",
  "wasi:io/poll#[method]pollable.block",
  "wasi:io/streams#[method]input-stream.blocking-read",
  "wasi:io/streams#[method]input-stream.blocking-skip",
  "wasi:io/streams#[method]output-stream.blocking-flush",
  "wasi:io/streams#[method]output-stream.blocking-write-and-flush",
  "wasi:io/streams#[method]output-stream.blocking-write-zeroes-and-flush",
  "wasi:io/streams#[method]output-stream.blocking-splice",
  "warpgrid:shim/database-proxy#connect",
  "warpgrid:shim/database-proxy#recv",
  "warpgrid:shim/database-proxy#send",
  "warpgrid:shim/dns#resolve",
  "warpgrid:shim/dns-reverse#lookup",
  "warpgrid:shim/sockets#wait",
];

const OPTIONS = {
  name: "component",
  instantiation: /** @type {const} */ ("async"),
  asyncMode: /** @type {const} */ ("jspi"),
  asyncImports: BLOCKING_IMPORTS,
  asyncExports: ["wasi:http/incoming-handler#handle"],
  emitTypescriptDeclarations: false,
};

/** What a component wants of its host, and gives. */
const FACTS = "facts.json";

/**
 * @typedef {object} Transpiled
 * @property {string[]} imports interfaces without their versions
 * @property {string[]} exports
 * @property {(imports: object) => Promise<any>} instantiate
 */

/** Modules that this process has compiled, by their key. @type {Map<string, Promise<Transpiled>>} */
const loaded = new Map();

/**
 * @param {string} path of a component
 * @returns {Promise<Transpiled>}
 */
export async function transpile(path) {
  const component = await readFile(path).catch((error) => {
    throw new HostError(`cannot read ${path}: ${reason(error)}`, "pack the program first: `warp pack`", { cause: error });
  });
  const jco = fileURLToPath(import.meta.resolve("@bytecodealliance/jco-transpile"));
  const key = digest([await versionOf(jco), JSON.stringify(OPTIONS), component]);
  let module = loaded.get(key);
  if (!module) {
    module = made("components", key, (directory) => write(path, component, directory), KEPT).then(load);
    loaded.set(key, module);
    module.catch(() => loaded.delete(key));
  }
  return module;
}

/**
 * @param {string} path
 * @param {Uint8Array} component
 * @param {string} directory
 */
async function write(path, component, directory) {
  const { transpileBytes } = await import("@bytecodealliance/jco-transpile");
  const { files, imports, exports } = await transpileBytes(component, { ...OPTIONS }).catch((error) => {
    throw new HostError(`${path} is no component that jco reads: ${reason(error)}`, "give the file that `warp pack` wrote", {
      cause: error,
    });
  });
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(directory, basename(name)), bytes);
  const facts = { imports, exports: exports.map(([name]) => name) };
  await writeFile(join(directory, FACTS), JSON.stringify(facts));
}

/**
 * @param {string} directory
 * @returns {Promise<Transpiled>}
 */
async function load(directory) {
  const { instantiate } = await import(pathToFileURL(join(directory, "component.js")).href);
  /** @type {Map<string, Promise<WebAssembly.Module>>} */
  const modules = new Map();
  const module = (/** @type {string} */ name) => {
    let compiled = modules.get(name);
    if (!compiled) modules.set(name, (compiled = readFile(join(directory, name)).then((bytes) => WebAssembly.compile(bytes))));
    return compiled;
  };
  const facts = JSON.parse(await readFile(join(directory, FACTS), "utf8"));
  return { ...facts, instantiate: (imports) => instantiate(module, imports) };
}
