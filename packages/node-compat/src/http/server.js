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
    const wasListening = this.listening;
    this.listening = false;
    if (server.current === this) server.current = undefined;
    immediate(() => {
      this.emit("close");
      callback?.(wasListening ? undefined : Object.assign(new Error("Server is not running."), { code: "ERR_SERVER_NOT_RUNNING" }));
    });
    return this;
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
