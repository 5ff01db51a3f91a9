// What a program uses of Bun: the names that it imports of `bun`, or asks the global
// `Bun` for.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import oxc from "oxc-parser";
import { isOurs } from "../../warpgrid-js/js/own-files.mjs";
import { visit } from "../../warpgrid-js/js/syntax.mjs";

const SPEAKS = /\bBun\b|(["'`])bun\1/;

/** What is in a program only if it uses it, by the part of the polyfills: see parts.js. */
const TRAITS = {
  "sql/files": /\.\s*file\s*\(/,
  "sql/mysql": /mysql|mariadb/i,
};

/**
 * @param {[string, object][]} inputs
 * @param {string} project
 * @returns {Promise<{ names: string[], traits: string[] }>} too many rather than too few
 */
export async function usesOfBun(inputs, project) {
  const files = inputs.map(([file]) => join(project, file)).filter((file) => !isOurs(file) && /\.[cm]?[jt]sx?$/.test(file));
  const texts = await Promise.all([...files, join(project, "warp.toml")].map(async (path) => ({ path, text: await readFile(path, "utf8").catch(() => "") })));
  const speaking = texts.filter(({ path, text }) => SPEAKS.test(text) && !path.endsWith(".toml"));
  const isOwn = ({ path }) => !path.includes("/node_modules/");
  return {
    names: [...new Set(speaking.flatMap(({ path, text }) => namesIn(path, text)))].sort(),
    traits: Object.keys(TRAITS).filter((name) => texts.some((file) => isOwn(file) && TRAITS[name].test(file.text))),
  };
}

/**
 * @param {string} path
 * @param {string} text
 */
export function namesIn(path, text) {
  const { program } = oxc.parseSync(path, text);
  const names = new Set();
  // What stands for the whole of Bun.
  const whole = new Set(["Bun"]);
  let escapes = false;
  visit(program, (node) => {
    if (node.type !== "ImportDeclaration" || node.source.value !== "bun") return;
    for (const specifier of node.specifiers) {
      if (specifier.type === "ImportSpecifier") names.add(specifier.imported.name ?? specifier.imported.value);
      else whole.add(specifier.local.name);
    }
  });
  const isWhole = (node) =>
    (node?.type === "Identifier" && whole.has(node.name)) ||
    (node?.type === "MemberExpression" && node.object.name === "globalThis" && node.property.name === "Bun");
  visit(program, (node, parents) => {
    if (isRequire(node)) escapes = true;
    if (!isWhole(node)) return;
    const parent = parents.at(-1);
    if (isWhole(parent) || isName(node, parent)) return;
    if (parent.type === "MemberExpression" && parent.object === node && (!parent.computed || typeof parent.property.value === "string")) {
      names.add(parent.property.name ?? parent.property.value);
    } else if (parent.type === "VariableDeclarator" && parent.init === node && parent.id.type === "ObjectPattern") {
      for (const { type, key } of parent.id.properties) type === "Property" && key?.name ? names.add(key.name) : (escapes = true);
    } else if (!/^(UnaryExpression|BinaryExpression|LogicalExpression|IfStatement|ConditionalExpression)$/.test(parent.type)) {
      escapes = true;
    }
  });
  // Where it is handed on, any word may be one of its names.
  if (escapes) for (const word of text.match(/\b[A-Za-z]\w*\b/g) ?? []) names.add(word);
  return [...names];
}

/** `require("bun")`, and `import("bun")`. */
function isRequire(node) {
  if (node.type === "ImportExpression") return node.source.value === "bun";
  return node.type === "CallExpression" && node.callee.name === "require" && node.arguments[0]?.value === "bun";
}

/** A name of something else: a property's, a type's, an import's. */
function isName(node, parent) {
  if (/^(ImportDefaultSpecifier|ImportNamespaceSpecifier|TSQualifiedName|TSTypeReference|TSTypeQuery|TSModuleDeclaration)$/.test(parent?.type)) return true;
  if (parent?.type === "MemberExpression") return parent.property === node && !parent.computed && node.type === "Identifier";
  return parent?.type === "Property" && parent.key === node && !parent.computed && !parent.shorthand;
}
