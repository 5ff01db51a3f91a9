// node materialize.mjs DIRECTORY: componentize-js as npm has it and with
// componentize-patches, side by side, each able to find its dependencies. Prints the
// environment that the tests beside this file take them from.
import { execFileSync } from "node:child_process";
import { cp, mkdir, readdir, symlink } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const VARIABLES = { stock: "WARPGRID_COMPONENTIZE_STOCK", patched: "WARPGRID_COMPONENTIZE_PATCHED" };
const series = fileURLToPath(new URL("../../../../../componentize-patches/", import.meta.url));

/**
 * @param {string} directory made if it is not there
 * @returns {Promise<{ stock: string, patched: string }>} the packages' directories
 */
export async function materialize(directory) {
  const installed = dirname(dirname(fileURLToPath(import.meta.resolve("@bytecodealliance/componentize-js"))));
  const modules = installed.slice(0, installed.lastIndexOf(`${sep}node_modules${sep}`) + `${sep}node_modules`.length);
  await mkdir(directory, { recursive: true });
  await symlink(modules, join(directory, "node_modules"));
  const packages = { stock: join(directory, "stock"), patched: join(directory, "patched") };
  for (const to of Object.values(packages)) await cp(installed, to, { recursive: true });
  const patches = (await readdir(series)).filter((name) => name.endsWith(".patch")).sort();
  // Outside of any repository: one around it would be taken for the place of the files.
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: resolve(directory, "..") };
  for (const patch of patches) execFileSync("git", ["apply", join(series, patch)], { cwd: packages.patched, env, stdio: "inherit" });
  return packages;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const packages = await materialize(resolve(process.argv[2]));
  for (const [name, variable] of Object.entries(VARIABLES)) console.log(`${variable}=${packages[name]}`);
}
