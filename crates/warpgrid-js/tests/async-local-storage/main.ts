// What AsyncLocalStorage keeps, after each way of waiting. The same under Node and
// in a component.
import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { channel } from "node:diagnostics_channel";
import { EventEmitter } from "node:events";
import http from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const storage = new AsyncLocalStorage<string>();
const other = new AsyncLocalStorage<number>();
const seen = () => storage.getStore() ?? "nothing";
const called = (register: (callback: () => void) => unknown) => new Promise<string>((resolve) => void register(() => resolve(seen())));

async function* counted() {
  for (let i = 0; i < 2; i++) {
    await sleep(1);
    yield seen();
  }
}

class Thenable {
  then(done: (value: string) => void) {
    setTimeout(() => done("thenable"), 1);
  }
}

const ways: Record<string, () => unknown> = {
  atOnce: seen,
  async await() {
    await 1;
    return seen();
  },
  async twice() {
    await sleep(1);
    await Promise.resolve();
    return seen();
  },
  then: () => Promise.resolve().then(seen),
  caught: () => Promise.reject(new Error("x")).catch(seen),
  finally: () => new Promise((resolve) => void Promise.resolve().finally(() => resolve(seen()))),
  all: async () => [await Promise.all([sleep(1).then(seen), seen()]), await Promise.race([sleep(1).then(seen)]), await Promise.allSettled([sleep(1).then(seen)])],
  async thenable() {
    return [await (new Thenable() as any), seen()];
  },
  async thrown() {
    try {
      await Promise.reject(new Error("x"));
    } catch {
      return seen();
    }
  },
  timeout: () => called((callback) => setTimeout(callback, 1)),
  interval: () => called((callback) => { const timer = setInterval(() => (clearInterval(timer), callback()), 1); }),
  immediate: () => called(setImmediate),
  microtask: () => called(queueMicrotask),
  tick: () => called(process.nextTick),
  promisified: () => promisify((callback: (error: null, value: string) => void) => setTimeout(() => callback(null, seen()), 1))(),
  async generator() {
    const all = [];
    for await (const value of counted()) all.push(value, seen());
    return all;
  },
  arrow: (() => async () => {
    const inner = async () => (await sleep(1), seen());
    return [await inner(), await (async () => seen())()];
  })(),
  async method() {
    const object = { async go(this: unknown) { await null; return [seen(), this === object]; } };
    return object.go();
  },
  async arguments_() {
    async function variadic(..._rest: number[]) {
      await null;
      return [arguments.length, seen()];
    }
    return variadic(1, 2, 3);
  },
  emitter: () => called((callback) => { const emitter = new EventEmitter(); emitter.on("x", callback); storage.run("emitter's", () => emitter.emit("x")); }),
  async stream() {
    const chunks: string[] = [];
    await pipeline(Readable.from(["a", "b"]), async function* (source) { for await (const chunk of source) yield chunk + seen(); }, async (source) => { for await (const chunk of source) chunks.push(chunk as string); });
    return [chunks, seen()];
  },
  webStream: async () => {
    const stream = new ReadableStream({ start(controller) { controller.enqueue(seen()); controller.close(); } });
    const reader = stream.getReader();
    const { value } = await reader.read();
    return [value, seen()];
  },
  fetch: async () => {
    const response = await fetch(`${process.env.UPSTREAM}/echo`);
    const before = seen();
    await response.text();
    return [before, seen()];
  },
  request: () =>
    new Promise((resolve, reject) => {
      const events: string[] = [];
      http.get(`${process.env.UPSTREAM}/slow`, (response) => {
        events.push(`response ${seen()}`);
        response.on("data", () => events.push(`data ${seen()}`)).on("end", () => resolve([events, seen()]));
      }).on("error", reject);
    }),
  digest: async () => {
    await crypto.subtle.digest("SHA-256", new Uint8Array(1));
    return seen();
  },
  nested: () => storage.run("inner", async () => {
    await sleep(1);
    const inside = seen();
    return [inside, storage.run("innermost", seen), seen(), storage.exit(seen), await storage.exit(async () => (await sleep(1), seen()))];
  }),
  two: () => other.run(7, async () => (await sleep(1), [seen(), other.getStore()])),
  bound: async () => {
    const bound = AsyncLocalStorage.bind(() => seen());
    const snapshot = AsyncLocalStorage.snapshot();
    const resource = new AsyncResource("test");
    const method = AsyncResource.bind(function (this: any, a: number) { return [seen(), a]; });
    return storage.run("elsewhere", async () => [bound(), snapshot(seen), resource.runInAsyncScope(seen), method(1), resource.bind(seen)(), (await sleep(1), seen())]);
  },
  entered: async () => {
    storage.enterWith("entered");
    const now = seen();
    await sleep(1);
    return [now, seen()];
  },
  after: seen,
  channel: () => {
    const events = channel("test");
    events.bindStore(storage, (message: any) => message.as);
    try {
      return events.runStores({ as: "from a channel" }, seen);
    } finally {
      events.unbindStore(storage);
    }
  },
};

async function all(who: string) {
  const answers: Record<string, unknown> = {};
  for (const [name, way] of Object.entries(ways)) answers[name] = await storage.run(`${who}'s`, way as () => unknown);
  return [answers, seen()];
}

/** Waits at the same times as others do. */
const interleaved = (who: string) => storage.run(who, async () => {
  const steps = [];
  for (let i = 0; i < 5; i++) {
    await (i % 2 ? sleep(1) : Promise.resolve());
    steps.push(seen());
  }
  return steps;
});

export default {
  async fetch() {
    const before = seen();
    const answers = await all("somebody");
    const together = await Promise.all(["one", "two", "three"].map(interleaved));
    return Response.json({ before, answers, together, after: seen() });
  },
};
