/** One request to another server and its response, as fetch and http.request need it. */
import { handle } from "wasi:http/outgoing-handler";
import { OutgoingRequest } from "wasi:http/types";
import { watch } from "../loop.js";
import { BodyReader, BodyWriter } from "./body.js";
import { readFields, writeFields } from "./fields.js";
import { failure } from "./outgoing-errors.js";

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]);
const WITHOUT_BODY = new Set([204, 205, 304]);

/** @typedef {{ status: number, headers: [string, string][], body: BodyReader | null }} Answer */

export class Outgoing {
  /** Where the request's body goes, if it has one. @type {BodyWriter | null} */
  body;
  #about;
  /** @type {import("wasi:http/types").FutureIncomingResponse | null} */
  #future;
  /** @type {import("wasi:io/poll").Pollable | null} */
  #pollable = null;
  #unwatch = () => {};
  /** @type {BodyReader | null} */
  #reader = null;

  /**
   * Sends the request. Its body follows.
   * @param {{ method: string, secure: boolean, authority: string, path: string, headers: Iterable<[string, string]>, hasBody: boolean }} about
   */
  constructor(about) {
    this.#about = about;
    const { method, secure, authority, path } = about;
    const request = new OutgoingRequest(writeFields(about.headers, "request"));
    request.setMethod(/** @type {any} */ (METHODS.has(method) ? { tag: method.toLowerCase() } : { tag: "other", val: method }));
    request.setScheme({ tag: secure ? "HTTPS" : "HTTP" });
    request.setAuthority(authority);
    request.setPathWithQuery(path);
    this.body = about.hasBody ? new BodyWriter(request.body()) : null;
    try {
      this.#future = handle(request, undefined);
    } catch (error) {
      throw failure(authority, secure, error);
    }
  }

  /**
   * Waits until the response begins.
   * @returns {Promise<Answer>}
   */
  response() {
    const future = /** @type {import("wasi:http/types").FutureIncomingResponse} */ (this.#future);
    const pollable = (this.#pollable = future.subscribe());
    return new Promise((resolve, reject) => {
      this.#unwatch = watch(pollable, () => {
        try {
          resolve(this.#take(future));
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** @param {import("wasi:http/types").FutureIncomingResponse} future */
  #take(future) {
    const answer = /** @type {any} */ (future.get());
    this.#release();
    const result = answer.tag === "ok" ? answer.val : answer;
    if (result.tag !== "ok") {
      this.body?.abort();
      throw failure(this.#about.authority, this.#about.secure, { payload: result.val });
    }
    /** @type {import("wasi:http/types").IncomingResponse} */
    const incoming = result.val;
    const status = incoming.status();
    const headers = readFields(incoming.headers());
    const none = this.#about.method === "HEAD" || WITHOUT_BODY.has(status);
    this.#reader = none ? null : new BodyReader(incoming);
    incoming[Symbol.dispose]();
    return { status, headers, body: this.#reader };
  }

  /** Gives back what the host holds: what was not sent or read so far never is. */
  close() {
    this.#unwatch();
    this.#release();
    this.#reader?.close();
    this.body?.abort();
  }

  #release() {
    this.#pollable?.[Symbol.dispose]();
    this.#pollable = null;
    this.#future?.[Symbol.dispose]();
    this.#future = null;
  }
}
