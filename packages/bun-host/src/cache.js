/** The folder in which what is made once is kept: the user's cache, as `warp` uses it. */
import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** @returns {string} */
export function cacheDirectory() {
  const { WARPGRID_CACHE_DIR, XDG_CACHE_HOME } = process.env;
  return join(WARPGRID_CACHE_DIR || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "warpgrid"), "bun-host");
}

/**
 * The digest of texts and bytes, each told from the next by its length.
 * @param {(string | Uint8Array)[]} parts
 */
export function digest(parts) {
  const hasher = new Bun.CryptoHasher("sha256");
  for (const part of parts) {
    hasher.update(`${typeof part === "string" ? Buffer.byteLength(part) : part.byteLength}:`);
    hasher.update(part);
  }
  return hasher.digest("hex");
}

/**
 * A folder with this content, made where it is not there. It appears whole or not at
 * all, so that several test processes may want it at once.
 * @param {string} kind the folder that it stands in
 * @param {string} key what its content depends on
 * @param {(directory: string) => Promise<void>} make fills an empty folder
 * @param {number} [kept] how many of its kind stay, the youngest
 * @returns {Promise<string>} its path
 */
export async function made(kind, key, make, kept = Infinity) {
  const folder = join(cacheDirectory(), kind);
  const wanted = join(folder, key);
  if (await exists(wanted)) {
    const now = new Date();
    await utimes(wanted, now, now);
    return wanted;
  }
  const staging = join(folder, `.${key}.${randomUUID()}`);
  await mkdir(staging, { recursive: true });
  try {
    await make(staging);
    await rename(staging, wanted).catch(async (error) => {
      // Another process was sooner; its content is the same.
      if (!(await exists(wanted))) throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  await prune(dirname(wanted), kept);
  return wanted;
}

/** @param {string} path */
const exists = (path) =>
  stat(path).then(
    () => true,
    () => false,
  );

/**
 * @param {string} folder
 * @param {number} kept
 */
async function prune(folder, kept) {
  const names = (await readdir(folder)).filter((name) => !name.startsWith("."));
  if (names.length <= kept) return;
  const age = async (/** @type {string} */ name) => {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
    return { path, mtimeMs };
  };
  const all = (await Promise.all(names.map(age))).sort((a, b) => b.mtimeMs - a.mtimeMs);
  await Promise.all(all.slice(kept).map(({ path }) => rm(path, { recursive: true, force: true })));
}
