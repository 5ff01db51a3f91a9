/**
 * Where the connections to `[[database]]` go. `warp db-proxy` has the pools, logins and
 * TLS that the host of `warp run` has, so it is what stands behind them; without it a
 * guest speaks to the server itself.
 */
import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "smol-toml";
import { endpoint } from "./config/databases.js";
import { HostError, warnOnce } from "./errors.js";
import { normal } from "./names/address.js";
import { canonical } from "./names/name.js";

/** How long `warp db-proxy` may take to listen, in milliseconds. */
const START = 20_000;

/** What ends it with this process. */
const GUARD = fileURLToPath(new URL("guarded.js", import.meta.url));
/** Where `warp` is, if it is not on PATH. */
const VARIABLE = "WARPGRID_WARP";

/** @typedef {import("./config/databases.js").Database} Database */
/** @typedef {{ host: string, port: number }} Address */

export class Databases {
  #config;
  #names;
  #proxy;

  /**
   * @param {import("./config/index.js").Config} config
   * @param {import("./names/index.js").Names} names
   * @param {Proxy | null} proxy
   */
  constructor(config, names, proxy) {
    this.#config = config;
    this.#names = names;
    this.#proxy = proxy;
  }

  /**
   * @param {import("./config/index.js").Config} config
   * @param {import("./names/index.js").Names} names
   * @param {string | false | undefined} warp the program; false: none; undefined: where it is found
   * @returns {Promise<Databases>}
   */
  static async start(config, names, warp) {
    if (config.databases.length === 0 || !config.shims.databaseProxy) return new Databases(config, names, null);
    const found = warp === false ? null : (warp ?? (process.env[VARIABLE] || Bun.which("warp")));
    if (!found) {
      for (const database of config.databases) withoutProxy(database);
      return new Databases(config, names, null);
    }
    return new Databases(config, names, await Proxy.start(found, config));
  }

  /**
   * The database behind a name, or an address, and a port.
   * @param {string} host
   * @param {number} port
   * @param {import("./names/index.js").ResolvedNames} resolved what the guest means by an address
   * @returns {Database | undefined}
   */
  find(host, port, resolved) {
    const at = this.#config.databases.filter((database) => database.port === port);
    const named = (/** @type {string | null | undefined} */ name) => at.find((database) => database.host === name);
    if (!isIP(host)) return named(canonical(host));
    const address = normal(host);
    return (
      at.find((database) => this.#names.madeUp(database.host) === address) ??
      named(resolved.of(address).at(-1)) ??
      at.find((database) => isIP(database.host) && normal(database.host) === address)
    );
  }

  /**
   * Where to connect for it.
   * @param {Database} database
   * @returns {Promise<Address>} or a `DnsError`
   */
  async address(database) {
    const proxied = this.#proxy?.address(database);
    if (proxied) return proxied;
    const { host, port } = database.upstream ?? database;
    const { addresses } = await this.#names.resolve(host);
    return { host: addresses[0], port };
  }

  /** Ends what serves them. */
  async close() {
    await this.#proxy?.close();
  }
}

/**
 * Says what a guest will find there, or refuses what would be something else.
 * @param {Database} database
 */
function withoutProxy({ host, port, login, tls }) {
  const help = `put \`warp\` on PATH, or give serve's \`warp\` option or ${VARIABLE} its path`;
  if (tls !== undefined && tls !== "disable" && tls !== "prefer") {
    throw new HostError(`${host}:${port} asks for TLS (${tls}), which \`warp db-proxy\` does, and there is no \`warp\``, help);
  }
  const what = login ? "the login of warp.toml is not used: the guest's driver logs in by itself" : "the guest speaks to the server itself";
  warnOnce(`${host}:${port} has no pool and no TLS, and ${what}, because there is no \`warp\` here; ${help}`);
}

/** A running `warp db-proxy`. */
class Proxy {
  #process;
  #addresses;

  /**
   * @param {import("bun").Subprocess<"pipe">} process
   * @param {Map<string, Address>} addresses by `host:port`
   */
  constructor(process, addresses) {
    this.#process = process;
    this.#addresses = addresses;
  }

  /**
   * @param {string} warp
   * @param {import("./config/index.js").Config} config
   */
  static async start(warp, config) {
    const directory = join(tmpdir(), `warpgrid-bun-host-${randomUUID()}`);
    await mkdir(directory, { mode: 0o700 });
    try {
      const { text, env } = forProxy(config);
      const file = join(directory, "warp.toml");
      await writeFile(file, text, { mode: 0o600 });
      const process = Bun.spawn([globalThis.process.execPath, GUARD, warp, "db-proxy", "--json", "--config", file], {
        env: { ...globalThis.process.env, ...env },
        stdin: "pipe",
        stdout: "pipe",
        stderr: "pipe",
      });
      const said = heard(process.stderr);
      try {
        const addresses = await listening(process.stdout);
        said.passOn();
        return new Proxy(process, addresses);
      } catch {
        await process.stdin.end();
        throw new HostError(`\`${warp} db-proxy\` did not start: ${await said.text()}`, "mend what it says, or give `warp: false` to do without it");
      }
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  /** @param {Database} database */
  address({ host, port }) {
    return this.#addresses.get(`${host}:${port}`);
  }

  async close() {
    await this.#process.stdin.end();
    await this.#process.exited;
  }
}

/**
 * The sections that the proxy reads. Passwords go by its environment and not by a file.
 * @param {import("./config/index.js").Config} config
 */
function forProxy(config) {
  /** @type {Record<string, string>} */
  const env = {};
  const database = config.databases.map(({ section }, index) => {
    if (section.password === undefined) return section;
    const variable = `WARPGRID_DATABASE_${index}_PASSWORD`;
    env[variable] = section.password;
    const { password: _, ...others } = section;
    return { ...others, "password-env": variable };
  });
  const services = Object.fromEntries(config.services);
  const hosts = Object.fromEntries(config.dns.hosts);
  return { text: stringify({ database, services, dns: { hosts } }), env };
}

/**
 * The line that says where it listens.
 * @param {ReadableStream<Uint8Array>} output
 * @returns {Promise<Map<string, Address>>}
 */
async function listening(output) {
  const decoder = new TextDecoder();
  const reader = output.getReader();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error("it says nothing")), START)));
  let text = "";
  try {
    while (!text.includes("\n")) {
      const { done, value } = /** @type {{ done: boolean, value: Uint8Array }} */ (await Promise.race([reader.read(), late]));
      if (done) throw new Error("it has ended");
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    clearTimeout(timer);
  }
  /** @type {{ databases: { database: string, listen: string }[] }} */
  const { databases } = JSON.parse(text.slice(0, text.indexOf("\n")));
  return new Map(
    databases.map(({ database, listen }) => {
      const at = endpoint(listen);
      const named = endpoint(database);
      if (!at || !named) throw new Error(`${listen} is no address`);
      return [`${named.host}:${named.port}`, at];
    }),
  );
}

/**
 * What a program says: kept while it starts, for an error, and passed on from then on.
 * @param {ReadableStream<Uint8Array>} output
 */
function heard(output) {
  let text = "";
  let started = false;
  const decoder = new TextDecoder();
  const ended = (async () => {
    for await (const chunk of output) {
      if (started) process.stderr.write(chunk);
      else text += decoder.decode(chunk, { stream: true });
    }
  })();
  return {
    passOn() {
      started = true;
    },
    /** All of it, once the program has ended. */
    async text() {
      await ended;
      return text.trim();
    },
  };
}
