/** http.ServerResponse. */
import { ClientGone } from "./body.js";
import { callable, OutgoingMessage } from "./outgoing-message.js";
import { STATUS_CODES } from "./status-codes.js";

/** Where a response goes that a program made for itself: to those who override its methods. */
const NOWHERE = { write: async () => {}, flush() {}, end() {}, abort() {} };

class Response extends OutgoingMessage {
  statusCode = 200;
  statusMessage = "";
  /** The header as Node keeps it once it is fixed. @type {string | null} */
  _header = null;
  _hasBody = true;
  /** @type {Pick<import("./body.js").BodyWriter, "write" | "flush" | "end" | "abort"> | undefined} */
  #body;
  #exchange;
  #done;

  /**
   * @param {import("./incoming-message.js").IncomingMessage} request
   * @param {import("./exchange.js").Exchange} [exchange]
   * @param {(error?: Error) => void} [done]
   */
  constructor(request, exchange, done = () => {}) {
    super({ decodeStrings: true });
    this.req = request;
    this.socket = this.connection = request?.socket;
    if (request?.method === "HEAD") this._hasBody = false;
    this.#exchange = exchange;
    this.#done = done;
  }

  /**
   * @param {number} status
   * @param {any} [message]
   * @param {any} [headers]
   */
  writeHead(status, message, headers = typeof message === "object" ? message : undefined) {
    if (this._header !== null) throw Object.assign(new Error("Cannot write headers after they are sent to the client"), { code: "ERR_HTTP_HEADERS_SENT" });
    this.statusCode = status;
    if (typeof message === "string") this.statusMessage = message;
    if (Array.isArray(headers)) {
      const pairs = Array.isArray(headers[0]) ? headers : headers.flatMap((name, i) => (i % 2 ? [] : [[name, headers[i + 1]]]));
      for (const [name, value] of pairs) this.appendHeader(name, value);
    } else {
      for (const [name, value] of Object.entries(headers ?? {})) this.setHeader(name, /** @type {any} */ (value));
    }
    if (this.sendDate && !this.hasHeader("date")) this.setHeader("Date", new Date().toUTCString());
    this.statusMessage ||= STATUS_CODES[status] ?? "";
    if (status < 200 || status === 204 || status === 304) this._hasBody = false;
    this._header = [`HTTP/1.1 ${status} ${this.statusMessage}`, ...this._fields().map(([name, value]) => `${name}: ${value}`), "", ""].join("\r\n");
    this.headersSent = true;
    return this;
  }

  /** By the method, which packages replace to change headers at the last moment. */
  _implicitHeader() {
    if (!this.headersSent) this.writeHead(this.statusCode);
  }

  flushHeaders() {
    this.#begin();
  }
  writeContinue() {}
  writeProcessing() {}
  writeEarlyHints() {}
  /** @param {any} socket */
  assignSocket(socket) {
    this.socket = this.connection = socket;
  }
  detachSocket() {
    this.socket = this.connection = null;
  }
  setTimeout() {
    return this;
  }

  #begin() {
    if (this.#body) return this.#body;
    this._implicitHeader();
    this.#body = this.#exchange ? this.#exchange.respond(this.statusCode, this._fields()) : NOWHERE;
    return this.#body;
  }

  /** @type {(chunk: any, encoding?: any, callback?: any) => boolean} */
  write(chunk, encoding, callback) {
    this._implicitHeader();
    return super.write(chunk, encoding, callback);
  }

  /**
   * @param {any} [chunk]
   * @param {any} [encoding]
   * @param {any} [callback]
   */
  end(chunk, encoding, callback) {
    // A response that is written at once says how long it is, as Node's does.
    const length = this._length(chunk, encoding);
    const bodiless = this.statusCode < 200 || this.statusCode === 204 || this.statusCode === 304 || this.req?.method === "HEAD";
    if (length !== undefined && !bodiless) this.setHeader("Content-Length", length);
    this._implicitHeader();
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
      written = !this._hasBody ? Promise.resolve() : body.write(chunk).then(() => body.flush());
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

export const ServerResponse = callable(Response);
/** @typedef {Response} ServerResponse */
