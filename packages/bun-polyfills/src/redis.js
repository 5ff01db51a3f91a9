/** Bun.RedisClient, by node-redis in RESP 3, over the host's pools. */
import { createClient, RESP_TYPES } from "@redis/client";
import { Buffer } from "buffer";
import { unsupported } from "@warpgrid/node-compat/errors";
import { env } from "@warpgrid/node-compat/process";
import { COMMANDS } from "./redis/commands.js";

/** @param {string} message @param {string} code without `ERR_REDIS_` */
function failure(message, code) {
  const error = Object.assign(new Error(message), { code: `ERR_REDIS_${code}` });
  return Object.defineProperty(error, "name", { value: "RedisError", configurable: true, writable: true });
}

/** @param {any} error */
function refusal(error) {
  const isReply = error?.constructor?.name && /ErrorReply|SimpleError|BlobError/.test(error.constructor.name);
  if (isReply) return failure(error.message, "SERVER_ERROR");
  return Object.assign(failure("Connection closed", "CONNECTION_CLOSED"), { cause: error });
}

/** Sets are lists, and maps have no prototype, as Bun gives them. */
const TYPES = { [RESP_TYPES.SET]: Array, [RESP_TYPES.MAP]: Object };
const BYTES = { ...TYPES, [RESP_TYPES.BLOB_STRING]: Buffer, [RESP_TYPES.SIMPLE_STRING]: Buffer };

/** Numbers that are answers to a question. */
const QUESTIONS = new Set(["exists", "hexists", "sismember"]);

/** Lists and objects are the arguments that they hold. @param {any} argument @returns {(string | Buffer)[]} */
function flat(argument) {
  if (Array.isArray(argument)) return argument.flatMap(flat);
  if (ArrayBuffer.isView(argument)) return [Buffer.from(argument.buffer, argument.byteOffset, argument.byteLength)];
  if (argument instanceof ArrayBuffer) return [Buffer.from(argument)];
  if (typeof argument === "object" && argument !== null) return Object.entries(argument).flatMap(flat);
  if (argument === undefined || argument === null) throw Object.assign(new TypeError("Expected a string or a buffer as an argument"), { code: "ERR_INVALID_ARG_TYPE" });
  return [String(argument)];
}

export class RedisClient {
  /** @type {((this: RedisClient) => void) | undefined} */
  onconnect = undefined;
  /** @type {((this: RedisClient, error: unknown) => void) | undefined} */
  onclose = undefined;
  #url;
  #options;
  /** @type {any} */
  #client;
  /** @type {Promise<unknown> | undefined} */
  #connecting;
  #closed = false;

  /** @param {string | URL} [url] @param {any} [options] */
  constructor(url, options = {}) {
    this.#url = url;
    this.#options = options;
  }

  #open() {
    if (this.#closed) throw failure("Connection has failed", "CONNECTION_CLOSED");
    if (this.#client) return this.#client;
    const text = String(this.#url ?? env.REDIS_URL ?? env.VALKEY_URL ?? "redis://localhost:6379");
    const url = new URL(/^[a-z+]+:\/\//i.test(text) ? text : `redis://${text}`);
    const { connectionTimeout, autoReconnect = true, maxRetries = 10, enableOfflineQueue = true } = this.#options;
    const reconnectStrategy = (/** @type {number} */ retries) => (autoReconnect && retries < maxRetries ? Math.min(50 * 2 ** retries, 2000) : new Error("given up"));
    const client = createClient({
      RESP: 3,
      username: decodeURIComponent(url.username) || undefined,
      password: decodeURIComponent(url.password) || undefined,
      database: Number(url.pathname.slice(1)) || undefined,
      socket: {
        host: url.hostname.replace(/^\[(.*)\]$/, "$1") || "localhost",
        port: Number(url.port || 6379),
        connectTimeout: connectionTimeout ?? 10000,
        reconnectStrategy,
      },
      disableOfflineQueue: !enableOfflineQueue,
      commandOptions: { typeMapping: TYPES },
    });
    // Each command that fails says so.
    client.on("error", () => {});
    client.on("ready", () => this.onconnect?.call(this));
    client.on("end", () => this.onclose?.call(this, this.#closed ? undefined : failure("Connection closed", "CONNECTION_CLOSED")));
    return (this.#client = client);
  }

  get connected() {
    return this.#client?.isReady ?? false;
  }
  get bufferedAmount() {
    return 0;
  }

  async connect() {
    const client = this.#open();
    this.#connecting ??= client.connect().catch((/** @type {unknown} */ error) => {
      this.#connecting = undefined;
      this.#client = undefined;
      throw refusal(error);
    });
    await this.#connecting;
  }

  close() {
    this.#closed = true;
    this.#client?.destroy();
  }

  /** Another client to the same server. */
  async duplicate() {
    const other = new RedisClient(this.#url, this.#options);
    await other.connect();
    return other;
  }

  /** @param {string} command @param {any[]} [args] */
  send(command, args = []) {
    return this._ask(command, args, TYPES);
  }

  /** @param {string} command @param {any[]} args @param {any} typeMapping */
  async _ask(command, args, typeMapping) {
    const words = [command, ...args.flatMap(flat)];
    await this.connect();
    try {
      return plain(await this.#client.sendCommand(words, { typeMapping }));
    } catch (error) {
      throw refusal(error);
    }
  }

  /** @param {string} key */
  getBuffer(key) {
    return this._ask("GET", [key], BYTES);
  }

  /** @param {string | string[]} channels @param {(message: string, channel: string) => void} listener */
  async subscribe(channels, listener) {
    await this.connect();
    await this.#client.subscribe(channels, listener);
    return [channels].flat().length;
  }
  /** @param {string | string[]} [channels] @param {any} [listener] */
  async unsubscribe(channels, listener) {
    await this.connect();
    await this.#client.unsubscribe(channels, listener);
  }
  /** @param {string | string[]} patterns @param {(message: string, channel: string) => void} listener */
  async psubscribe(patterns, listener) {
    await this.connect();
    await this.#client.pSubscribe(patterns, listener);
    return [patterns].flat().length;
  }
  /** @param {string | string[]} [patterns] @param {any} [listener] */
  async punsubscribe(patterns, listener) {
    await this.connect();
    await this.#client.pUnsubscribe(patterns, listener);
  }
}

/** Maps by node-redis have a prototype. @param {any} reply @returns {any} */
function plain(reply) {
  if (Array.isArray(reply)) return reply.map(plain);
  if (typeof reply !== "object" || reply === null || Buffer.isBuffer(reply)) return reply;
  const map = Object.create(null);
  for (const [name, value] of Object.entries(reply)) map[name] = plain(value);
  return map;
}

for (const name of COMMANDS) {
  if (name in RedisClient.prototype) continue;
  /** @this {RedisClient} @param {any[]} args */
  const method = async function (...args) {
    const reply = await this.send(name.toUpperCase(), args);
    return QUESTIONS.has(name) && typeof reply === "number" ? reply !== 0 : reply;
  };
  Object.defineProperty(RedisClient.prototype, name, { value: method, writable: true, configurable: true });
}

for (const name of ["script", "monitor"]) {
  Object.defineProperty(RedisClient.prototype, name, {
    value: () => {
      throw unsupported(`RedisClient.${name}`, "send the command by `send`");
    },
    writable: true,
    configurable: true,
  });
}

/** Where the environment says. */
export const redis = new RedisClient();
