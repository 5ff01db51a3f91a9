/** The global `warpgrid`, of which a program has what it uses. */

/** @type {Record<string, object>} */
const warpgrid = {};
Object.defineProperty(globalThis, "warpgrid", { value: warpgrid, configurable: true });

/**
 * @param {string} name
 * @param {object} members
 */
export const extend = (name, members) => void (warpgrid[name] = Object.freeze(members));
