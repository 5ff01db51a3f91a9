// Requests to other servers by http.request and by fetch: what is sent, what comes
// back, and how each goes wrong. The same under Node and in a component.
import http from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const upstream = process.env.UPSTREAM!;

type Ask = { path?: string; body?: string | Buffer; chunks?: string[]; url?: string } & http.RequestOptions;

/** One request: the events that came, in order, and what was answered. */
function ask({ path = "/echo", body, chunks, url, ...options }: Ask, also?: (request: http.ClientRequest) => void) {
  return new Promise<unknown>((resolve) => {
    const events: unknown[] = [];
    let answer: unknown;
    const request = http.request(url ?? upstream + path, options, (response) => {
      const { statusCode, statusMessage, headers } = response;
      answer = { statusCode, statusMessage, cookies: headers["set-cookie"], latin: headers["x-latin"] };
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => events.push("end", text.length > 500 ? text.length : text, response.complete));
      response.on("aborted", () => events.push("aborted"));
      response.on("error", (error: any) => events.push(["response", error.message, error.code]));
    });
    request.on("error", (error: any) => events.push(["request", error.name, error.message, error.code, error.syscall, error.address, error.port]));
    request.on("timeout", () => {
      events.push("timeout");
      request.destroy();
    });
    request.on("abort", () => events.push("abort"));
    request.on("close", () => resolve({ answer, events, destroyed: request.destroyed }));
    also?.(request);
    for (const chunk of chunks ?? []) request.write(chunk);
    request.end(body);
  });
}

const thrown = (work: () => unknown) => {
  try {
    work();
    return "nothing";
  } catch (error: any) {
    return [error.name, error.message, error.code];
  }
};

const byHttp: Record<string, () => unknown> = {
  get: () => ask({}),
  query: () => ask({ path: "/echo?a=b%20c" }),
  post: () => ask({ method: "POST", body: "hällo", headers: { "Content-Type": "text/plain", "X-Test": ["a", "b"] as any } }),
  emptyPost: () => ask({ method: "POST" }),
  chunked: () => ask({ method: "PUT", chunks: ["one ", "two "], body: "three" }),
  fixed: () => ask({ method: "PUT", chunks: ["one"], body: "two", headers: { "Content-Length": 6 } }),
  delete: () => ask({ method: "DELETE" }),
  getWithBody: () => ask({ body: "asked", headers: { "Content-Length": 5 } }),
  custom: () => ask({ method: "PROPFIND" }),
  auth: () => ask({ auth: "user:pä" }),
  urlAuth: () => ask({ url: upstream.replace("//", "//me:secret@") + "/echo" }),
  latin: () => ask({ headers: { "X-Test": "grüß" } }),
  head: () => ask({ method: "HEAD" }),
  none: () => ask({ path: "/none" }),
  missing: () => ask({ path: "/missing" }),
  big: () => ask({ path: "/big" }),
  gzip: () => ask({ path: "/gzip", headers: { "accept-encoding": "identity" } }).then((answer: any) => answer.answer),
  slow: () => ask({ path: "/slow" }),
  agent: () => ask({ agent: new http.Agent({ keepAlive: true, maxSockets: 1 }) }),
  refused: () => ask({ url: process.env.CLOSED! }),
  unknown: () => ask({ url: "http://nowhere.invalid/" }),
  half: () => ask({ path: "/half" }),
  reset: () => ask({ path: "/reset" }),
  timeout: () => ask({ path: "/never", timeout: 100 }),
  setTimeout: () => ask({ path: "/never" }, (request) => request.setTimeout(100)),
  abort: () => ask({ path: "/never" }, (request) => setTimeout(() => request.abort(), 50)),
  destroy: () => ask({ path: "/never" }, (request) => setTimeout(() => request.destroy(new Error("mine")), 50)),
  destroyAtOnce: () => ask({ path: "/echo" }, (request) => request.destroy()),
  signal: () => ask({ path: "/never", signal: AbortSignal.timeout(50) }),
  signalled: () => ask({ path: "/echo", signal: AbortSignal.abort() }),
  destroyResponse: () =>
    new Promise((resolve) => {
      const events: string[] = [];
      const request = http.get(`${upstream}/slow`, (response) => response.once("data", () => response.destroy()).on("close", () => events.push(`response ${response.complete}`)));
      request.on("error", (error) => events.push(error.message)).on("close", () => setTimeout(() => resolve(events), 20));
    }),
  early: () => ask({ path: "/early", method: "POST", body: Buffer.alloc(1 << 20) }),
  upload: async () => {
    const answered = new Promise<string>((resolve, reject) => {
      const request = http.request(`${upstream}/count`, { method: "POST" }, async (response) => {
        let text = "";
        for await (const chunk of response) text += chunk;
        resolve(text);
      });
      request.on("error", reject);
      pipeline(Readable.from(Array.from({ length: 40 }, () => Buffer.alloc(100_000))), request).catch(reject);
    });
    return answered;
  },
  headers: () => {
    const request = http.request(upstream, { headers: { "X-One": "1", Accept: "*/*" } }).on("error", () => {});
    request.setHeader("x-two", [2, 3] as any);
    request.removeHeader("accept");
    const seen = [request.getHeader("X-ONE"), request.getHeaderNames(), request.getRawHeaderNames(), request.hasHeader("Accept"), request.method, request.path, request.host, request.protocol];
    request.destroy();
    return seen;
  },
  wrong: () => [
    thrown(() => http.request("nothing")),
    thrown(() => http.request("https://localhost/")),
    thrown(() => http.request({ path: "/a b" })),
    thrown(() => http.request({ method: "A B" })),
    thrown(() => http.request({ headers: { "a b": "1" } })),
    thrown(() => http.request({ headers: { a: "€" } })),
    thrown(() => http.request({ headers: { a: undefined } as any })),
    thrown(() => http.request({ port: 70000 })),
    thrown(() => http.validateHeaderName("ö")),
  ],
};

const described = async (response: Response) => {
  const { status, statusText, ok, redirected, url } = response;
  const text = await response.text();
  return { status, statusText, ok, redirected, path: url.replace(upstream, ""), text: text.length > 500 ? text.length : text };
};

/** What is in a chain of errors, but for words that are the host's. */
const failure = ({ name, cause }: any) => ({ name, cause: cause && { code: cause.code, syscall: cause.syscall } });

const stream = (chunks: string[], fail?: Error) =>
  new ReadableStream({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk !== undefined) controller.enqueue(new TextEncoder().encode(chunk));
      else if (fail) controller.error(fail);
      else controller.close();
    },
  });

const send = (path: string, init?: RequestInit & { duplex?: string }) => fetch(upstream + path, init as RequestInit).then(described).catch(failure);

const byFetch: Record<string, () => unknown> = {
  get: () => send("/echo"),
  post: () => send("/echo", { method: "POST", body: "hällo" }),
  json: () => send("/echo", { method: "PATCH", body: JSON.stringify({ a: 1 }), headers: { "Content-Type": "application/json" } }),
  form: () => send("/echo", { method: "POST", body: new URLSearchParams({ a: "ü b" }) }),
  emptyPost: () => send("/echo", { method: "POST" }),
  streamed: () => send("/count", { method: "POST", body: stream(Array(50).fill("x".repeat(10_000))), duplex: "half" }),
  gzip: () => send("/gzip"),
  big: () => send("/big"),
  none: () => send("/none"),
  head: () => send("/echo", { method: "HEAD" }),
  early: () => send("/early", { method: "POST", body: new Uint8Array(1000) }),
  seeOther: () => send("/redirect?status=303", { method: "POST", body: "x" }),
  temporary: () => send("/redirect?status=307", { method: "POST", body: "again" }),
  manual: () => send("/redirect?status=302", { redirect: "manual" }),
  noRedirect: () => send("/redirect?status=302", { redirect: "error" }).then(({ name }: any) => name),
  refused: () => fetch(process.env.CLOSED!).catch(failure),
  half: () => fetch(`${upstream}/half`).then((response) => response.text()).catch((error) => error.constructor === TypeError || error.code === "ECONNRESET"),
  aborted: () => send("/never", { signal: AbortSignal.timeout(50) }),
  abortedBody: async () => {
    const response = await fetch(`${upstream}/slow`, { signal: AbortSignal.timeout(100) });
    return response.text().catch(({ name }) => name);
  },
  given: () => fetch(new Request(`${upstream}/echo`, { method: "POST", body: "in a request", headers: { "X-Test": "1" } })).then(described),
};

async function all(cases: Record<string, () => unknown>) {
  const answers: Record<string, unknown> = {};
  for (const [name, work] of Object.entries(cases)) answers[name] = await work();
  return answers;
}

export default {
  async fetch() {
    return Response.json({ http: await all(byHttp), fetch: await all(byFetch) });
  },
};
