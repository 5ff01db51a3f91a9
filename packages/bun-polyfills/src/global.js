/** The global `Bun`, which the generated module `bun` fills. */
import { unsupported } from "@warpgrid/node-compat/errors";

const Bun = {};

Object.defineProperty(globalThis, "Bun", { value: Bun, writable: true, configurable: true, enumerable: false });

/** @param {Record<string, unknown>} names */
export function add(names) {
  for (const name of Object.keys(names)) {
    // Some are made when they are asked for.
    Object.defineProperty(Bun, name, { get: () => names[name], set: (value) => void (names[name] = value), enumerable: true, configurable: true });
  }
}

/**
 * What says that it is not there as soon as it is used.
 * @param {string} name
 * @param {boolean} shown whether the global has it
 * @returns {any}
 */
export function absent(name, shown) {
  const refuse = () => {
    throw unsupported(`Bun.${name}`, "docs/domains/bun.md says what there is");
  };
  /** @type {ProxyHandler<any>} */
  const handler = { apply: refuse, construct: refuse, get: (target, key) => (typeof key === "symbol" || key in target ? Reflect.get(target, key) : refuse()) };
  const stub = new Proxy(function () {}, handler);
  if (shown) add({ [name]: stub });
  return stub;
}
