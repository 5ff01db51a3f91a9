import { connect, failure, redis } from "./redis.js";
import { withKey } from "./values.js";

/** Commands that are sent at once; one of them fails, by itself. */
export const pipeline = () =>
  withKey(async (key) => {
    const answers = await redis.pipeline().set(key, "1").incr(key).lpush(key, "x").get(key).exec();
    return answers!.map(([error, answer]) => (error ? failure(error) : answer));
  });

/** All or nothing, given up, and given up because somebody else was sooner. */
export const transaction = () =>
  withKey(async (key) => {
    const executed = await redis.multi().set(key, "1").incrby(key, 9).get(key).exec();
    await redis.multi({ pipeline: false });
    const queued = await redis.set(key, "never");
    const discarded = await redis.discard();
    const broken = await redis.multi().set(key, "2").call("NONSENSE").exec().catch(failure);
    const alone = connect();
    try {
      await alone.watch(key);
      await redis.incr(key);
      const overtaken = await alone.multi().set(key, "late").exec();
      return { executed, queued, discarded, broken, overtaken, now: await redis.get(key) };
    } finally {
      await alone.quit();
    }
  });

/** What is published while somebody listens. */
export const news = () =>
  withKey(async (channel) => {
    const listener = connect();
    try {
      const subscribed = await listener.subscribe(channel);
      const heard = new Promise((resolve) => {
        const messages: string[] = [];
        listener.on("message", (_channel, message) => messages.push(message) === 2 && resolve(messages));
      });
      const told = [await redis.publish(channel, "first"), await redis.publish(channel, "zweite ü")];
      const refused = await listener.get(channel).catch(failure);
      return { subscribed, told, heard: await heard, refused, left: await listener.unsubscribe(channel) };
    } finally {
      listener.disconnect();
    }
  });
