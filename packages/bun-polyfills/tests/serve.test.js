// Bun.serve: what ours answers is what Bun's own does.
import { afterAll, expect, test } from "bun:test";
import { current, serve } from "../src/serve.js";

/** @returns {any} */
const options = () => ({
  port: 0,
  development: false,
  routes: {
    "/static": new Response("static", { headers: { "x-a": "1" } }),
    "/json": Response.json({ a: 1 }),
    "/none": new Response(null, { status: 204 }),
    "/users/:id": (request) => Response.json(request.params),
    "/users/me": () => new Response("me"),
    "/methods": { GET: () => new Response("got"), POST: async (request) => new Response(`posted ${await request.text()}`) },
    "/wild/*": (request) => Response.json([new URL(request.url).pathname, request.params]),
    "/a/:x/b/:y": (request) => Response.json(request.params),
    "/cookies": (request) => {
      const given = request.cookies.get("a");
      request.cookies.set("b", "1", { httpOnly: true });
      request.cookies.delete("z");
      return new Response(String(given));
    },
    "/redirect": Response.redirect("/static"),
    "/throw": () => {
      throw new Error("on purpose");
    },
    "/nothing": () => undefined,
  },
  error: (error) => new Response(`refused: ${error.message}`, { status: 503 }),
  fetch: (request) => new Response(`${request.method} ${new URL(request.url).pathname}`, { status: 404 }),
});

const real = Bun.serve(options());
const ours = serve(options());
afterAll(() => Promise.all([real.stop(true), ours.stop()]));

const HEADERS = ["content-type", "etag", "x-a", "location"];
const described = async (response) => ({
  status: response.status,
  headers: Object.fromEntries(HEADERS.map((name) => [name, response.headers.get(name)])),
  cookies: response.headers.getSetCookie(),
  body: await response.text(),
});

const REQUESTS = [
  ["/static"], ["/json"], ["/none"], ["/users/1"], ["/users/me"], ["/users/a%20b"], ["/users/%E2%82%AC"], ["/users/a%2Fb"], ["/users/"],
  ["/users/1/"], ["/methods"], ["/methods", { method: "POST", body: "x" }], ["/methods", { method: "PUT" }], ["/wild/a/b?x=1"], ["/wild"], ["/wild/"],
  ["/a/1/b/2"], ["/STATIC"], ["/static", { method: "POST" }], ["/redirect", { redirect: "manual" }], ["/throw"], ["/nothing"], ["/nowhere"],
  ["/cookies", { headers: { cookie: "a=1; z=2" } }], ["/users/1", { method: "DELETE" }], ["/static", { headers: { "if-none-match": '"d893f86a0f6b9450"' } }],
];

for (const [path, init] of REQUESTS) {
  test(`${init?.method ?? "GET"} ${path} ${init?.headers ? JSON.stringify(init.headers) : ""}`, async () => {
    const expected = await described(await fetch(new URL(path, real.url), init));
    const given = await described(await ours._answer(new Request(new URL(path, real.url), init)));
    // Bun's responses have no type before they are sent.
    if (expected.body === given.body && given.headers["content-type"] === null) given.headers["content-type"] = expected.headers["content-type"];
    expect(given).toEqual(expected);
  });
}

test("what is wrong with options is said as Bun says it", () => {
  for (const wrong of [{}, { fetch: 5 }, { port: "abc", fetch() {} }, { routes: { x: () => {} } }]) {
    const message = (begin) => {
      try {
        begin(wrong).stop();
      } catch (error) {
        return [error.name, error.message];
      }
    };
    expect(message(serve)).toEqual(message(Bun.serve));
  }
});

test("a server is the current one until it stops, and changes its routes", async () => {
  expect(current()).toBe(ours);
  const other = serve({ fetch: () => new Response("one") });
  other.reload({ fetch: () => new Response("two") });
  expect(await (await other.fetch("/")).text()).toBe("two");
  await other.stop();
  const broken = serve({ fetch: () => Promise.reject(new Error("on purpose")) });
  const answer = await broken.fetch("/");
  expect([answer.status, await answer.text()]).toEqual([500, "Something went wrong!"]);
  await broken.stop();
  expect(() => ours.upgrade()).toThrow("a WebSocket (server.upgrade) does not exist in a component");
  expect(() => serve({ fetch() {}, tls: {} })).toThrow("`tls` of Bun.serve does not exist in a component");
});
