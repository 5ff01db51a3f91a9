/**
 * fetch, over wasi:http: the engine's own would wait on its loop, which stands
 * still while ours waits.
 */
import { toStream } from "./body.js";
import { decoded } from "./content-coding.js";
import { Outgoing } from "./outgoing.js";
import { STATUS_CODES } from "./status-codes.js";
import { knownBody, startOf, write } from "./request-body.js";

const MOST_REDIRECTS = 20;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** What Node's fetch says of itself. */
const DEFAULTS = { accept: "*/*", "accept-language": "*", "sec-fetch-mode": "cors", "user-agent": "node", "accept-encoding": "gzip, deflate" };

/**
 * @param {RequestInfo | URL} input
 * @param {RequestInit} [init]
 * @returns {Promise<Response>}
 */
export async function fetch(input, init) {
  const request = new Request(input, init);
  const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
  const redirect = init?.redirect ?? (input instanceof Request ? input.redirect : "follow");
  const body = request.body && (knownBody(input, init) ? new Uint8Array(await request.arrayBuffer()) : await startOf(request.body));
  const headers = new Headers(request.headers);
  for (const [name, value] of Object.entries(DEFAULTS)) if (!headers.has(name)) headers.set(name, value);
  /** @type {Target} */
  let target = { url: new URL(request.url), method: request.method, headers, body };
  for (let redirects = 0; ; redirects++) {
    const response = await send(target, signal);
    const location = response.headers.get("location");
    if (!location || !REDIRECTS.has(response.status) || redirect === "manual") {
      return describe(response, { url: target.url.href, redirected: redirects > 0 });
    }
    await response.body?.cancel();
    if (redirect === "error" || redirects === MOST_REDIRECTS) throw new TypeError(`fetch failed: ${target.url} redirects to ${location}`);
    target = follow(target, response.status, new URL(location, target.url));
  }
}

/** @typedef {{ url: URL, method: string, headers: Headers, body: import("./request-body.js").Body | null }} Target */

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
  if (!becomesGet) {
    if (target.body instanceof ReadableStream) throw new TypeError(`fetch failed: ${target.url} redirects a body that was streamed and cannot be sent again`);
    return { ...target, url, headers };
  }
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
  const fields = [...headers];
  const length = body instanceof Uint8Array ? body.length : !body && (method === "POST" || method === "PUT") ? 0 : undefined;
  if (length !== undefined && !headers.has("content-length")) fields.push(["content-length", String(length)]);
  const hasBody = body !== null && length !== 0;
  /** @type {Outgoing | undefined} */
  let outgoing;
  let abort = () => {};
  try {
    const sent = (outgoing = new Outgoing({ method, secure: url.protocol === "https:", authority: url.host, path: url.pathname + url.search, headers: fields, hasBody }));
    const aborted = new Promise((_, reject) => {
      abort = () => reject(signal?.reason);
      signal?.addEventListener("abort", abort, { once: true });
    });
    // Where the other end does not want the body, its response says why.
    const written = sent.body && body ? write(body, sent.body) : new Promise(() => {});
    const answer = await Promise.race([sent.response(), aborted, written.then(() => new Promise(() => {}))]);
    return toResponse(answer, sent, signal);
  } catch (error) {
    outgoing?.close();
    if (signal?.aborted) throw signal.reason;
    throw failed(/** @type {Error} */ (error));
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/** @param {Error} cause */
const failed = (cause) => new TypeError(`fetch failed: ${cause.message}`, { cause });

/**
 * @param {import("./outgoing.js").Answer} answer
 * @param {Outgoing} outgoing
 * @param {AbortSignal | null | undefined} signal
 */
function toResponse({ status, headers, body }, outgoing, signal) {
  if (!body) outgoing.close();
  const stream = body && toStream({ read: () => body.read(), close: () => outgoing.close() }, signal);
  const coding = headers.find(([name]) => name === "content-encoding")?.[1];
  return new Response(stream && decoded(stream, coding), { status, statusText: STATUS_CODES[status], headers });
}

/**
 * @param {Response} response
 * @param {{ url: string, redirected: boolean }} about
 */
function describe(response, about) {
  for (const [name, value] of Object.entries(about)) Object.defineProperty(response, name, { value, configurable: true });
  return response;
}
