/** preview2-shim's modules for event loops, stock and patched. */
import { join } from "node:path";
import { both } from "./packages.js";

export const directories = await both("preview2-shim", { from: "preview2-shim" });
const load = (/** @type {string} */ directory) => async (/** @type {string} */ name) => import(join(directory, "dist/browser", `${name}.js`));
export const stock = { http: await load(directories.stock)("http"), io: await load(directories.stock)("io"), filesystem: await load(directories.stock)("filesystem") };
export const patched = { http: await load(directories.patched)("http"), io: await load(directories.patched)("io"), filesystem: await load(directories.patched)("filesystem") };
