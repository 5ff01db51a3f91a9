/** One instance of a component: what it holds, and its requests, one after the other. */
import { imports } from "./imports.js";
import { ResolvedNames } from "./names/index.js";
import { Handles } from "./shims/database-proxy.js";
import { SignalQueue } from "./shims/signals.js";

/**
 * What the interfaces of one instance share.
 * @typedef {object} Scope
 * @property {import("./deployment.js").Deployment} host
 * @property {import("./patched.js").Wasi} wasi
 * @property {ResolvedNames} resolved
 * @property {Handles} connections of the database-proxy shim
 * @property {{ count: number }} opening how many more are being opened
 * @property {Set<import("./connection.js").Connection>} sockets of wasi:sockets
 * @property {Set<Disposable>} files of `[directories]` that are open
 * @property {SignalQueue} queue
 * @property {<T>(promise: Promise<T>) => Promise<T>} waits for it, or fails once the instance has ended
 * @property {() => boolean} ended
 */

/** Why a guest that waits does not go on. */
export class InstanceEnded extends Error {}

export class Instance {
  /** @type {Scope} */
  #scope;
  /** @type {any} */
  #exports;
  /** @type {(error: Error) => void} */
  #end = () => {};
  /** @type {Promise<never>} */
  #over;
  #ended = false;
  /** How many requests it has had. */
  served = 0;

  /** @param {import("./deployment.js").Deployment} host */
  constructor(host) {
    this.#over = new Promise((_, reject) => (this.#end = reject));
    this.#over.catch(() => {});
    this.#scope = {
      host,
      wasi: host.wasi,
      resolved: new ResolvedNames(),
      connections: new Handles(),
      opening: { count: 0 },
      sockets: new Set(),
      files: new Set(),
      queue: new SignalQueue(),
      waits: (promise) => Promise.race([promise, this.#over]),
      ended: () => this.#ended,
    };
  }

  get signals() {
    return this.#scope.queue;
  }

  /** What it would be given, by interface. */
  imports() {
    return imports(this.#scope);
  }

  /** @param {import("./transpile.js").Transpiled} component */
  async start(component) {
    this.#exports = await component.instantiate(this.imports());
  }

  /**
   * @param {Request} request
   * @returns {{ response: Promise<Response>, done: Promise<void> }} `done` once the guest
   *   has returned: it fails where the guest did
   */
  handle(request) {
    this.served += 1;
    /** @type {PromiseWithResolvers<void>} */
    const done = Promise.withResolvers();
    const response = this.#scope.wasi.http.handleIncomingRequest(request, (/** @type {object} */ incoming, /** @type {object} */ outparam) => {
      const running = this.#scope.waits(Promise.resolve(this.#exports.incomingHandler.handle(incoming, outparam)));
      running.then(done.resolve, done.reject);
      return running;
    });
    return { response, done: done.promise };
  }

  /**
   * Ends what it waits for, and closes what it holds.
   * @param {string} [reason]
   */
  end(reason = "the instance is not used any more") {
    if (this.#ended) return;
    this.#ended = true;
    this.#end(new InstanceEnded(reason));
    this.#scope.connections.closeAll();
    for (const socket of this.#scope.sockets) socket.close();
    this.#scope.sockets.clear();
    for (const file of this.#scope.files) file[Symbol.dispose]();
  }
}
