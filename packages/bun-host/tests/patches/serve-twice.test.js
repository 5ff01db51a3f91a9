// bun-patches/jco/0002: an instance for each request.
import { expect, test } from "bun:test";
import { answers, patched, stock } from "./serve.js";

test("the second request is answered", async () => {
  expect(await answers(patched, 3, [])).toEqual([207, 207, 207]);
}, 60_000);

test("stock answers the first", async () => {
  const [first, second] = await answers(stock, 2, []);
  expect(first).toBe(207);
  expect(second).not.toBe(207);
}, 60_000);

test("who asks for it has one instance", async () => {
  const [first, second] = await answers(patched, 2, ["--isolate-requests", "none"]);
  expect(first).toBe(207);
  expect(second).not.toBe(207);
}, 60_000);
