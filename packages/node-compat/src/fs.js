/** node:fs, as far as whole files and directories go. Files are read and written at once. */
import { Buffer } from "buffer";
import { Readable, Writable } from "readable-stream";
import { isVirtual } from "warpgrid:shim/filesystem";
import { unsupported } from "./errors.js";
import { attempt, list, locate, normalise, readFile as read, stat as status, writeFile as write } from "./fs/files.js";
import { nextTick } from "./next-tick.js";

/** @typedef {any} Options */

/** @param {Options} options */
const encodingOf = (options) => (typeof options === "string" ? options : options?.encoding);

/** @param {any} data @param {Options} options */
const toBytes = (data, options) => (typeof data === "string" ? Buffer.from(data, encodingOf(options) ?? "utf8") : new Uint8Array(data.buffer, data.byteOffset, data.byteLength));

export class Stats {
  /** @param {ReturnType<typeof status>} found */
  constructor(found) {
    this.type = found.type;
    this.size = found.size;
    this.mode = found.mode | (found.type === "directory" ? 0o040000 : 0o100000);
    this.ino = found.inode;
    this.uid = this.gid = this.dev = 0;
    this.nlink = 1;
    this.mtimeMs = this.atimeMs = this.ctimeMs = this.birthtimeMs = found.modified;
    this.mtime = this.atime = this.ctime = this.birthtime = new Date(found.modified);
  }
  isFile() {
    return this.type === "regular-file";
  }
  isDirectory() {
    return this.type === "directory";
  }
  isSymbolicLink() {
    return this.type === "symbolic-link";
  }
  isFIFO() {
    return false;
  }
  isSocket() {
    return false;
  }
  isBlockDevice() {
    return false;
  }
  isCharacterDevice() {
    return this.type === "character-device";
  }
}

export class Dirent {
  /** @param {{ name: string, type: string }} entry @param {string} parentPath */
  constructor(entry, parentPath) {
    this.name = entry.name;
    this.parentPath = this.path = parentPath;
    this.type = entry.type;
  }
  isFile() {
    return this.type === "regular-file";
  }
  isDirectory() {
    return this.type === "directory";
  }
  isSymbolicLink() {
    return this.type === "symbolic-link";
  }
}

/** @type {(path: any, options?: Options) => any} */
export function readFileSync(path, options) {
  const data = read(normalise(path));
  const buffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const encoding = encodingOf(options);
  return encoding && encoding !== "buffer" ? buffer.toString(encoding) : buffer;
}
/** @type {(path: any, data: any, options?: Options) => void} */
export const writeFileSync = (path, data, options) => write(normalise(path), toBytes(data, options), options?.flag ?? "w");
/** @type {(path: any, data: any, options?: Options) => void} */
export const appendFileSync = (path, data, options) => write(normalise(path), toBytes(data, options), "a");
/** @type {(path: any, options?: Options) => any} */
export function statSync(path, options) {
  try {
    return new Stats(status(normalise(path)));
  } catch (error) {
    if (options?.throwIfNoEntry === false && /** @type {any} */ (error).code === "ENOENT") return undefined;
    throw error;
  }
}
/** @type {(path: any) => Stats} */
export const lstatSync = (path) => new Stats(status(normalise(path), false));
/** @type {(path: any) => void} */
export const accessSync = (path) => void status(normalise(path));
/** @type {(path: any) => string} */
export const realpathSync = (path) => (accessSync(path), normalise(path));
/** @type {(path: any, options?: Options) => any} */
export function readdirSync(path, options) {
  const directory = normalise(path);
  const entries = list(directory);
  return options?.withFileTypes ? entries.map((entry) => new Dirent(entry, directory)) : entries.map(({ name }) => name);
}
/** @type {(path: any) => boolean} */
export function existsSync(path) {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}
/** @type {(path: any, options?: Options) => void} */
export function mkdirSync(path, options) {
  const directory = normalise(path);
  if (options?.recursive) {
    if (existsSync(directory)) return;
    mkdirSync(directory.slice(0, directory.lastIndexOf("/")) || "/", options);
  }
  change("mkdir", directory, (place) => place.descriptor.createDirectoryAt(place.path));
}
/** @type {(path: any) => void} */
export const unlinkSync = (path) => change("unlink", normalise(path), (place) => place.descriptor.unlinkFileAt(place.path));
/** @type {(path: any) => void} */
export const rmdirSync = (path) => change("rmdir", normalise(path), (place) => place.descriptor.removeDirectoryAt(place.path));
/** @type {(path: any, options?: Options) => void} */
export function rmSync(path, options) {
  const target = normalise(path);
  if (options?.force && !existsSync(target)) return;
  if (!lstatSync(target).isDirectory()) return unlinkSync(target);
  if (!options?.recursive) throw Object.assign(new Error(`Path is a directory: rm returned EISDIR (is a directory) ${target}`), { code: "ERR_FS_EISDIR" });
  for (const { name } of list(target)) rmSync(`${target}/${name}`, options);
  rmdirSync(target);
}
/** @type {(from: any, to: any) => void} */
export function renameSync(from, to) {
  const target = locate(normalise(to), "rename");
  change("rename", normalise(from), (place) => place.descriptor.renameAt(place.path, target.descriptor, target.path));
}
/** @type {(from: any, to: any) => void} */
export const copyFileSync = (from, to) => writeFileSync(to, readFileSync(from));

/**
 * @param {string} syscall
 * @param {string} path
 * @param {(place: ReturnType<typeof locate>) => void} work
 */
function change(syscall, path, work) {
  const place = locate(path, syscall);
  attempt(syscall, path, () => {
    if (isVirtual(path)) throw Object.assign(new Error(), { payload: "read-only" });
    work(place);
  });
}

const SYNC = {
  readFile: readFileSync, writeFile: writeFileSync, appendFile: appendFileSync, stat: statSync, lstat: lstatSync, access: accessSync,
  realpath: realpathSync, readdir: readdirSync, mkdir: mkdirSync, unlink: unlinkSync, rmdir: rmdirSync, rm: rmSync, rename: renameSync, copyFile: copyFileSync,
};

/**
 * node:fs/promises.
 * @type {{ [name in keyof typeof SYNC]: (...args: any[]) => Promise<any> }}
 */
export const promises = /** @type {any} */ (
  Object.fromEntries(Object.entries(SYNC).map(([name, work]) => [name, async (/** @type {any[]} */ ...args) => /** @type {any} */ (work)(...args)]))
);

/** @param {keyof typeof SYNC} name */
const calledBack = (name) => (/** @type {any[]} */ ...args) => {
  const callback = args.pop();
  promises[name](...args).then((value) => nextTick(callback, null, value), (error) => nextTick(callback, error));
};

export const readFile = calledBack("readFile");
export const writeFile = calledBack("writeFile");
export const appendFile = calledBack("appendFile");
export const stat = calledBack("stat");
export const lstat = calledBack("lstat");
export const access = calledBack("access");
export const realpath = calledBack("realpath");
export const readdir = calledBack("readdir");
export const mkdir = calledBack("mkdir");
export const unlink = calledBack("unlink");
export const rmdir = calledBack("rmdir");
export const rm = calledBack("rm");
export const rename = calledBack("rename");
export const copyFile = calledBack("copyFile");
/** @type {(path: any, callback: (exists: boolean) => void) => void} */
export const exists = (path, callback) => nextTick(callback, existsSync(path));

/** @type {(path: any, options?: Options) => Readable} */
export function createReadStream(path, options = {}) {
  const encoding = encodingOf(options);
  return new Readable({
    ...(encoding ? { encoding } : {}),
    read() {
      try {
        const data = readFileSync(path);
        this.push(data.subarray(options.start ?? 0, options.end === undefined ? data.length : options.end + 1));
        this.push(null);
      } catch (error) {
        this.destroy(/** @type {Error} */ (error));
      }
    },
  });
}

/** @type {(path: any, options?: Options) => Writable} */
export function createWriteStream(path, options = {}) {
  let flag = options.flags ?? "w";
  return new Writable({
    write(chunk, _encoding, callback) {
      try {
        writeFileSync(path, chunk, { flag });
        flag = "a";
        callback();
      } catch (error) {
        callback(/** @type {Error} */ (error));
      }
    },
  });
}

/** @param {string} name */
const missing = (name) => () => {
  throw unsupported(`fs.${name}`, "read and write whole files");
};
export const openSync = missing("openSync");
export const open = missing("open");
export const readSync = missing("readSync");
export const writeSync = missing("writeSync");
export const closeSync = missing("closeSync");
export const close = missing("close");
export const watch = missing("watch");
export const watchFile = missing("watchFile");
export const constants = { F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1, O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2, O_CREAT: 64, O_EXCL: 128, O_TRUNC: 512, O_APPEND: 1024 };

export default {
  readFileSync, writeFileSync, appendFileSync, statSync, lstatSync, accessSync, realpathSync, readdirSync, existsSync, mkdirSync, unlinkSync,
  rmdirSync, rmSync, renameSync, copyFileSync, promises, readFile, writeFile, appendFile, stat, lstat, access, realpath, readdir, mkdir,
  unlink, rmdir, rm, rename, copyFile, exists, createReadStream, createWriteStream, openSync, open, readSync, writeSync, closeSync, close, watch,
  watchFile, constants, Stats, Dirent,
};
