// What Bun's client of Redis gives.
import { RedisClient } from "bun";
import { answers } from "../described.ts";

const COMMANDS: [string, ...any[]][] = [
  ["set", "k", "v"], ["get", "k"], ["get", "none"], ["incr", "c"], ["decr", "c"], ["incrby", "c", 5], ["append", "k", "ü"], ["strlen", "k"], ["exists", "k"],
  ["exists", "none"], ["del", "k"], ["mset", "a", "1", "b", "2"], ["mget", "a", "b", "none"], ["rpush", "l", "1", "2"], ["lrange", "l", "0", "-1"], ["lpop", "l"],
  ["hset", "h", "f", "1", "g", "2"], ["hset", "o", { a: "1", b: "2" }], ["hgetall", "h"], ["hgetall", "none"], ["hget", "h", "none"], ["hmget", "h", ["f", "none"]],
  ["hincrby", "h", "f", 3], ["hexists", "h", "f"], ["sadd", "s", "x"], ["smembers", "s"], ["sismember", "s", "x"], ["zadd", "z", "1", "m"], ["zscore", "z", "m"],
  ["zincrby", "z", 2, "m"], ["expire", "a", 100], ["ttl", "a"], ["type", "l"], ["getset", "a", "9"], ["setnx", "a", "1"], ["setex", "e", 10, "x"], ["getdel", "e"],
  ["ping"], ["ping", "hi"], ["incrbyfloat", "c", "1.5"], ["getBuffer", "a"], ["set", "bytes", Buffer.from([0, 255])], ["getBuffer", "bytes"], ["set", "n", 5],
];
const SENT: [string, ...string[]][] = [
  ["HGETALL", "h"], ["EXISTS", "a"], ["ZRANGE", "z", "0", "-1", "WITHSCORES"], ["NOSUCH"], ["LPUSH", "h", "1"], ["EVAL", "return {1,'a',{2}}", "0"],
  ["EVAL", "return false", "0"], ["EVAL", "redis.setresp(3); return {double=1.5}", "0"], ["EVAL", "redis.setresp(3); return {map={a=1}}", "0"],
];

export default {
  async fetch() {
    const client = new RedisClient(process.env.REDIS_URL);
    await client.send("DEL", "k none c a b l h o s z e bytes n x".split(" "));
    const asked: Record<string, () => unknown> = {};
    for (const [name, ...args] of COMMANDS) asked[JSON.stringify([name, args])] = () => (client as any)[name](...args);
    for (const [command, ...args] of SENT) asked[`send ${command} ${args}`] = () => client.send(command, args);
    asked["together"] = () => Promise.all([client.set("x", "1"), client.get("x"), client.incr("x")]);
    asked["news"] = async () => {
      const listener = await client.duplicate();
      const heard: unknown[] = [];
      const told = new Promise<void>((resolve) => {
        listener.subscribe("channel", (message, channel) => {
          heard.push([message, channel]);
          resolve();
        }).then(() => client.publish("channel", "hello"));
      });
      await told;
      listener.close();
      return heard;
    };
    const given = await answers(asked);
    client.close();
    Object.assign(given, await answers({ closed: () => client.get("x") }));
    return Response.json(given);
  },
};
