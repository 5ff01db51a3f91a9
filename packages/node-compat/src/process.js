/** node:process. */
import { EventEmitter } from "events";
import { getArguments, getEnvironment, initialCwd } from "wasi:cli/environment";
import { exit as exitWasi } from "wasi:cli/exit";
import { now } from "wasi:clocks/monotonic-clock";
import { unsupported } from "./errors.js";
import { isStarted, uncaught, whenStarted } from "./loop.js";
import { nextTick } from "./next-tick.js";

/**
 * Filled once the program runs: while the component is built there is no
 * environment. A plain object, because the engine's bindings look into it at
 * each call of the host.
 * @type {Record<string, string | undefined>}
 */
export const env = {};
export const argv = ["node", "/main"];
/** @type {string[]} */
export const execArgv = [];
export const execPath = "node";
export const argv0 = "node";
export const title = "node";
export const pid = 1;
export const ppid = 0;
export const platform = "linux";
export const arch = "wasm32";
export const version = "v24.0.0";
export const versions = { node: "24.0.0" };
export const release = { name: "node" };
export const features = {};
export const config = {};
export { nextTick };

whenStarted(() => {
  for (const [name, value] of getEnvironment()) env[name] ??= value;
  argv.push(...getArguments().slice(1));
});

const emitter = new EventEmitter();

const { report } = uncaught;
uncaught.report = (error) => {
  if (!emitter.emit("uncaughtException", error, "uncaughtException")) report(error);
};

/** @type {bigint | undefined} */
let origin;

/**
 * Nanoseconds since the program began to run: none while the component is built,
 * where packages may already begin to measure.
 */
function elapsed() {
  if (!isStarted()) return 0n;
  const time = now();
  return time - (origin ??= time);
}
whenStarted(elapsed);

/** @param {[number, number]} [since] */
export function hrtime(since) {
  const time = elapsed();
  const at = [Number(time / 1000000000n), Number(time % 1000000000n)];
  if (!since) return at;
  const [seconds, nanoseconds] = [at[0] - since[0], at[1] - since[1]];
  return nanoseconds < 0 ? [seconds - 1, nanoseconds + 1e9] : [seconds, nanoseconds];
}
hrtime.bigint = elapsed;

export const uptime = () => Number(elapsed()) / 1e9;
export const cwd = () => (isStarted() && initialCwd()) || "/";

/** @returns {never} */
export function chdir() {
  throw unsupported("process.chdir", "use absolute paths");
}

/** @param {number} [code] */
export function exit(code = exitCode.value) {
  emitter.emit("exit", code ?? 0);
  exitWasi(code ? { tag: "err", val: undefined } : { tag: "ok", val: undefined });
}

const exitCode = { value: /** @type {number | undefined} */ (undefined) };

/** @returns {never} */
export function abort() {
  exitWasi({ tag: "err", val: undefined });
  throw new Error("the instance ended");
}

/** The engine does not say how much memory it uses. */
export const memoryUsage = Object.assign(() => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }), { rss: () => 0 });
export const cpuUsage = () => ({ user: 0, system: 0 });

/** @param {string | Error} warning */
export function emitWarning(warning) {
  const error = typeof warning === "string" ? new Error(warning) : warning;
  if (!emitter.emit("warning", error)) console.error(`Warning: ${error.message}`);
}

/**
 * Lines to the log: the engine writes whole ones.
 * @param {(line: string) => void} print
 */
function output(print) {
  let rest = "";
  return Object.assign(new EventEmitter(), {
    isTTY: false,
    writable: true,
    columns: 80,
    /**
     * @param {string | Uint8Array} chunk
     * @param {any} [encoding]
     * @param {() => void} [callback]
     */
    write(chunk, encoding, callback) {
      rest += typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk);
      const end = rest.lastIndexOf("\n");
      if (end >= 0) {
        print(rest.slice(0, end));
        rest = rest.slice(end + 1);
      }
      const done = typeof encoding === "function" ? encoding : callback;
      if (done) nextTick(done);
      return true;
    },
    end() {},
    getColorDepth: () => 1,
    hasColors: () => false,
  });
}

export const stdout = output((line) => console.log(line));
export const stderr = output((line) => console.error(line));
export const stdin = Object.assign(new EventEmitter(), { isTTY: false, readable: false });

/** @type {(...args: any[]) => any} */
const emit = emitter.emit.bind(emitter);
export { emit };
/** @type {(event: string, listener: (...args: any[]) => void) => unknown} */
export const on = (event, listener) => (emitter.on(event, listener), process);
/** @type {(event: string, listener: (...args: any[]) => void) => unknown} */
export const once = (event, listener) => (emitter.once(event, listener), process);
/** @type {(event: string, listener: (...args: any[]) => void) => unknown} */
export const off = (event, listener) => (emitter.off(event, listener), process);
/** @type {(event?: string) => unknown} */
export const removeAllListeners = (event) => (emitter.removeAllListeners(event), process);
/** @type {(event: string) => Function[]} */
export const listeners = (event) => emitter.listeners(event);
/** @type {(event: string) => number} */
export const listenerCount = (event) => emitter.listenerCount(event);

const process = {
  env, argv, argv0, execArgv, execPath, title, pid, ppid, platform, arch, version, versions, release, features, config,
  nextTick, hrtime, uptime, cwd, chdir, exit, abort, memoryUsage, cpuUsage, emitWarning, stdout, stderr, stdin,
  emit, on, once, off, addListener: on, removeListener: off, prependListener: on, removeAllListeners, listeners, listenerCount,
  setMaxListeners: () => process,
  getuid: () => 0,
  getgid: () => 0,
  umask: () => 0o22,
  get exitCode() {
    return exitCode.value;
  },
  set exitCode(code) {
    exitCode.value = code;
  },
  [Symbol.toStringTag]: "process",
};

export default process;
