/**
 * The event loop: timers, immediates, and what waits for the host.
 *
 * The engine has a loop of its own, which knows nothing of the host's pollables.
 * So each turn of ours is one timeout of the engine's, after which it runs the
 * microtasks, as Node does between callbacks; and where there is nothing to run,
 * the turn waits for all pollables and the next timer in one call to the host.
 *
 * It turns only while something holds it: a request, or a program's `main`.
 * Before the first hold nothing of the host may be called, because the program's
 * modules may be evaluated while the component is built.
 */
import { poll } from "wasi:io/poll";
import { now, subscribeDuration } from "wasi:clocks/monotonic-clock";
import { Timers } from "./timer-queue.js";

/** @typedef {import("wasi:io/poll").Pollable} Pollable */

const engineTimeout = globalThis.setTimeout;
const NS_PER_MS = 1e6;

export const timers = new Timers();
/** @type {Set<{ pollable: Pollable, callback: () => void }>} */
const watched = new Set();
/** @type {(() => void)[]} */
let tasks = [];
let next = 0;
/** @type {(() => void)[]} */
let immediates = [];
/** @type {(() => void)[]} */
let deferred = [];
/** @type {Set<() => void>} */
const stalled = new Set();
let started = false;
let turning = false;

/**
 * Whom nobody caught: the program goes on, since requests that have nothing to do
 * with it would fail.
 */
export const uncaught = {
  /** @param {unknown} error */
  report(error) {
    console.error(`uncaught: ${error instanceof Error ? `${error}\n${error.stack}` : String(error)}`);
  },
};

/** What may come between tasks and wakes nobody by itself: signals. */
export const interruptions = {
  /** How long the loop may wait before it asks again (ms). */
  within: Infinity,
  /** @param {(() => void)[]} _tasks */
  take(_tasks) {},
};

/** Milliseconds on a clock that only goes forward. */
export function clock() {
  return Number(now()) / NS_PER_MS;
}

/** Whether the host may be called. */
export function isStarted() {
  return started;
}

/**
 * Calls back now, or once the program runs.
 * @param {() => void} callback
 */
export function whenStarted(callback) {
  if (started) callback();
  else deferred.push(callback);
}

/**
 * Calls back once, when the pollable is ready. The returned function takes that
 * back; the pollable stays its owner's.
 * @param {Pollable} pollable
 * @param {() => void} callback
 */
export function watch(pollable, callback) {
  const entry = { pollable, callback };
  watched.add(entry);
  return () => {
    watched.delete(entry);
    entry.callback = () => {};
  };
}

/** @param {() => void} callback */
export function immediate(callback) {
  immediates.push(callback);
}

/**
 * Turns the loop until the promise is settled. It is rejected where nothing is
 * left that could settle it. What became ready since the last time, as
 * connections that ended, is told first.
 * @template T
 * @param {() => Promise<T>} run
 * @returns {Promise<T>}
 */
export async function hold(run) {
  start();
  let stall = () => {};
  const never = new Promise((_, reject) => {
    stall = () => reject(new Error("the program waits for something that cannot happen any more: no timer, socket or request is pending"));
  });
  stalled.add(stall);
  if (!turning) {
    turning = true;
    engineTimeout(turn, 0);
  }
  try {
    if (watched.size) await new Promise((resolve) => immediate(() => resolve(undefined)));
    return await /** @type {Promise<T>} */ (Promise.race([run(), never]));
  } finally {
    stalled.delete(stall);
  }
}

function start() {
  if (started) return;
  started = true;
  timers.start(clock());
  const waiting = deferred;
  deferred = [];
  for (const callback of waiting) callback();
}

function turn() {
  if (stalled.size === 0) {
    turning = false;
    return;
  }
  engineTimeout(turn, 0);
  if (next === tasks.length) collect();
  if (next === tasks.length) return;
  try {
    tasks[next++]();
  } catch (error) {
    uncaught.report(error);
  }
}

/** Fills `tasks` with what is ready, and waits where nothing is. */
function collect() {
  tasks = [];
  next = 0;
  const waiting = [...watched];
  const pollables = waiting.map((entry) => entry.pollable);
  const limit = immediates.length ? 0 : timers.next(clock());
  if (limit === Infinity && pollables.length === 0 && interruptions.within === Infinity) {
    for (const stall of stalled) stall();
    return;
  }
  const most = Math.min(limit, interruptions.within);
  if (pollables.length || most > 0) wait(waiting, pollables, most);
  interruptions.take(tasks);
  timers.due(clock(), tasks);
  tasks.push(...immediates);
  immediates = [];
}

/**
 * @param {{ pollable: Pollable, callback: () => void }[]} waiting
 * @param {Pollable[]} pollables
 * @param {number} limit milliseconds
 */
function wait(waiting, pollables, limit) {
  let timer;
  if (limit !== Infinity) {
    timer = subscribeDuration(BigInt(Math.ceil(Math.max(0, limit) * NS_PER_MS)));
    pollables.push(timer);
  }
  for (const index of poll(pollables)) {
    const entry = waiting[index];
    if (!entry) continue;
    watched.delete(entry);
    tasks.push(() => entry.callback());
  }
  timer?.[Symbol.dispose]();
}
