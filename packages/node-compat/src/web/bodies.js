/**
 * Bodies of blobs and forms. The engine reads its own by tasks of its own loop,
 * which stands still while ours waits; these are streams and bytes of ours.
 */
const PART = 65536;

/** @this {Blob} */
Blob.prototype.stream = function () {
  const blob = this;
  let at = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        if (at < blob.size) controller.enqueue(new Uint8Array(await blob.slice(at, at + PART).arrayBuffer()));
        at += PART;
        if (at >= blob.size) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
};

/** @param {string} text of a name, as the HTML standard's multipart/form-data has it */
const quoted = (text) => text.replace(/\r\n?|\n/g, "%0D%0A").replaceAll('"', "%22");

/** @param {FormData} form */
function multipart(form) {
  const boundary = `----formdata-${[...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  /** @type {BlobPart[]} */
  const parts = [];
  for (const [name, value] of form) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"`;
    if (typeof value === "string") parts.push(`${head}\r\n\r\n${value.replace(/\r\n?|\n/g, "\r\n")}\r\n`);
    else parts.push(`${head}; filename="${quoted(value.name)}"\r\nContent-Type: ${value.type || "application/octet-stream"}\r\n\r\n`, value, "\r\n");
  }
  return new Blob([...parts, `--${boundary}--\r\n`], { type: `multipart/form-data; boundary=${boundary}` });
}

/**
 * A body that the engine need not read by its loop, and the headers that it brings.
 * @param {any} init of a request, or of a response with `body`
 */
function replaced(init) {
  const body = init.body instanceof FormData ? multipart(init.body) : init.body;
  if (!(body instanceof Blob)) return init;
  const headers = new Headers(init.headers);
  if (body.type && !headers.has("content-type")) headers.set("content-type", body.type);
  return { ...init, headers, body: body.stream(), duplex: "half" };
}

/** @param {any} body */
const isOurs = (body) => body instanceof Blob || body instanceof FormData;

/**
 * @param {any} Class
 * @param {(args: any[]) => any[]} replace its arguments
 */
function replacing(Class, replace) {
  const proxy = new Proxy(Class, {
    construct: (target, args, newTarget) => Reflect.construct(target, replace(args), newTarget),
  });
  Object.defineProperty(Class.prototype, "constructor", { value: proxy, writable: true, configurable: true });
  return proxy;
}

globalThis.Response = replacing(Response, ([body, init]) => {
  if (!isOurs(body)) return [body, init];
  const { status, statusText, headers } = init ?? {};
  const whole = replaced({ headers, body });
  return [whole.body, { status, statusText, headers: whole.headers }];
});
globalThis.Request = replacing(Request, ([input, init]) => [input, isOurs(init?.body) ? replaced(init) : init]);
