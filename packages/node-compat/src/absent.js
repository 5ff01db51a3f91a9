/** What is imported of Node's modules and is not here. */
import { unsupported } from "./errors.js";

/** @param {string} name @returns {never} */
export function absent(name) {
  throw unsupported(name, "docs/domains/node-apis.md says what does");
}
