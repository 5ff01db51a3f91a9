/** Answers by a function from Request to Response. */
import { env } from "../process.js";
import { ClientGone, toStream } from "./body.js";

/**
 * @typedef {(request: Request, env: object, context: Context) => Response | Promise<Response>} Fetch
 */

/** What is still to be done when the response is sent. */
class Context {
  /** @type {Promise<unknown>[]} */
  pending = [];

  /** @param {Promise<unknown>} promise */
  waitUntil(promise) {
    this.pending.push(promise);
  }

  passThroughOnException() {}
}

/**
 * @param {import("./exchange.js").Exchange} exchange
 * @param {Fetch} fetch
 */
export async function answerByFetch(exchange, fetch) {
  const context = new Context();
  const abort = new AbortController();
  const response = await fetch(toRequest(exchange, abort.signal), env, context);
  if (!isResponse(response)) {
    throw new TypeError("the fetch handler returned no Response: return one, or a promise of one");
  }
  const body = exchange.respond(response.status, response.headers);
  try {
    if (response.body && exchange.method !== "HEAD") await send(response.body, body);
    body.end();
  } catch (error) {
    abort.abort(error);
    body.abort();
    if (!(error instanceof ClientGone)) throw error;
  }
  await Promise.allSettled(context.pending);
}

/** @param {any} value */
function isResponse(value) {
  return typeof value?.status === "number" && typeof value.headers?.get === "function";
}

/**
 * @param {ReadableStream<Uint8Array>} stream
 * @param {import("./body.js").BodyWriter} body
 */
async function send(stream, body) {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      await body.write(typeof value === "string" ? new TextEncoder().encode(value) : value);
      body.flush();
    }
  } catch (error) {
    await reader.cancel(error).catch(() => {});
    throw error;
  }
}

/**
 * @param {import("./exchange.js").Exchange} exchange
 * @param {AbortSignal} signal
 */
function toRequest(exchange, signal) {
  const { method, headers } = exchange;
  /** @type {RequestInit & { duplex?: string }} */
  const init = { method, headers, signal };
  if (exchange.hasBody) {
    init.body = toStream(exchange.body());
    init.duplex = "half";
  }
  return new Request(`${exchange.scheme}://${exchange.authority}${exchange.path}`, init);
}
