/** `[filesystem] files`: contents by the guest's paths. */
import { readFile, stat } from "node:fs/promises";
import { HostError, reason } from "../errors.js";
import { table } from "./check.js";
import { text } from "./values.js";

/** The largest file: it is copied whole into a guest that opens it. */
const MAX_FILE = 16 * 1024 * 1024;
/** The longest path, in bytes. */
const MAX_PATH = 1023;
/** Where every guest has files that are more than bytes. */
const RESERVED = ["/dev", "/proc"];

/**
 * @param {string} file
 * @param {Map<string, any>} files
 * @returns {Promise<Map<string, Uint8Array>>}
 */
export async function virtualFiles(file, files) {
  const entries = [...files].map(async ([path, source]) => {
    const name = `filesystem.files."${path}"`;
    checkPath(file, path, [...files.keys()]);
    const of = table(file, source, { text, path: text }, name);
    if ((of.text === undefined) === (of.path === undefined)) {
      throw new HostError(`${file}: ${name}: a virtual file has one source`, 'write { text = "…" } or { path = "…" }');
    }
    const content = of.text === undefined ? await read(file, name, of.path) : new TextEncoder().encode(of.text);
    return /** @type {[string, Uint8Array]} */ ([path, content]);
  });
  return new Map(await Promise.all(entries));
}

/**
 * @param {string} file
 * @param {string} name
 * @param {string} path
 */
async function read(file, name, path) {
  const refuse = (/** @type {string} */ what) =>
    new HostError(`${file}: ${name}: cannot read ${path}: ${what}`, "name a readable file of at most 16 MiB, relative to the folder of warp.toml");
  try {
    const found = await stat(path);
    if (!found.isFile()) throw refuse("it is no regular file");
    if (found.size > MAX_FILE) throw refuse(`it has ${found.size} bytes`);
    return new Uint8Array(await readFile(path));
  } catch (error) {
    throw error instanceof HostError ? error : refuse(reason(error));
  }
}

/**
 * @param {string} file
 * @param {string} path
 * @param {string[]} others
 */
function checkPath(file, path, others) {
  const refuse = (/** @type {string} */ help) => new HostError(`${file}: \`${path}\` cannot be a virtual file`, help);
  const parts = path.split("/");
  if (parts.shift() !== "" || parts.some((part) => ["", ".", ".."].includes(part)) || path.includes("\0")) {
    throw refuse("write an absolute path without `.`, `..` and doubled slashes");
  }
  if (Buffer.byteLength(path) > MAX_PATH) throw refuse("choose a path of at most 1023 bytes");
  if (RESERVED.some((folder) => path === folder || path.startsWith(`${folder}/`))) {
    throw refuse("choose a path outside /dev and /proc, which the host itself provides");
  }
  const above = others.find((other) => path.startsWith(`${other}/`));
  if (above) throw new HostError(`${file}: \`${path}\` stands below \`${above}\`, which is a file`, "remove one of the two, or choose another path");
}
