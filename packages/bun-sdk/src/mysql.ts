// MySQL and MariaDB, by the package mysql2: over TCP natively, and through the host's
// pools in a component.
import mysql, { type FieldPacket, type PoolConnection } from "mysql2/promise";
import { isFatal, MysqlError, mysqlError } from "./mysql/errors.js";
import { converted, parameter, type Bigint } from "./mysql/values.js";
import type { Sql, Statement } from "./sql.js";
import { transact } from "./transaction.js";

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
  ssl?: { rejectUnauthorized?: boolean; ca?: string };
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
  fields: { name: string; type: number }[];
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
export function createPool(options: string | PoolOptions = {}): Pool {
  return new MysqlPool(typeof options === "string" ? { url: options } : options);
}

/** The arguments of `query`, whichever way they were given. */
function prepared(statement: Statement, second?: readonly unknown[] | QueryOptions, third?: QueryOptions) {
  if (typeof statement === "string") return { text: statement, values: (second ?? []) as readonly unknown[], options: third };
  return { text: statement.sql, values: statement.values, options: second as QueryOptions | undefined };
}

/** SERVER_STATUS_IN_TRANS of the protocol. */
const IN_TRANSACTION = 1;

class Connection implements Client {
  readonly #connection: PoolConnection;
  readonly #bigint: Bigint;
  #state: "used" | "broken" | "released" = "used";
  /** How many transactions are open, one within the other. */
  #depth = 0;
  /** How many statements are not answered yet. */
  #waiting = 0;
  /** Whether the server is within a transaction, as it said last. */
  #open = false;
  readonly #lost = () => void (this.#state = "broken");

  constructor(connection: PoolConnection, bigint: Bigint) {
    this.#connection = connection;
    this.#bigint = bigint;
  }

  async query<R extends object = Row>(statement: Statement, second?: readonly unknown[] | QueryOptions, third?: QueryOptions): Promise<Result<R>> {
    const { text, values, options } = prepared(statement, second, third);
    const query = { sql: text, ...(options?.timeout ? { timeout: options.timeout } : {}) };
    // Some statements cannot be prepared; those without parameters need not be.
    const [found, fields] = await this.#attempt(async () => (values.length ? this.#connection.execute<any>(query, values.map(parameter) as any[]) : this.#connection.query<any>(query)));
    this.#note(found);
    if (!Array.isArray(found)) return { rows: [], rowCount: found.affectedRows, insertId: String(found.insertId), fields: [] };
    const rows = await this.#attempt(async () => converted(found, fields, this.#bigint) as R[]);
    return { rows, rowCount: rows.length, insertId: "0", fields: fields.map(({ name, columnType }: FieldPacket) => ({ name, type: columnType ?? 0 })) };
  }

  async transaction<T>(work: (client: Client) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const run = async (text: string) => this.#note((await this.#attempt(() => this.#connection.query(text)))[0]);
    const savepoint = `warpgrid_${this.#depth}`;
    const steps = this.#depth
      ? { begin: () => run(`SAVEPOINT ${savepoint}`), commit: () => run(`RELEASE SAVEPOINT ${savepoint}`), rollback: () => run(`ROLLBACK TO SAVEPOINT ${savepoint}`) }
      : { begin: () => this.#begin(options, run), commit: () => run("COMMIT"), rollback: () => run("ROLLBACK").catch(this.#lost) };
    this.#depth++;
    try {
      return await transact(steps, () => work(this));
    } finally {
      this.#depth--;
    }
  }

  #note(answer: unknown): void {
    const { serverStatus } = answer as { serverStatus?: number };
    if (serverStatus !== undefined) this.#open = (serverStatus & IN_TRANSACTION) !== 0;
  }

  async #begin({ isolation, readOnly }: TransactionOptions, run: (text: string) => Promise<unknown>): Promise<void> {
    const levels = ["read uncommitted", "read committed", "repeatable read", "serializable"];
    if (isolation !== undefined && !levels.includes(isolation)) throw new TypeError(`isolation is one of ${levels.join(", ")}`);
    if (isolation) await run(`SET TRANSACTION ISOLATION LEVEL ${isolation.toUpperCase()}`);
    await run(readOnly ? "START TRANSACTION READ ONLY" : "START TRANSACTION");
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    if (this.#state === "released") {
      throw new MysqlError("this connection was given back to its pool", { code: "CONNECTION_RELEASED", remedy: "await all queries before the function ends that the connection was given to" });
    }
    // What follows would wait for a statement that was given up.
    if (this.#state === "broken") throw mysqlError({ code: "PROTOCOL_CONNECTION_LOST" });
    this.#waiting++;
    try {
      return await work();
    } catch (cause) {
      const error = mysqlError(cause);
      if (isFatal(error)) this.#state = "broken";
      throw error;
    } finally {
      this.#waiting--;
    }
  }

  release(): void {
    // Whoever gets it next is not to be in somebody else's statement, or transaction.
    const broken = this.#state === "broken" || this.#waiting > 0 || this.#open;
    this.#state = "released";
    if (broken) this.#connection.destroy();
    else this.#connection.release();
  }
}

class MysqlPool implements Pool {
  readonly #pool: mysql.Pool;
  readonly #bigint: Bigint;
  #ended: Promise<void> | undefined;

  constructor(options: PoolOptions) {
    const { url, max, connectTimeout, idleTimeout, bigint, ...rest } = options;
    if (url === undefined && options.host === undefined) {
      throw new MysqlError("the pool is not told where MySQL is", { code: "NO_ADDRESS", remedy: "give `url` or `host`; is the variable set that it is read from?" });
    }
    this.#bigint = bigint ?? "string";
    this.#pool = mysql.createPool({
      ...rest,
      ...(url === undefined ? {} : { uri: checked(url) }),
      connectionLimit: max ?? 10,
      maxIdle: max ?? 10,
      connectTimeout: connectTimeout ?? 10_000,
      idleTimeout: idleTimeout ?? 10_000,
      // Of the server's times; else the machine's own zone, which is another elsewhere.
      timezone: "Z",
      // A day is no point in time: it stays as it is written.
      dateStrings: ["DATE"],
      // MariaDB tells them from texts only to clients that ask for it, and not through the host.
      jsonStrings: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
    });
  }

  query<R extends object = Row>(statement: Statement, second?: any, third?: QueryOptions): Promise<Result<R>> {
    return this.withConnection((client) => client.query<R>(statement as string, second, third));
  }

  transaction<T>(work: (client: Client) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.withConnection((client) => client.transaction(work, options));
  }

  async withConnection<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const connection = new Connection(await this.#pool.getConnection().catch((error) => Promise.reject(mysqlError(error))), this.#bigint);
    try {
      return await work(connection);
    } finally {
      connection.release();
    }
  }

  async end(): Promise<void> {
    await (this.#ended ??= this.#pool.end());
  }
}

function checked(url: string): string {
  if (/^mysql:\/\//.test(url)) return url;
  throw new MysqlError("the url is not one of MySQL", { code: "BAD_ADDRESS", remedy: "write it as mysql://user@host:3306/database" });
}
