// bun-patches/preview2-shim/0005: outgoing requests by a given function.
import { expect, test } from "bun:test";
import { patched, stock } from "./shim.js";

async function send({ http }, fetch) {
  const { types } = http;
  const request = new types.OutgoingRequest(new types.Fields());
  request.setScheme({ tag: "HTTP" });
  request.setAuthority("example.invalid");
  request.setPathWithQuery("/a?b");
  const future = http.createOutgoingHandler({ fetch }).handle(request, undefined);
  await future.subscribe().block();
  return future.get();
}

test("the function sends, and says what is refused", async () => {
  const asked = [];
  const answered = await send(patched, async (url) => {
    asked.push(url);
    return new Response(null, { status: 302, headers: { location: "/elsewhere" } });
  });
  expect(asked).toEqual(["http://example.invalid/a?b"]);
  expect(answered.val.val.status()).toBe(302);
  const refused = await send(patched, () => Promise.reject(Object.assign(new Error(), { payload: { tag: "HTTP-request-denied" } })));
  expect(refused.val).toEqual({ tag: "err", val: { tag: "HTTP-request-denied" } });
});

test("stock has the global fetch alone", () => {
  expect(stock.http.createOutgoingHandler).toBeUndefined();
});
