/** Bun.serve: requests come from the host, whatever port it is told. */
import { unsupported } from "@warpgrid/node-compat/errors";
import { env } from "@warpgrid/node-compat/process";
import { toSetCookies, withCookies } from "./cookies.js";
import { etagged } from "./etag.js";
import { compile } from "./routes.js";
import { sent } from "./web.js";

/** Those that listen, the first first. @type {Set<Server>} */
const servers = new Set();

/** The server that gets the requests. @returns {Server | undefined} */
export const current = () => servers.values().next().value;

const USAGE = `Bun.serve() needs either:

  - A routes object:
     routes: {
       "/path": {
         GET: (req) => new Response("Hello")
       }
     }

  - Or a fetch handler:
     fetch: (req) => {
       return new Response("Hello")
     }

Learn more at https://bun.com/docs/api/http`;

class Server {
  #options;
  /** @type {ReturnType<typeof compile>} */
  #find;
  #port;
  pendingRequests = 0;
  pendingWebSockets = 0;

  /** @param {any} options */
  constructor(options) {
    this.#find = this.#use(options);
    this.#options = options;
    this.#port = portOf(options);
    servers.add(this);
  }

  /** @param {any} options */
  #use(options) {
    if (options.tls) throw unsupported("`tls` of Bun.serve", "put TLS in front of `warp run`");
    if (options.unix) throw unsupported("`unix` of Bun.serve", "`warp run --listen` says where it is served");
    if (options.fetch !== undefined && typeof options.fetch !== "function") {
      throw Object.assign(new TypeError("Expected fetch() to be a function"), { code: "ERR_INVALID_ARG_TYPE" });
    }
    const routes = Array.isArray(options.routes) ? undefined : (options.routes ?? options.static);
    if (!options.fetch && !routes) throw new TypeError(USAGE);
    return compile(routes ?? {});
  }

  get port() {
    return this.#port;
  }
  get hostname() {
    return this.#options.hostname ?? "localhost";
  }
  get protocol() {
    return "http";
  }
  get address() {
    return { address: this.hostname, family: "IPv4", port: this.port };
  }
  get url() {
    const { hostname } = this;
    return new URL(`http://${hostname === "0.0.0.0" || hostname === "::" ? "localhost" : hostname}:${this.port}/`);
  }
  get id() {
    return this.#options.id ?? "";
  }
  get development() {
    return Boolean(this.#options.development ?? env.NODE_ENV !== "production");
  }
  get [Symbol.toStringTag]() {
    return "HTTPServer";
  }

  /** What a program asks its own server. @param {string | URL | Request} input @param {RequestInit} [init] */
  async fetch(input, init) {
    return this.#respond(input instanceof Request ? input : new Request(new URL(String(input), this.url), init));
  }

  /** What the host asks. @param {Request} request */
  async _answer(request) {
    this.pendingRequests++;
    try {
      return sent(await this.#respond(request));
    } finally {
      this.pendingRequests--;
    }
  }

  /** @param {Request} request @returns {Promise<Response>} */
  async #respond(request) {
    try {
      const found = this.#find(request);
      // Requests of routes have them, and no others.
      const cookies = found ? withCookies(request) : undefined;
      const response = await this.#route(request, found);
      return toSetCookies(cookies?.(), response);
    } catch (error) {
      return this.#failed(error);
    }
  }

  /** @param {Request} request @param {ReturnType<ReturnType<typeof compile>>} found @returns {Promise<Response>} */
  async #route(request, found) {
    if (found?.response) return etagged(found.response, request);
    const handler = found?.handler ?? this.#options.fetch;
    if (!handler) return new Response(null, { status: 404 });
    if (found?.params) Object.defineProperty(request, "params", { value: found.params, enumerable: true, configurable: true });
    const response = await handler.call(this, request, this);
    if (isResponse(response)) return response;
    console.error(`error: Expected a Response object, but received '${typeof response === "string" ? JSON.stringify(response) : String(response)}'`);
    return new Response(null, { status: 204 });
  }

  /** @param {any} error @returns {Promise<Response>} */
  async #failed(error) {
    if (this.#options.error) {
      const response = await this.#options.error.call(this, error);
      if (isResponse(response)) return response;
    }
    console.error(error instanceof Error ? `${error.name}: ${error.message}\n${error.stack ?? ""}` : `uncaught: ${String(error)}`);
    return new Response("Something went wrong!", { status: 500, headers: { "content-type": "text/plain" } });
  }

  /** @param {any} options */
  reload(options) {
    // What is not said anew stays.
    const next = { ...this.#options, ...options };
    this.#find = this.#use(options.fetch || options.routes || options.static ? { ...options, fetch: next.fetch } : next);
    this.#options = next;
    return this;
  }

  async stop() {
    servers.delete(this);
  }
  [Symbol.dispose]() {
    servers.delete(this);
  }

  /** The host does not say whose request it is. */
  requestIP() {
    return null;
  }
  /** There may be handlers for WebSockets, which frameworks have always; nobody becomes one. @returns {never} */
  upgrade() {
    throw unsupported("a WebSocket (server.upgrade)", "use server-sent events: a Response of a stream");
  }
  /** @returns {never} */
  publish() {
    throw unsupported("server.publish", "use server-sent events: a Response of a stream");
  }
  subscriberCount() {
    return 0;
  }
  closeIdleConnections() {}
  timeout() {}
  ref() {}
  unref() {}
}

/** @param {any} options */
function portOf({ port }) {
  const given = port ?? env.BUN_PORT ?? env.PORT ?? env.NODE_PORT ?? 3000;
  const number = Number(given);
  if (Number.isInteger(number) && number >= 0 && number < 65536) return number || 3000;
  const error = new RangeError(`The value of "options.port" is out of range. It must be an integer. Received ${number}`);
  throw Object.assign(error, { code: "ERR_OUT_OF_RANGE" });
}

/** @param {any} value */
const isResponse = (value) => typeof value?.status === "number" && typeof value.headers?.get === "function";

/** @param {any} options */
export function serve(options) {
  if (typeof options !== "object" || options === null) throw new TypeError("Bun.serve expects an object");
  return new Server(options);
}

/** A program that exports the options by default is served, too. @param {any} options */
export function serveDefault(options) {
  const isOptions = typeof options === "object" && options !== null && !(options instanceof Server) && typeof options.fetch === "function";
  // Its own names only: a router may have an answer to any.
  if (servers.size === 0 && isOptions) serve({ ...options, fetch: options.fetch });
}
