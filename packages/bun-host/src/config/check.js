/** Tables whose keys are known: another key is an error, with the nearest one. */
import { HostError } from "../errors.js";

/** @typedef {(value: any, key: string, file: string) => any} Check */

/**
 * @param {string} file what errors call it
 * @param {unknown} value
 * @param {Record<string, Check>} known
 * @param {string} [path] the table's own key
 * @returns {Record<string, any>}
 */
export function table(file, value, known, path = "") {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new HostError(`${file}: ${path || "it"} is no table`, `write [${path}] and its keys below it`);
  }
  /** @type {Record<string, any>} */
  const checked = {};
  for (const [key, one] of Object.entries(value)) {
    const full = path ? `${path}.${key}` : key;
    const check = Object.hasOwn(known, key) ? known[key] : undefined;
    if (!check) throw new HostError(`${file} has an unknown key \`${full}\``, `did you mean \`${nearest(key, Object.keys(known))}\`?`);
    checked[key] = check(one, full, file);
  }
  return checked;
}

/** @param {Record<string, Check>} known @returns {Check} */
table.of = (known) => (value, key, file) => table(file, value, known, key);

/** A table of any names. @param {Check} check of its values @returns {Check} */
export const textMap = (check) => (value, key, file) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new HostError(`${file}: ${key} is no table`, `write [${key}] and its names below it`);
  }
  return new Map(Object.entries(value).map(([name, one]) => [name, check(one, `${key}."${name}"`, file)]));
};

/**
 * @param {string} word
 * @param {string[]} known
 */
export function nearest(word, known) {
  return known.reduce((best, one) => (distance(word, one) < distance(word, best) ? one : best));
}

/**
 * Levenshtein's.
 * @param {string} a
 * @param {string} b
 */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}
