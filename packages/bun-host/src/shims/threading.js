/** `warpgrid:shim/threading`: what the guest assumes of threads. */
import { warnOnce } from "../errors.js";

/** @typedef {import("warpgrid:shim/threading").ThreadingModel} ThreadingModel */

/** The least demanding first. @type {ThreadingModel[]} */
const MODELS = ["single-threaded", "cooperative", "parallel-required"];

/** The most demanding model that an instance has declared. */
export class Declared {
  /** @type {ThreadingModel | null} */
  model = null;

  /** @param {ThreadingModel} model */
  declare(model) {
    if (this.model && MODELS.indexOf(this.model) >= MODELS.indexOf(model)) return;
    this.model = model;
    if (model === "parallel-required") {
      warnOnce("the program asked for threads, which components do not have: what it would do on one fails or is left undone");
    }
  }
}

/**
 * @param {import("../instance.js").Scope} scope
 * @returns {typeof import("warpgrid:shim/threading")}
 */
export const threading = ({ host: { threads } }) => ({
  declareThreadingModel: (model) => threads.declare(model),
});
