// The engine knows no `\p{…}`: a script with such a literal does not even parse.
// Where a pattern is written out, its properties are replaced by the ranges that
// they stand for.
import oxc from "oxc-parser";
import rewritePattern from "regexpu-core";
import { visit } from "./syntax.mjs";

const PROPERTY = /\\[pP]\{/;

/** @param {string} code */
export function lowerUnicodeProperties(code) {
  if (!PROPERTY.test(code)) return code;
  const { program } = oxc.parseSync("program.js", code);
  const edits = [];
  visit(program, (node) => {
    const edit = literal(node) ?? construction(node);
    if (edit) edits.push(edit);
  });
  edits.sort((a, b) => b.start - a.start);
  for (const { start, end, text } of edits) code = code.slice(0, start) + text + code.slice(end);
  return code;
}

/** `/\p{L}/u` */
function literal(node) {
  if (node.type !== "Literal" || !node.regex) return;
  const lowered = lower(node.regex.pattern, node.regex.flags);
  if (lowered) return { start: node.start, end: node.end, text: `/${lowered.pattern.replaceAll("\n", "\\n")}/${lowered.flags}` };
}

/** `new RegExp("\\p{L}", "u")` */
function construction(node) {
  if (node.type !== "NewExpression" && node.type !== "CallExpression") return;
  const [pattern, flags] = node.arguments;
  if (node.callee.name !== "RegExp" || typeof pattern?.value !== "string" || typeof flags?.value !== "string") return;
  const lowered = lower(pattern.value, flags.value);
  if (lowered) return { start: pattern.start, end: flags.end, text: `${JSON.stringify(lowered.pattern)}, ${JSON.stringify(lowered.flags)}` };
}

function lower(pattern, flags) {
  if (!PROPERTY.test(pattern) || !/[uv]/.test(flags)) return;
  try {
    return {
      pattern: rewritePattern(pattern, flags, { unicodePropertyEscapes: "transform", unicodeSetsFlag: "transform" }),
      flags: flags.replace("v", "u"),
    };
  } catch {
    // No valid pattern: it throws where it is evaluated, as it would in Node.
  }
}

const NAMED = /\\([pP])\{([A-Za-z0-9_=]+)\}/g;

/**
 * The characters of properties that strings of the program name, of which it may
 * put patterns together: the inside of a class by the name, `^` before it where it
 * is the complement. None, where all patterns are written out.
 *
 * @param {string} code after {@link lowerUnicodeProperties}
 */
export function propertiesInStrings(code) {
  const classes = {};
  for (const [, kind, name] of code.matchAll(NAMED)) {
    const inside = (negated) => {
      try {
        return /^\[([^]*)\]$/.exec(rewritePattern(`\\${negated ? "P" : "p"}{${name}}`, "u", { unicodePropertyEscapes: "transform" }))?.[1];
      } catch {
        // No property, but a text about one.
      }
    };
    const key = kind === "P" ? `^${name}` : name;
    classes[key] ??= inside(kind === "P");
  }
  return Object.fromEntries(Object.entries(classes).filter(([, inside]) => inside !== undefined));
}
