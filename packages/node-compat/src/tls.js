/**
 * node:tls. The host encrypts its connections to databases as `[[database]] tls`
 * says; a component has no TLS of its own.
 */
import { unsupported } from "./errors.js";
import { connectArguments, Socket } from "./net/socket.js";

export class TLSSocket extends Socket {
  encrypted = true;
  authorized = false;
  /** @type {Error | null} */
  authorizationError = null;
  alpnProtocol = false;

  /**
   * @param {import("./net/transport.js").Transport} transport
   * @param {() => void} ready
   */
  _opened(transport, ready) {
    if (!transport.proxied) {
      const { address, port } = transport.remote ?? {};
      this.destroy(
        unsupported(
          `TLS to ${this._host ?? address}:${port}`,
          "use fetch for HTTPS, or declare a `[[database]]` in warp.toml, whose `tls` is the host's affair",
        ),
      );
      return;
    }
    this.authorized = true;
    ready();
    this.emit("secureConnect");
  }

  getPeerCertificate() {
    return {};
  }
  getCipher() {
    return undefined;
  }
  getProtocol() {
    return null;
  }
  getSession() {
    return undefined;
  }
  isSessionReused() {
    return false;
  }
  /** @param {string} _name */
  setServername(_name) {}
}

/** @param {any[]} args */
export function connect(...args) {
  const { options, callback } = connectArguments(args);
  if (options.socket) {
    throw unsupported(
      "TLS over a connection that is open already",
      "connect without TLS and set `tls` of the `[[database]]` in warp.toml: the host encrypts",
    );
  }
  const socket = new TLSSocket(options);
  if (callback) socket.once("secureConnect", callback);
  if (options.timeout) socket.setTimeout(options.timeout);
  return socket.connect(typeof args[0] === "object" ? options : { ...options, ...(typeof args[2] === "object" ? args[2] : {}) });
}

/** @param {object} [options] */
export function createSecureContext(options = {}) {
  return { context: options };
}

/** @type {readonly string[]} */
export const rootCertificates = Object.freeze([]);
export const getCiphers = () => [];
export const DEFAULT_MIN_VERSION = "TLSv1.2";
export const DEFAULT_MAX_VERSION = "TLSv1.3";

/** @returns {never} */
export function createServer() {
  throw unsupported("tls.createServer", "`warp run` serves HTTP; put TLS in front of it");
}

export default {
  connect, createSecureContext, createServer, getCiphers, rootCertificates, TLSSocket,
  DEFAULT_MIN_VERSION, DEFAULT_MAX_VERSION,
};
