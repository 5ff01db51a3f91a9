/** `[directories]`: folders of this machine that a guest may read and write. */
import {
  closeSync, constants, fstatSync, fsyncSync, ftruncateSync, futimesSync, linkSync, lstatSync, lutimesSync, mkdirSync, openSync,
  readdirSync, readlinkSync, readSync, realpathSync, renameSync, rmdirSync, statSync, symlinkSync, unlinkSync, utimesSync, writeSync,
} from "node:fs";
import { join } from "node:path";
import { HostError } from "../errors.js";

/** The most links on one way, as Linux has it. */
const MAX_LINKS = 40;

/** Errors of the system as WASI calls them. */
const CODES = new Map([
  ["EACCES", "access"], ["EBADF", "bad-descriptor"], ["EBUSY", "busy"], ["EDQUOT", "quota"], ["EEXIST", "exist"],
  ["EFBIG", "file-too-large"], ["EINVAL", "invalid"], ["EIO", "io"], ["EISDIR", "is-directory"], ["ELOOP", "loop"],
  ["EMLINK", "too-many-links"], ["ENAMETOOLONG", "name-too-long"], ["ENODEV", "no-device"], ["ENOENT", "no-entry"],
  ["ENOMEM", "insufficient-memory"], ["ENOSPC", "insufficient-space"], ["ENOTDIR", "not-directory"], ["ENOTEMPTY", "not-empty"],
  ["ENOTSUP", "unsupported"], ["ENXIO", "no-such-device"], ["EOVERFLOW", "overflow"], ["EPERM", "not-permitted"], ["EPIPE", "pipe"],
  ["EROFS", "read-only"], ["ESPIPE", "invalid-seek"], ["ETXTBSY", "text-file-busy"], ["EXDEV", "cross-device"],
]);

/**
 * @template T
 * @param {() => T} call
 */
function attempt(call) {
  try {
    return call();
  } catch (error) {
    throw CODES.get(/** @type {{ code?: string }} */ (error).code ?? "") ?? error;
  }
}

/**
 * `wasi:filesystem` over these directories.
 * @param {import("../instance.js").Scope} scope
 * @param {Map<string, string>} wanted by the guest's names
 */
export function directories({ wasi: { filesystem, io }, files }, wanted) {
  const flags = { read: true, mutateDirectory: true };
  const adapter = { getRoot: (/** @type {string} */ path) => new Descriptor({ io, files }, realpathSync(path), null, flags) };
  return filesystem.createFilesystem({ adapter, preopens: Object.fromEntries(wanted) });
}

/**
 * What the descriptors of one directory share.
 * @typedef {object} Tree
 * @property {any} io preview2-shim's
 * @property {Set<Disposable>} files that are open
 */

/** Refuses a directory that is not there, before a guest looks for it. @param {Map<string, string>} wanted */
export function checkDirectories(wanted) {
  for (const [name, path] of wanted) {
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
      throw new HostError(`[directories] "${name}": ${path} is no directory`, "make it, or name another one");
    }
  }
}

/** @param {import("node:fs").BigIntStats} stats */
function typeOf(stats) {
  if (stats.isFile()) return "regular-file";
  if (stats.isDirectory()) return "directory";
  if (stats.isSymbolicLink()) return "symbolic-link";
  if (stats.isSocket()) return "socket";
  if (stats.isFIFO()) return "fifo";
  if (stats.isBlockDevice()) return "block-device";
  return stats.isCharacterDevice() ? "character-device" : "unknown";
}

/** @param {bigint} ns */
const time = (ns) => ({ seconds: ns / 1_000_000_000n, nanoseconds: Number(ns % 1_000_000_000n) });

/** @param {import("node:fs").BigIntStats} stats */
const described = (stats) => ({
  type: typeOf(stats),
  linkCount: stats.nlink,
  size: stats.size,
  dataAccessTimestamp: time(stats.atimeNs),
  dataModificationTimestamp: time(stats.mtimeNs),
  statusChangeTimestamp: time(stats.ctimeNs),
});

/** @param {import("node:fs").BigIntStats} stats */
const hashed = ({ dev, ino, mtimeNs, size }) => ({ lower: BigInt.asUintN(64, (dev << 32n) ^ ino), upper: BigInt.asUintN(64, mtimeNs ^ size) });

/** @typedef {{ tag: "no-change" } | { tag: "now" } | { tag: "timestamp", val: { seconds: bigint, nanoseconds: number } }} NewTimestamp */

/**
 * Seconds, as the system is told them.
 * @param {NewTimestamp} wanted
 * @param {bigint} before in nanoseconds
 */
function seconds(wanted, before) {
  if (wanted.tag === "now") return Date.now() / 1000;
  if (wanted.tag === "no-change") return Number(before) / 1e9;
  return Number(wanted.val.seconds) + wanted.val.nanoseconds / 1e9;
}

/** A file or a directory that a guest has opened. */
class Descriptor {
  #tree;
  #path;
  /** Of a file. @type {number | null} */
  #file;
  #flags;

  /**
   * @param {Tree} tree
   * @param {string} path
   * @param {number | null} file
   * @param {Record<string, boolean>} flags
   */
  constructor(tree, path, file, flags) {
    this.#tree = tree;
    this.#path = path;
    this.#file = file;
    this.#flags = flags;
    if (file !== null) tree.files.add(this);
  }

  get #fd() {
    if (this.#file === null) throw "is-directory";
    return this.#file;
  }

  /**
   * The path of this machine that one below this directory means. Links are followed one
   * by one: none leads out of the directory, and nobody learns what is there.
   * @param {string} path
   * @param {boolean} [follow] the last part, too
   */
  #at(path, follow = false) {
    if (this.#file !== null) throw "not-directory";
    if (path.startsWith("/") || path.includes("\0")) throw "not-permitted";
    const pending = path.split("/").filter((part) => part !== "" && part !== ".");
    /** @type {string[]} */
    const inside = [];
    for (let links = 0; ; ) {
      const part = pending.shift();
      if (part === undefined) return join(this.#path, ...inside);
      if (part === "..") {
        if (inside.pop() === undefined) throw "not-permitted";
        continue;
      }
      const last = pending.length === 0;
      const full = join(this.#path, ...inside, part);
      const found = attempt(() => lstatSync(full, { throwIfNoEntry: false }));
      if (found?.isSymbolicLink() && (!last || follow)) {
        if (++links > MAX_LINKS) throw "loop";
        const target = attempt(() => readlinkSync(full));
        if (target.startsWith("/")) throw "not-permitted";
        pending.unshift(...target.split("/").filter((part) => part !== "" && part !== "."));
        continue;
      }
      if (!last && !found) throw "no-entry";
      if (!last && !found?.isDirectory()) throw "not-directory";
      inside.push(part);
    }
  }

  #mayChange() {
    if (!this.#flags.mutateDirectory) throw "not-permitted";
  }

  #stats() {
    return attempt(() => (this.#file === null ? statSync(this.#path, { bigint: true }) : fstatSync(this.#file, { bigint: true })));
  }

  getFlags() {
    return this.#flags;
  }
  getType() {
    return typeOf(this.#stats());
  }
  stat() {
    return described(this.#stats());
  }
  metadataHash() {
    return hashed(this.#stats());
  }
  /** @param {{ symlinkFollow?: boolean }} flags @param {string} path */
  #statsAt({ symlinkFollow }, path) {
    const full = this.#at(path, symlinkFollow);
    return attempt(() => lstatSync(full, { bigint: true }));
  }
  /** @param {{ symlinkFollow?: boolean }} flags @param {string} path */
  statAt(flags, path) {
    return described(this.#statsAt(flags, path));
  }
  /** @param {{ symlinkFollow?: boolean }} flags @param {string} path */
  metadataHashAt(flags, path) {
    return hashed(this.#statsAt(flags, path));
  }

  /**
   * @param {{ symlinkFollow?: boolean }} pathFlags
   * @param {string} path
   * @param {{ create?: boolean, directory?: boolean, exclusive?: boolean, truncate?: boolean }} open
   * @param {Record<string, boolean>} flags
   */
  openAt(pathFlags, path, open, flags) {
    if ((open.create || open.truncate || flags.write || flags.mutateDirectory) && !this.#flags.mutateDirectory) throw "not-permitted";
    const full = this.#at(path, pathFlags.symlinkFollow);
    const found = lstatSync(full, { throwIfNoEntry: false });
    if (found?.isDirectory()) {
      if (open.exclusive) throw "exist";
      if (flags.write || open.truncate) throw "is-directory";
      return new Descriptor(this.#tree, full, null, flags);
    }
    if (open.directory) throw found ? "not-directory" : "no-entry";
    // Another process's pipe would hold this one up.
    if (found && !found.isFile() && !found.isSymbolicLink()) throw "unsupported";
    let mode = flags.write ? (flags.read ? constants.O_RDWR : constants.O_WRONLY) : constants.O_RDONLY;
    if (open.create) mode |= constants.O_CREAT;
    if (open.exclusive) mode |= constants.O_EXCL;
    if (open.truncate) mode |= constants.O_TRUNC;
    const file = attempt(() => openSync(full, mode | constants.O_NOFOLLOW));
    return new Descriptor(this.#tree, full, file, flags);
  }

  /** @param {bigint} length @param {bigint} offset @returns {[Uint8Array, boolean]} */
  read(length, offset) {
    if (!this.#flags.read) throw "not-permitted";
    const buffer = new Uint8Array(Math.min(Number(length), 1 << 20));
    const count = attempt(() => readSync(this.#fd, buffer, 0, buffer.length, Number(offset)));
    return [buffer.subarray(0, count), count === 0 && length > 0n];
  }
  /** @param {Uint8Array} data @param {bigint | null} offset null: the end */
  write(data, offset) {
    if (!this.#flags.write) throw "not-permitted";
    const at = offset ?? this.#stats().size;
    return BigInt(attempt(() => writeSync(this.#fd, data, 0, data.byteLength, Number(at))));
  }
  /** @param {bigint} offset */
  readViaStream(offset) {
    const read = (/** @type {bigint} */ length) => {
      const [data, end] = this.read(length, offset);
      if (end) throw { tag: "closed" };
      offset += BigInt(data.byteLength);
      return data;
    };
    void this.#fd;
    return this.#tree.io.inputStreamCreate({ read, blockingRead: read });
  }
  /** @param {bigint | null} offset null: the end */
  #stream(offset) {
    void this.#fd;
    return this.#tree.io.outputStreamCreate({
      write: (/** @type {Uint8Array} */ data) => {
        let rest = data;
        while (rest.byteLength > 0) {
          const count = this.write(rest, offset);
          if (offset !== null) offset += count;
          rest = rest.subarray(Number(count));
        }
      },
      flush() {},
      blockingFlush() {},
    });
  }
  /** @param {bigint} offset */
  writeViaStream(offset) {
    return this.#stream(offset);
  }
  appendViaStream() {
    return this.#stream(null);
  }
  advise() {}
  sync() {
    attempt(() => fsyncSync(this.#fd));
  }
  syncData() {
    this.sync();
  }
  /** @param {bigint} size */
  setSize(size) {
    if (!this.#flags.write) throw "not-permitted";
    attempt(() => ftruncateSync(this.#fd, Number(size)));
  }
  /** @param {NewTimestamp} access @param {NewTimestamp} change */
  setTimes(access, change) {
    const { atimeNs, mtimeNs } = this.#stats();
    const [atime, mtime] = [seconds(access, atimeNs), seconds(change, mtimeNs)];
    attempt(() => (this.#file === null ? utimesSync(this.#path, atime, mtime) : futimesSync(this.#file, atime, mtime)));
  }
  /** @param {{ symlinkFollow?: boolean }} flags @param {string} path @param {NewTimestamp} access @param {NewTimestamp} change */
  setTimesAt(flags, path, access, change) {
    this.#mayChange();
    const { atimeNs, mtimeNs } = this.#statsAt(flags, path);
    attempt(() => lutimesSync(this.#at(path, flags.symlinkFollow), seconds(access, atimeNs), seconds(change, mtimeNs)));
  }

  readDirectory() {
    if (this.#file !== null) throw "not-directory";
    const entries = attempt(() => readdirSync(this.#path, { withFileTypes: true }));
    return {
      readDirectoryEntry() {
        const entry = entries.shift();
        return entry && { name: entry.name, type: typeOf(/** @type {any} */ (entry)) };
      },
    };
  }
  /** @param {string} path */
  createDirectoryAt(path) {
    this.#mayChange();
    attempt(() => mkdirSync(this.#at(path)));
  }
  /** @param {string} path */
  removeDirectoryAt(path) {
    this.#mayChange();
    attempt(() => rmdirSync(this.#at(path)));
  }
  /** @param {string} path */
  unlinkFileAt(path) {
    this.#mayChange();
    attempt(() => unlinkSync(this.#at(path)));
  }
  /** @param {string} path */
  readlinkAt(path) {
    const target = attempt(() => readlinkSync(this.#at(path)));
    if (target.startsWith("/")) throw "not-permitted";
    return target;
  }
  /** @param {string} target @param {string} path */
  symlinkAt(target, path) {
    this.#mayChange();
    if (target.startsWith("/")) throw "not-permitted";
    attempt(() => symlinkSync(target, this.#at(path)));
  }
  /** @param {{ symlinkFollow?: boolean }} flags @param {string} from @param {Descriptor} directory @param {string} to */
  linkAt({ symlinkFollow }, from, directory, to) {
    this.#mayChange();
    directory.#mayChange();
    attempt(() => linkSync(this.#at(from, symlinkFollow), directory.#at(to)));
  }
  /** @param {string} from @param {Descriptor} directory @param {string} to */
  renameAt(from, directory, to) {
    this.#mayChange();
    directory.#mayChange();
    attempt(() => renameSync(this.#at(from), directory.#at(to)));
  }
  /** @param {Descriptor} other */
  isSameObject(other) {
    const [a, b] = [this.#stats(), other.#stats()];
    return a.dev === b.dev && a.ino === b.ino;
  }

  [Symbol.dispose]() {
    if (this.#file === null) return;
    this.#tree.files.delete(this);
    closeSync(this.#file);
    this.#file = null;
  }
}
