/** A byte stream to a database whose sessions the host pools and authenticates. */
import { route } from "warpgrid:shim/sockets";
import { watch } from "../loop.js";
import { connectProxied } from "../net/proxied.js";
import { READ_SIZE } from "../net/transport.js";

/** @typedef {"postgres" | "mysql" | "redis"} Protocol */

/** @type {Record<Protocol, number>} */
const PORTS = { postgres: 5432, mysql: 3306, redis: 6379 };

export class Connection {
  #transport;
  #unwatch = () => {};
  #wake = () => {};
  #open = true;
  /** What came while something was sent. @type {Uint8Array[]} */
  #ahead = [];
  #ended = false;
  /** One `send` goes after the other. */
  #sent = Promise.resolve();

  /** @param {import("../net/transport.js").Transport} transport */
  constructor(transport) {
    this.#transport = transport;
  }

  /**
   * Sends all of it.
   * @param {Uint8Array} data
   * @returns {Promise<void>}
   */
  send(data) {
    const sent = this.#sent.then(() => this.#send(data));
    this.#sent = sent.catch(() => {});
    return sent;
  }

  /** @param {Uint8Array} data */
  async #send(data) {
    while (data.length) {
      if (!this.#open) throw closed();
      const taken = this.#transport.write(data);
      data = data.subarray(taken);
      // The host takes nothing before what it has sent is read.
      if (taken === 0 && !this.#readAhead()) await this.#ready();
    }
  }

  /** Whether something had come. */
  #readAhead() {
    if (this.#ended) throw closed();
    const data = this.#transport.read(READ_SIZE);
    if (data) this.#ahead.push(data);
    if (data === null) this.#ended = true;
    this.#wake();
    return data !== undefined;
  }

  /**
   * Waits for bytes.
   * @param {number} [max]
   * @returns {Promise<Uint8Array | null>} `null` at the end
   */
  async recv(max = READ_SIZE) {
    for (;;) {
      const [first] = this.#ahead;
      if (first) {
        if (first.length > max) this.#ahead[0] = first.subarray(max);
        else this.#ahead.shift();
        return first.subarray(0, max);
      }
      if (this.#ended || !this.#open) return null;
      const data = this.#transport.read(max);
      if (data !== undefined) return data;
      await this.#ready();
    }
  }

  #ready() {
    const former = this.#wake;
    return new Promise((resolve) => {
      this.#unwatch();
      this.#unwatch = watch(this.#transport.readable(), () => this.#wake());
      this.#wake = () => {
        this.#unwatch();
        this.#wake = () => {};
        former();
        resolve(undefined);
      };
    });
  }

  close() {
    if (!this.#open) return;
    this.#open = false;
    this.#wake();
    this.#transport.close();
  }

  [Symbol.dispose]() {
    this.close();
  }
}

const closed = () => Object.assign(new Error("the connection is closed"), { code: "ECONNRESET" });

/**
 * @param {{ host: string, port?: number, protocol?: Protocol, database?: string }} endpoint
 */
export async function connect({ host, port, protocol, database }) {
  const at = port ?? (protocol ? PORTS[protocol] : undefined);
  if (at === undefined) throw new TypeError("a database is named by its host and its port, or its host and its protocol");
  const found = route(host, at);
  if (!found) {
    throw Object.assign(new Error(`${host}:${at} is no database of the host's: add a [[database]] with this host and port to warp.toml`), { code: "ENOTFOUND" });
  }
  if (protocol && found.protocol !== protocol) throw new TypeError(`${host}:${at} is a ${found.protocol} database, not ${protocol}`);
  return new Connection(connectProxied(database === undefined ? found : { ...found, database }));
}
