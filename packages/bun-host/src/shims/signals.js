/** `warpgrid:shim/signals`: what the test asks of the guest by `app.signal`. */

/** @typedef {import("warpgrid:shim/signals").SignalType} SignalType */

/** What waits for one instance; what comes after it is dropped. */
const CAPACITY = 16;
/** What a guest that handles requests may register for. @type {readonly SignalType[]} */
const TO_HANDLERS = ["terminate"];

/** The signals of one instance that it has not taken yet. */
export class SignalQueue {
  /** @type {Set<SignalType>} */
  #registered = new Set();
  /** @type {SignalType[]} */
  #waiting = [];

  /** @param {SignalType} signal */
  register(signal) {
    const delivered = TO_HANDLERS.includes(signal);
    if (delivered) this.#registered.add(signal);
    return delivered;
  }

  /** Whether the instance had registered for it. @param {SignalType} signal */
  offer(signal) {
    const registered = this.#registered.has(signal);
    if (registered && this.#waiting.length < CAPACITY) this.#waiting.push(signal);
    return registered;
  }

  take() {
    return this.#waiting.shift();
  }
}

/**
 * @param {import("../instance.js").Scope} scope
 * @returns {typeof import("warpgrid:shim/signals")}
 */
export const signals = ({ queue }) => ({
  onSignal: (signal) => queue.register(signal),
  pollSignal: () => queue.take(),
});
