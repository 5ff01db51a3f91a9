/** node:util: unenv's, and what that leaves out. */
import * as base from "unenv/node/util";
import types from "./util-types.js";
import { nextTick } from "./next-tick.js";
import { env } from "./process.js";

// @ts-ignore: the package's types are its own.
export * from "unenv/node/util";
export { types };

/** @param {number} [frames] */
export function getCallSites(frames = 8) {
  const lines = (new Error().stack ?? "").trim().split("\n").slice(1, frames + 1);
  return lines.map((line) => {
    const [, functionName, scriptName, lineNumber, column] = /^(.*?)@(.*?):(\d+):(\d+)$/.exec(line) ?? ["", "", "", "0", "0"];
    return { functionName, scriptName, lineNumber: Number(lineNumber), column: Number(column), columnNumber: Number(column) };
  });
}

/** @param {(...args: any[]) => Promise<any>} work */
export function callbackify(work) {
  return (/** @type {any[]} */ ...args) => {
    const callback = args.pop();
    work(...args).then(
      (value) => nextTick(callback, null, value),
      (error) => nextTick(callback, error ?? Object.assign(new Error("Promise was rejected with a falsy value"), { reason: error })),
    );
  };
}

/** @param {string} text */
export const stripVTControlCharacters = (text) => text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, "");
/** @param {string} text */
export const toUSVString = (text) => /** @type {any} */ (String(text)).toWellFormed();

/** What `NODE_DEBUG` names is written to the log. @param {string} section */
export function debuglog(section) {
  const enabled = () => (env.NODE_DEBUG ?? "").toLowerCase().split(",").includes(section.toLowerCase());
  const log = (/** @type {any[]} */ ...args) => {
    if (enabled()) console.error(`${section.toUpperCase()}: ${/** @type {any} */ (base).format(...args)}`);
  };
  return Object.defineProperty(log, "enabled", { get: enabled });
}
export { debuglog as debug };

/** @type {any} */
const all = { .../** @type {any} */ (base).default, types, getCallSites, callbackify, debuglog, debug: debuglog, stripVTControlCharacters, toUSVString };
export default all;
