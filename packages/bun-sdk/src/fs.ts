// Files: the system's natively; in a component the virtual ones, and those in the
// directories that warp.toml grants.
import { readdir, readFile as read, stat } from "node:fs/promises";
import { thrown, WarpGridError } from "./errors.js";

/** A file that could not be read: `code` is Node's, as `ENOENT`. */
export class FsError extends WarpGridError {
  override name = "FsError";
  readonly path: string;

  constructor(path: string, code: string, cause: unknown) {
    super(`${path}: ${REASONS[code] ?? code}`, { code, remedy: REMEDIES[code] ?? "see the cause", cause });
    this.path = path;
  }
}

const REASONS: Record<string, string> = {
  EACCES: "may not be read",
  EISDIR: "is a directory",
  ENOENT: "is not there",
  ENOTDIR: "is no directory",
};

const REMEDIES: Record<string, string> = {
  EACCES: "give the user who runs this the right to read it",
  EISDIR: "use `list`",
  ENOENT: "correct the path; in a component, `[directories]` of warp.toml grants directories and `[filesystem] files` names single files",
  ENOTDIR: "use `readFile`",
};

/**
 * A file's bytes, or its text.
 * @throws {FsError}
 */
export function readFile(path: string): Promise<Uint8Array>;
export function readFile(path: string, encoding: "utf8"): Promise<string>;
export async function readFile(path: string, encoding?: "utf8"): Promise<Uint8Array | string> {
  return attempt(path, async () => {
    const data = await read(path);
    return encoding ? new TextDecoder().decode(data) : new Uint8Array(data);
  });
}

/**
 * Whether there is a file or a directory of this name.
 * @throws {FsError} where that cannot be told
 */
export async function exists(path: string): Promise<boolean> {
  try {
    await attempt(path, () => stat(path));
    return true;
  } catch (error) {
    if (error instanceof FsError && (error.code === "ENOENT" || error.code === "ENOTDIR")) return false;
    throw error;
  }
}

/**
 * The names in a directory, in the order of their characters.
 * @throws {FsError}
 */
export const list = (path: string): Promise<string[]> => attempt(path, async () => (await readdir(path)).sort());

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new FsError(path, String(thrown(cause).code ?? "EIO"), cause);
  }
}
