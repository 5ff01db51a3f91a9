/** http.ServerResponse. */
import { ClientGone } from "./body.js";
import { OutgoingMessage } from "./outgoing-message.js";
import { STATUS_CODES } from "./status-codes.js";

export class ServerResponse extends OutgoingMessage {
  statusCode = 200;
  statusMessage = "";
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

  #begin() {
    if (this.#body) return this.#body;
    if (this.sendDate && !this.hasHeader("date")) this.setHeader("Date", new Date().toUTCString());
    this.headersSent = true;
    this.statusMessage ||= STATUS_CODES[this.statusCode] ?? "";
    this.#body = this.#exchange.respond(this.statusCode, this._fields());
    return this.#body;
  }

  /**
   * @param {any} [chunk]
   * @param {any} [encoding]
   * @param {any} [callback]
   */
  end(chunk, encoding, callback) {
    // A response that is written at once says how long it is, as Node's does.
    const length = this._length(chunk, encoding);
    const bodiless = this.statusCode < 200 || this.statusCode === 204 || this.statusCode === 304 || this.#exchange.method === "HEAD";
    if (length !== undefined && !bodiless) this.setHeader("Content-Length", length);
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
