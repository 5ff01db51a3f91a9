/** One request and its response, as both kinds of handler need them. */
import { OutgoingResponse, ResponseOutparam } from "wasi:http/types";
import { BodyReader, BodyWriter } from "./body.js";
import { readFields, writeFields } from "./fields.js";

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
    this.headers = readFields(request.headers());
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
    const response = new OutgoingResponse(writeFields(headers, "response"));
    response.setStatusCode(status);
    const body = new BodyWriter(response.body());
    this.responded = true;
    ResponseOutparam.set(this.#outparam, { tag: "ok", val: response });
    return body;
  }
}
