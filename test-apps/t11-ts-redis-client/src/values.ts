import { randomUUID } from "node:crypto";
import { failure, redis } from "./redis.js";

const BIG = 10 << 20;

/** Runs with a key of its own, which is deleted after. */
export async function withKey<T>(work: (key: string) => Promise<T>) {
  const key = `t11:${randomUUID()}`;
  try {
    return await work(key);
  } finally {
    await redis.del(key);
  }
}

/** Values of each kind, with any characters and any bytes. */
export const values = () =>
  withKey(async (key) => {
    const bytes = Buffer.from([0, 13, 10, 255, 36]);
    return {
      set: await redis.set(key, "größe\r\n😀", "EX", 60),
      get: await redis.get(key),
      lasting: (await redis.ttl(key)) > 50,
      taken: await redis.set(key, "other", "NX"),
      nothing: await redis.get(`${key}:nothing`),
      bytes: [await redis.set(key, bytes), (await redis.getBuffer(key))!.equals(bytes)],
      number: [await redis.set(key, 41), await redis.incr(key), await redis.incrbyfloat(key, 0.5)],
      none: await redis.get(""),
      gone: await redis.del(key),
      list: [await redis.rpush(key, "a", "b", "c"), await redis.lrange(key, 0, -1), await redis.blpop(key, 1).then((popped) => popped![1])],
      hash: [await redis.del(key), await redis.hset(key, { name: "Ada", letters: 3 }), await redis.hgetall(key)],
      sorted: [await redis.del(key), await redis.zadd(key, 2, "two", 1, "one"), await redis.zrange(key, "0", "-1", "WITHSCORES")],
    };
  });

/** What the server refuses. */
export const errors = () =>
  withKey(async (key) => {
    await redis.rpush(key, "a");
    return {
      wrongType: await redis.incr(key).catch(failure),
      unknown: await redis.call("NONSENSE", "x").catch(failure),
      fewArguments: await redis.call("GET").catch(failure),
      script: await redis.eval("return redis.error_reply('MINE it is wrong')", 0).catch(failure),
      after: await redis.llen(key),
    };
  });

export const script = () =>
  withKey(async (key) => {
    const source = "redis.call('SET', KEYS[1], ARGV[1]) return {redis.call('GET', KEYS[1]), 7, {true}}";
    redis.defineCommand("remember", { numberOfKeys: 1, lua: source });
    return { eval: await redis.eval(source, 1, key, "v"), defined: await (redis as any).remember(key, "w"), again: await (redis as any).remember(key, "x") };
  });

/** Ten megabytes, there and back. */
export const big = () =>
  withKey(async (key) => {
    const value = Buffer.alloc(BIG, "0123456789");
    await redis.set(key, value);
    return { length: await redis.strlen(key), equal: (await redis.getBuffer(key))!.equals(value) };
  });

/** Many at once, on one connection. */
export const together = () =>
  withKey(async (key) => {
    const counts = await Promise.all(Array.from({ length: 32 }, () => redis.incr(key)));
    return counts.sort((a, b) => a - b);
  });
