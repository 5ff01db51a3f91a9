/** What Bun's Response does otherwise than the engine's, and bodies of its own. */
import "@warpgrid/node-compat/globals";

const TEXT = "text/plain;charset=utf-8";

const BYTES = "application/octet-stream";

/**
 * The content type that Bun's server gives a body whose headers have none. Before
 * that, they have none.
 * @type {WeakMap<Response, string>}
 */
const types = new WeakMap();
/** Bodies of Responses, which another Response may be made of. @type {WeakSet<ReadableStream>} */
const bodies = new WeakSet();

/** @param {any} body @returns {string | undefined} */
function typeOf(body) {
  if (typeof body === "string") return TEXT;
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return BYTES;
  return body instanceof ReadableStream && bodies.has(body) ? BYTES : undefined;
}

/** The response as it is sent. @param {Response} response */
export function sent(response) {
  const type = types.get(response);
  if (type && !response.headers.has("content-type")) response.headers.set("content-type", type);
  return response;
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
    const { status, statusText, headers: named } = given ?? {};
    const headers = new Headers(named);
    const made = Reflect.construct(target, [iterated(body), { status, statusText, headers }], newTarget);
    // The engine says at once what a text is.
    if (typeof body === "string" && !headers.has("content-type")) made.headers.delete("content-type");
    const type = typeOf(body);
    if (type) types.set(made, type);
    return made;
  },
  get: (target, name) => (name === "json" ? json : name === "redirect" ? redirect : Reflect.get(target, name)),
});
Object.defineProperty(Given.prototype, "constructor", { value: Ours, writable: true, configurable: true });
globalThis.Response = Ours;

const own = /** @type {any} */ (Object.getOwnPropertyDescriptor(Given.prototype, "body"));
// Bun's own, where these modules are tested there, is not to be replaced.
if (own.configurable) {
  Object.defineProperty(Given.prototype, "body", {
    ...own,
    get() {
      const body = own.get.call(this);
      if (body && types.has(this)) bodies.add(body);
      return body;
    },
  });
}
const { clone } = Given.prototype;
Given.prototype.clone = function () {
  const cloned = clone.call(this);
  const type = types.get(this);
  if (type) types.set(cloned, type);
  return cloned;
};

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

/** Types of which Bun's blobs say the charset. */
const TEXTS = ["application/json", "text/css", "text/html", "text/plain"];

for (const [name, place] of /** @type {const} */ ([["Blob", 1], ["File", 2]])) {
  /** @type {any} */ (globalThis)[name] = new Proxy(globalThis[name], {
    construct(target, given, newTarget) {
      const type = given[place]?.type;
      const known = TEXTS.includes(type);
      return Reflect.construct(target, known ? [...given.slice(0, place), { ...given[place], type: `${type};charset=utf-8` }] : given, newTarget);
    },
  });
}
