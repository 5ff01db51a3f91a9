// bun-patches/preview2-shim/0007: an adapter hears of files that are let go.
import { expect, test } from "bun:test";
import { patched, stock } from "./shim.js";

/** What an adapter is told of, once the guest has dropped all it had. */
function told({ filesystem }) {
  const dropped = [];
  const entries = { [Symbol.dispose]: () => dropped.push("entries") };
  const root = { readDirectory: () => entries, [Symbol.dispose]: () => dropped.push("root") };
  const { preopens } = filesystem.createFilesystem({ adapter: { getRoot: () => root }, preopens: { "/": {} } });
  const [[directory]] = preopens.getDirectories();
  directory.readDirectory()[Symbol.dispose]?.();
  directory[Symbol.dispose]?.();
  return dropped;
}

test("what the guest drops is let go", () => {
  expect(told(patched)).toEqual(["entries", "root"]);
});

test("stock tells nobody", () => {
  expect(told(stock)).toEqual([]);
});
