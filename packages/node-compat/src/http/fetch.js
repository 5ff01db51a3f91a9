/**
 * fetch, over wasi:http: the engine's own would wait on its loop, which stands
 * still while ours waits.
 */
import { handle } from "wasi:http/outgoing-handler";
import { Fields, OutgoingRequest } from "wasi:http/types";
import { watch } from "../loop.js";
import { BodyReader, BodyWriter, toStream } from "./body.js";

const MOST_REDIRECTS = 20;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const WITHOUT_BODY = new Set([101, 103, 204, 205, 304]);
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * @param {RequestInfo | URL} input
 * @param {RequestInit} [init]
 * @returns {Promise<Response>}
 */
export async function fetch(input, init) {
  const request = new Request(input, init);
  const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
  const redirect = init?.redirect ?? (input instanceof Request ? input.redirect : "follow");
  const body = request.body ? new Uint8Array(await request.arrayBuffer()) : null;
  /** @type {Target} */
  let target = { url: new URL(request.url), method: request.method, headers: new Headers(request.headers), body };
  for (let redirects = 0; ; redirects++) {
    const response = await send(target, signal);
    const location = response.headers.get("location");
    if (!location || !REDIRECTS.has(response.status) || redirect === "manual") {
      return describe(response, { url: target.url.href, redirected: redirects > 0 });
    }
    if (redirect === "error" || redirects === MOST_REDIRECTS) throw new TypeError(`fetch failed: ${target.url} redirects to ${location}`);
    await response.body?.cancel();
    target = follow(target, response.status, new URL(location, target.url));
  }
}

/** @typedef {{ url: URL, method: string, headers: Headers, body: Uint8Array | null }} Target */

/**
 * The next request, as the Fetch standard's "HTTP-redirect fetch" has it.
 * @param {Target} target
 * @param {number} status
 * @param {URL} url
 * @returns {Target}
 */
function follow(target, status, url) {
  const headers = new Headers(target.headers);
  if (url.origin !== target.url.origin) headers.delete("authorization");
  const becomesGet = (status === 303 && target.method !== "HEAD") || (status < 303 && target.method === "POST");
  if (!becomesGet) return { ...target, url, headers };
  for (const name of ["content-type", "content-length", "content-encoding", "content-language", "content-location"]) headers.delete(name);
  return { url, method: "GET", headers, body: null };
}

/**
 * @param {Target} target
 * @param {AbortSignal | null | undefined} signal
 */
async function send({ url, method, headers, body }, signal) {
  signal?.throwIfAborted();
  if (url.protocol !== "http:" && url.protocol !== "https:") throw new TypeError(`fetch failed: ${url.protocol} is neither http: nor https:`);
  /** @type {[string, Uint8Array][]} */
  const entries = [];
  for (const [name, value] of headers) if (name !== "host") entries.push([name, encoder.encode(value)]);
  if (body && !headers.has("content-length")) entries.push(["content-length", encoder.encode(String(body.length))]);
  const request = new OutgoingRequest(Fields.fromList(entries));
  const known = METHODS.has(method);
  request.setMethod(/** @type {any} */ (known ? { tag: method.toLowerCase() } : { tag: "other", val: method }));
  request.setScheme({ tag: url.protocol === "https:" ? "HTTPS" : "HTTP" });
  request.setAuthority(url.host);
  request.setPathWithQuery(url.pathname + url.search);
  const outgoing = request.body();
  let future;
  try {
    future = handle(request, undefined);
  } catch (error) {
    throw failure(url, /** @type {any} */ (error).payload);
  }
  const writer = new BodyWriter(outgoing);
  // Where the other end does not want the body, its response says why.
  const written = (body ? writer.write(body) : Promise.resolve()).then(() => writer.end()).catch(() => {});
  await answered(future, signal);
  const answer = /** @type {any} */ (future.get());
  future[Symbol.dispose]();
  const result = answer.tag === "ok" ? answer.val : answer;
  if (result.tag !== "ok") throw failure(url, result.val);
  await written;
  return toResponse(result.val, method, signal);
}

/**
 * @param {import("wasi:http/types").FutureIncomingResponse} future
 * @param {AbortSignal | null | undefined} signal
 */
function answered(future, signal) {
  const pollable = future.subscribe();
  return new Promise((resolve, reject) => {
    const unwatch = watch(pollable, () => {
      signal?.removeEventListener("abort", abort);
      pollable[Symbol.dispose]();
      resolve(undefined);
    });
    function abort() {
      unwatch();
      pollable[Symbol.dispose]();
      future[Symbol.dispose]();
      reject(signal?.reason);
    }
    signal?.addEventListener("abort", abort, { once: true });
  });
}

/**
 * @param {import("wasi:http/types").IncomingResponse} incoming
 * @param {string} method
 * @param {AbortSignal | null | undefined} signal
 */
function toResponse(incoming, method, signal) {
  const status = incoming.status();
  const fields = incoming.headers();
  const headers = new Headers(fields.entries().map(([name, value]) => /** @type {[string, string]} */ ([name, decoder.decode(value)])));
  fields[Symbol.dispose]();
  const none = method === "HEAD" || WITHOUT_BODY.has(status);
  return new Response(none ? null : toStream(new BodyReader(incoming), signal), { status, headers });
}

/**
 * @param {Response} response
 * @param {{ url: string, redirected: boolean }} about
 */
function describe(response, about) {
  for (const [name, value] of Object.entries(about)) Object.defineProperty(response, name, { value, configurable: true });
  return response;
}

const REMEDIES = /** @type {Record<string, string>} */ ({
  "HTTP-request-denied": "warp.toml does not grant it: add the host and the port to `[network] connect`",
  "destination-not-found": "the name has no address",
});

/**
 * @param {URL} url
 * @param {any} code
 */
function failure(url, code) {
  const name = code?.tag ?? String(code);
  const cause = Object.assign(new Error(`${url.host}: ${name}${REMEDIES[name] ? `: ${REMEDIES[name]}` : ""}`), { code: name });
  return new TypeError(`fetch failed: ${cause.message}`, { cause });
}
