/** What programs see of a request's connection, which is the host's. */
import { EventEmitter } from "events";
import { clearTimeout, setTimeout } from "../timers.js";

export class ClientSocket extends EventEmitter {
  connecting = false;
  destroyed = false;
  readable = true;
  writable = true;
  timeout = 0;
  authorizationError = null;
  #destroy;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #idle;

  /**
   * @param {{ secure: boolean, host: string, port: number }} to
   * @param {(error?: Error) => void} destroy
   */
  constructor({ secure, host, port }, destroy) {
    super();
    this.#destroy = destroy;
    this.encrypted = this.authorized = secure;
    this.remoteAddress = host;
    this.remotePort = port;
  }

  /** Something came or went: the idle time begins anew. */
  touch() {
    this.#idle?.refresh();
  }

  /** The exchange is over. */
  close() {
    this.setTimeout(0);
    this.destroyed = true;
    this.readable = this.writable = false;
    this.emit("close", false);
  }

  /**
   * @param {number} milliseconds
   * @param {() => void} [callback]
   */
  setTimeout(milliseconds, callback) {
    this.timeout = milliseconds;
    clearTimeout(this.#idle);
    this.#idle = milliseconds > 0 ? setTimeout(() => this.emit("timeout"), milliseconds) : undefined;
    if (callback && milliseconds > 0) this.once("timeout", callback);
    return this;
  }

  /** @param {Error} [error] */
  destroy(error) {
    this.#destroy(error);
    return this;
  }

  setNoDelay() {
    return this;
  }
  setKeepAlive() {
    return this;
  }
  ref() {
    return this;
  }
  unref() {
    return this;
  }
  cork() {}
  uncork() {}
  getPeerCertificate() {
    return {};
  }
  address() {
    return {};
  }
}
