/**
 * What is known of names, in the order in which it is asked: the service registry, fixed
 * addresses, the databases' names, this machine, then the system's resolver.
 */
import { lookup, reverse } from "node:dns/promises";
import { isIP } from "node:net";
import { blake3 } from "@noble/hashes/blake3.js";
import { resolves, resolvesAddresses } from "../config/network.js";
import { warnOnce } from "../errors.js";
import { normal, sameAddress } from "./address.js";
import { canonical } from "./name.js";

/** Names here are never asked of the system's resolver. */
const SERVICE_DOMAIN = ".warp.local";
const LOOPBACK = ["127.0.0.1", "::1"];
/** 198.18.0.0/15 is set apart for tests of networks (RFC 2544) and leads to no machine. */
const MADE_UP = { first: 0xc6120000, count: 1 << 17 };
/** The most addresses of one answer. */
const MAX_ADDRESSES = 64;

/** As `warpgrid:shim/dns` has it: thrown as it is. @typedef {import("warpgrid:shim/dns").DnsError} DnsError */

/**
 * A name as it was found, null of a numeric address, and its addresses, best first.
 * @typedef {{ name: string | null, addresses: string[], own: boolean }} Found
 *   `own`: the configuration has the addresses, not the system's resolver
 */

export class Names {
  #config;
  /** How often each was asked for: an answer starts at the next address. @type {Map<string, number>} */
  #turns = new Map();
  /** Names of databases that stand for another server. @type {Map<string, string>} */
  #madeUp = new Map();
  /** Names that may be looked up whatever is granted, and what for. @type {Map<string, string>} */
  #own = new Map();
  /** @type {Map<string, { until: number, answer: Promise<string[]> }>} */
  #answers = new Map();
  /** When an address may go first again. @type {Map<string, number>} */
  #failed = new Map();

  /** @param {import("../config/index.js").Config} config */
  constructor(config) {
    this.#config = config;
    for (const { host, upstream } of config.databases) {
      if (isIP(host)) continue;
      if (config.shims.databaseProxy && upstream) this.#makeUp(host);
      else this.#own.set(host, upstream?.host.toLowerCase() ?? host);
    }
  }

  /** @param {string} name */
  #makeUp(name) {
    if (this.#madeUp.has(name)) return;
    const taken = new Set(this.#madeUp.values());
    const start = new DataView(blake3(new TextEncoder().encode(name)).buffer).getUint32(0);
    // Neither the first nor the last, which some take for a network's own.
    for (let step = 0; step < MADE_UP.count - 2; step++) {
      const offset = (((start + step) >>> 0) % (MADE_UP.count - 2)) + 1;
      const address = [24, 16, 8, 0].map((shift) => ((MADE_UP.first + offset) >>> shift) & 255).join(".");
      if (!taken.has(address)) return void this.#madeUp.set(name, address);
    }
  }

  /** The address that stands for a database's name. @param {string} name */
  madeUp(name) {
    return this.#madeUp.get(name);
  }

  /**
   * @param {string} question
   * @returns {Promise<Found>} throws a {@link DnsError}
   */
  async resolve(question) {
    const name = canonical(question);
    if (!name) throw "not-found";
    if (isIP(name)) return { name: null, addresses: [normal(name)], own: true };
    const known = this.#known(name);
    if (known) return { name, addresses: this.#inOrder(known), own: true };
    const complete = name.includes(".") || question.endsWith(".");
    const candidates = complete ? [name] : [...this.#config.dns.search.map((domain) => `${name}.${canonical(domain)}`), name];
    for (const candidate of candidates) {
      const asked = this.#own.get(candidate) ?? candidate;
      if (isIP(asked)) return { name: candidate, addresses: [normal(asked)], own: true };
      const known = this.#known(asked);
      if (known) return { name: candidate, addresses: this.#inOrder(known), own: true };
      if (asked.endsWith(SERVICE_DOMAIN)) continue;
      if (!this.#own.has(candidate) && !resolves(this.#config.network.connect, candidate)) {
        warnOnce(`the guest may not look \`${name}\` up; add it to [services] in warp.toml, or with its port to [network] connect`);
        throw "internal";
      }
      const addresses = await this.#ask(asked);
      if (addresses.length) return { name: candidate, addresses: this.#inOrder(addresses), own: false };
    }
    if (name.endsWith(SERVICE_DOMAIN)) warnOnce(`no such service: \`${name}\`; add it to [services] in warp.toml`);
    throw "not-found";
  }

  /**
   * The names of an address, best first.
   * @param {string} address
   * @returns {Promise<string[]>} throws a {@link DnsError}
   */
  async namesOf(address) {
    const of = (/** @type {Map<string, string[]>} */ names) =>
      [...names].filter(([, addresses]) => addresses.some((one) => sameAddress(one, address))).map(([name]) => name.toLowerCase());
    const names = [...of(this.#config.services), ...of(this.#config.dns.hosts)].sort();
    for (const [name, madeUp] of this.#madeUp) if (madeUp === address) names.push(name);
    if (names.length === 0 && (address.startsWith("127.") || address === "::1")) names.push("localhost");
    if (names.length === 0 && resolvesAddresses(this.#config.network.connect)) {
      names.push(...(await this.#inTime(reverse(address).catch(() => []))).slice(0, 1));
    }
    if (names.length === 0) throw "not-found";
    return names;
  }

  /**
   * Takes note of how a connection ended: an address that fails goes last for a while.
   * @param {string} address
   * @param {boolean} answered
   */
  connected(address, answered) {
    if (answered) this.#failed.delete(address);
    else this.#failed.set(address, Date.now() + this.#config.dns.failedTtl);
  }

  /** hosts(5), with all names that have addresses. */
  hostsFile() {
    const lines = ["127.0.0.1\tlocalhost", "::1\tlocalhost"];
    for (const names of [this.#config.services, this.#config.dns.hosts]) {
      for (const name of [...names.keys()].sort()) {
        for (const address of names.get(name) ?? []) lines.push(`${address}\t${name.toLowerCase()}`);
      }
    }
    return `${lines.join("\n")}\n`;
  }

  /** @param {string} name canonical */
  #known(name) {
    const turned = this.#turned("services", name) ?? this.#turned("hosts", name);
    if (turned) return turned;
    const madeUp = this.#madeUp.get(name);
    if (madeUp) return [madeUp];
    return name === "localhost" || name.endsWith(".localhost") ? LOOPBACK : undefined;
  }

  /**
   * @param {"services" | "hosts"} kind
   * @param {string} name
   */
  #turned(kind, name) {
    const names = kind === "services" ? this.#config.services : this.#config.dns.hosts;
    const found = [...names].find(([known]) => canonical(known) === name)?.[1];
    if (!found) return undefined;
    const key = `${kind} ${name}`;
    const turn = this.#turns.get(key) ?? 0;
    this.#turns.set(key, turn + 1);
    const at = turn % found.length;
    return [...found.slice(at), ...found.slice(0, at)].map(normal);
  }

  /** @param {string[]} addresses */
  #inOrder(addresses) {
    const fails = (/** @type {string} */ address) => (this.#failed.get(address) ?? 0) > Date.now();
    return [...addresses.filter((address) => !fails(address)), ...addresses.filter(fails)];
  }

  /**
   * The system's resolver; who asks the same meanwhile waits for the same answer.
   * @param {string} name
   * @returns {Promise<string[]>} none where the name does not exist
   */
  async #ask(name) {
    const kept = this.#answers.get(name);
    if (kept && kept.until > Date.now()) return this.#inTime(kept.answer);
    const { ttl, negativeTtl } = this.#config.dns;
    const entry = { until: Infinity, answer: addressesOf(name) };
    this.#answers.set(name, entry);
    entry.answer.then(
      (addresses) => (entry.until = Date.now() + (addresses.length ? ttl : negativeTtl)),
      () => this.#answers.delete(name),
    );
    return this.#inTime(entry.answer);
  }

  /**
   * @template T
   * @param {Promise<T>} answer
   * @returns {Promise<T>}
   */
  async #inTime(answer) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const late = new Promise((_, reject) => (timer = setTimeout(() => reject("timeout"), this.#config.dns.timeout)));
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }
}

/** What getaddrinfo says, as the contract has it. */
const CODES = new Map([
  ["ENOTFOUND", null],
  ["ENODATA", null],
  ["DNS_ENOTFOUND", null],
  ["DNS_ENODATA", null],
  ["EAI_AGAIN", "timeout"],
  ["DNS_ETIMEOUT", "timeout"],
]);

/**
 * @param {string} name
 * @returns {Promise<string[]>}
 */
async function addressesOf(name) {
  try {
    const found = await lookup(name, { all: true, verbatim: true });
    return [...new Set(found.map(({ address }) => normal(address.replace(/%.*$/, ""))))].slice(0, MAX_ADDRESSES);
  } catch (error) {
    const code = CODES.get(/** @type {{ code?: string }} */ (error).code ?? "");
    if (code === null) return [];
    throw code ?? "internal";
  }
}

/** The most addresses that one instance's memory holds, and names of each. */
const MAX_REMEMBERED = { addresses: 1024, names: 8 };

/**
 * What one instance resolved, so that a connection to an address finds what its names
 * stand for.
 */
export class ResolvedNames {
  /** The name that was resolved last is the last. @type {Map<string, string[]>} */
  #names = new Map();

  /** @param {Found} found */
  remember({ name, addresses }) {
    if (name === null) return;
    for (const address of addresses) {
      const others = (this.#names.get(address) ?? []).filter((known) => known !== name);
      this.#names.set(address, [...others, name].slice(-MAX_REMEMBERED.names));
      const [oldest] = this.#names.keys();
      if (this.#names.size > MAX_REMEMBERED.addresses) this.#names.delete(oldest);
    }
  }

  /** All names that an address was handed out for, the last one last. @param {string} address */
  of(address) {
    return this.#names.get(address) ?? [];
  }
}
