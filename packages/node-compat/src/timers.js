/** node:timers, over the event loop. */
import { bound } from "./async-context.js";
import { clock, immediate, timers } from "./loop.js";

const MAX_DELAY = 2 ** 31 - 1;
let ids = 1;
/** @type {Map<number, Timeout>} */
const byId = new Map();

/** @param {unknown} delay */
function milliseconds(delay) {
  const number = Number(delay);
  return number >= 1 && number <= MAX_DELAY ? Math.trunc(number) : 1;
}

export class Timeout {
  #id = ids++;
  #delay;
  #repeat;
  #call;
  #referenced = true;
  /** @type {import("./timer-queue.js").Entry | undefined} */
  #entry;

  /**
   * @param {(...args: any[]) => void} callback
   * @param {unknown} delay
   * @param {any[]} args
   * @param {boolean} repeat
   */
  constructor(callback, delay, args, repeat) {
    if (typeof callback !== "function") {
      throw Object.assign(new TypeError('The "callback" argument must be of type function'), { code: "ERR_INVALID_ARG_TYPE" });
    }
    this.#delay = milliseconds(delay);
    this.#repeat = repeat;
    this.#call = bound(() => callback(...args));
    byId.set(this.#id, this);
    this.#add();
  }

  #add() {
    const entry = timers.add(clock, this.#delay, () => {
      if (this.#repeat) this.#add();
      else this.close();
      this.#call();
    });
    this.#entry = entry;
  }

  close() {
    if (this.#entry) this.#entry.callback = null;
    byId.delete(this.#id);
    return this;
  }

  refresh() {
    if (this.#entry) this.#entry.callback = null;
    byId.set(this.#id, this);
    this.#add();
    return this;
  }

  ref() {
    this.#referenced = true;
    return this;
  }

  unref() {
    this.#referenced = false;
    return this;
  }

  hasRef() {
    return this.#referenced;
  }

  [Symbol.toPrimitive]() {
    return this.#id;
  }

  [Symbol.dispose]() {
    this.close();
  }
}

export class Immediate {
  #cancelled = false;

  /**
   * @param {(...args: any[]) => void} callback
   * @param {any[]} args
   */
  constructor(callback, args) {
    immediate(() => this.#cancelled || callback(...args));
  }

  close() {
    this.#cancelled = true;
  }

  ref() {
    return this;
  }

  unref() {
    return this;
  }

  hasRef() {
    return true;
  }

  [Symbol.dispose]() {
    this.close();
  }
}

/**
 * @param {(...args: any[]) => void} callback
 * @param {number} [delay]
 * @param {any[]} args
 */
export function setTimeout(callback, delay, ...args) {
  return new Timeout(callback, delay, args, false);
}

/**
 * @param {(...args: any[]) => void} callback
 * @param {number} [delay]
 * @param {any[]} args
 */
export function setInterval(callback, delay, ...args) {
  return new Timeout(callback, delay, args, true);
}

/**
 * @param {(...args: any[]) => void} callback
 * @param {any[]} args
 */
export function setImmediate(callback, ...args) {
  return new Immediate(callback, args);
}

/** @param {unknown} timer */
export function clearTimeout(timer) {
  if (timer instanceof Timeout) timer.close();
  else if (timer != null) byId.get(Number(timer))?.close();
}

export const clearInterval = clearTimeout;

/** @param {unknown} immediate */
export function clearImmediate(immediate) {
  if (immediate instanceof Immediate) immediate.close();
}

/**
 * @param {AbortSignal | undefined} signal
 * @param {(resolve: () => void) => { close(): unknown }} begin
 */
function abortable(signal, begin) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const pending = begin(() => {
      signal?.removeEventListener("abort", abort);
      resolve(undefined);
    });
    function abort() {
      pending.close();
      reject(signal?.reason);
    }
    signal?.addEventListener("abort", abort, { once: true });
  });
}

/**
 * @param {number} [delay]
 * @param {any} [value]
 * @param {{ signal?: AbortSignal }} [options]
 * @returns {Promise<any>}
 */
const sleep = (delay, value, options) => abortable(options?.signal, (done) => setTimeout(done, delay)).then(() => value);

/** node:timers/promises. */
export const promises = {
  setTimeout: sleep,
  /** @type {(value?: any, options?: { signal?: AbortSignal }) => Promise<any>} */
  setImmediate: (value, options) => abortable(options?.signal, (done) => setImmediate(done)).then(() => value),
  /** @type {(delay?: number, value?: any, options?: { signal?: AbortSignal }) => AsyncGenerator<any>} */
  async *setInterval(delay, value, options) {
    for (;;) yield await sleep(delay, value, options);
  },
  scheduler: {
    /** @type {(delay: number, options?: { signal?: AbortSignal }) => Promise<void>} */
    wait: (delay, options) => sleep(delay, undefined, options),
    yield: () => abortable(undefined, (done) => setImmediate(done)),
  },
};

const custom = Symbol.for("nodejs.util.promisify.custom");
Object.defineProperty(setTimeout, custom, { value: promises.setTimeout });
Object.defineProperty(setImmediate, custom, { value: promises.setImmediate });

export default { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate, promises, Timeout, Immediate };
