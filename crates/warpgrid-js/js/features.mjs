// What costs something, and is added to programs that use it.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { usesCiphers, usesKeyPairs, usesWebAes, usesWebKeyPairs, usesWebSecrets } from "./crypto-features.mjs";
import { propertiesInStrings } from "./lower-regex.mjs";
import { belongsToUs } from "./own-files.mjs";

/** `warpgrid.dns.resolve`, or the whole of `warpgrid`. */
const member = (name) => new RegExp(`\\bwarpgrid\\s*\\??\\.\\s*${name}\\b|[=(,]\\s*(?:globalThis\\s*\\.\\s*)?warpgrid\\s*[;,)\\n]`);

/** By `code`, the bundle's, or by the program's own `inputs` and their `texts`. */
const FEATURES = [
  ...["database", "dns", "fs"].map((name) => ({ module: `@warpgrid/node-compat/warpgrid/${name}`, isUsed: ({ code }) => member(name).test(code) })),
  // `await` is made to call `then`, which the module replaces.
  { module: "@warpgrid/node-compat/async-propagation", isOfSources: true, isUsed: keepsStores, supported: { "async-await": false, "async-generator": false, "for-await": false } },
  { module: "@warpgrid/node-compat/crypto/with-ciphers", isOfSources: true, isUsed: ({ texts }) => usesCiphers(texts) },
  { module: "@warpgrid/node-compat/crypto/with-key-pairs", isOfSources: true, isUsed: ({ texts }) => usesKeyPairs(texts) },
  { module: "@warpgrid/node-compat/crypto/with-web-secrets", isOfSources: true, isUsed: ({ texts }) => usesWebSecrets(texts) },
  { module: "@warpgrid/node-compat/crypto/with-web-aes", isOfSources: true, isUsed: ({ texts }) => usesWebAes(texts) },
  { module: "@warpgrid/node-compat/crypto/with-web-key-pairs", isOfSources: true, isUsed: ({ texts }) => usesWebKeyPairs(texts) },
  // A component that listens for no signal does not import them.
  { module: "@warpgrid/node-compat/signals", isUsed: ({ code }) => /(["'`])SIG(?:TERM|INT|HUP)\1/.test(code) },
  {
    module: "@warpgrid/node-compat/web/unicode-properties",
    isUsed: ({ code }) => Object.keys(propertiesInStrings(code)).length > 0,
    define: ({ code }) => ({ "globalThis.__unicodeProperties": JSON.stringify(propertiesInStrings(code)) }),
  },
];

/** Whether a file imports AsyncLocalStorage. */
function keepsStores({ inputs, texts }) {
  const imports = ([, { imports }]) => imports.some(({ original }) => /^(node:)?async_hooks$/.test(original ?? ""));
  return inputs.some((input, i) => imports(input) && /\bAsyncLocalStorage\b/.test(texts[i]));
}

/**
 * @param {{ code: string, inputs: [string, { imports: { original?: string }[] }][] }} bundled
 * @param {{ project: string, compat: string }} question
 */
export async function featuresOf({ code, inputs }, { project, compat }) {
  const isOfUs = await belongsToUs({ project, compat });
  const own = inputs.filter(([file]) => /\.[cm]?[jt]sx?$/.test(file) && !isOfUs(file));
  const texts = await Promise.all(own.map(([file]) => readFile(join(project, file), "utf8").catch(() => "")));
  const whole = { code, inputs: own, texts };
  const used = FEATURES.filter(({ isUsed }) => isUsed(whole));
  return used.map(({ module, supported, define, isOfSources }) => ({ module, supported, isOfSources, define: define?.(whole) ?? {} }));
}
