/** What Node has without an import. */
import "./stack-trace.js";
import "./web/abort-signal.js";
import "./web/responses.js";
import "./web/bodies.js";
import "./web/clone.js";
import "./web/console.js";
import "./web/hmac-keys.js";
import "./web/form-data.js";
import "./web/normalize.js";
import "./web/readable-stream.js";
import "./web/text-streams.js";
import { Buffer } from "buffer";
import { fetch } from "./http/fetch.js";
import process from "./process.js";
import * as timers from "./timers.js";

const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } = timers;

for (const [name, value] of Object.entries({
  Buffer, process, global: globalThis,
  setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate,
})) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}

// A bundler may call it otherwise, where a package has one, too.
Object.defineProperty(Buffer, "name", { value: "Buffer", configurable: true });

globalThis.fetch = fetch;

URL.canParse ??= (url, base) => {
  try {
    return Boolean(new URL(url, base));
  } catch {
    return false;
  }
};

// Packages read them while the component is built, when there is no clock.
performance.now = () => Number(process.hrtime.bigint()) / 1e6;
Object.defineProperty(performance, "timeOrigin", { value: 0, configurable: true });
