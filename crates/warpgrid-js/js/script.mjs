// A bundle as a script that the loader evaluates (loader.mjs): a function of the
// host's modules, which gives the program's handler.
import oxc from "oxc-parser";
import { versioned } from "./host-modules.mjs";

/** What the bundle's entry assigns its handler to. */
export const HANDLER = "warpgridHandler";

/** What a script has in place of `import.meta`, which only modules have. */
export const META = "warpgridImportMeta";

/**
 * One line comes before the bundle's own, so that its source map fits with one more
 * line ({@link shifted}).
 * @param {string} code an ES module whose imports are the host's alone
 */
export function script(code) {
  const { staticImports } = oxc.parseSync("program.js", code, { sourceType: "module" }).module;
  let body = "";
  let end = 0;
  const bindings = [];
  for (const one of staticImports) {
    // Places stay where they were.
    body += code.slice(end, one.start) + code.slice(one.start, one.end).replace(/[^\n]/g, " ");
    end = one.end;
    bindings.push(...one.entries.map((entry) => binding(entry, one.moduleRequest.value)));
  }
  body += code.slice(end);
  const before = [`"use strict";`, `let ${HANDLER};`, `const ${META} = { url: "file:///program.js" };`, ...bindings];
  return `(function (warpgridHost) { ${before.join(" ")}\n${body}\nreturn ${HANDLER}; })\n//# sourceURL=program.js\n`;
}

function binding({ importName, localName }, specifier) {
  const module = `warpgridHost(${JSON.stringify(versioned(specifier))})`;
  if (importName.kind === "NamespaceObject") return `const ${localName.value} = ${module};`;
  const name = importName.kind === "Default" ? "default" : importName.name;
  return `const ${localName.value} = ${module}[${JSON.stringify(name)}];`;
}

/** The source map of a script, by that of its bundle. */
export function shifted(map) {
  const parsed = JSON.parse(map);
  return JSON.stringify({ ...parsed, mappings: `;${parsed.mappings}` });
}
