// Redis by node-redis: commands, transactions, scripts, iterators, publications,
// errors.
import { createClient, defineScript } from "redis";

const failure = (error: Error) => `${error.constructor.name}: ${error.message}`;

const addTo = defineScript({
  NUMBER_OF_KEYS: 1,
  SCRIPT: "return redis.call('INCRBY', KEYS[1], ARGV[1])",
  parseCommand(parser, key: string, by: number) {
    parser.pushKey(key);
    parser.push(String(by));
  },
  transformReply: undefined as unknown as () => number,
});

const connect = () => createClient({ url: process.env.REDIS_URL, scripts: { addTo } }).on("error", () => {}).connect();
type Client = Awaited<ReturnType<typeof connect>>;

async function commands(client: Client) {
  return [
    await client.set("text", "ü 🙂", { expiration: { type: "EX", value: 100 } }), await client.get("text"), await client.get("none"), await client.incrBy("n", 5), await client.mSet({ a: "1", b: "2" }), await client.mGet(["a", "b", "none"]),
    await client.hSet("hash", { x: "1", y: "2" }), await client.hGetAll("hash"), await client.rPush("list", ["one", "two", "three"]), await client.lRange("list", 0, -1), await client.lPopCount("list", 2),
    await client.sAdd("set", ["m", "k"]), (await client.sMembers("set")).sort(), await client.zAdd("sorted", [{ score: 1, value: "one" }, { score: 2.5, value: "two" }]), await client.zRangeWithScores("sorted", 0, -1),
    await client.exists(["a", "none"]), await client.type("hash"), await client.xAdd("stream", "1-1", { k: "v" }), await client.xRange("stream", "-", "+"), await client.sendCommand(["ECHO", "hi"]), await client.del(["a", "b"]), await client.setNX("text", "x"), await client.append("text", "!"),
  ];
}

async function together(client: Client) {
  const transaction = await client.multi().set("t", "1").incr("t").get("t").exec();
  const partly = await client.multi().set("u", "x").incr("u").get("u").exec().catch((error) => [error.constructor.name, error.message, error.errorIndexes]);
  const pipeline = await client.multi().incr("t").get("t").execAsPipeline();
  const many = await Promise.all(Array.from({ length: 100 }, (_, i) => client.incrBy("many", i)));
  return { transaction, partly, pipeline, many: many.at(-1) };
}

async function scanned(client: Client) {
  await client.mSet(Array.from({ length: 250 }, (_, i) => [`scan:${i}`, String(i)] as [string, string]));
  let found = 0;
  for await (const keys of client.scanIterator({ MATCH: "scan:*", COUNT: 50 })) found += keys.length;
  const entries = [];
  for await (const some of client.hScanIterator("hash")) entries.push(some);
  return { found, entries };
}

async function published(client: Client) {
  const subscriber = client.duplicate().on("error", () => {});
  await subscriber.connect();
  const heard: unknown[] = [];
  await new Promise<void>(async (resolve) => {
    await subscriber.subscribe("news", (message, channel) => heard.push(["message", channel, message]));
    await subscriber.pSubscribe("n*", (message, channel) => {
      heard.push(["pmessage", channel, message]);
      resolve();
    });
    heard.push(await client.publish("news", "hello"));
  });
  await subscriber.unsubscribe("news");
  subscriber.destroy();
  return heard.map(String).sort();
}

export default {
  async fetch() {
    const client = await connect();
    const answer = { commands: await commands(client), together: await together(client), scripts: [await client.addTo("script", 5), await client.addTo("script", 5), await client.eval("return {1, 'two', {3}}")], scanned: await scanned(client), published: await published(client), failures: [await client.lPush("text", "x").catch(failure), await client.sendCommand(["NOSUCH"]).catch(failure), await client.incr("text").catch(failure)] };
    const big = "x".repeat(1_000_000);
    await client.set("big", big);
    const same = (await client.get("big")) === big;
    await client.close();
    return Response.json({ ...answer, same, open: client.isOpen, closed: await client.get("text").catch(failure) });
  },
};
