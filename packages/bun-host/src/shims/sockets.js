/** `warpgrid:shim/sockets`: which endpoints are proxied, and readiness. */
import { attempt, MAX_RECV } from "./database-proxy.js";

/** The most connections that one `wait` may name. */
const MAX_WAIT = 4096;

/** @param {import("../instance.js").Scope} scope */
export function sockets({ host, connections, resolved, waits, wasi }) {
  return {
    /**
     * @param {string} name
     * @param {number} port
     * @returns {import("warpgrid:shim/database-proxy").DbConfig | undefined}
     */
    route(name, port) {
      const found = host.databases.find(name, port, resolved);
      if (!found) return undefined;
      const { protocol, host: hostname, database, poolSize } = found;
      return { protocol, host: hostname, port: found.port, database, poolSize };
    },
    /**
     * @param {bigint} handle
     * @param {number} max
     */
    tryRecv(handle, max) {
      const connection = connections.get(handle);
      if (!connection) throw "closed";
      const data = attempt(() => connection.read(Math.min(max, MAX_RECV)));
      return data === null ? new Uint8Array() : data;
    },
    /**
     * @param {BigUint64Array} handles
     * @param {bigint | undefined} timeoutNs
     */
    async wait(handles, timeoutNs) {
      if (handles.length > MAX_WAIT) throw new Error(`a wait on ${handles.length} connections; at most ${MAX_WAIT} are allowed`);
      const all = [...handles].map((handle) => connections.get(handle));
      const ready = () => all.findIndex((connection) => !connection || connection.readable());
      if (ready() >= 0) return ready();
      if (all.length === 0 && timeoutNs === undefined) return 0;
      /** @type {ReturnType<typeof setTimeout> | undefined} */
      let timer;
      const waiting = all.map((connection) => connection?.whenReadable());
      if (timeoutNs !== undefined) {
        waiting.push(new Promise((resolve) => (timer = setTimeout(resolve, Math.min(Number(timeoutNs) / 1e6, 0x7fffffff)))));
      }
      await waits(Promise.race(waiting)).finally(() => clearTimeout(timer));
      const index = ready();
      return index < 0 ? all.length : index;
    },
    /** @param {bigint} handle */
    subscribe(handle) {
      const connection = connections.get(handle);
      return wasi.io.pollableCreate({
        // Who cannot send waits for this, too: the other end takes more once it is read.
        ready: () => !connection || connection.readable(),
        wait: () => connection?.whenReadable(),
      });
    },
  };
}
