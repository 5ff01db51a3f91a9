/** A connection to a database whose sessions the host pools and authenticates. */
import { close, connect, send } from "warpgrid:shim/database-proxy";
import { subscribe, tryRecv } from "warpgrid:shim/sockets";
import { hostCode } from "../errors.js";
import { socketError } from "./transport.js";

/** What is sent at once: each call copies all that it is given. */
const WRITE_SIZE = 65536;

/**
 * Waits in the host until the pool has a connection.
 * @param {import("warpgrid:shim/database-proxy").DbConfig} config
 * @returns {import("./transport.js").Transport}
 */
export function connectProxied(config) {
  const about = { address: config.host, port: config.port };
  /**
   * @template T
   * @param {string} syscall
   * @param {() => T} call
   */
  const attempt = (syscall, call) => {
    try {
      return call();
    } catch (error) {
      throw socketError(hostCode(error), syscall, about);
    }
  };
  const connection = attempt("connect", () => connect(config));
  /** @type {import("wasi:io/poll").Pollable | undefined} */
  let pollable;
  let open = true;
  const readable = () => (pollable ??= subscribe(connection));
  return {
    proxied: true,
    writesWhenRead: true,
    local: null,
    remote: { address: config.host, port: config.port, family: config.host.includes(":") ? "IPv6" : "IPv4" },
    read(max) {
      const data = attempt("read", () => tryRecv(connection, max));
      return data === undefined ? undefined : data.length ? data : null;
    },
    write: (data) => attempt("write", () => send(connection, data.length > WRITE_SIZE ? data.subarray(0, WRITE_SIZE) : data)),
    readable,
    writable: readable,
    end() {},
    close() {
      if (!open) return;
      open = false;
      pollable?.[Symbol.dispose]();
      close(connection);
    },
  };
}
