/**
 * Files: those that exist on the host's side first, then the directories that
 * warp.toml grants.
 */
import { isVirtual, listVirtualPaths, readVirtual } from "warpgrid:shim/filesystem";
import { getDirectories } from "wasi:filesystem/preopens";
import { hostCode, systemError } from "../errors.js";
import { cwd } from "../process.js";

/** @typedef {import("wasi:filesystem/types").Descriptor} Descriptor */

const CODES = /** @type {Record<string, string>} */ ({
  access: "EACCES", "bad-descriptor": "EBADF", exist: "EEXIST", invalid: "EINVAL", io: "EIO", "is-directory": "EISDIR", loop: "ELOOP",
  "no-entry": "ENOENT", "not-directory": "ENOTDIR", "not-empty": "ENOTEMPTY", "insufficient-space": "ENOSPC", "not-permitted": "EPERM",
  "read-only": "EROFS", unsupported: "ENOTSUP",
});

/** Bytes that are read or written at once. */
const CHUNK = 1 << 20;

/** @type {{ prefix: string, descriptor: Descriptor }[] | undefined} */
let directories;

/** @param {unknown} path */
export function normalise(path) {
  const text = path instanceof URL ? decodeURIComponent(path.pathname) : typeof path === "string" ? path : new TextDecoder().decode(/** @type {any} */ (path));
  const parts = [];
  for (const part of `${text.startsWith("/") ? "" : `${cwd()}/`}${text}`.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/**
 * @template T
 * @param {string} syscall
 * @param {string} path
 * @param {() => T} work
 */
export function attempt(syscall, path, work) {
  try {
    return work();
  } catch (error) {
    if (/** @type {any} */ (error)?.syscall) throw error;
    throw systemError(CODES[hostCode(error)] ?? "EIO", syscall, { path });
  }
}

/**
 * The directory that holds a path, and the path below it.
 * @param {string} path
 * @param {string} syscall
 */
export function locate(path, syscall) {
  directories ??= getDirectories()
    .map(([descriptor, name]) => ({ descriptor, prefix: normalise(name) }))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  for (const { descriptor, prefix } of directories) {
    const below = prefix === "/" ? path.slice(1) : path.slice(prefix.length + 1);
    if (path === prefix) return { descriptor, path: "." };
    if (prefix === "/" || path.startsWith(`${prefix}/`)) return { descriptor, path: below };
  }
  throw systemError("ENOENT", syscall, { path });
}

/** @param {string} path */
export function readFile(path) {
  const own = isVirtual(path) ? readVirtual(path) : undefined;
  if (own) return own;
  const place = locate(path, "open");
  return attempt("open", path, () => {
    const file = place.descriptor.openAt({ symlinkFollow: true }, place.path, {}, { read: true });
    try {
      return readAll(file);
    } catch (error) {
      // Of a directory, WASI says so only where it is asked what it is.
      if (file.getType() === "directory") throw Object.assign(new Error(), { payload: "is-directory" });
      throw error;
    } finally {
      file[Symbol.dispose]();
    }
  });
}

/** @param {Descriptor} file */
function readAll(file) {
  /** @type {Uint8Array[]} */
  const chunks = [];
  let size = 0;
  for (let end = false; !end; ) {
    /** @type {Uint8Array} */
    let data;
    [data, end] = file.read(BigInt(CHUNK), BigInt(size));
    chunks.push(data);
    size += data.length;
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/**
 * @param {string} path
 * @param {Uint8Array} data
 * @param {string} flag
 */
export function writeFile(path, data, flag) {
  if (isVirtual(path)) throw systemError("EROFS", "open", { path });
  const place = locate(path, "open");
  attempt("open", path, () => {
    const append = flag.startsWith("a");
    const file = place.descriptor.openAt(
      { symlinkFollow: true },
      place.path,
      { create: true, truncate: !append, exclusive: flag.includes("x") },
      { write: true },
    );
    try {
      let at = append ? file.stat().size : 0n;
      for (let rest = data; rest.length; ) {
        const written = Number(file.write(rest.subarray(0, CHUNK), at));
        at += BigInt(written);
        rest = rest.subarray(written);
      }
    } finally {
      file[Symbol.dispose]();
    }
  });
}

/**
 * @param {string} path
 * @param {boolean} [follow]
 */
export function stat(path, follow = true) {
  if (isVirtual(path)) {
    const content = readVirtual(path);
    return { type: content ? "regular-file" : "directory", size: content?.length ?? 0, mode: content ? 0o444 : 0o555, modified: 0, inode: 0 };
  }
  const place = locate(path, "stat");
  return attempt("stat", path, () => {
    const found = place.descriptor.statAt({ symlinkFollow: follow }, place.path);
    const time = found.dataModificationTimestamp;
    return {
      type: found.type,
      size: Number(found.size),
      mode: found.type === "directory" ? 0o755 : 0o644,
      modified: time ? Number(time.seconds) * 1000 + time.nanoseconds / 1e6 : 0,
      inode: 0,
    };
  });
}

/**
 * @param {string} path
 * @returns {{ name: string, type: string }[]}
 */
export function list(path) {
  if (isVirtual(path)) {
    if (readVirtual(path)) throw systemError("ENOTDIR", "scandir", { path });
    const prefix = path === "/" ? "/" : `${path}/`;
    /** @type {Map<string, string>} */
    const names = new Map();
    for (const file of listVirtualPaths()) {
      if (!file.startsWith(prefix)) continue;
      const [name, below] = file.slice(prefix.length).split("/", 2);
      if (name) names.set(name, below === undefined ? "regular-file" : "directory");
    }
    return [...names].map(([name, type]) => ({ name, type }));
  }
  const place = locate(path, "scandir");
  return attempt("scandir", path, () => {
    const directory = place.descriptor.openAt({ symlinkFollow: true }, place.path, { directory: true }, { read: true });
    const entries = directory.readDirectory();
    const names = [];
    for (let entry = entries.readDirectoryEntry(); entry; entry = entries.readDirectoryEntry()) names.push(entry);
    entries[Symbol.dispose]();
    directory[Symbol.dispose]();
    return names.sort((a, b) => (a.name < b.name ? -1 : 1));
  });
}
