/** One request and its response, as both kinds of handler need them. */
import { Fields, OutgoingResponse, ResponseOutparam } from "wasi:http/types";
import { hostCode } from "../errors.js";
import { BodyReader, BodyWriter } from "./body.js";

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Fields that are between the client and the host. */
const HOP_BY_HOP = new Set(["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "host", "http2-settings"]);

export class Exchange {
  method;
  path;
  authority;
  scheme;
  /** @type {[string, string][]} */
  headers;
  #request;
  /** @type {BodyReader | undefined} */
  #body;
  #outparam;
  responded = false;

  /**
   * @param {import("wasi:http/types").IncomingRequest} request
   * @param {import("wasi:http/types").ResponseOutparam} outparam
   */
  constructor(request, outparam) {
    this.#request = request;
    this.#outparam = outparam;
    const method = request.method();
    this.method = method.tag === "other" ? method.val : method.tag.toUpperCase();
    this.path = request.pathWithQuery() ?? "/";
    this.scheme = request.scheme()?.tag === "HTTPS" ? "https" : "http";
    const fields = request.headers();
    this.headers = fields.entries().map(([name, value]) => [name.toLowerCase(), decoder.decode(value)]);
    fields[Symbol.dispose]();
    this.authority = request.authority() ?? this.headers.find(([name]) => name === "host")?.[1] ?? "localhost";
  }

  get hasBody() {
    if (this.method === "GET" || this.method === "HEAD") return false;
    const length = this.headers.find(([name]) => name === "content-length");
    return length?.[1] !== "0";
  }

  body() {
    return (this.#body ??= new BodyReader(this.#request));
  }

  /** Gives back what the host holds for the request. The response has its own. */
  close() {
    this.#body?.close();
    this.#request[Symbol.dispose]();
  }

  /**
   * Begins the response.
   * @param {number} status
   * @param {Iterable<[string, string]>} headers
   */
  respond(status, headers) {
    /** @type {[string, Uint8Array][]} */
    const entries = [];
    for (const [name, value] of headers) {
      if (!HOP_BY_HOP.has(name.toLowerCase())) entries.push([name, encoder.encode(value)]);
    }
    const response = new OutgoingResponse(fromList(entries));
    response.setStatusCode(status);
    const body = new BodyWriter(response.body());
    this.responded = true;
    ResponseOutparam.set(this.#outparam, { tag: "ok", val: response });
    return body;
  }
}

/** @param {[string, Uint8Array][]} entries */
function fromList(entries) {
  try {
    return Fields.fromList(entries);
  } catch (error) {
    const code = hostCode(error);
    throw new TypeError(`a header of the response is refused (${code}): ${entries.map(([name]) => name).join(", ")}`);
  }
}
