/** A component that is served: what its instances share, and which of them are free. */
import { Databases } from "./databases.js";
import { HostError, reason } from "./errors.js";
import { check, imports } from "./imports.js";
import { Instance } from "./instance.js";
import { Names } from "./names/index.js";
import { wasi } from "./patched.js";
import { Declared } from "./shims/threading.js";
import { transpile } from "./transpile.js";
import { VirtualFiles } from "./virtual-files.js";
import { checkDirectories, directories } from "./wasi/directories.js";
import { sender } from "./wasi/outgoing.js";

/** @typedef {(text: string) => void} Output */

/**
 * @typedef {object} Settings
 * @property {string} path of the component
 * @property {import("./config/index.js").Config} config
 * @property {Record<string, string>} env beside that of the configuration
 * @property {string | false | undefined} warp
 * @property {Output} stdout
 * @property {Output} stderr
 */

export class Deployment {
  /** @type {import("./patched.js").Wasi} */
  wasi;
  /** @type {Databases} */
  databases;
  /** @type {VirtualFiles} */
  files;
  /** @type {object} */
  outgoing;
  threads = new Declared();
  #settings;
  #component;
  /** @type {Set<Instance>} */
  #live = new Set();
  /** Those that wait for a request, and the timers that end them. @type {Map<Instance, ReturnType<typeof setTimeout>>} */
  #idle = new Map();
  /** Requests that wait for an instance. @type {(() => void)[]} */
  #waiting = [];
  #busy = 0;
  #closing = false;
  /** @type {(() => void)[]} */
  #quiet = [];

  /**
   * @param {Settings} settings
   * @param {import("./transpile.js").Transpiled} component
   * @param {import("./patched.js").Wasi} modules
   * @param {Names} names
   * @param {Databases} databases
   */
  constructor(settings, component, modules, names, databases) {
    this.#settings = settings;
    this.#component = component;
    this.wasi = modules;
    this.names = names;
    this.databases = databases;
    this.env = guestEnvironment(settings);
    this.files = new VirtualFiles(settings.config, names, this.env);
    this.outgoing = modules.http.createOutgoingHandler({ fetch: sender(this), streamingRequestBodies: true });
  }

  /**
   * @param {Settings} settings
   * @returns {Promise<Deployment>}
   */
  static async start(settings) {
    const { path, config, warp } = settings;
    const [component, modules] = await Promise.all([transpile(path), wasi()]);
    if (!component.exports.includes("incomingHandler")) {
      throw new HostError(`${path} does not handle requests: it exports ${component.exports.join(", ") || "nothing"}`, "run it by `warp run`");
    }
    checkDirectories(config.directories);
    const names = new Names(config);
    const databases = await Databases.start(config, names, warp);
    try {
      const deployment = new Deployment(settings, component, modules, names, databases);
      await deployment.#first();
      return deployment;
    } catch (error) {
      await databases.close();
      throw error;
    }
  }

  /** What is wrong with the component is wrong with its first instance. */
  async #first() {
    const { path } = this.#settings;
    const probe = new Instance(this);
    check(path, this.#component.imports, probe.imports());
    this.#keep(await this.#instantiate());
  }

  get config() {
    return this.#settings.config;
  }

  /**
   * Where guests write.
   * @param {"stdout" | "stderr"} name
   */
  output(name) {
    const decoder = new TextDecoder();
    return { write: (/** @type {Uint8Array} */ bytes) => this.#settings[name](decoder.decode(bytes, { stream: true })), flush() {}, blockingFlush() {} };
  }

  /** @param {import("./instance.js").Scope} scope */
  directories(scope) {
    return directories(scope, this.config.directories);
  }

  /**
   * @param {Request} request
   * @returns {Promise<Response>}
   */
  async fetch(request) {
    const { limits } = this.config;
    if (Number(request.headers.get("content-length") ?? 0) > limits.body) return answer(413, "the request's body is too large");
    if (this.#closing) return answer(503, "the service is stopping");
    const begun = performance.now();
    const instance = await this.#acquire().catch((error) => {
      this.#failed(error);
      return null;
    });
    if (instance === undefined) return answer(503, "too many requests are waiting", { "retry-after": "1" });
    if (instance === null) return answer(500, "the service failed");
    const { response, done } = instance.handle(request);
    const over = timer(limits.requestTimeout - (performance.now() - begun), () => instance.end("the request took longer than [limits] request-timeout"));
    let late = timer(null, () => {});
    done
      .then(
        () => this.#release(instance),
        (error) => {
          this.#failed(error);
          this.#discard(instance);
        },
      )
      .finally(() => late.clear());
    try {
      const answered = await response;
      late = timer(limits.responseTimeout, () => instance.end("the response took longer than [limits] response-timeout"));
      done.then(late.clear, late.clear);
      return answered;
    } catch {
      return over.fired() ? answer(504, "the service did not answer in time") : answer(500, "the service failed");
    } finally {
      over.clear();
    }
  }

  /** @param {unknown} error */
  #failed(error) {
    this.#settings.stderr(`warpgrid: the guest failed: ${error instanceof Error ? (error.stack ?? error.message) : reason(error)}\n`);
  }

  /** @returns {Promise<Instance | undefined>} undefined where too many wait already */
  async #acquire() {
    const { limits } = this.config;
    if (this.#busy >= limits.instances) {
      if (this.#waiting.length >= limits.queue) return undefined;
      await new Promise((resolve) => this.#waiting.push(() => resolve(undefined)));
    } else {
      this.#busy += 1;
    }
    const [idle] = this.#idle;
    if (idle) {
      const [instance, timer] = idle;
      clearTimeout(timer);
      this.#idle.delete(instance);
      return instance;
    }
    try {
      return await this.#instantiate();
    } catch (error) {
      this.#next();
      throw error;
    }
  }

  async #instantiate() {
    const instance = new Instance(this);
    await instance.start(this.#component);
    this.#live.add(instance);
    return instance;
  }

  /** @param {Instance} instance */
  #release(instance) {
    if (instance.served >= this.config.limits.reuse || this.#closing) return this.#discard(instance);
    this.#keep(instance);
    this.#next();
  }

  /** @param {Instance} instance */
  #keep(instance) {
    const timer = setTimeout(() => {
      this.#idle.delete(instance);
      this.#live.delete(instance);
      instance.end();
    }, this.config.limits.idleTimeout);
    timer.unref();
    this.#idle.set(instance, timer);
  }

  /** @param {Instance} instance */
  #discard(instance) {
    this.#live.delete(instance);
    instance.end();
    this.#next();
  }

  /** A place is free. */
  #next() {
    const next = this.#waiting.shift();
    if (next) return next();
    this.#busy -= 1;
    if (this.#busy === 0) for (const wake of this.#quiet.splice(0)) wake();
  }

  /**
   * Tells the instances that registered for it.
   * @param {import("./shims/signals.js").SignalType} signal
   * @returns {number} how many those are
   */
  signal(signal) {
    return [...this.#live].filter((instance) => instance.signals.offer(signal)).length;
  }

  /** Lets open requests finish, for a bounded time, and ends everything. */
  async close() {
    this.#closing = true;
    this.signal("terminate");
    if (this.#busy > 0) {
      const quiet = new Promise((resolve) => this.#quiet.push(() => resolve(undefined)));
      const enough = Promise.withResolvers();
      const over = timer(this.config.limits.shutdownTimeout, () => enough.resolve(undefined));
      await Promise.race([quiet, enough.promise]);
      over.clear();
    }
    for (const timer of this.#idle.values()) clearTimeout(timer);
    this.#idle.clear();
    for (const instance of this.#live) instance.end("the host has stopped");
    this.#live.clear();
    await this.databases.close();
  }
}

/**
 * Without the variables that hold a password.
 * @param {Settings} settings
 */
function guestEnvironment({ config, env }) {
  const all = new Map([...config.env, ...Object.entries(env)]);
  for (const { section } of config.databases) all.delete(section["password-env"]);
  return all;
}

/**
 * @param {number} status
 * @param {string} text
 * @param {Record<string, string>} [headers]
 */
const answer = (status, text, headers = {}) =>
  new Response(`${text}\n`, { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers } });

/**
 * @param {number | null} milliseconds
 * @param {() => void} then
 */
function timer(milliseconds, then) {
  let fired = false;
  const fire = () => {
    fired = true;
    then();
  };
  const running = milliseconds === null ? undefined : setTimeout(fire, Math.min(Math.max(0, milliseconds), 0x7fffffff));
  return { clear: () => clearTimeout(running), fired: () => fired };
}
