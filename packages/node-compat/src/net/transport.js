/**
 * What a socket is made of: a byte stream to the host that never waits.
 *
 * @typedef {object} Transport
 * @property {(max: number) => Uint8Array | null | undefined} read what has come;
 *   `null` is the end of the stream, `undefined` that nothing has come yet
 * @property {(data: Uint8Array) => number} write how many bytes were taken from the front
 * @property {() => import("wasi:io/poll").Pollable} readable ready when `read` has an answer
 * @property {() => import("wasi:io/poll").Pollable} writable ready when `write` takes something
 * @property {boolean} writesWhenRead whether `write` may have to wait for `read`
 * @property {() => void} end nothing more is written
 * @property {() => void} close
 * @property {Endpoint | null} local
 * @property {Endpoint | null} remote
 * @property {boolean} proxied whether the host has the connection, and TLS with it
 *
 * @typedef {{ address: string, port: number, family: "IPv4" | "IPv6" }} Endpoint
 */

import { systemError } from "../errors.js";

/** How many bytes are read at once. */
export const READ_SIZE = 65536;

/** What errors of the host's, by either interface, are called in Node. */
const CODES = /** @type {Record<string, string>} */ ({
  // warpgrid:shim/database-proxy
  "connection-refused": "ECONNREFUSED",
  timeout: "ETIMEDOUT",
  "protocol-error": "ECONNRESET",
  "pool-exhausted": "EMFILE",
  closed: "ECONNRESET",
  // wasi:sockets/network
  "access-denied": "EACCES",
  "not-supported": "ENOTSUP",
  "invalid-argument": "EINVAL",
  "address-in-use": "EADDRINUSE",
  "address-not-bindable": "EADDRNOTAVAIL",
  "remote-unreachable": "EHOSTUNREACH",
  "connection-reset": "ECONNRESET",
  "connection-aborted": "ECONNABORTED",
  "new-socket-limit": "EMFILE",
});

const DETAILS = /** @type {Record<string, string>} */ ({
  "access-denied": "warp.toml does not grant it: add the name or the address to `[network] connect`, or declare a `[[database]]`",
  "pool-exhausted": "all connections of the host's pool are in use: raise `pool-size` or `wait-timeout` of the `[[database]]`, or `[limits] connections`",
});

/**
 * @param {string} code the host's
 * @param {string} syscall
 * @param {{ address?: string, port?: number }} [about]
 */
export function socketError(code, syscall, about) {
  return systemError(CODES[code] ?? "EIO", syscall, { ...about, detail: DETAILS[code] });
}
