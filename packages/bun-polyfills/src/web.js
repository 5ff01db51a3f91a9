/** What Bun's Response does otherwise than the engine's, and bodies of its own. */
import "@warpgrid/node-compat/globals";

const TEXT = "text/plain;charset=utf-8";

/** @param {any} body @param {any} init */
function typed(body, init) {
  const headers = new Headers(init?.headers);
  if (typeof body === "string" && !headers.has("content-type")) headers.set("content-type", TEXT);
  return { status: init?.status, statusText: init?.statusText, headers };
}

/** @param {any} body */
function iterated(body) {
  const made = typeof body === "function" && /Generator/.test(Object.prototype.toString.call(body)) ? body() : body;
  const isIterated = typeof made === "object" && made !== null && !(made instanceof ReadableStream) && typeof made[Symbol.asyncIterator] === "function";
  if (!isIterated) return made;
  const encoder = new TextEncoder();
  return /** @type {any} */ (ReadableStream).from(
    (async function* () {
      for await (const part of made) yield typeof part === "string" ? encoder.encode(part) : part;
    })(),
  );
}

const Given = Response;
/** @type {any} */
const Ours = new Proxy(Given, {
  construct(target, [body, init], newTarget) {
    const given = typeof init === "number" ? { status: init } : init;
    return Reflect.construct(target, [iterated(body), typed(body, given)], newTarget);
  },
  get: (target, name) => (name === "json" ? json : name === "redirect" ? redirect : Reflect.get(target, name)),
});
Object.defineProperty(Given.prototype, "constructor", { value: Ours, writable: true, configurable: true });
globalThis.Response = Ours;

/** @param {unknown} data @param {any} [init] */
function json(data, init) {
  const text = JSON.stringify(data);
  if (text === undefined) throw new TypeError("Value is not JSON serializable");
  const given = typeof init === "number" ? { status: init } : init;
  const headers = new Headers(given?.headers);
  if (!headers.has("content-type")) headers.set("content-type", "application/json;charset=utf-8");
  return new Given(text, { status: given?.status, statusText: given?.statusText, headers });
}

/** As it is written: it may be relative. @param {string} url @param {any} [init] */
function redirect(url, init) {
  const given = typeof init === "number" ? { status: init } : init;
  const headers = new Headers(given?.headers);
  headers.set("location", String(url));
  return new Given(null, { ...given, status: given?.status ?? 302, headers });
}

export {};
