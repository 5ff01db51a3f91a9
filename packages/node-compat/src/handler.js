/**
 * What the component exports: wasi:http/incoming-handler, over whichever kind of
 * program this is. One instance may answer many requests, one after the other.
 */
import "./globals.js";
import { withinRoot } from "./async-context.js";
import "./stream-adapters.js";
import { server } from "./http/registry.js";
import { Exchange } from "./http/exchange.js";
import { answerByFetch } from "./http/fetch-handler.js";
import { answerByServer } from "./http/server-handler.js";
import { hold } from "./loop.js";

/** @typedef {import("./http/fetch-handler.js").Fetch} Fetch */

/** @type {Fetch | undefined} */
let listener;

const engineAdd = globalThis.addEventListener;
globalThis.addEventListener = (/** @type {any[]} */ ...args) => {
  const [type, callback] = args;
  if (type !== "fetch") return engineAdd.apply(globalThis, /** @type {any} */ (args));
  listener = (request, _env, context) => byEvent(callback, request, context);
};

/**
 * @param {(event: object) => void} callback
 * @param {Request} request
 * @param {{ waitUntil: (promise: Promise<unknown>) => void }} context
 */
function byEvent(callback, request, context) {
  /** @type {Promise<Response> | undefined} */
  let response;
  callback({
    type: "fetch",
    request,
    respondWith: (/** @type {Response | Promise<Response>} */ value) => void (response = Promise.resolve(value)),
    waitUntil: (/** @type {Promise<unknown>} */ promise) => context.waitUntil(promise),
  });
  if (!response) throw new TypeError("the fetch listener did not call event.respondWith");
  return response;
}

/**
 * @param {any} module the program's exports
 * @returns {Fetch | undefined}
 */
function fetchOf(module) {
  const main = module.default;
  if (typeof main?.fetch === "function") return (request, env, context) => main.fetch(request, env, context);
  if (typeof main === "function") return main;
  if (typeof module.fetch === "function") return module.fetch;
  return listener;
}

/**
 * @param {() => Promise<any>} load evaluates the program
 */
export function incomingHandler(load) {
  /** @type {Promise<any> | undefined} */
  let program;
  return {
    /**
     * @param {import("wasi:http/types").IncomingRequest} request
     * @param {import("wasi:http/types").ResponseOutparam} outparam
     */
    handle: (request, outparam) => withinRoot(() => answer(request, outparam)),
  };

  /** @type {(...args: ConstructorParameters<typeof Exchange>) => Promise<void>} */
  async function answer(request, outparam) {
    const exchange = new Exchange(request, outparam);
    try {
      await hold(async () => {
        const module = await (program ??= load());
        const fetch = fetchOf(module);
        if (fetch) return answerByFetch(exchange, fetch);
        if (server.current) return answerByServer(exchange, server.current);
        throw new Error(
          "the program serves nothing: export default { fetch }, call addEventListener(\"fetch\", …) or http.createServer(…).listen()",
        );
      });
    } catch (error) {
      console.error(describe(error));
      if (!exchange.responded) exchange.respond(500, []).end();
    } finally {
      exchange.close();
    }
  }
}

/**
 * @param {any} error
 * @returns {string}
 */
function describe(error) {
  if (!(error instanceof Error)) return `uncaught: ${String(error)}`;
  const cause = error.cause instanceof Error ? `\ncaused by: ${describe(error.cause)}` : "";
  return `${error.name}: ${error.message}\n${error.stack ?? ""}${cause}`;
}
