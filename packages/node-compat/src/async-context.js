/**
 * What AsyncLocalStorage keeps: a map from storages to values, never changed, of
 * which one is current. Whoever calls back later binds the callback to it.
 *
 * That the current one follows promises is `async-propagation.js`'s work, which the
 * packer adds to programs that use AsyncLocalStorage.
 */

/** @typedef {ReadonlyMap<object, unknown>} Frame */

/** @type {Frame} */
const ROOT = new Map();

export const context = {
  current: ROOT,
  /** Whether promises are followed. */
  followed: false,
};

/**
 * Calls with a frame, and goes back to what was.
 * @template T
 * @param {Frame} frame
 * @param {() => T} call
 * @returns {T}
 */
export function within(frame, call) {
  const former = context.current;
  context.current = frame;
  try {
    return call();
  } finally {
    context.current = former;
  }
}

/**
 * @template T
 * @param {() => T} call
 */
export const withinRoot = (call) => within(ROOT, call);

/** @param {object} storage @param {unknown} value @returns {Frame} */
export const framed = (storage, value) => new Map(context.current).set(storage, value);

/** @param {object} storage @returns {Frame} */
export function unframed(storage) {
  const frame = new Map(context.current);
  frame.delete(storage);
  return frame;
}

/**
 * The callback, in the frame of now. Where nothing follows frames it is itself.
 * @template {Function} F
 * @param {F} callback
 * @returns {F}
 */
export function bound(callback) {
  if (!context.followed) return callback;
  const frame = context.current;
  /** @this {unknown} @param {unknown[]} args */
  const call = function (...args) {
    return within(frame, () => callback.apply(this, args));
  };
  return /** @type {any} */ (call);
}
