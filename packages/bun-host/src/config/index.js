/** `warp.toml`, with the keys and defaults that the host of `warp run` has. */
import { readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { HostError, reason } from "../errors.js";
import { table, textMap } from "./check.js";
import { databases } from "./databases.js";
import { rules } from "./network.js";
import { virtualFiles } from "./files.js";
import { addresses, boolean, bytes, count, duration, list, text } from "./values.js";

/**
 * @typedef {object} Config
 * @property {{ filesystem: boolean, dns: boolean, databaseProxy: boolean, signals: boolean, threading: boolean }} shims
 * @property {import("./databases.js").Database[]} databases
 * @property {Map<string, string[]>} services
 * @property {{ ttl: number, negativeTtl: number, failedTtl: number, timeout: number, search: string[], hosts: Map<string, string[]> }} dns
 *   times in milliseconds
 * @property {{ timezone: string | undefined, files: Map<string, Uint8Array> }} filesystem
 * @property {{ connect: import("./network.js").Rule[], listen: import("./network.js").Rule[] }} network
 * @property {Map<string, string>} directories what the guest calls them, and where they are
 * @property {Limits} limits
 * @property {Map<string, string>} env
 */

/**
 * Times in milliseconds, sizes in bytes.
 * @typedef {object} Limits
 * @property {number} instances
 * @property {number} queue
 * @property {number} connections
 * @property {number} body
 * @property {number} requestTimeout
 * @property {number} responseTimeout
 * @property {number} shutdownTimeout
 * @property {number} reuse
 * @property {number} idleTimeout
 */

/** As the file has them, without a check: to be changed and given to `serve`. */
export const DEFAULT_FILE = "warp.toml";

/**
 * The configuration as an object, as it stands in the file: to change it for a test.
 * Relative paths in it are made absolute.
 * @param {string} [path]
 * @returns {Promise<Record<string, any>>}
 */
export async function readConfig(path = DEFAULT_FILE) {
  const contents = await readFile(path, "utf8").catch((error) => {
    throw new HostError(`cannot read ${path}: ${reason(error)}`, "name a file, or give the configuration as an object", {
      cause: error,
    });
  });
  let parsed;
  try {
    parsed = /** @type {Record<string, any>} */ (Bun.TOML.parse(contents));
  } catch (error) {
    throw new HostError(`${path} is no TOML: ${reason(error)}`, "mend it; `warp run` shows the place", { cause: error });
  }
  return absolute(parsed, dirname(resolve(path)));
}

/**
 * @param {string | Record<string, any> | undefined} given a path, or what a file holds;
 *   without it the working directory's `warp.toml`, where there is one
 * @returns {Promise<Config>}
 */
export async function loadConfig(given) {
  if (typeof given === "string") return checked(await readConfig(given), given);
  if (given !== undefined) return checked(absolute(given, process.cwd()), "the configuration");
  const there = await stat(DEFAULT_FILE).catch(() => null);
  return checked(there ? await readConfig() : {}, DEFAULT_FILE);
}

/**
 * @param {Record<string, any>} raw
 * @param {string} name what errors call it
 * @returns {Promise<Config>}
 */
async function checked(raw, name) {
  const of = table(name, raw, {
    package: (/** @type {unknown} */ value) => value,
    shims: table.of({ filesystem: boolean, dns: boolean, "database-proxy": boolean, signals: boolean, threading: boolean }),
    database: list((value, key) => value),
    services: textMap(addresses),
    dns: table.of({
      ttl: duration,
      "negative-ttl": duration,
      "failed-ttl": duration,
      timeout: duration,
      search: list(text),
      hosts: textMap(addresses),
    }),
    filesystem: table.of({ timezone: text, files: textMap((value) => value) }),
    network: table.of({ connect: list(text), listen: list(text) }),
    directories: textMap(text),
    limits: table.of({
      memory: bytes,
      "total-memory": bytes,
      instances: count,
      queue: count,
      clients: count,
      connections: count,
      "total-connections": count,
      handles: count,
      body: bytes,
      "request-timeout": duration,
      "response-timeout": duration,
      "shutdown-timeout": duration,
      reuse: count,
      "idle-timeout": duration,
    }),
    env: textMap(text),
  });
  const { shims = {}, dns = {}, limits = {}, network = {}, filesystem = {} } = of;
  for (const key of ["instances", "reuse", "request-timeout", "response-timeout"]) {
    if (limits[key] === 0) throw new HostError(`${name}: limits.${key} is zero`, "give a positive value, or remove it for the default");
  }
  const env = of.env ?? new Map();
  const seconds = (/** @type {number | undefined} */ value, /** @type {number} */ fallback) => value ?? fallback * 1000;
  return {
    shims: {
      filesystem: shims.filesystem ?? true,
      dns: shims.dns ?? true,
      databaseProxy: shims["database-proxy"] ?? true,
      signals: shims.signals ?? true,
      threading: shims.threading ?? true,
    },
    databases: databases(name, of.database ?? [], env),
    services: of.services ?? new Map(),
    dns: {
      ttl: seconds(dns.ttl, 30),
      negativeTtl: seconds(dns["negative-ttl"], 5),
      failedTtl: seconds(dns["failed-ttl"], 10),
      timeout: seconds(dns.timeout, 5),
      search: dns.search ?? [],
      hosts: dns.hosts ?? new Map(),
    },
    filesystem: { timezone: filesystem.timezone, files: await virtualFiles(name, filesystem.files ?? new Map()) },
    network: { connect: rules(name, "connect", network.connect ?? []), listen: rules(name, "listen", network.listen ?? []) },
    directories: of.directories ?? new Map(),
    limits: {
      instances: limits.instances ?? 64,
      queue: limits.queue ?? 1024,
      connections: limits.connections ?? 64,
      body: limits.body ?? 64 * 1024 * 1024,
      requestTimeout: seconds(limits["request-timeout"], 30),
      responseTimeout: seconds(limits["response-timeout"], 300),
      shutdownTimeout: seconds(limits["shutdown-timeout"], 10),
      reuse: limits.reuse ?? 1,
      idleTimeout: seconds(limits["idle-timeout"], 10),
    },
    env,
  };
}

/** Keys whose values are paths of `[[database]]`. */
const DATABASE_PATHS = ["password-file", "tls-ca", "tls-cert", "tls-key"];

/**
 * A copy whose relative paths are those of a folder.
 * @param {Record<string, any>} raw
 * @param {string} folder
 */
function absolute(raw, folder) {
  const copy = structuredClone(raw);
  const at = (/** @type {any} */ of, /** @type {string} */ key) => {
    if (of && typeof of[key] === "string") of[key] = resolve(folder, of[key]);
  };
  for (const database of Array.isArray(copy.database) ? copy.database : []) {
    for (const key of DATABASE_PATHS) at(database, key);
  }
  for (const file of Object.values(copy.filesystem?.files ?? {})) at(file, "path");
  for (const name of Object.keys(copy.directories ?? {})) at(copy.directories, name);
  return copy;
}
