import { MysqlError } from "./mysql/errors.js";
import { type Bigint } from "./mysql/values.js";
import type { Sql, Statement } from "./sql.js";
export { MysqlError };
export type { Bigint, Sql, Statement };
export { empty, join, raw, sql } from "./sql.js";
export interface PoolOptions {
    /** `mysql://user:password@host:port/database`. */
    url?: string;
    host?: string;
    port?: number;
    database?: string;
    user?: string;
    /** Not needed in a component: the host logs in. */
    password?: string;
    /** TLS to the server. In a component it is the host's affair. */
    ssl?: {
        rejectUnauthorized?: boolean;
        ca?: string;
    };
    /** The most connections at once; 10. */
    max?: number;
    /** After how many milliseconds the opening of a connection is given up; 10,000. */
    connectTimeout?: number;
    /** After how many milliseconds an unused connection is closed; 10,000. */
    idleTimeout?: number;
    /** What `BIGINT` columns, and with them `count(*)`, become; `"string"`. */
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
    /** What AUTO_INCREMENT gave; `"0"` where it gave nothing. */
    insertId: string;
    fields: {
        name: string;
        type: number;
    }[];
}
export interface TransactionOptions {
    isolation?: "read uncommitted" | "read committed" | "repeatable read" | "serializable";
    readOnly?: boolean;
}
type Row = Record<string, unknown>;
/** What both a pool and a connection of it can be asked. */
export interface Queryable {
    /**
     * Runs one statement with its parameters (`?`), which the server binds.
     * @throws {MysqlError}
     */
    query<R extends object = Row>(statement: string, values?: readonly unknown[], options?: QueryOptions): Promise<Result<R>>;
    query<R extends object = Row>(statement: Sql, options?: QueryOptions): Promise<Result<R>>;
    /** Commits what `work` did, or undoes it where it throws. Statements that change tables themselves are not undone. */
    transaction<T>(work: (client: Client) => Promise<T>, options?: TransactionOptions): Promise<T>;
}
/** One connection, for as long as the function runs that it was given to. */
export interface Client extends Queryable {
    /** A transaction; within a transaction, a part of it that may be undone alone. */
    transaction<T>(work: (client: Client) => Promise<T>, options?: TransactionOptions): Promise<T>;
}
/** Connections that are used again. */
export interface Pool extends Queryable {
    /** Keeps one connection while `work` runs, as temporary tables and locks need it. */
    withConnection<T>(work: (client: Client) => Promise<T>): Promise<T>;
    /** Closes all connections. */
    end(): Promise<void>;
}
/** Nothing is opened before the first query. */
export declare function createPool(options?: string | PoolOptions): Pool;
