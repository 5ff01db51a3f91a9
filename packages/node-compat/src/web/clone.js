/**
 * Response.prototype.clone, which the engine lacks. A stream can be read once: the
 * body is split in two, and the response reads its half from then on.
 */

/** The halves of those that were cloned. @type {WeakMap<Response, ReadableStream>} */
const halves = new WeakMap();
/** @type {any} */
const prototype = Response.prototype;

if (!prototype.clone) {
  const bodyOf = /** @type {any} */ (Object.getOwnPropertyDescriptor(prototype, "body")).get;
  const usedOf = /** @type {any} */ (Object.getOwnPropertyDescriptor(prototype, "bodyUsed")).get;

  /** @param {string} name @param {(this: Response) => any} get */
  const getter = (name, get) => Object.defineProperty(prototype, name, { get, configurable: true, enumerable: true });
  /** Those whose half was read. @type {WeakSet<Response>} */
  const used = new WeakSet();

  getter("body", function () {
    return halves.get(this) ?? bodyOf.call(this);
  });
  getter("bodyUsed", function () {
    return halves.has(this) ? used.has(this) : usedOf.call(this);
  });

  for (const name of ["arrayBuffer", "blob", "bytes", "formData", "json", "text"]) {
    const read = prototype[name];
    if (!read) continue;
    prototype[name] = /** @this {Response} */ async function () {
      const half = halves.get(this);
      if (!half) return read.call(this);
      if (half.locked || used.has(this)) throw new TypeError("Body is unusable: Body has already been read");
      used.add(this);
      return /** @type {any} */ (new Response(half, { headers: this.headers }))[name]();
    };
  }

  prototype.clone = /** @this {Response} */ function () {
    if (this.bodyUsed || this.body?.locked) throw new TypeError("Response.clone: Body has already been consumed.");
    const { status, statusText, headers } = this;
    const [mine, others] = this.body?.tee() ?? [];
    if (mine) halves.set(this, mine);
    const clone = new Response(others ?? null, { status, statusText, headers });
    for (const name of ["url", "redirected"]) {
      const own = Object.getOwnPropertyDescriptor(this, name);
      if (own) Object.defineProperty(clone, name, own);
    }
    return clone;
  };
}

export {};
