// Names that are not written out: nobody finds what they ask for before it is asked.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import oxc from "oxc-parser";
import { isOurs } from "../../warpgrid-js/js/own-files.mjs";
import { visit } from "../../warpgrid-js/js/syntax.mjs";

const ASKS = /\b(?:require|import)\s*\(\s*[^"'\s)]/;

/**
 * @param {[string, object][]} inputs
 * @param {string} project
 */
export async function notFollowed(inputs, project) {
  const found = await Promise.all(inputs.map(([file]) => (isOurs(file) ? [] : warningsOf(file, join(project, file)))));
  return found.flat();
}

async function warningsOf(file, path) {
  const text = /\.[cm]?[jt]sx?$/.test(file) ? await readFile(path, "utf8").catch(() => "") : "";
  if (!ASKS.test(text)) return [];
  const warnings = [];
  visit(oxc.parseSync(path, text).program, (node, parents) => {
    const what = asked(node);
    // Whoever tries may do without.
    if (!what || parents.some(({ type }) => type === "TryStatement")) return;
    const line = text.slice(0, node.start).split("\n").length;
    warnings.push({ text: `${what} asks for a name that is not written out: what it means is not in the component`, location: { file, line } });
  });
  return warnings;
}

/** @returns {string | undefined} */
function asked(node) {
  const isText = (argument) => typeof argument?.value === "string" || (argument?.type === "TemplateLiteral" && argument.expressions.length === 0);
  if (node.type === "ImportExpression") return isText(node.source) ? undefined : "import()";
  if (node.type !== "CallExpression" || node.callee.type !== "Identifier" || node.callee.name !== "require") return;
  return node.arguments.length === 1 && !isText(node.arguments[0]) ? "require()" : undefined;
}
