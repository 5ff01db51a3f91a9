/** The global `warpgrid.fs`. */
import { normalise, readFile } from "../fs/files.js";
import { extend } from "./global.js";

extend("fs", {
  /**
   * A virtual file, or one in a directory that warp.toml grants.
   * @param {string} path
   * @param {"utf8" | "utf-8" | { encoding?: "utf8" | "utf-8" }} [options] bytes, where no encoding is named
   */
  async readFile(path, options) {
    const data = readFile(normalise(path));
    const encoding = typeof options === "string" ? options : options?.encoding;
    if (encoding === undefined) return data;
    if (!/^utf-?8$/i.test(encoding)) throw new TypeError(`warpgrid.fs.readFile knows no encoding ${encoding}: leave it out for bytes`);
    return new TextDecoder().decode(data);
  },
});
