// Redis by ioredis: commands, pipelines, transactions, scripts, streams of keys,
// publications, errors.
import { Redis } from "ioredis";

const failure = (error: Error) => `${error.name}: ${error.message}`;

async function commands(redis: Redis) {
  return [
    await redis.set("text", "ü 🙂", "EX", 100), await redis.get("text"), await redis.get("none"), await redis.incrby("n", 5), await redis.mset({ a: 1, b: 2 }), await redis.mget("a", "b", "none"),
    await redis.hset("hash", { x: "1", y: "2" }), await redis.hgetall("hash"), await redis.hgetall("none"), await redis.rpush("list", "one", "two", "three"), await redis.lrange("list", 0, -1), await redis.lpop("list", 2),
    await redis.sadd("set", "m"), await redis.smembers("set"), await redis.zadd("sorted", 1, "one", 2.5, "two"), await redis.zrange("sorted", 0, -1, "WITHSCORES"), await redis.zrangebyscore("sorted", "(1", "+inf"),
    await redis.setBuffer("bytes", Buffer.from([0, 1, 254, 255])), (await redis.getBuffer("bytes"))?.toString("hex"), await redis.strlen("bytes"), await redis.ttl("none"), await redis.type("hash"), await redis.setnx("text", "x"),
    await redis.xadd("stream", "1-1", "k", "v"), await redis.xrange("stream", "-", "+"), await redis.call("ECHO", "hi"), await redis.bitcount("text"), await redis.del("a", "b", "none"),
  ];
}

async function together(redis: Redis) {
  const pipeline = await redis.pipeline().set("p", "1").incr("p").lpush("text", "x").get("p").exec();
  const transaction = await redis.multi().set("t", "1").incr("t").hget("t", "x").get("t").exec();
  await redis.watch("t");
  const other = redis.duplicate();
  await other.set("t", "100");
  const missed = await redis.multi().incr("t").exec();
  other.disconnect();
  const many = await Promise.all(Array.from({ length: 100 }, (_, i) => redis.incrby("many", i)));
  const outcome = (results: [Error | null, unknown][] | null) => results?.map(([error, value]) => (error ? failure(error) : value)) ?? null;
  return { pipeline: outcome(pipeline), transaction: outcome(transaction), missed: outcome(missed), many: many.at(-1) };
}

async function scripts(redis: Redis) {
  redis.defineCommand("addTo", { numberOfKeys: 1, lua: "return redis.call('INCRBY', KEYS[1], ARGV[1]) + tonumber(ARGV[2])" });
  const scripted = redis as Redis & { addTo(key: string, by: number, more: number): Promise<number> };
  return [await scripted.addTo("script", 5, 100), await scripted.addTo("script", 5, 100), await redis.eval("return {1, 'two', {3}}", 0), await redis.eval("return redis.error_reply('MINE on purpose')", 0).catch(failure)];
}

async function scanned(redis: Redis) {
  await redis.mset(Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`scan:${i}`, i])));
  const keys = new Set<string>();
  for await (const some of redis.scanStream({ match: "scan:*", count: 50 })) for (const key of some) keys.add(key);
  return keys.size;
}

async function published(redis: Redis) {
  const subscriber = redis.duplicate();
  const heard: unknown[] = [];
  const all = new Promise<void>((resolve) => {
    subscriber.on("message", (channel, message) => heard.push(["message", channel, message]));
    subscriber.on("pmessage", (pattern, channel, message) => {
      heard.push(["pmessage", pattern, channel, message]);
      resolve();
    });
  });
  const counts = [await subscriber.subscribe("news"), await subscriber.psubscribe("n*")];
  counts.push(await redis.publish("news", "hello"));
  await all;
  subscriber.disconnect();
  return { counts, heard };
}

export default {
  async fetch() {
    const redis = new Redis(process.env.REDIS_URL!, { keyPrefix: "" });
    const answer = { commands: await commands(redis), together: await together(redis), scripts: await scripts(redis), scanned: await scanned(redis), published: await published(redis), failures: [await redis.lpush("text", "x").catch(failure), await redis.call("NOSUCH").catch(failure), await redis.incr("text").catch(failure)] };
    const big = "x".repeat(1_000_000);
    await redis.set("big", big);
    const same = (await redis.get("big")) === big;
    return Response.json({ ...answer, same, quit: await redis.quit(), closed: await redis.get("text").catch(failure) });
  },
};
