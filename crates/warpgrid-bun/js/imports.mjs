// The imports that are left in a bundle.
import oxc from "oxc-parser";
import { isHostModule } from "../../warpgrid-js/js/host-modules.mjs";

const importsOf = (code) => oxc.parseSync("program.js", code).module.staticImports;

/**
 * The modules that a bundle imports or requires from outside.
 * @param {string} code
 */
export function externalImports(code) {
  const found = new Set(importsOf(code).map(({ moduleRequest }) => moduleRequest.value));
  for (const [, name] of code.matchAll(/\b__require\("([^"\\]+)"\)/g)) found.add(name);
  return [...found].filter((path) => !/^[./]/.test(path));
}

/**
 * Without imports of the host of which no name is left: the bundler cannot know that
 * nothing comes of loading them.
 * @param {string} code
 * @returns {{ text: string, imports: Set<string> }} places stay; the modules that are left
 */
export function withoutUnused(code) {
  const all = importsOf(code);
  const unused = all.filter(({ moduleRequest, entries }) => entries.length === 0 && isHostModule(moduleRequest.value));
  const used = all.filter((one) => !unused.includes(one)).map(({ moduleRequest }) => moduleRequest.value);
  let text = code;
  for (const { start, end } of unused.toReversed()) text = text.slice(0, start) + " ".repeat(end - start) + text.slice(end);
  return { text, imports: new Set(used) };
}
