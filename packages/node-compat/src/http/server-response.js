/** http.ServerResponse. */
import { Buffer } from "buffer";
import { Writable } from "readable-stream";
import { ClientGone } from "./body.js";
import { STATUS_CODES } from "./status-codes.js";

export class ServerResponse extends Writable {
  statusCode = 200;
  statusMessage = "";
  headersSent = false;
  sendDate = true;
  shouldKeepAlive = true;
  /** @type {Map<string, { name: string, value: string | string[] }>} */
  #headers = new Map();
  /** @type {import("./body.js").BodyWriter | undefined} */
  #body;
  #exchange;
  #done;

  /**
   * @param {import("./incoming-message.js").IncomingMessage} request
   * @param {import("./exchange.js").Exchange} exchange
   * @param {(error?: Error) => void} done
   */
  constructor(request, exchange, done) {
    super({ decodeStrings: true });
    this.req = request;
    this.socket = this.connection = request.socket;
    this.#exchange = exchange;
    this.#done = done;
  }

  /** @param {string} name @param {number | string | readonly string[]} value */
  setHeader(name, value) {
    if (this.headersSent) {
      throw Object.assign(new Error("Cannot set headers after they are sent to the client"), { code: "ERR_HTTP_HEADERS_SENT" });
    }
    this.#headers.set(name.toLowerCase(), { name, value: Array.isArray(value) ? value.map(String) : String(value) });
    return this;
  }

  /** @param {Headers | Map<string, any>} headers */
  setHeaders(headers) {
    for (const [name, value] of headers) this.setHeader(name, value);
    return this;
  }

  /** @param {string} name @param {string | string[]} value */
  appendHeader(name, value) {
    const former = this.getHeader(name);
    return this.setHeader(name, former === undefined ? value : [former, value].flat());
  }

  /** @param {string} name */
  getHeader(name) {
    return this.#headers.get(name.toLowerCase())?.value;
  }
  getHeaders() {
    return Object.fromEntries([...this.#headers].map(([key, { value }]) => [key, value]));
  }
  getHeaderNames() {
    return [...this.#headers.keys()];
  }
  getRawHeaderNames() {
    return [...this.#headers.values()].map(({ name }) => name);
  }
  /** @param {string} name */
  hasHeader(name) {
    return this.#headers.has(name.toLowerCase());
  }
  /** @param {string} name */
  removeHeader(name) {
    this.#headers.delete(name.toLowerCase());
  }

  /**
   * @param {number} status
   * @param {any} [message]
   * @param {any} [headers]
   */
  writeHead(status, message, headers = typeof message === "object" ? message : undefined) {
    this.statusCode = status;
    if (typeof message === "string") this.statusMessage = message;
    if (Array.isArray(headers)) {
      const pairs = Array.isArray(headers[0]) ? headers : headers.flatMap((name, i) => (i % 2 ? [] : [[name, headers[i + 1]]]));
      for (const [name, value] of pairs) this.appendHeader(name, value);
    } else {
      for (const [name, value] of Object.entries(headers ?? {})) this.setHeader(name, /** @type {any} */ (value));
    }
    return this;
  }

  flushHeaders() {
    this.#begin();
  }
  writeContinue() {}
  writeProcessing() {}
  writeEarlyHints() {}
  assignSocket() {}
  detachSocket() {}
  setTimeout() {
    return this;
  }
  addTrailers() {}

  #begin() {
    if (this.#body) return this.#body;
    if (this.sendDate && !this.hasHeader("date")) this.setHeader("Date", new Date().toUTCString());
    this.headersSent = true;
    this.statusMessage ||= STATUS_CODES[this.statusCode] ?? "";
    const fields = [...this.#headers.values()].flatMap(({ name, value }) =>
      [value].flat().map((one) => /** @type {[string, string]} */ ([name, one])),
    );
    this.#body = this.#exchange.respond(this.statusCode, fields);
    return this.#body;
  }

  /**
   * @param {any} [chunk]
   * @param {any} [encoding]
   * @param {any} [callback]
   */
  end(chunk, encoding, callback) {
    // A response that is written at once says how long it is, as Node's does.
    if (!this.headersSent && !this.writableLength && !this.hasHeader("content-length") && !this.hasHeader("transfer-encoding")) {
      const given = typeof chunk === "function" ? undefined : chunk;
      const length = given == null ? 0 : typeof given === "string" ? Buffer.byteLength(given, typeof encoding === "string" ? /** @type {any} */ (encoding) : "utf8") : given.length;
      if (this.statusCode >= 200 && this.statusCode !== 204 && this.statusCode !== 304 && this.#exchange.method !== "HEAD") this.setHeader("Content-Length", length);
    }
    return super.end(chunk, encoding, callback);
  }

  /**
   * @param {Uint8Array} chunk
   * @param {string} _encoding
   * @param {(error?: Error | null) => void} callback
   */
  _write(chunk, _encoding, callback) {
    /** @type {Promise<void> | undefined} */
    let written;
    try {
      const body = this.#begin();
      written = this.#exchange.method === "HEAD" ? Promise.resolve() : body.write(chunk).then(() => body.flush());
    } catch (error) {
      return callback(/** @type {Error} */ (error));
    }
    written.then(() => callback(), callback);
  }

  /** @param {(error?: Error | null) => void} callback */
  _final(callback) {
    try {
      this.#begin().end();
      this.#body = undefined;
      callback();
    } catch (error) {
      callback(/** @type {Error} */ (error));
    }
  }

  /**
   * @param {Error | null} error
   * @param {(error?: Error | null) => void} callback
   */
  _destroy(error, callback) {
    if (!this.writableFinished) this.#body?.abort();
    callback(error);
    this.#done(error && !(error instanceof ClientGone) ? error : undefined);
  }
}
