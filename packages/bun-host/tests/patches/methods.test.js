// bun-patches/preview2-shim/0001: methods without a name of their own.
import { expect, test } from "bun:test";
import { patched, stock } from "./shim.js";

const methodOf = async ({ http }, method) => {
  let seen;
  const request = new Request("http://localhost/", { method });
  await http
    .handleIncomingRequest(request, (incoming) => {
      seen = incoming.method();
    })
    .catch(() => {});
  return seen;
};

test("a method that WASI does not name is another one", async () => {
  expect(await methodOf(patched, "PROPFIND")).toEqual({ tag: "other", val: "PROPFIND" });
  for (const method of ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
    expect(await methodOf(patched, method)).toEqual({ tag: method.toLowerCase() });
  }
});

test("stock names a case that there is not", async () => {
  expect(await methodOf(stock, "PROPFIND")).toEqual({ tag: "propfind" });
});
