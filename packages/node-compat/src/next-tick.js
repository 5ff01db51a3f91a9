/** process.nextTick: all that is queued runs before anything else, in order. */

import { bound } from "./async-context.js";

/** @type {{ callback: Function, args: unknown[] }[]} */
const queue = [];

function drain() {
  const { callback, args } = /** @type {{ callback: Function, args: unknown[] }} */ (queue.shift());
  callback(...args);
}

/**
 * @param {Function} callback
 * @param {unknown[]} args
 */
export function nextTick(callback, ...args) {
  queue.push({ callback: bound(callback), args });
  queueMicrotask(drain);
}
