// Stands for what of node-compat touches the host, so that the polyfills run in Bun
// itself: `bun test --preload ./tests/host.js`.
import net from "node:net";
import util from "node:util";
import { plugin } from "bun";

/** As node-compat's, over a socket of Node's. */
class Connection {
  #socket;
  /** @type {Uint8Array[]} */
  #chunks = [];
  #ended = false;
  #wake = () => {};

  constructor(socket) {
    this.#socket = socket;
    socket.on("data", (data) => {
      // No more at once than node-compat reads.
      for (let at = 0; at < data.length; at += 65536) this.#chunks.push(data.subarray(at, at + 65536));
      this.#wake();
    });
    for (const name of ["end", "close", "error"]) socket.on(name, () => ((this.#ended = true), this.#wake()));
  }
  send(data) {
    return new Promise((resolve, reject) => this.#socket.write(Uint8Array.from(data), (error) => (error ? reject(error) : resolve())));
  }
  async recv() {
    while (!this.#chunks.length && !this.#ended) await new Promise((resolve) => (this.#wake = resolve));
    return this.#chunks.shift() ?? null;
  }
  close() {
    this.#ended = true;
    this.#wake();
    this.#socket.destroy();
  }
}

const connect = ({ host, port }) =>
  new Promise((resolve, reject) => {
    const socket = net.connect({ host, port });
    socket.once("connect", () => resolve(new Connection(socket)));
    socket.once("error", reject);
  });

const stands = {
  process: { default: process, ...process, env: process.env },
  globals: {},
  util: { ...util },
  "warpgrid/connection": { connect },
  "http/fetch": { fetch },
};

plugin({
  name: "host",
  setup(build) {
    for (const [name, exports] of Object.entries(stands)) build.module(`@warpgrid/node-compat/${name}`, () => ({ exports, loader: "object" }));
  },
});
