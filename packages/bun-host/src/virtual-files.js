/** What guests find at which path, beside their own files. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { HostError } from "./errors.js";

/** The system's time zone database, as guests find it, too. */
const ZONES = "/usr/share/zoneinfo";
/** The certificates that the system trusts. */
const ROOTS = "/etc/ssl/certs/ca-certificates.crt";
/** How many bytes one read of a random device gives. */
const RANDOM_BYTES = 256;
/** wasi-libc's getpid gives this number. */
const PID = 42;
/** What `[limits] memory` is by default, in bytes. */
const MEMORY = 256 * 1024 * 1024;
const PAGE = 64 * 1024;
/** What else stands among the zones. */
const NO_ZONES = /^\/(posix|right)\/|\.(tab|list|zi)$|^\/(\+VERSION|leapseconds|localtime|posixrules)$/;

const encoder = new TextEncoder();

export class VirtualFiles {
  /** @type {Map<string, () => Uint8Array>} */
  #files = new Map();
  /** @type {Set<string>} */
  #directories = new Set();

  /**
   * @param {import("./config/index.js").Config} config
   * @param {import("./names/index.js").Names} names
   * @param {Map<string, string>} env the guest's
   */
  constructor(config, names, env) {
    const zone = config.filesystem.timezone ?? "UTC";
    const zones = zoneFiles();
    const localtime = zones.get(`${ZONES}/${zone}`);
    if (!localtime && config.filesystem.timezone) {
      throw new HostError(`there is no time zone \`${zone}\``, "name one of /usr/share/zoneinfo; on Debian the package tzdata has it");
    }
    const text = (/** @type {() => string} */ of) => () => encoder.encode(of());
    const random = () => crypto.getRandomValues(new Uint8Array(RANDOM_BYTES));
    const own = Object.entries({
      "/dev/null": () => new Uint8Array(),
      "/dev/random": random,
      "/dev/urandom": random,
      "/etc/hosts": text(() => names.hostsFile()),
      "/etc/resolv.conf": text(() => resolvConf(config.dns.search)),
      "/etc/timezone": text(() => `${zone}\n`),
      "/etc/localtime": localtime ?? (() => new Uint8Array()),
      [ROOTS]: text(() => (existsSync(ROOTS) ? readFileSync(ROOTS, "utf8") : `${rootCertificates.join("\n")}\n`)),
      ...Object.fromEntries(Object.entries(process(env)).map(([name, of]) => [`/proc/self/${name}`, text(of)])),
    });
    for (const [path, content] of [...zones, ...own]) this.#add(path, content);
    for (const [path, content] of config.filesystem.files) this.#add(path, () => content.slice());
  }

  /**
   * @param {string} path
   * @param {() => Uint8Array} content
   */
  #add(path, content) {
    this.#files.set(path, content);
    this.#directories.add("/");
    for (let end = path.indexOf("/", 1); end > 0; end = path.indexOf("/", end + 1)) this.#directories.add(path.slice(0, end));
  }

  /** @param {string} path */
  read(path) {
    return this.#files.get(path)?.();
  }

  /** @param {string} path */
  has(path) {
    return this.#files.has(path) || this.#directories.has(path);
  }

  /** In lexical order. */
  paths() {
    return [...this.#files.keys()].sort();
  }
}

/** @type {Map<string, () => Uint8Array> | undefined} */
let zoneCache;

/** The system's zones; a system without them has none. */
function zoneFiles() {
  if (zoneCache) return zoneCache;
  zoneCache = new Map();
  const entries = existsSync(ZONES) ? readdirSync(ZONES, { recursive: true, withFileTypes: true }) : [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory() || NO_ZONES.test(path.slice(ZONES.length))) continue;
    zoneCache.set(path, () => new Uint8Array(readFileSync(path)));
  }
  return zoneCache;
}

/**
 * resolv.conf(5). No name server answers there: a guest's look-ups are the host's.
 * @param {string[]} search
 */
function resolvConf(search) {
  const text = "# Names are resolved by the host, through getaddrinfo.\nnameserver 127.0.0.1\n";
  return search.length ? `${text}search ${search.join(" ")}\noptions ndots:1\n` : text;
}

/**
 * `/proc/self`: what an instance can learn of itself, proc_pid_*(5).
 * @param {Map<string, string>} env
 * @returns {Record<string, () => string>}
 */
function process(env) {
  const pages = MEMORY / PAGE;
  const kib = MEMORY / 1024;
  const size = String(MEMORY).padEnd(21);
  return {
    cgroup: () => "0::/\n",
    cmdline: () => "",
    comm: () => "guest\n",
    environ: () => [...env].map(([name, value]) => `${name}=${value}\0`).join(""),
    limits: () =>
      `${"Limit".padEnd(26)}${"Soft Limit".padEnd(21)}${"Hard Limit".padEnd(21)}${"Units".padEnd(10)}\n` +
      `${"Max address space".padEnd(26)}${size}${size}${"bytes".padEnd(10)}\n`,
    mounts: () => "warpgrid / warpgrid ro 0 0\n",
    stat: () => `${PID} (guest) R 1 ${PID} ${PID} 0 -1 0${" 0".repeat(8)} 20 0 1 0 0 ${MEMORY} ${pages}\n`,
    statm: () => `${pages} ${pages} 0 0 0 ${pages} 0\n`,
    status: () =>
      `Name:\tguest\nState:\tR (running)\nTgid:\t${PID}\nPid:\t${PID}\nPPid:\t1\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n` +
      `VmPeak:\t${kib} kB\nVmSize:\t${kib} kB\nVmHWM:\t${kib} kB\nVmRSS:\t${kib} kB\nThreads:\t1\n`,
  };
}
