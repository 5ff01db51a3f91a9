import { WarpGridError } from "./errors.js";
/**
 * `code` is the first word of the server's answer (`WRONGTYPE`, `ERR`), Node's where
 * the connection failed (`ECONNREFUSED`), or one of `NO_ADDRESS`, `BAD_ADDRESS`,
 * `CLIENT_ENDED`, `COMMAND_TIMEOUT`, `CONNECTION_LOST`, `DRIVER`.
 */
export declare class RedisError extends WarpGridError {
    name: string;
}
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
export declare function createClient(options?: string | ClientOptions): Client;
