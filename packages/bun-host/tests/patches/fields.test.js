// bun-patches/preview2-shim/0002: a clone of fields is its own.
import { expect, test } from "bun:test";
import { patched, stock } from "./shim.js";

const bytes = (text) => new TextEncoder().encode(text);
const originalAfterClone = ({ http: { types } }) => {
  const original = types.Fields.fromList([["one", bytes("1")]]);
  original.clone().append("two", bytes("2"));
  return original.entries().map(([name]) => name);
};

test("what is appended to a clone is not sent with its original", () => {
  expect(originalAfterClone(patched)).toEqual(["one"]);
});

test("stock sends it", () => {
  expect(originalAfterClone(stock)).toEqual(["one", "two"]);
});
