// The imports that are left in a bundle.
import oxc from "oxc-parser";
import { isHostModule } from "../../warpgrid-js/js/host-modules.mjs";

const importsOf = (code) => oxc.parseSync("program.js", code).module.staticImports;

/**
 * The modules that a bundle imports from outside.
 * @param {string} code
 * @param {boolean} [required] also those that it requires
 */
export function externalImports(code, required = false) {
  const found = new Set(importsOf(code).map(({ moduleRequest }) => moduleRequest.value));
  if (required) for (const [, name] of code.matchAll(/\b__require\("([^"\\]+)"\)/g)) found.add(name);
  return [...found].filter((path) => !/^[./]/.test(path));
}

/**
 * Without imports of the host of which no name is left: the bundler cannot know that
 * nothing comes of loading them.
 * @param {string} code
 */
export function withoutUnused(code) {
  const unused = importsOf(code).filter(({ moduleRequest, entries }) => entries.length === 0 && isHostModule(moduleRequest.value));
  for (const { start, end } of unused.reverse()) code = code.slice(0, start) + " ".repeat(end - start) + code.slice(end);
  return code;
}
