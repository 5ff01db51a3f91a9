// What costs something, and is added to programs that use it.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { usesCiphers, usesKeyPairs, usesWebAes, usesWebKeyPairs, usesWebSecrets } from "./crypto-features.mjs";
import { propertiesInStrings } from "./lower-regex.mjs";

/** `warpgrid.dns.resolve`, or the whole of `warpgrid`. */
const member = (name) => new RegExp(`\\bwarpgrid\\s*\\??\\.\\s*${name}\\b|[=(,]\\s*(?:globalThis\\s*\\.\\s*)?warpgrid\\s*[;,)\\n]`);

const FEATURES = [
  ...["database", "dns", "fs"].map((name) => ({ module: `@warpgrid/node-compat/warpgrid/${name}`, isUsed: ({ code }) => member(name).test(code) })),
  // `await` is made to call `then`, which the module replaces.
  { module: "@warpgrid/node-compat/async-propagation", isUsed: keepsStores, supported: { "async-await": false, "async-generator": false, "for-await": false } },
  { module: "@warpgrid/node-compat/crypto/with-ciphers", isUsed: ({ texts }) => usesCiphers(texts) },
  { module: "@warpgrid/node-compat/crypto/with-key-pairs", isUsed: ({ texts }) => usesKeyPairs(texts) },
  { module: "@warpgrid/node-compat/crypto/with-web-secrets", isUsed: ({ texts }) => usesWebSecrets(texts) },
  { module: "@warpgrid/node-compat/crypto/with-web-aes", isUsed: ({ texts }) => usesWebAes(texts) },
  { module: "@warpgrid/node-compat/crypto/with-web-key-pairs", isUsed: ({ texts }) => usesWebKeyPairs(texts) },
  // A component that listens for no signal does not import them.
  { module: "@warpgrid/node-compat/signals", isUsed: ({ code }) => /(["'`])SIG(?:TERM|INT|HUP)\1/.test(code) },
  {
    module: "@warpgrid/node-compat/web/unicode-properties",
    isUsed: ({ code }) => Object.keys(propertiesInStrings(code)).length > 0,
    define: ({ code }) => ({ "globalThis.__unicodeProperties": JSON.stringify(propertiesInStrings(code)) }),
  },
];

/** Whether a file that is not node-compat's imports AsyncLocalStorage. */
async function keepsStores({ inputs, project }) {
  for (const [file, { imports }] of inputs) {
    if (!imports.some(({ original }) => /^(node:)?async_hooks$/.test(original ?? ""))) continue;
    if (!file.includes("node-compat/") && /\bAsyncLocalStorage\b/.test(await readFile(join(project, file), "utf8"))) return true;
  }
  return false;
}

/** What the program's files and its packages' say. */
async function textsOf({ inputs, project }) {
  const files = inputs.map(([file]) => file).filter((file) => !file.includes("node-compat/") && /\.[cm]?[jt]sx?$/.test(file));
  return Promise.all(files.map((file) => readFile(join(project, file), "utf8").catch(() => "")));
}

/** @param {{ code: string, project: string, inputs: [string, { imports: { original?: string }[] }][] }} bundled */
export async function featuresOf(bundled) {
  const whole = { ...bundled, texts: await textsOf(bundled) };
  const used = await Promise.all(FEATURES.map(({ isUsed }) => isUsed(whole)));
  return FEATURES.filter((_, i) => used[i]).map(({ module, supported, define }) => ({ module, supported, define: define?.(whole) ?? {} }));
}
