// The engine knows no `\p{…}`: where a pattern is written out, its properties are
// replaced by the ranges that they stand for. esbuild has turned literals into
// calls of RegExp before (`supported`).
import rewritePattern from "regexpu-core";

const CALL = /new RegExp\(("(?:[^"\\\n]|\\.)*"), "([a-z]*)"\)/g;

/** @param {string} code */
export function lowerUnicodeProperties(code) {
  return code.replace(CALL, (whole, literal, flags) => {
    const pattern = JSON.parse(literal.replace(/\\x([0-9a-f]{2})/gi, "\\u00$1"));
    if (!/\\[pP]\{/.test(pattern) || !/[uv]/.test(flags)) return whole;
    try {
      const lowered = rewritePattern(pattern, flags, { unicodePropertyEscapes: "transform", unicodeSetsFlag: "transform" });
      return `new RegExp(${JSON.stringify(lowered)}, ${JSON.stringify(flags.replace("v", "u"))})`;
    } catch {
      // No valid pattern: it throws where it is evaluated, as it would in Node.
      return whole;
    }
  });
}
