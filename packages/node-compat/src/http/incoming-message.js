/** http.IncomingMessage, of a server. */
import { Buffer } from "buffer";
import { Readable } from "readable-stream";

/** Fields of which the first value counts; of others all do. */
const ONCE = new Set([
  "age", "authorization", "content-length", "content-type", "etag", "expires", "from", "host", "if-modified-since", "if-unmodified-since",
  "last-modified", "location", "max-forwards", "proxy-authorization", "referer", "retry-after", "server", "user-agent",
]);

/** @param {[string, string][]} entries */
function collect(entries) {
  /** @type {Record<string, any>} */
  const headers = {};
  for (const [name, value] of entries) {
    if (name === "set-cookie") (headers[name] ??= []).push(value);
    else if (!(name in headers)) headers[name] = value;
    else if (!ONCE.has(name)) headers[name] += `${name === "cookie" ? "; " : ", "}${value}`;
  }
  return headers;
}

/** What there is of the connection to the client: the host has it. */
const SOCKET = { remoteAddress: undefined, remotePort: undefined, encrypted: false, destroyed: false, writable: true, readable: true };

export class IncomingMessage extends Readable {
  httpVersion = "1.1";
  httpVersionMajor = 1;
  httpVersionMinor = 1;
  complete = false;
  aborted = false;
  trailers = {};
  /** @type {string[]} */
  rawTrailers = [];
  statusCode = null;
  statusMessage = null;
  /** @type {import("./body.js").BodyReader | undefined} */
  #body;
  #exchange;

  /** @param {import("./exchange.js").Exchange} exchange */
  constructor(exchange) {
    super();
    this.#exchange = exchange;
    this.method = exchange.method;
    this.url = exchange.path;
    const entries = exchange.headers.some(([name]) => name === "host")
      ? exchange.headers
      : /** @type {[string, string][]} */ ([["host", exchange.authority], ...exchange.headers]);
    this.headers = collect(entries);
    this.rawHeaders = entries.flat();
    this.socket = { ...SOCKET, encrypted: exchange.scheme === "https", setTimeout() {}, setKeepAlive() {}, setNoDelay() {}, on() {}, once() {}, off() {}, removeListener() {}, destroy() {}, ref() {}, unref() {} };
    this.connection = this.socket;
  }

  get headersDistinct() {
    /** @type {Record<string, string[]>} */
    const headers = {};
    for (const [name, value] of this.#exchange.headers) (headers[name] ??= []).push(value);
    return headers;
  }

  _read() {
    if (!this.#exchange.hasBody) return this.#end();
    this.#body ??= this.#exchange.body();
    this.#body.read().then(
      (data) => {
        if (data) this.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
        else this.#end();
      },
      (error) => {
        this.aborted = true;
        this.destroy(error);
      },
    );
  }

  #end() {
    this.complete = true;
    this.push(null);
  }

  /**
   * @param {Error | null} error
   * @param {(error?: Error | null) => void} callback
   */
  _destroy(error, callback) {
    this.#body?.close();
    this.#body = undefined;
    callback(error);
  }

  setTimeout() {
    return this;
  }
}
