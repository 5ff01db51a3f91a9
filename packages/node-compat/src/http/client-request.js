/** http.ClientRequest, over the same exchange as fetch. */
import { Buffer } from "buffer";
import { unsupported } from "../errors.js";
import { whenStarted } from "../loop.js";
import { nextTick } from "../next-tick.js";
import { checkAgent } from "./agent.js";
import { ClientSocket } from "./client-socket.js";
import { IncomingMessage } from "./incoming-message.js";
import { Outgoing } from "./outgoing.js";
import { OutgoingMessage, validateHeaderName } from "./outgoing-message.js";
import { requestArguments, target } from "./request-options.js";
import { STATUS_CODES } from "./status-codes.js";

/** Methods whose requests have no body unless one is written. */
const BODILESS = new Set(["GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "CONNECT"]);

const hangUp = () => Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });

export class ClientRequest extends OutgoingMessage {
  aborted = false;
  reusedSocket = false;
  maxHeadersCount = null;
  /** @type {IncomingMessage | null} */
  res = null;
  #to;
  /** @type {Outgoing | undefined} */
  #outgoing;
  /** Whether the other end takes no more of the body. */
  #deaf = false;
  #begun = false;

  /**
   * @param {any[]} args of http.request
   * @param {import("./agent.js").Agent} usual the agent where none is given
   */
  constructor(args, usual) {
    const { options, listener } = requestArguments(args);
    super({ decodeStrings: true, autoDestroy: false });
    const agent = options.agent || usual;
    checkAgent(agent);
    this.agent = options.agent === false ? undefined : agent;
    this.#to = target(options, options.agent ? agent : usual);
    this.protocol = this.#to.protocol;
    this.host = this.#to.host;
    this.path = this.#to.path;
    this.method = String(options.method ?? "GET").toUpperCase();
    validateHeaderName(this.method, "Method");
    this.timeout = options.timeout ?? agent.options?.timeout;
    this.#setHeaders(options);
    this.socket = this.connection = new ClientSocket(this.#to, (error) => this.destroy(error));
    this.socket.on("timeout", () => this.emit("timeout"));
    if (listener) this.once("response", listener);
    if (options.signal) this.#obey(options.signal);
    nextTick(() => {
      if (this.destroyed) return;
      this.emit("socket", this.socket);
      if (this.timeout) this.socket.setTimeout(this.timeout);
    });
  }

  /** @param {import("./request-options.js").Options} options */
  #setHeaders({ headers = {}, auth, setHost }) {
    if (Array.isArray(headers)) {
      const pairs = Array.isArray(headers[0]) ? headers : headers.flatMap((name, i) => (i % 2 ? [] : [[name, headers[i + 1]]]));
      for (const [name, value] of pairs) this.appendHeader(name, value);
    } else {
      for (const [name, value] of Object.entries(headers)) this.setHeader(name, value);
    }
    if (setHost !== false && !this.hasHeader("host")) this.setHeader("Host", this.#to.authority);
    if (auth && !this.hasHeader("authorization")) this.setHeader("Authorization", `Basic ${Buffer.from(auth).toString("base64")}`);
  }

  /** @param {AbortSignal} signal */
  #obey(signal) {
    const abort = () => this.destroy(Object.assign(new Error("The operation was aborted", { cause: signal.reason }), { name: "AbortError", code: "ABORT_ERR" }));
    if (signal.aborted) return nextTick(abort);
    signal.addEventListener("abort", abort, { once: true });
    this.once("close", () => signal.removeEventListener("abort", abort));
  }

  /** Sends the head, once. @param {boolean} hasBody */
  #begin(hasBody) {
    if (this.#begun) return;
    this.#begun = true;
    this.headersSent = true;
    const host = this.getHeader("host");
    const { authority, host: name, port } = this.#to;
    if (host !== undefined && ![authority, name, `${name}:${port}`].includes(String(host).toLowerCase())) {
      throw unsupported(`a Host header (${host}) other than the server's (${authority})`, "ask the server by the name that it is to see");
    }
    const outgoing = (this.#outgoing = new Outgoing({ ...this.#to, method: this.method, headers: this._fields(), hasBody }));
    outgoing.response().then((answer) => this.#answered(answer), (error) => this.destroy(error));
    // The host waits for no permission to send the body.
    if (String(this.getHeader("expect")).toLowerCase() === "100-continue") nextTick(() => this.destroyed || this.emit("continue"));
  }

  flushHeaders() {
    const length = this.getHeader("content-length");
    const hasBody = length === undefined ? !BODILESS.has(this.method) || this.hasHeader("transfer-encoding") : Number(length) > 0;
    this.#whenStarted(() => this.#begin(hasBody), (error) => error && this.destroy(error));
  }

  /** @param {import("./outgoing.js").Answer} answer */
  #answered({ status, headers, body }) {
    if (this.destroyed) return;
    this.socket.touch();
    const read = async () => {
      const data = await body?.read();
      this.socket.touch();
      return data ?? null;
    };
    const source = { headers, hasBody: body !== null, body: () => ({ read, close: () => body?.close() }), socket: this.socket };
    const response = (this.res = new IncomingMessage(source));
    response.statusCode = status;
    response.statusMessage = STATUS_CODES[status] ?? "";
    /** @type {any} */ (response).req = this;
    response.once("close", () => this.destroy());
    if (!this.emit("response", response)) response.resume();
  }

  /**
   * @param {any} [chunk]
   * @param {any} [encoding]
   * @param {any} [callback]
   */
  end(chunk, encoding, callback) {
    const length = this._length(chunk, encoding);
    if (length || (length === 0 && !BODILESS.has(this.method))) this.setHeader("Content-Length", /** @type {number} */ (length));
    return super.end(chunk, encoding, callback);
  }

  /**
   * @param {Uint8Array} chunk
   * @param {string} _encoding
   * @param {(error?: Error | null) => void} callback
   */
  _write(chunk, _encoding, callback) {
    this.#whenStarted(() => {
      this.#begin(true);
      const body = this.#outgoing?.body;
      if (this.#deaf || !body) return callback();
      const passed = () => {
        this.socket.touch();
        callback();
      };
      // Why the other end does not want it, the response says.
      body.write(chunk).then(() => body.flush()).then(passed, () => {
        this.#deaf = true;
        callback();
      });
    }, callback);
  }

  /** @param {(error?: Error | null) => void} callback */
  _final(callback) {
    this.#whenStarted(() => {
      this.#begin(false);
      try {
        this.#outgoing?.body?.end();
      } catch (error) {
        if (!this.#deaf) throw error;
      }
      callback();
    }, callback);
  }

  /**
   * @param {() => void} work
   * @param {(error: Error) => void} failed
   */
  #whenStarted(work, failed) {
    whenStarted(() => {
      if (this.destroyed) return failed(hangUp());
      try {
        work();
      } catch (error) {
        failed(/** @type {Error} */ (error));
        this.destroy(/** @type {Error} */ (error));
      }
    });
  }

  abort() {
    if (this.aborted) return;
    this.aborted = true;
    nextTick(() => this.emit("abort"));
    this.destroy();
  }

  /**
   * @param {Error | null} error
   * @param {(error?: Error | null) => void} callback
   */
  _destroy(error, callback) {
    this.#outgoing?.close();
    this.socket.close();
    const { res } = this;
    if (res && !res.complete && !res.destroyed) res.abort(error);
    callback(error ?? (res ? null : hangUp()));
  }

  /**
   * @param {number} milliseconds
   * @param {() => void} [callback]
   */
  setTimeout(milliseconds, callback) {
    this.timeout = milliseconds;
    if (callback) this.once("timeout", callback);
    this.socket.setTimeout(milliseconds);
    return this;
  }

  setNoDelay() {}
  setSocketKeepAlive() {}
  /** @param {any} _socket */
  onSocket(_socket) {}
}
