/** Which module stands for which of Node's: here, of a package, or of unenv. */

const OWN = [
  "buffer", "crypto", "diagnostics_channel", "dns", "dns/promises", "fs", "fs/promises", "http", "https", "net", "process", "stream/promises", "timers", "timers/promises", "tls", "util", "util/types", "zlib",
];

const UNENV = [
  "async_hooks", "child_process", "cluster", "console", "constants", "dgram", "domain",
  "http2", "inspector", "inspector/promises", "module", "os", "path", "path/posix", "path/win32", "perf_hooks", "punycode",
  "querystring", "readline", "readline/promises", "repl", "stream/consumers", "stream/web", "sys", "trace_events", "tty", "url",
  "v8", "vm", "wasi", "worker_threads",
];

const PACKAGES = {
  assert: "@warpgrid/node-compat/assert.cjs",
  "assert/strict": "@warpgrid/node-compat/assert.cjs",
  events: "events",
  stream: "readable-stream/lib/stream.js",
  string_decoder: "string_decoder",
};

/**
 * From the module's name without `node:` to what to resolve from this package.
 * @type {Record<string, string>}
 */
export const aliases = {
  ...Object.fromEntries(UNENV.map((name) => [name, `unenv/node/${name}`])),
  ...PACKAGES,
  ...Object.fromEntries(OWN.map((name) => [name, `@warpgrid/node-compat/${name.replace("/", "-")}`])),
};
