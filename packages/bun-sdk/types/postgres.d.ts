import { PostgresError } from "./postgres/errors.js";
import { type Bigint } from "./postgres/values.js";
import type { Sql, Statement } from "./sql.js";
export { PostgresError };
export type { Bigint, Sql, Statement };
export { empty, join, raw, sql } from "./sql.js";
export interface PoolOptions {
    /** `postgres://user:password@host:port/database`. Without it and `host`, `PGHOST` and its like are read. */
    url?: string;
    host?: string;
    port?: number;
    database?: string;
    user?: string;
    /** Not needed in a component: the host logs in. */
    password?: string;
    /** TLS to the server. In a component it is the host's affair. */
    ssl?: boolean | {
        rejectUnauthorized?: boolean;
        ca?: string;
    };
    /** The most connections at once; 10. */
    max?: number;
    /** How long a query waits for a connection, in milliseconds; 0, the default, for as long as it takes. */
    connectTimeout?: number;
    /** After how many milliseconds an unused connection is closed; 10,000. */
    idleTimeout?: number;
    /** After how many milliseconds a query is given up; 0, the default, for never. */
    queryTimeout?: number;
    /** What `bigint` columns, and with them `count(*)`, become; `"string"`. */
    bigint?: Bigint;
}
export interface QueryOptions {
    /** After how many milliseconds this query is given up, and its connection closed. */
    timeout?: number;
}
export interface Result<Row> {
    rows: Row[];
    /** How many rows there are, or were changed. */
    rowCount: number;
    /** `SELECT`, `INSERT`, `UPDATE`, … */
    command: string;
    fields: {
        name: string;
        type: number;
    }[];
}
export interface TransactionOptions {
    isolation?: "read committed" | "repeatable read" | "serializable";
    readOnly?: boolean;
}
type Row = Record<string, unknown>;
/** What both a pool and a connection of it can be asked. */
export interface Queryable {
    /**
     * Runs one statement with its parameters (`$1`, …).
     * @throws {PostgresError}
     */
    query<R extends object = Row>(statement: string, values?: readonly unknown[], options?: QueryOptions): Promise<Result<R>>;
    query<R extends object = Row>(statement: Sql, options?: QueryOptions): Promise<Result<R>>;
    /** Runs a text of several statements, without parameters and results: a schema. */
    script(text: string): Promise<void>;
    /** Commits what `work` did, or undoes it where it throws. */
    transaction<T>(work: (client: Client) => Promise<T>, options?: TransactionOptions): Promise<T>;
}
/** One connection, for as long as the function runs that it was given to. */
export interface Client extends Queryable {
    /** A transaction; within a transaction, a part of it that may be undone alone. */
    transaction<T>(work: (client: Client) => Promise<T>, options?: TransactionOptions): Promise<T>;
}
/** Connections that are used again. */
export interface Pool extends Queryable {
    /** Keeps one connection while `work` runs, as temporary tables and advisory locks need it. */
    withConnection<T>(work: (client: Client) => Promise<T>): Promise<T>;
    /** Closes all connections, once they are free. */
    end(): Promise<void>;
}
/** Nothing is opened before the first query. */
export declare function createPool(options?: string | PoolOptions): Pool;
