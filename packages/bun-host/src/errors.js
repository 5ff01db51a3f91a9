/** Errors of two lines: what is wrong, and what to do. */

export class HostError extends Error {
  /**
   * @param {string} what
   * @param {string} help
   * @param {{ cause?: unknown }} [options]
   */
  constructor(what, help, options) {
    super(`${what}\n  help: ${help}`, options);
    this.name = "HostError";
  }
}

/** @param {unknown} error */
export const reason = (error) => (error instanceof Error ? error.message : String(error));

/**
 * Says something that is no error of the program's, once for each text.
 * @param {string} text
 */
export function warnOnce(text) {
  if (said.has(text)) return;
  said.add(text);
  console.warn(`warpgrid: ${text}`);
}

/** @type {Set<string>} */
const said = new Set();
