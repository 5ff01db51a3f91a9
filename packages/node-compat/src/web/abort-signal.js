/** What the engine's AbortController and AbortSignal do not do, or do on its own loop. */
import { setTimeout } from "../timers.js";

const aborted = () => new DOMException("This operation was aborted", "AbortError");
const { abort } = AbortController.prototype;

/** @param {unknown} [reason] */
AbortController.prototype.abort = function (reason = aborted()) {
  abort.call(this, reason);
};

AbortSignal.prototype.throwIfAborted = function () {
  if (this.aborted) throw this.reason;
};

/** @param {unknown} [reason] */
AbortSignal.abort = (reason = aborted()) => {
  const controller = new AbortController();
  controller.abort(reason);
  return controller.signal;
};

// The engine's loop stands still while ours waits.
AbortSignal.timeout = (milliseconds) => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError")), milliseconds);
  return controller.signal;
};

/** A signal that lives longer does not keep those that follow it. @type {WeakMap<AbortSignal, AbortController>} */
const followers = new WeakMap();

/** @param {Iterable<AbortSignal>} signals */
AbortSignal.any = (signals) => {
  const controller = new AbortController();
  const all = [...signals];
  const first = all.find((signal) => signal.aborted);
  if (first) {
    controller.abort(first.reason);
    return controller.signal;
  }
  followers.set(controller.signal, controller);
  const follower = new WeakRef(controller.signal);
  const forget = () => all.forEach((signal) => signal.removeEventListener("abort", follow));
  /** @param {Event} event */
  function follow({ currentTarget }) {
    forget();
    const signal = follower.deref();
    if (signal) followers.get(signal)?.abort(/** @type {AbortSignal} */ (currentTarget).reason);
  }
  for (const signal of all) signal.addEventListener("abort", follow);
  return controller.signal;
};
