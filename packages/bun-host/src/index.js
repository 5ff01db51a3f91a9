/** Runs packed components inside Bun: `serve` for `bun test`. */
import { loadConfig } from "./config/index.js";
import { Deployment } from "./deployment.js";
import { HostError } from "./errors.js";

export { readConfig } from "./config/index.js";
export { HostError };

/**
 * @typedef {object} Options
 * @property {string | Record<string, any>} [config] the path of a `warp.toml`, or what one
 *   holds as an object; without it the working directory's, where there is one
 * @property {Record<string, string>} [env] variables of the guest's beside those of `[env]`
 * @property {number} [port] where to listen on this machine; a free port without it
 * @property {string | false} [warp] the program behind `[[database]]`; without it
 *   `WARPGRID_WARP`, else the one on PATH; `false`: none
 * @property {(text: string) => void} [stdout] takes what guests print; without it this
 *   process's output does
 * @property {(text: string) => void} [stderr]
 */

/**
 * Serves a component that `warp pack` wrote.
 * @param {string} component the file's path
 * @param {Options} [options]
 * @returns {Promise<App>}
 */
export async function serve(component, options = {}) {
  if (typeof WebAssembly !== "object" || !("Suspending" in WebAssembly)) {
    throw new HostError("this JavaScript engine cannot suspend WebAssembly (JSPI)", "use Bun 1.4.4 or newer");
  }
  const { env = {}, port = 0, warp } = options;
  const deployment = await Deployment.start({
    path: component,
    config: await loadConfig(options.config),
    env,
    warp,
    stdout: options.stdout ?? ((text) => process.stdout.write(text)),
    stderr: options.stderr ?? ((text) => process.stderr.write(text)),
  });
  return new App(deployment, port);
}

/** A component that answers. */
export class App {
  #deployment;
  #server;
  /** @type {Promise<void> | null} */
  #closed = null;

  /**
   * @param {Deployment} deployment
   * @param {number} port
   */
  constructor(deployment, port) {
    this.#deployment = deployment;
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port,
      // The limits are those of warp.toml.
      idleTimeout: 0,
      maxRequestBodySize: deployment.config.limits.body,
      fetch: (request) => deployment.fetch(request),
    });
  }

  /** Where it listens, for clients that open connections. */
  get url() {
    return this.#server.url;
  }

  get port() {
    return this.#server.port;
  }

  /**
   * Sends a request as a client would, without a connection.
   * @param {string | URL | Request} input a path is one of this service's
   * @param {RequestInit} [init]
   * @returns {Promise<Response>}
   */
  async fetch(input, init) {
    const request = input instanceof Request ? new Request(input, init) : new Request(new URL(input, this.url).href, init);
    const { signal } = request;
    signal.throwIfAborted();
    const answered = this.#deployment.fetch(request);
    const left = new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
    left.catch(() => answered.then((response) => response.body?.cancel()).catch(() => {}));
    return Promise.race([answered, /** @type {Promise<never>} */ (left)]);
  }

  /** The most demanding threading model that the guest has declared. */
  get threadingModel() {
    return this.#deployment.threads.model;
  }

  /**
   * Tells the instances that registered for a signal.
   * @param {"terminate" | "hangup" | "interrupt"} signal
   * @returns {number} how many those are
   */
  signal(signal) {
    return this.#deployment.signal(signal);
  }

  /** Lets open requests finish, and closes connections and what was started. */
  close() {
    this.#closed ??= (async () => {
      const stopped = this.#server.stop();
      await this.#deployment.close();
      await this.#server.stop(true);
      await stopped;
    })();
    return this.#closed;
  }

  [Symbol.asyncDispose]() {
    return this.close();
  }
}
