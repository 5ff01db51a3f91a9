/** What one instance imports: WASI by preview2-shim, the contract by the shims. */
import { databaseProxy } from "./shims/database-proxy.js";
import { dnsReverse } from "./shims/dns-reverse.js";
import { dns } from "./shims/dns.js";
import { filesystem } from "./shims/filesystem.js";
import { signals } from "./shims/signals.js";
import { sockets as shimSockets } from "./shims/sockets.js";
import { threading } from "./shims/threading.js";
import { HostError } from "./errors.js";
import { sockets } from "./wasi/tcp.js";

/** Each shim's interfaces, and the key of `[shims]` that turns it off. */
const SHIMS = [
  { key: "filesystem", on: "filesystem", interfaces: { filesystem } },
  { key: "dns", on: "dns", interfaces: { dns, "dns-reverse": dnsReverse } },
  { key: "database-proxy", on: "databaseProxy", interfaces: { "database-proxy": databaseProxy, sockets: shimSockets } },
  { key: "signals", on: "signals", interfaces: { signals } },
  { key: "threading", on: "threading", interfaces: { threading } },
];

/**
 * @param {import("./instance.js").Scope} scope
 * @returns {Record<string, object>} by interface, without versions
 */
export function imports(scope) {
  const { host, wasi } = scope;
  /** @type {Record<string, object>} */
  const all = { ...sockets(scope) };
  const { environment, ...cli } = wasi.cli.createCli({
    environment: Object.fromEntries(host.env),
    initialCwd: "/",
    stdout: host.output("stdout"),
    stderr: host.output("stderr"),
  });
  add(all, "cli", { ...cli, environment });
  add(all, "clocks", wasi.clocks);
  add(all, "random", wasi.random);
  add(all, "io", { ...wasi.io, poll: { ...wasi.io.poll, poll: poller(scope) } });
  add(all, "http", { types: wasi.http.types, outgoingHandler: host.outgoing });
  add(all, "filesystem", host.directories(scope));
  for (const { on, interfaces } of SHIMS) {
    if (!host.config.shims[/** @type {keyof import("./config/index.js").Config["shims"]} */ (on)]) continue;
    for (const [name, make] of Object.entries(interfaces)) all[`warpgrid:shim/${name}`] = make(scope);
  }
  return all;
}

/**
 * @param {Record<string, object>} all
 * @param {string} name of the package
 * @param {Record<string, any>} namespaces
 */
function add(all, name, namespaces) {
  for (const [key, namespace] of Object.entries(namespaces)) {
    if (typeof namespace !== "object" || namespace === null) continue;
    all[`wasi:${name}/${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`] = namespace;
  }
}

/**
 * `wasi:io/poll.poll`. What is ready is told after the event loop has had its turn: a
 * guest that always has something ready would keep all others from running.
 * @param {import("./instance.js").Scope} scope
 */
function poller({ waits }) {
  /** @typedef {{ ready(): boolean, block(): Promise<void> }} Pollable */
  const ready = (/** @type {Pollable[]} */ list) => {
    const found = [];
    for (let index = 0; index < list.length; index++) if (list[index].ready()) found.push(index);
    return new Uint32Array(found);
  };
  return async (/** @type {Pollable[]} */ list) => {
    if (list.length === 0) throw new Error("a poll of nothing");
    const now = ready(list);
    if (now.length > 0) {
      await waits(new Promise((resolve) => setImmediate(resolve)));
      return ready(list);
    }
    await waits(Promise.race(list.map((pollable) => pollable.block())));
    return ready(list);
  };
}

/**
 * Refuses a component that imports what it would not get.
 * @param {string} path of the component
 * @param {string[]} wanted
 * @param {Record<string, object>} given
 */
export function check(path, wanted, given) {
  for (const name of wanted) {
    if (Object.hasOwn(given, name)) continue;
    const shim = SHIMS.find(({ interfaces }) => Object.keys(interfaces).some((one) => name === `warpgrid:shim/${one}`));
    if (shim) throw new HostError(`${path} imports ${name}, which is off`, `remove \`${shim.key} = false\` from [shims]`);
    throw new HostError(`${path} imports ${name}, which this host does not provide`, "run it by `warp run`");
  }
}
