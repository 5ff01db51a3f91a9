/**
 * The current frame follows promises. The engine says nothing of which promise goes
 * on, so `then` is replaced, and the packer lowers `await` to it. What the engine
 * awaits by itself is not followed: the callbacks of its streams run in no frame.
 */
import { bound, context } from "./async-context.js";

context.followed = true;

const { then } = Promise.prototype;

/**
 * @param {unknown} callback
 * @param {import("./async-context.js").Frame} frame
 */
function follow(callback, frame) {
  if (typeof callback !== "function") return callback;
  return (/** @type {unknown} */ value) => {
    const former = context.current;
    context.current = frame;
    try {
      return callback(value);
    } finally {
      context.current = former;
    }
  };
}

/** @type {any} */
const replacement = {
  /** @this {Promise<unknown>} @param {unknown} fulfilled @param {unknown} rejected */
  then(fulfilled, rejected) {
    const frame = context.current;
    return then.call(this, /** @type {any} */ (follow(fulfilled, frame)), /** @type {any} */ (follow(rejected, frame)));
  },
}.then;
Object.defineProperty(Promise.prototype, "then", { value: replacement, writable: true, configurable: true, enumerable: false });

const engineQueue = globalThis.queueMicrotask;
globalThis.queueMicrotask = (callback) => engineQueue(typeof callback === "function" ? bound(callback) : callback);
