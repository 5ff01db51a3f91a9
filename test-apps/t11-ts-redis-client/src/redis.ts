import { Redis } from "ioredis";

const url = process.env.REDIS_URL ?? "redis://127.0.0.1:6379";

export const connect = () => {
  const redis = new Redis(url, { maxRetriesPerRequest: 20, retryStrategy: (times) => Math.min(times * 100, 1000) });
  redis.on("error", (error) => console.error(`redis: ${error.message}`));
  return redis;
};

export const redis = connect();

/** What a failure says to a program. */
export const failure = ({ name, message }: Error) => ({ name, message });
