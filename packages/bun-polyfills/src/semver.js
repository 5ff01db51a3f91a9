/** Bun.semver, by the package of that name. */
import compare from "semver/functions/compare.js";
import satisfiesOf from "semver/functions/satisfies.js";

export const semver = {
  /** @param {string} version @param {string} range */
  satisfies: (version, range) => satisfiesOf(version, range),
  /** @param {string} a @param {string} b */
  order: (a, b) => compare(a, b),
};
