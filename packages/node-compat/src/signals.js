/**
 * Signals for process.on, by warpgrid:shim/signals. The packer adds this module to
 * programs that name one of them.
 *
 * Nothing interrupts a component: the loop asks for signals while it turns, and
 * waits no longer than 50 ms at a time once the program listens for one.
 */
import { onSignal, pollSignal } from "warpgrid:shim/signals";
import { interruptions, whenStarted } from "./loop.js";
import { nextTick } from "./next-tick.js";
import process from "./process.js";

/** @type {Record<string, import("warpgrid:shim/signals").SignalType>} */
const TYPES = { SIGHUP: "hangup", SIGINT: "interrupt", SIGTERM: "terminate" };
/** @type {Record<string, number>} */
const NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
const EVERY = 50;

/** @type {Set<string>} */
const registered = new Set();

process.on("newListener", (name) => {
  const type = TYPES[name];
  if (!type || registered.has(name)) return;
  registered.add(name);
  whenStarted(() => {
    // A handler of requests is told of SIGTERM only: the others are the host's.
    if (!onSignal(type)) return;
    interruptions.within = EVERY;
    interruptions.take = take;
  });
});

/** @param {(() => void)[]} tasks */
function take(tasks) {
  for (;;) {
    const type = pollSignal();
    if (!type) return;
    const name = Object.keys(TYPES).find((one) => TYPES[one] === type);
    if (name) tasks.push(() => deliver(name));
  }
}

/** @param {string} name */
function deliver(name) {
  // The program took its listener back: the signal does what it does by itself.
  if (!process.emit(name, name, NUMBERS[name])) process.exit(128 + NUMBERS[name]);
}

/**
 * Signals to the program itself; there are no other processes.
 * @param {number} pid
 * @param {string | number} [signal]
 */
function kill(pid, signal = "SIGTERM") {
  if (pid !== process.pid) throw Object.assign(new Error("kill ESRCH"), { code: "ESRCH", errno: -3, syscall: "kill" });
  if (signal === 0) return true;
  const name = typeof signal === "string" ? signal : Object.keys(NUMBERS).find((one) => NUMBERS[one] === signal);
  if (!name || !(name in NUMBERS)) throw Object.assign(new TypeError(`Unknown signal: ${signal}`), { code: "ERR_UNKNOWN_SIGNAL" });
  nextTick(deliver, name);
  return true;
}

Object.assign(process, { kill });
