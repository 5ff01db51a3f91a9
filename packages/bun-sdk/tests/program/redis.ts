// What @warpgrid/bun-sdk/redis gives for many commands.
import { createClient } from "@warpgrid/bun-sdk/redis";
import { outcomes } from "./outcome.js";

const url = () => process.env.REDIS_URL!;

export async function redis() {
  const client = createClient(url());
  return outcomes([
    ["clean", () => client.call("FLUSHDB")],
    ["set", async () => [await client.set("k", "v"), await client.set("k", "w", { only: "if-absent" }), await client.set("new", 1, { only: "if-present" }), await client.set("t", "x", { ttl: 100 })]],
    ["get", async () => [await client.get("k"), await client.get("none"), await client.exists("k", "t", "none")]],
    ["bytes", async () => [await client.set("b", new Uint8Array([0, 255, 13, 10])), await client.getBytes("b"), await client.getBytes("none")]],
    ["unicode", async () => [await client.set("ü", "😀"), await client.get("ü"), await client.call("STRLEN", "ü")]],
    ["expiry", async () => [await client.ttl("t"), await client.ttl("k"), await client.ttl("none"), await client.expire("k", 50), await client.expire("none", 50), await client.ttl("k")]],
    ["count", async () => [await client.incr("n"), await client.incr("n", 41), await client.incr("n", -2), await client.get("n")]],
    ["hash", async () => [await client.hset("h", { a: 1, b: "two", c: new Uint8Array([104, 105]) }), await client.hget("h", "b"), await client.hget("h", "none"), await client.hgetall("h"), await client.hgetall("none")]],
    ["list", async () => [await client.rpush("l", 1, "two", "3"), await client.lrange("l", 0, -1), await client.lpop("l"), await client.lpop("none"), await client.lrange("none", 0, -1)]],
    ["set of", async () => [await client.sadd("s", "x", "y", "x"), (await client.smembers("s")).sort()]],
    ["del", async () => [await client.del("k", "t", "none"), await client.get("k")]],
    ["call", async () => [await client.call("ECHO", "ß"), await client.call("ZADD", "z", 1, "a", 2, "b"), await client.call("ZRANGE", "z", 0, -1, "WITHSCORES"), await client.call("TYPE", "z")]],
    ["script", () => client.call("EVAL", "return {KEYS[1], ARGV[1], 3, false}", 1, "k", "v")],
    ["publish", () => client.publish("news", "nobody hears")],
    ["pipeline", () => client.pipeline([["SET", "p", 1], ["INCR", "p"], ["LPUSH", "p", "x"], ["GET", "p"]])],
    ["transaction", () => client.transaction([["SET", "p", 1], ["INCR", "p"], ["GET", "p"]])],
    ["transaction that fails", () => client.transaction([["SET", "p", "text"], ["INCR", "p"]])],
    ["transaction that is refused", () => client.transaction([["SET", "p", 5], ["NOSUCH"]])],
    ["after them", () => client.get("p")],
    ["nothing", async () => [await client.pipeline([]), await client.transaction([])]],
    ["wrong type", () => client.call("LPUSH", "p", "x")],
    ["no command", () => client.call("NOSUCH")],
    ["wrong arguments", () => client.call("GET")],
    ["no number", () => client.incr("h")],
    ["at once", () => Promise.all(Array.from({ length: 50 }, (_, n) => client.call<string>("ECHO", n)))],
    ["large", async () => (await client.set("large", "x".repeat(1_000_000)), (await client.get("large"))!.length)],
    ["timeout", async () => {
      const hasty = createClient({ url: url(), commandTimeout: 100 });
      const outcome = await hasty.call("BLPOP", "never", 0).catch((error) => error);
      await hasty.end();
      return outcome;
    }],
    ["nothing listens", async () => {
      const nobody = createClient(process.env.NOBODY_URL!.replace("postgres:", "redis:").replace("/x", ""));
      const outcome = await nobody.get("k").catch((error) => error);
      await nobody.end();
      return outcome;
    }],
    ["never used", async () => createClient(url()).end()],
    ["no url", () => createClient("postgres://somewhere")],
    ["none", () => createClient({ url: undefined })],
    ["ended", async () => (await client.end(), client.get("k"))],
  ]);
}
