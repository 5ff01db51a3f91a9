// bun-patches/preview2-shim/0003: blocking calls wait.
import { expect, test } from "bun:test";
import { patched, stock } from "./shim.js";

/** An output whose flush ends when it is told to. */
function output({ io }) {
  const flushed = Promise.withResolvers();
  const written = [];
  const stream = io.outputStreamCreate({ write: (data) => written.push(...data), blockingFlush: () => flushed.promise });
  return { stream, written, flushed };
}
/** An input whose bytes come later. */
const input = ({ io }) => io.inputStreamCreate({ blockingRead: async (length) => new Uint8Array([1, 2, 3]).subarray(0, Number(length)) });

test("a flush is waited for", async () => {
  for (const flush of [(stream) => stream.blockingFlush(), (stream) => stream.blockingWriteAndFlush(new Uint8Array(1)), (stream) => stream.blockingWriteZeroesAndFlush(1n)]) {
    const { stream, flushed } = output(patched);
    const waiting = flush(stream);
    expect(waiting).toBeInstanceOf(Promise);
    flushed.resolve();
    await waiting;
    const { stream: other, flushed: never } = output(stock);
    expect(flush(other)).toBeUndefined();
    never.resolve();
  }
});

test("what is spliced has arrived", async () => {
  const { stream, written } = output(patched);
  expect(await stream.blockingSplice(input(patched), 2n)).toBe(2n);
  expect(written).toEqual([1, 2]);
  expect(() => output(stock).stream.blockingSplice(input(stock), 2n)).toThrow();
});

test("a splice waits for room", async () => {
  let room = 0n;
  const freed = Promise.withResolvers();
  const { io } = patched;
  const written = [];
  const stream = io.outputStreamCreate({
    checkWrite: () => room,
    write: (data) => written.push(...data),
    subscribe: () => io.pollableCreate({ ready: () => room > 0n, wait: () => freed.promise }),
  });
  const splicing = stream.blockingSplice(input(patched), 3n);
  room = 2n;
  freed.resolve();
  expect(await splicing).toBe(2n);
  expect(written).toEqual([1, 2]);
});

test("what is skipped has arrived", async () => {
  expect(await input(patched).blockingSkip(3n)).toBe(3n);
  expect(() => input(stock).blockingSkip(3n)).toThrow();
});
