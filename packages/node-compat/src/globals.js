/** What Node has without an import. */
import "./stack-trace.js";
import { Buffer } from "buffer";
import { engineTask } from "./loop.js";
import process from "./process.js";
import * as timers from "./timers.js";

const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } = timers;

for (const [name, value] of Object.entries({
  Buffer, process, global: globalThis,
  setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate,
})) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}

const engineFetch = globalThis.fetch;
globalThis.fetch = (input, init) => engineTask(engineFetch(input, init));

// The engine reports what it cannot know while the component is built.
Object.defineProperty(performance, "timeOrigin", { value: 0, configurable: true });
