// What costs something, and is added to programs that use it.
import { propertiesInStrings } from "./lower-regex.mjs";

/** `warpgrid.dns.resolve`, or the whole of `warpgrid`. */
const member = (name) => new RegExp(`\\bwarpgrid\\s*\\??\\.\\s*${name}\\b|[=(,]\\s*(?:globalThis\\s*\\.\\s*)?warpgrid\\s*[;,)\\n]`);

const FEATURES = [
  ...["database", "dns", "fs"].map((name) => ({ module: `@warpgrid/node-compat/warpgrid/${name}`, isUsed: ({ code }) => member(name).test(code) })),
  // A component that listens for no signal does not import them.
  { module: "@warpgrid/node-compat/signals", isUsed: ({ code }) => /(["'`])SIG(?:TERM|INT|HUP)\1/.test(code) },
  {
    module: "@warpgrid/node-compat/web/unicode-properties",
    isUsed: ({ code }) => Object.keys(propertiesInStrings(code)).length > 0,
    define: ({ code }) => ({ "globalThis.__unicodeProperties": JSON.stringify(propertiesInStrings(code)) }),
  },
];

/** @param {{ code: string, inputs: [string, unknown][] }} bundled */
export const featuresOf = (bundled) =>
  FEATURES.filter(({ isUsed }) => isUsed(bundled)).map(({ module, define }) => ({ module, define: define?.(bundled) ?? {} }));
