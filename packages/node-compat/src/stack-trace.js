/**
 * Error.captureStackTrace and Error.prepareStackTrace as V8 has them, which
 * packages use to find out who called them. The engine's own stacks are lines of
 * `function@file:line:column`.
 */

class CallSite {
  #function;
  #file;
  #line;
  #column;

  /** @param {string} text a line of the engine's stack */
  constructor(text) {
    const [, name, file, line, column] = /^(.*?)@(.*?):(\d+):(\d+)$/.exec(text) ?? ["", text, "", "0", "0"];
    this.#function = name || null;
    this.#file = file;
    this.#line = Number(line);
    this.#column = Number(column);
  }

  getFunctionName() {
    return this.#function;
  }
  getFileName() {
    return this.#file;
  }
  getLineNumber() {
    return this.#line;
  }
  getColumnNumber() {
    return this.#column;
  }
  getScriptNameOrSourceURL() {
    return this.#file;
  }
  getThis() {
    return undefined;
  }
  getTypeName() {
    return null;
  }
  getMethodName() {
    return null;
  }
  getFunction() {
    return undefined;
  }
  getEvalOrigin() {
    return undefined;
  }
  isNative() {
    return false;
  }
  isToplevel() {
    return true;
  }
  isEval() {
    return false;
  }
  isConstructor() {
    return false;
  }
  isAsync() {
    return false;
  }
  toString() {
    const place = `${this.#file}:${this.#line}:${this.#column}`;
    return this.#function ? `${this.#function} (${place})` : place;
  }
}

const E = /** @type {any} */ (Error);
E.stackTraceLimit ??= 10;

/**
 * @param {any} target
 * @param {Function} [below] what is left out with all that it called
 */
E.captureStackTrace = (target, below) => {
  const lines = (new Error().stack ?? "").trim().split("\n").slice(1);
  const named = below?.name ? lines.findIndex((line) => line.startsWith(`${below.name}@`)) : -1;
  const sites = lines.slice(named + 1).slice(0, E.stackTraceLimit).map((line) => new CallSite(line));
  const value =
    typeof E.prepareStackTrace === "function"
      ? E.prepareStackTrace(target, sites)
      : [String(target), ...sites.map((site) => `    at ${site}`)].join("\n");
  Object.defineProperty(target, "stack", { value, writable: true, configurable: true });
};
