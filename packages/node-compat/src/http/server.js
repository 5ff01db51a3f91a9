/** http.Server: requests come from the host, whatever port it is told. */
import { EventEmitter } from "events";
import { immediate } from "../loop.js";
import { server } from "./registry.js";

export class Server extends EventEmitter {
  listening = false;
  timeout = 0;
  keepAliveTimeout = 5000;
  headersTimeout = 60000;
  requestTimeout = 300000;
  maxHeadersCount = null;
  /** @type {{ port: number, address: string, family: string } | null} */
  #address = null;
  /** Requests that are not answered yet. */
  #open = 0;
  /** What is to be done when they are. */
  #closed = () => {};

  /**
   * @param {any} [options]
   * @param {(request: any, response: any) => void} [listener]
   */
  constructor(options, listener) {
    super();
    const handler = typeof options === "function" ? options : listener;
    if (handler) this.on("request", handler);
  }

  /** The first server that listens gets the requests. @param {any[]} args */
  listen(...args) {
    const callback = args.find((arg) => typeof arg === "function");
    const options = typeof args[0] === "object" && args[0] !== null ? args[0] : { port: args[0], host: args[1] };
    if (callback) this.once("listening", callback);
    const host = typeof options.host === "string" ? options.host : "0.0.0.0";
    this.#address = { port: Number(options.port) || 0, address: host, family: host.includes(":") ? "IPv6" : "IPv4" };
    this.listening = true;
    server.current ??= this;
    immediate(() => this.listening && this.emit("listening"));
    return this;
  }

  /** @param {(error?: Error) => void} [callback] */
  close(callback) {
    const error = this.listening ? undefined : Object.assign(new Error("Server is not running."), { code: "ERR_SERVER_NOT_RUNNING" });
    this.listening = false;
    if (server.current === this) server.current = undefined;
    const close = () => {
      this.emit("close");
      callback?.(error);
    };
    if (this.#open === 0) immediate(close);
    else this.#closed = close;
    return this;
  }

  /** @param {any} request @param {any} response */
  _serve(request, response) {
    this.#open++;
    this.emit("request", request, response);
  }

  /** A request is answered. */
  _served() {
    if (--this.#open > 0) return;
    const close = this.#closed;
    this.#closed = () => {};
    close();
  }

  address() {
    return this.#address;
  }
  closeAllConnections() {}
  closeIdleConnections() {}
  setTimeout() {
    return this;
  }
  ref() {
    return this;
  }
  unref() {
    return this;
  }
}
