// The interfaces of the contract, as a guest calls them, without a guest.
import { afterAll, beforeAll, describe, expect, spyOn, test } from "bun:test";
import { loadConfig } from "../src/config/index.js";
import { Databases } from "../src/databases.js";
import { Names, ResolvedNames } from "../src/names/index.js";
import { fromGuest, toGuest } from "../src/names/address.js";
import { wasi } from "../src/patched.js";
import { databaseProxy, Handles } from "../src/shims/database-proxy.js";
import { dnsReverse } from "../src/shims/dns-reverse.js";
import { dns } from "../src/shims/dns.js";
import { SignalQueue, signals } from "../src/shims/signals.js";
import { sockets } from "../src/shims/sockets.js";
import { Declared, threading } from "../src/shims/threading.js";

const text = (bytes) => new TextDecoder().decode(bytes);
const bytes = (string) => new TextEncoder().encode(string);

/** @param {object} configuration */
async function scope(configuration) {
  const config = await loadConfig(configuration);
  const names = new Names(config);
  const databases = await Databases.start(config, names, false);
  return {
    host: { config, names, databases, threads: new Declared() },
    wasi: await wasi(),
    resolved: new ResolvedNames(),
    connections: new Handles(),
    opening: { count: 0 },
    queue: new SignalQueue(),
    waits: (promise) => promise,
    ended: () => false,
  };
}

describe("names", () => {
  const CONFIG = {
    services: { "Cache.Production.warp.local": ["10.0.0.6", "10.0.0.7"] },
    dns: { hosts: { "fixed.example": "192.0.2.7" }, search: ["production.warp.local"] },
    database: [
      { protocol: "postgres", host: "db.production.warp.local", port: 5432, upstream: "127.0.0.1:1" },
      { protocol: "redis", host: "127.0.0.9", port: 6379 },
    ],
  };

  test("are answered in turn, and completed", async () => {
    const { resolve } = dns(await scope(CONFIG));
    const of = async (name) => (await resolve(name)).map(fromGuest);
    expect(await of("cache")).toEqual(["10.0.0.6", "10.0.0.7"]);
    expect(await of("CACHE.production.warp.local.")).toEqual(["10.0.0.7", "10.0.0.6"]);
    expect(await of("fixed.example")).toEqual(["192.0.2.7"]);
    expect(await of("a.localhost")).toEqual(["127.0.0.1", "::1"]);
    expect(await of("2001:DB8:0::1")).toEqual(["2001:db8::1"]);
    for (const [name, error] of [["other", "internal"], ["other.warp.local", "not-found"], ["", "not-found"], ["a b", "not-found"], ["x.".repeat(200), "not-found"]]) {
      expect({ name, error: await resolve(name).then(() => null, (error) => error) }).toEqual({ name, error });
    }
  });

  test("of a database lead to it alone", async () => {
    const guest = await scope(CONFIG);
    const [address] = await dns(guest).resolve("db.production.warp.local");
    expect(fromGuest(address)).toMatch(/^198\.1[89]\./);
    const { route } = sockets(guest);
    const config = { protocol: "postgres", host: "db.production.warp.local", port: 5432, database: undefined, poolSize: 10 };
    expect(route("DB.production.warp.local.", 5432)).toEqual(config);
    expect(route(String(fromGuest(address)), 5432)).toEqual(config);
    expect(route(String(fromGuest(address)), 5433)).toBeUndefined();
    expect(route("127.0.0.9", 6379)?.protocol).toBe("redis");
    expect(await dnsReverse(guest).lookup(address)).toEqual(["db.production.warp.local"]);
  });

  test("are found by their addresses", async () => {
    const { lookup } = dnsReverse(await scope(CONFIG));
    expect(await lookup(toGuest("10.0.0.7"))).toEqual(["cache.production.warp.local"]);
    expect(await lookup(toGuest("::ffff:192.0.2.7"))).toEqual(["fixed.example"]);
    expect(await lookup(toGuest("127.0.0.1"))).toEqual(["localhost"]);
    await expect(lookup(toGuest("192.0.2.99"))).rejects.toBe("not-found");
    await expect(lookup({ octets: new Uint8Array(3), isV6: false })).rejects.toBe("not-found");
  });

  test("that fail go last", async () => {
    const { host } = await scope(CONFIG);
    host.names.connected("10.0.0.6", false);
    for (let turn = 0; turn < 3; turn++) expect((await host.names.resolve("cache")).addresses[0]).toBe("10.0.0.7");
    host.names.connected("10.0.0.6", true);
    const firsts = new Set();
    for (let turn = 0; turn < 2; turn++) firsts.add((await host.names.resolve("cache")).addresses[0]);
    expect(firsts.size).toBe(2);
  });
});

/** What the server counts. */
const LETTER = 122;

describe("connections to a database", () => {
  let server;
  let letters = 0;
  let client;
  beforeAll(() => {
    spyOn(console, "warn").mockImplementation(() => {});
    server = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        open: (socket) => (client = socket),
        data(socket, data) {
          for (const byte of data) if (byte === LETTER) letters++;
          // Who has closed would answer with a reset.
          if (letters === 0) socket.write(`got ${text(data)}`);
        },
      },
    });
  });
  afterAll(() => server.stop(true));
  const guest = (limits = {}) =>
    scope({ limits, database: [{ protocol: "redis", host: "cache.warp.local", port: 6379, upstream: `127.0.0.1:${server.port}` }] });

  test("carry bytes, and end", async () => {
    const shared = await guest();
    const proxy = databaseProxy(shared);
    const { route, tryRecv, wait, subscribe } = sockets(shared);
    const connection = await proxy.connect(route("cache.warp.local", 6379));
    expect(tryRecv(connection, 10)).toBeUndefined();
    expect(await wait(new BigUint64Array([connection]), 1_000_000n)).toBe(1);
    const readable = subscribe(connection);
    expect(readable.ready()).toBe(false);
    expect(await proxy.send(connection, bytes("ping"))).toBe(4);
    await readable.block();
    expect(text(await proxy.recv(connection, 4))).toBe("got ");
    expect(text(tryRecv(connection, 100))).toBe("ping");
    const waiting = wait(new BigUint64Array([999n, connection]), undefined);
    expect(await waiting).toBe(0);
    client.end();
    expect(await wait(new BigUint64Array([connection]), undefined)).toBe(0);
    expect(await proxy.recv(connection, 100)).toEqual(new Uint8Array());
    readable[Symbol.dispose]();
    proxy.close(connection);
    proxy.close(connection);
    expect(() => tryRecv(connection, 1)).toThrow("closed");
    await expect(proxy.recv(connection, 1)).rejects.toBe("closed");
  });

  /** Sends until a server that does not read stops it; gives how many bytes were taken. */
  async function full(proxy, connection, byte) {
    const data = new Uint8Array(1 << 20).fill(byte);
    for (let sent = 0; ; ) {
      const taken = await Promise.race([proxy.send(connection, data), Bun.sleep(500).then(() => null)]);
      if (taken === null || sent > 64 << 20) return sent;
      sent += taken;
    }
  }

  test("take no more than can wait", async () => {
    const shared = await guest();
    const proxy = databaseProxy(shared);
    const connection = await proxy.connect(sockets(shared).route("cache.warp.local", 6379));
    client.pause();
    const sent = await full(proxy, connection, 0);
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(64 << 20);
    client.resume();
    proxy.close(connection);
  }, 30_000);

  test("send what was written before they were closed", async () => {
    const shared = await guest();
    const proxy = databaseProxy(shared);
    const connection = await proxy.connect(sockets(shared).route("cache.warp.local", 6379));
    client.pause();
    const sent = await full(proxy, connection, LETTER);
    proxy.close(connection);
    client.resume();
    for (let wait = 0; wait < 100 && letters < sent; wait++) await Bun.sleep(20);
    expect(letters).toBe(sent);
  }, 30_000);

  test("are refused where there is none", async () => {
    const shared = await guest({ connections: 1 });
    const proxy = databaseProxy(shared);
    const config = sockets(shared).route("cache.warp.local", 6379);
    await expect(proxy.connect({ ...config, host: "other.warp.local" })).rejects.toBe("connection-refused");
    await expect(proxy.connect({ ...config, protocol: "mysql" })).rejects.toBe("protocol-error");
    await proxy.connect(config);
    await expect(proxy.connect(config)).rejects.toBe("pool-exhausted");
    const nobody = await scope({ database: [{ protocol: "redis", host: "cache.warp.local", port: 6379, upstream: "127.0.0.1:1" }] });
    await expect(databaseProxy(nobody).connect(config)).rejects.toBe("connection-refused");
  });
});

describe("signals and threads", () => {
  test("a handler is told of its end alone", async () => {
    const shared = await scope({});
    const { onSignal, pollSignal } = signals(shared);
    expect(shared.queue.offer("terminate")).toBe(false);
    expect([onSignal("terminate"), onSignal("hangup"), onSignal("interrupt")]).toEqual([true, false, false]);
    expect(pollSignal()).toBeUndefined();
    for (let count = 0; count < 20; count++) shared.queue.offer("terminate");
    let taken = 0;
    while (pollSignal()) taken++;
    expect(taken).toBe(16);
  });

  test("the most demanding declaration stands", async () => {
    const shared = await scope({});
    const { declareThreadingModel } = threading(shared);
    declareThreadingModel("cooperative");
    declareThreadingModel("single-threaded");
    expect(shared.host.threads.model).toBe("cooperative");
  });
});
