// Which files of a bundle are ours, and neither the program's nor its packages'.
import { realpath } from "node:fs/promises";
import { join, resolve } from "node:path";

/** A file of node-compat or the polyfills. @param {string} file */
export const isOurs = (file) => /(^|\/)(node-compat|bun-polyfills)\//.test(file);

/**
 * Also what those need of npm.
 * @param {{ project: string, compat: string }} question
 * @returns {Promise<(file: string) => boolean>}
 */
export async function belongsToUs({ project, compat }) {
  const packages = await realpath(join(compat, "../../node_modules"));
  return (file) => isOurs(file) || resolve(project, file).startsWith(`${packages}/`);
}
