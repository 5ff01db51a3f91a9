/** node:fs/promises. */
import { constants, promises } from "./fs.js";

export const {
  readFile, writeFile, appendFile, stat, lstat, access, realpath, readdir, mkdir, unlink, rmdir, rm, rename, copyFile,
} = promises;
export { constants };
export default { ...promises, constants };
