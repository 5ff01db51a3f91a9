/** http.IncomingMessage: a request at a server, or a response at a client. */
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

/**
 * Where a message comes from.
 * @typedef {object} Source
 * @property {[string, string][]} headers
 * @property {boolean} hasBody
 * @property {() => { read(): Promise<Uint8Array | null>, close(): void }} body
 * @property {string} [method] of a request
 * @property {string} [path] of a request
 * @property {string} [authority] of a request
 * @property {string} [scheme] of a request
 * @property {any} [socket] of a response
 */

export class IncomingMessage extends Readable {
  httpVersion = "1.1";
  httpVersionMajor = 1;
  httpVersionMinor = 1;
  complete = false;
  aborted = false;
  trailers = {};
  /** @type {string[]} */
  rawTrailers = [];
  /** @type {number | null} */
  statusCode = null;
  /** @type {string | null} */
  statusMessage = null;
  /** @type {ReturnType<Source["body"]> | undefined} */
  #body;
  #source;

  /** @param {Source} source */
  constructor(source) {
    super();
    this.#source = source;
    this.method = source.method ?? null;
    this.url = source.path ?? "";
    const entries = source.authority === undefined || source.headers.some(([name]) => name === "host")
      ? source.headers
      : /** @type {[string, string][]} */ ([["host", source.authority], ...source.headers]);
    this.headers = collect(entries);
    this.rawHeaders = entries.flat();
    this.socket = source.socket ?? { ...SOCKET, encrypted: source.scheme === "https", setTimeout() {}, setKeepAlive() {}, setNoDelay() {}, on() {}, once() {}, off() {}, removeListener() {}, destroy() {}, ref() {}, unref() {} };
    this.connection = this.socket;
  }

  get headersDistinct() {
    /** @type {Record<string, string[]>} */
    const headers = {};
    for (const [name, value] of this.#source.headers) (headers[name] ??= []).push(value);
    return headers;
  }

  _read() {
    if (!this.#source.hasBody) return this.#end();
    this.#body ??= this.#source.body();
    this.#body.read().then(
      (data) => {
        if (data) this.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
        else this.#end();
      },
      (cause) => this.abort(cause),
    );
  }

  /** The other end went away. @param {unknown} [cause] */
  abort(cause) {
    this.aborted = true;
    this.emit("aborted");
    this.destroy(Object.assign(new Error("aborted", { cause }), { code: "ECONNRESET" }));
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
