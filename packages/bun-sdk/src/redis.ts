// Redis, by the package ioredis: over TCP natively, and through the host's pools in a
// component.
import Redis from "ioredis";
import { connectionRemedy, isLost, lost, thrown, WarpGridError } from "./errors.js";

/**
 * `code` is the first word of the server's answer (`WRONGTYPE`, `ERR`), Node's where
 * the connection failed (`ECONNREFUSED`), or one of `NO_ADDRESS`, `BAD_ADDRESS`,
 * `CLIENT_ENDED`, `COMMAND_TIMEOUT`, `CONNECTION_LOST`, `DRIVER`.
 */
export class RedisError extends WarpGridError {
  override name = "RedisError";
}

const REMEDIES: Record<string, string> = {
  ERR: "correct the command",
  EXECABORT: "correct the command of the transaction that the server refused",
  LOADING: "the server is starting: try again",
  MISCONF: "see the server's log: it cannot write to its disk",
  NOAUTH: "give a password; in a component, that of the `[[database]]` in warp.toml",
  NOPERM: "grant the command to this user",
  NOSCRIPT: "load the script, or use EVAL",
  OOM: "raise the server's `maxmemory`",
  READONLY: "ask the primary, not a replica",
  WRONGPASS: "correct user and password; in a component, those of the `[[database]]` in warp.toml",
  WRONGTYPE: "use another key, or a command for the type that this one holds",
};

export interface ClientOptions {
  /** `redis://user:password@host:port/database`. */
  url?: string;
  host?: string;
  port?: number;
  username?: string;
  /** Not needed in a component: the host logs in. */
  password?: string;
  /** The number of the database; 0. */
  database?: number;
  /** After how many milliseconds the opening of a connection is given up; 10,000. */
  connectTimeout?: number;
  /** After how many milliseconds a command is given up; 0, the default, for never. */
  commandTimeout?: number;
}

export interface SetOptions {
  /** How many seconds the key lives. */
  ttl?: number;
  /** Sets nothing where there is a value, or where there is none. */
  only?: "if-absent" | "if-present";
}

export type Argument = string | number | Uint8Array;
export type Command = readonly [name: string, ...args: Argument[]];

/** One connection, over which commands go one after the other. */
export interface Client {
  /**
   * Any command; its answer as Redis gives it, texts as strings.
   * @throws {RedisError}
   */
  call<T = unknown>(name: string, ...args: Argument[]): Promise<T>;
  get(key: string): Promise<string | null>;
  /** The bytes of a value. */
  getBytes(key: string): Promise<Uint8Array | null>;
  /** Whether it was set. */
  set(key: string, value: Argument, options?: SetOptions): Promise<boolean>;
  /** How many there were. */
  del(...keys: string[]): Promise<number>;
  exists(...keys: string[]): Promise<number>;
  /** Whether there is such a key. */
  expire(key: string, seconds: number): Promise<boolean>;
  /** In seconds; `null` for one that does not expire, or is not there. */
  ttl(key: string): Promise<number | null>;
  incr(key: string, by?: number): Promise<number>;
  hset(key: string, fields: Record<string, Argument>): Promise<number>;
  hget(key: string, field: string): Promise<string | null>;
  hgetall(key: string): Promise<Record<string, string>>;
  rpush(key: string, ...values: Argument[]): Promise<number>;
  lpop(key: string): Promise<string | null>;
  lrange(key: string, from: number, to: number): Promise<string[]>;
  sadd(key: string, ...members: Argument[]): Promise<number>;
  smembers(key: string): Promise<string[]>;
  publish(channel: string, message: string): Promise<number>;
  /** Sends commands at once; their answers, where one that failed is its error. */
  pipeline(commands: readonly Command[]): Promise<unknown[]>;
  /** Runs commands without others between them; what one of them failed with is thrown. */
  transaction(commands: readonly Command[]): Promise<unknown[]>;
  /** Closes the connection, once all commands are answered. */
  end(): Promise<void>;
}

/** Nothing is opened before the first command. */
export function createClient(options: string | ClientOptions = {}): Client {
  return new RedisClient(typeof options === "string" ? { url: options } : options);
}

class RedisClient implements Client {
  readonly #redis: Redis;
  /** Why the last attempt to connect failed: ioredis says of commands only that it gave them up. */
  #failure: unknown;

  constructor(options: ClientOptions) {
    const { url, host, port, username, password, database, connectTimeout, commandTimeout } = options;
    if (url === undefined && host === undefined) {
      throw new RedisError("the client is not told where Redis is", { code: "NO_ADDRESS", remedy: "give `url` or `host`; is REDIS_URL set?" });
    }
    if (url !== undefined && !/^rediss?:\/\//.test(url)) {
      throw new RedisError("the url is not one of Redis", { code: "BAD_ADDRESS", remedy: "write it as redis://host:6379" });
    }
    const settings = {
      lazyConnect: true,
      // How often a command waits for a new connection.
      maxRetriesPerRequest: 2,
      connectTimeout: connectTimeout ?? 10_000,
      ...(commandTimeout ? { commandTimeout } : {}),
      ...(host === undefined ? {} : { host }),
      ...(port === undefined ? {} : { port }),
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(database === undefined ? {} : { db: database }),
    };
    this.#redis = url === undefined ? new Redis(settings) : new Redis(url, settings);
    this.#redis.on("error", (error) => (this.#failure = error));
    this.#redis.on("ready", () => (this.#failure = undefined));
  }

  async call<T = unknown>(name: string, ...args: Argument[]): Promise<T> {
    return (await this.#attempt(() => this.#redis.call(name, ...args.map(sent)))) as T;
  }

  get(key: string): Promise<string | null> {
    return this.call("GET", key);
  }

  async getBytes(key: string): Promise<Uint8Array | null> {
    const bytes = await this.#attempt(() => this.#redis.getBuffer(key));
    return bytes && new Uint8Array(bytes);
  }

  async set(key: string, value: Argument, { ttl, only }: SetOptions = {}): Promise<boolean> {
    const expiry = ttl === undefined ? [] : ["EX", ttl];
    const condition = only === undefined ? [] : [only === "if-absent" ? "NX" : "XX"];
    return (await this.call("SET", key, value, ...expiry, ...condition)) === "OK";
  }

  del(...keys: string[]): Promise<number> {
    return this.call("DEL", ...keys);
  }

  exists(...keys: string[]): Promise<number> {
    return this.call("EXISTS", ...keys);
  }

  async expire(key: string, seconds: number): Promise<boolean> {
    return (await this.call("EXPIRE", key, seconds)) === 1;
  }

  async ttl(key: string): Promise<number | null> {
    const seconds = await this.call<number>("TTL", key);
    return seconds < 0 ? null : seconds;
  }

  incr(key: string, by = 1): Promise<number> {
    return this.call("INCRBY", key, by);
  }

  hset(key: string, fields: Record<string, Argument>): Promise<number> {
    return this.call("HSET", key, ...Object.entries(fields).flat());
  }

  hget(key: string, field: string): Promise<string | null> {
    return this.call("HGET", key, field);
  }

  async hgetall(key: string): Promise<Record<string, string>> {
    const flat = await this.call<string[] | Record<string, string>>("HGETALL", key);
    if (!Array.isArray(flat)) return flat;
    return Object.fromEntries(flat.flatMap((name, index) => (index % 2 ? [] : [[name, flat[index + 1]!]])));
  }

  rpush(key: string, ...values: Argument[]): Promise<number> {
    return this.call("RPUSH", key, ...values);
  }

  lpop(key: string): Promise<string | null> {
    return this.call("LPOP", key);
  }

  lrange(key: string, from: number, to: number): Promise<string[]> {
    return this.call("LRANGE", key, from, to);
  }

  sadd(key: string, ...members: Argument[]): Promise<number> {
    return this.call("SADD", key, ...members);
  }

  smembers(key: string): Promise<string[]> {
    return this.call("SMEMBERS", key);
  }

  publish(channel: string, message: string): Promise<number> {
    return this.call("PUBLISH", channel, message);
  }

  async pipeline(commands: readonly Command[]): Promise<unknown[]> {
    const answers = await this.#attempt(() => this.#queued(this.#redis.pipeline(), commands).exec());
    return (answers ?? []).map(([error, answer]) => (error ? this.#error(error) : answer));
  }

  async transaction(commands: readonly Command[]): Promise<unknown[]> {
    const answers = await this.#attempt(() => this.#queued(this.#redis.multi(), commands).exec());
    return (answers ?? []).map(([error, answer]) => {
      if (error) throw this.#error(error);
      return answer;
    });
  }

  #queued(batch: ReturnType<Redis["pipeline"]>, commands: readonly Command[]) {
    for (const [name, ...args] of commands) batch.call(name, ...args.map(sent));
    return batch;
  }

  async end(): Promise<void> {
    // One that was never opened has nothing to wait for.
    if (this.#redis.status === "ready") await this.#redis.quit().catch(() => {});
    this.#redis.disconnect();
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw this.#error(cause);
    }
  }

  #error(cause: unknown): RedisError {
    const error = thrown(cause);
    const message = error.message || String(cause);
    const why = connectionRemedy(error.code) || !/^Reached the max retries/.test(message) ? error : thrown(this.#failure);
    if (isLost(why.code)) return new RedisError(...lost("Redis", cause));
    const refused = connectionRemedy(why.code);
    if (refused) return new RedisError(`Redis cannot be reached: ${String(why.code)}`, { code: String(why.code), remedy: refused, cause });
    if (/^Reached the max retries/.test(message)) return new RedisError(...lost("Redis", cause));
    if (/^Connection is closed/.test(message)) {
      return this.#redis.status === "end"
        ? new RedisError("the client was ended", { code: "CLIENT_ENDED", remedy: "ask before `end`, or create another client", cause })
        : new RedisError(...lost("Redis", cause));
    }
    if (/^Command timed out/.test(message)) return new RedisError(message, { code: "COMMAND_TIMEOUT", remedy: "raise `commandTimeout`, or see what keeps the server busy", cause });
    const word = /^([A-Z]+) /.exec(message)?.[1];
    if (error.name === "ReplyError" && word) return new RedisError(message, { code: word, remedy: REMEDIES[word] ?? "see Redis' manual for this command", cause });
    return new RedisError(message, { code: "DRIVER", remedy: "see the cause", cause });
  }
}

/** ioredis sends what Node calls a Buffer as it is. */
const sent = (value: Argument): string | number | Buffer =>
  value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
