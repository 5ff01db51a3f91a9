/** Answers by a promise, or by a callback where one is given. */
import { nextTick } from "../../next-tick.js";

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {((error: any, value?: T) => void) | undefined} callback
 * @returns {Promise<T> | undefined}
 */
export function answer(promise, callback) {
  if (!callback) return promise;
  promise.then((value) => nextTick(callback, null, value), (error) => nextTick(callback, error));
}
