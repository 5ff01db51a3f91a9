/** What the engine's AbortSignal does not do, or does on its own loop. */
import { setTimeout } from "../timers.js";

/** @param {unknown} [reason] */
AbortSignal.abort = (reason = new DOMException("This operation was aborted", "AbortError")) => {
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
