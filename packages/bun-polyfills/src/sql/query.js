/** A statement that is asked when somebody waits for it. */
import { unsupported } from "@warpgrid/node-compat/errors";

/** @typedef {{ strings: readonly string[] | string, values: any[], isMisused?: boolean }} Template */
/** @typedef {{ simple: boolean, arrays: boolean, raw: boolean }} Mode */
/** @typedef {(query: Query) => Promise<any>} Ask */

/** @extends {Promise<any>} */
export class Query extends Promise {
  static get [Symbol.species]() {
    return Promise;
  }

  /** @type {Template} */
  _template;
  /** @type {Mode} */
  _mode = { simple: false, arrays: false, raw: false };
  /** Gives up what is being asked. @type {(() => void) | undefined} */
  _abandon;
  #ask;
  #settle;
  #begun = false;
  cancelled = false;
  active = false;

  /** @param {Template} template @param {Ask} ask */
  constructor(template, ask) {
    let settle;
    super((/** @type {any} */ resolve, /** @type {any} */ reject) => {
      settle = { resolve, reject };
    });
    /** @type {{ resolve: (value: any) => void, reject: (error: unknown) => void }} */
    this.#settle = /** @type {any} */ (settle);
    this._template = template;
    this.#ask = ask;
    for (const name of ["_template", "_mode", "_abandon", "cancelled", "active"]) Object.defineProperty(this, name, { enumerable: false });
  }

  #begin() {
    if (this.#begun) return;
    this.#begun = true;
    this.active = true;
    const finish = () => void (this.active = false);
    this.#ask(this).then(
      (value) => (finish(), this.#settle.resolve(value)),
      (error) => (finish(), this.#settle.reject(error)),
    );
  }

  /** Asks now. */
  execute() {
    this.#begin();
    return this;
  }
  /** Without a plan that is kept; several statements may stand in one text. */
  simple() {
    this._mode.simple = true;
    return this;
  }
  /** Rows are arrays. */
  values() {
    this._mode.arrays = true;
    return this;
  }
  /** Rows are arrays of bytes. */
  raw() {
    this._mode.raw = true;
    return this;
  }
  /** @returns {never} */
  readable() {
    throw unsupported("COPY … TO STDOUT (query.readable)", "SELECT the rows");
  }
  /** @returns {never} */
  writable() {
    throw unsupported("COPY … FROM STDIN (query.writable)", "INSERT several rows at once: sql(rows)");
  }
  cancel() {
    if (this.cancelled) return this;
    this.cancelled = true;
    this._abandon?.();
    return this;
  }

  /** @param {any} [resolved] @param {any} [rejected] @returns {Promise<any>} */
  then(resolved, rejected) {
    this.#begin();
    return super.then(resolved, rejected);
  }
  /** @param {any} [rejected] */
  catch(rejected) {
    return this.then(undefined, rejected);
  }
  /** @param {any} [ended] */
  finally(ended) {
    this.#begin();
    return super.finally(ended);
  }
  get [Symbol.toStringTag]() {
    return "Promise";
  }
}
