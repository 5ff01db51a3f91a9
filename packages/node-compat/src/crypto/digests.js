/** Digests by names that signatures and paddings have. */
import { algorithmNamed, getHashes } from "./hashes.js";

/** @param {string} name */
export function digestNamed(name) {
  const hash = algorithmNamed(name);
  const known = hash && getHashes().find((one) => algorithmNamed(one) === hash);
  return hash && known ? { name: known, hash } : undefined;
}
