/** http.OutgoingMessage: the headers of what is sent, a response or a request. */
import { Buffer } from "buffer";
import { Writable } from "readable-stream";

/** A token of RFC 9110, 5.6.2. */
const TOKEN = /^[\^_`a-zA-Z\-0-9!#$%&'*+.|~]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** @param {any} name @param {string} [label] */
export function validateHeaderName(name, label = "Header name") {
  if (typeof name === "string" && TOKEN.test(name)) return;
  throw Object.assign(new TypeError(`${label} must be a valid HTTP token ["${name}"]`), { code: "ERR_INVALID_HTTP_TOKEN" });
}

/** @param {string} name @param {any} value */
export function validateHeaderValue(name, value) {
  if (value === undefined) throw Object.assign(new TypeError(`Invalid value "undefined" for header "${name}"`), { code: "ERR_HTTP_INVALID_HEADER_VALUE" });
  for (const one of [value].flat()) {
    if (!VALUE.test(String(one))) throw Object.assign(new TypeError(`Invalid character in header content ["${name}"]`), { code: "ERR_INVALID_CHAR" });
  }
}

/** @type {Writable | undefined} */
let adopted;

/** A stream, or what {@link callable} was called on, made one. */
const Base = /** @type {typeof Writable} */ (/** @type {unknown} */ (
  /** @param {import("stream").WritableOptions} [options] */
  function (options) {
    if (!adopted) return Reflect.construct(Writable, [options], new.target);
    const self = adopted;
    adopted = undefined;
    Writable.call(/** @type {any} */ (self), options);
    return self;
  }
));
Object.setPrototypeOf(Base, Writable);
Base.prototype = Writable.prototype;

/**
 * Programs older than classes inherit by calling the constructor on an object of
 * theirs, without `new`.
 * @template {new (...args: any[]) => Writable} C
 * @param {C} Class
 * @returns {C}
 */
export const callable = (Class) =>
  new Proxy(Class, {
    apply(target, self, args) {
      adopted = self;
      return new target(...args);
    },
  });

export class OutgoingMessage extends Base {
  headersSent = false;
  sendDate = true;
  shouldKeepAlive = true;
  /** @type {Map<string, { name: string, value: string | string[] }>} */
  #headers = new Map();

  /** @param {string} name @param {number | string | readonly string[]} value */
  setHeader(name, value) {
    if (this.headersSent) this.#tooLate("set");
    validateHeaderName(name);
    validateHeaderValue(name, value);
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
    if (this.headersSent) this.#tooLate("remove");
    this.#headers.delete(name.toLowerCase());
  }

  addTrailers() {}
  get finished() {
    return this.writableEnded;
  }

  /** Each field with each of its values. @returns {[string, string][]} */
  _fields() {
    return [...this.#headers.values()].flatMap(({ name, value }) => [value].flat().map((one) => /** @type {[string, string]} */ ([name, one])));
  }

  /**
   * How long a body is that is written at once; `undefined` where its length is
   * said already, or cannot be known.
   * @param {any} chunk
   * @param {any} encoding
   */
  _length(chunk, encoding) {
    if (this.headersSent || this.writableLength || this.hasHeader("content-length") || this.hasHeader("transfer-encoding")) return undefined;
    if (chunk == null || typeof chunk === "function") return 0;
    return typeof chunk === "string" ? Buffer.byteLength(chunk, typeof encoding === "string" ? /** @type {any} */ (encoding) : "utf8") : chunk.length;
  }

  /** @param {string} what */
  #tooLate(what) {
    throw Object.assign(new Error(`Cannot ${what} headers after they are sent to the client`), { code: "ERR_HTTP_HEADERS_SENT" });
  }
}
