// bun-patches/preview2-shim/0006: a timer ends with its pollable.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { directories } from "./shim.js";

/** How a process ends that has dropped an hour's pollable; null where it does not. */
async function ends(directory, within) {
  const program = `
    import { monotonicClock } from ${JSON.stringify(join(directory, "dist/browser/clocks.js"))};
    monotonicClock.subscribeDuration(3_600_000_000_000n)[Symbol.dispose]();
    monotonicClock.subscribeInstant(monotonicClock.now() + 3_600_000_000_000n)[Symbol.dispose]();`;
  const running = Bun.spawn([process.execPath, "-e", program], { stdout: "inherit", stderr: "inherit" });
  const code = await Promise.race([running.exited, Bun.sleep(within).then(() => null)]);
  running.kill();
  return code;
}

test("a dropped timer keeps no process", async () => {
  expect(await ends(directories.patched, 15_000)).toBe(0);
}, 20_000);

test("stock's does", async () => {
  expect(await ends(directories.stock, 3000)).toBeNull();
}, 20_000);
