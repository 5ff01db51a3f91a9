// A component in Node, with imports of the test's own.
import { transpileBytes } from "@bytecodealliance/jco-transpile";
import { WASIShim } from "@bytecodealliance/preview2-shim/instantiation";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * @param {Uint8Array} component
 * @param {Record<string, object>} imports by interface, without versions; beside WASI's
 * @param {string} directory where it may write
 */
export async function instantiate(component, imports, directory) {
  const { files } = await transpileBytes(component, { name: "component", instantiation: "async" });
    const module = join(directory, `component-${Math.random()}.mjs`);
  await writeFile(module, files["component.js"]);
  const { instantiate } = await import(pathToFileURL(module).href);
  return instantiate((name) => WebAssembly.compile(files[name]), { ...new WASIShim().getImportObject(), ...imports });
}
