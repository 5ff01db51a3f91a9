/** node:async_hooks: AsyncLocalStorage and AsyncResource. There are no hooks to call. */
import { asyncWrapProviders, createHook, executionAsyncResource } from "unenv/node/async_hooks";
import { context, framed, unframed, within } from "./async-context.js";

export { asyncWrapProviders, createHook, executionAsyncResource };

let ids = 1;

export class AsyncLocalStorage {
  #default;

  /** @param {{ name?: string, defaultValue?: unknown }} [options] */
  constructor(options = {}) {
    this.name = options.name ?? "";
    this.#default = options.defaultValue;
  }

  /** @template {Function} F @param {F} callback */
  static bind(callback) {
    const frame = context.current;
    return (/** @type {unknown[]} */ ...args) => within(frame, () => callback(...args));
  }

  static snapshot() {
    const frame = context.current;
    return (/** @type {Function} */ callback, /** @type {unknown[]} */ ...args) => within(frame, () => callback(...args));
  }

  getStore() {
    return context.current.has(this) ? context.current.get(this) : this.#default;
  }

  /** @param {unknown} store @param {Function} callback @param {unknown[]} args */
  run(store, callback, ...args) {
    return within(framed(this, store), () => callback(...args));
  }

  /** @param {Function} callback @param {unknown[]} args */
  exit(callback, ...args) {
    return within(unframed(this), () => callback(...args));
  }

  /** @param {unknown} store */
  enterWith(store) {
    context.current = framed(this, store);
  }

  disable() {
    context.current = unframed(this);
  }
}

export class AsyncResource {
  #frame = context.current;
  #id = ++ids;

  /** @param {string} type */
  constructor(type) {
    if (typeof type !== "string") {
      throw Object.assign(new TypeError(`The "type" argument must be of type string. Received ${type === null ? "null" : `type ${typeof type}`}`), { code: "ERR_INVALID_ARG_TYPE" });
    }
    this.type = type;
  }

  /** @param {Function} callback @param {string} [type] @param {unknown} [self] */
  static bind(callback, type, self) {
    return new AsyncResource(type ?? (callback.name || "bound-anonymous-fn")).bind(callback, self);
  }

  /** @param {Function} callback @param {unknown} [self] */
  bind(callback, self) {
    const resource = this;
    const call = /** @type {any} */ (
      /** @this {unknown} @param {unknown[]} args */
      function (...args) {
        return resource.runInAsyncScope(callback, self ?? this, ...args);
      }
    );
    return Object.defineProperty(call, "length", { value: callback.length, configurable: true });
  }

  /** @param {Function} callback @param {unknown} [self] @param {unknown[]} args */
  runInAsyncScope(callback, self, ...args) {
    return within(this.#frame, () => callback.apply(self, args));
  }

  asyncId() {
    return this.#id;
  }
  triggerAsyncId() {
    return 1;
  }
  emitDestroy() {
    return this;
  }
}

export const executionAsyncId = () => 1;
export const triggerAsyncId = () => 0;

export default { AsyncLocalStorage, AsyncResource, asyncWrapProviders, createHook, executionAsyncId, executionAsyncResource, triggerAsyncId };
