// What every bundler bundles: the user's program, behind what a component exports.
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { featuresOf } from "./features.mjs";

/**
 * Bundles twice where the program uses what only some do, and not what it used the
 * last time.
 * @param {(question: any, features: any[]) => Promise<import("./component.mjs").Bundled>} build
 */
export function withFeatures(build) {
  let known = [];
  return async (/** @type {any} */ question) => {
    const first = await build(question, known);
    const features = await featuresOf(first, question);
    if (isDeepStrictEqual(features, known)) return first;
    // What is found in the bundle would be found in its own module again.
    known = features.every(({ isOfSources }) => isOfSources) ? features : [];
    return build({ ...question, packages: first.packages }, features);
  };
}

/**
 * The generated entry. Packages are evaluated while the component is built; the
 * program itself is, at its first request, because it may read its environment and
 * open connections.
 * @param {{ entry: string, packages: string[], features: { module: string }[], imports?: string[], program?: string, handler?: string }} parts
 *   `program`: what is made of the loaded module
 */
export function entryText({ entry, packages, features, imports = [], program = "", handler = "export const incomingHandler" }) {
  const load = `import(${JSON.stringify(entry)})`;
  return [
    `import { incomingHandler as make } from "@warpgrid/node-compat/handler";`,
    ...imports,
    ...features.map(({ module }) => `import ${JSON.stringify(module)};`),
    ...packages.map((name) => `import ${JSON.stringify(name)};`),
    `${handler} = make(() => ${program ? `${load}.then(${program})` : load});`,
  ].join("\n");
}

/** What features ask of whoever lowers syntax. */
export const supportedBy = (features) => Object.assign({}, ...features.map(({ supported }) => supported));

/** The constants that features define. */
export const definedBy = (features) => Object.assign({}, ...features.map(({ define }) => define));

/**
 * A source map in which our own files are called as they are imported.
 * @param {string} text
 * @param {string} project
 * @param {Record<string, string>} own directories by their packages' names
 */
export function named(text, project, own) {
  const map = JSON.parse(text);
  const name = (source) => {
    const path = resolve(project, source);
    const found = Object.entries(own).find(([, directory]) => path.startsWith(`${directory}/`));
    return found ? found[0] + path.slice(found[1].length) : source;
  };
  return JSON.stringify({ ...map, sources: map.sources.map(name) });
}
