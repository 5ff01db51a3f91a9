// bun-patches/jco/0001: --jco-map with --isolate-requests.
import { expect, test } from "bun:test";
import { answers, patched, stock } from "./serve.js";

const INSTANCE = ["--isolate-requests", "instance"];
const WORKER = ["--isolate-requests", "worker", "--isolate-worker-pool-size", "1"];

test("what is mapped is imported", async () => {
  expect(await answers(patched, 2, INSTANCE)).toEqual([207, 207]);
}, 60_000);

test("what is mapped is imported in workers", async () => {
  expect(await answers(patched, 2, WORKER)).toEqual([207, 207]);
}, 60_000);

test("stock has no such import", async () => {
  expect(await answers(stock, 1, INSTANCE)).toEqual([null]);
  await expect(answers(stock, 1, WORKER)).rejects.toThrow("jco serve ended");
}, 60_000);
