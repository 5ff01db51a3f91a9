/** Packages as npm has them and with their series, side by side. */
import { cp, mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { apply, patches } from "../../src/patched.js";

/** @param {string} name as it is installed */
export async function installed(name) {
  const main = fileURLToPath(import.meta.resolve(name));
  for (let directory = dirname(main); directory !== dirname(directory); directory = dirname(directory)) {
    const text = await readFile(join(directory, "package.json"), "utf8").catch(() => null);
    if (text && JSON.parse(text).name) return directory;
  }
  throw new Error(`no package around ${main}`);
}

/**
 * @param {string} series
 * @param {{ from?: string, beside?: Record<string, string> }} [options] `from`: the installed
 *   package, if it is called otherwise; `beside`: others that it finds in place of those
 *   that are installed, by their names below @bytecodealliance
 * @returns {Promise<{ stock: string, patched: string }>} directories
 */
export async function both(series, { from = `@bytecodealliance/${series}`, beside = {} } = {}) {
  const package_ = await installed(from);
  // Below this package, so that they find what is installed for it.
  const scratch = fileURLToPath(new URL(`../../node_modules/.patches/${series}`, import.meta.url));
  await rm(scratch, { recursive: true, force: true });
  const at = (/** @type {string} */ kind, /** @type {string} */ name) => join(scratch, kind, "node_modules/@bytecodealliance", name);
  for (const kind of ["stock", "patched"]) {
    for (const [name, directory] of Object.entries({ ...beside, [series]: package_ })) {
      await mkdir(dirname(at(kind, name)), { recursive: true });
      await cp(directory, at(kind, name), { recursive: true });
    }
  }
  for (const patch of await patches(series)) await apply(patch, at("patched", series));
  return { stock: at("stock", series), patched: at("patched", series) };
}

/** Whether a promise is still open after all that could settle it soon. @param {Promise<unknown>} promise */
export async function pending(promise) {
  const open = Symbol();
  const settled = Promise.resolve(promise).then(
    () => true,
    () => true,
  );
  return (await Promise.race([settled, Bun.sleep(300).then(() => open)])) === open;
}
