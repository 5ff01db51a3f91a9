// PostgreSQL, by the package pg: over TCP natively, and through the host's pools in
// a component.
import pg from "pg";
import { isFatal, PostgresError, postgresError } from "./postgres/errors.js";
import { parameter, parsers, type Bigint } from "./postgres/values.js";
import type { Sql, Statement } from "./sql.js";
import { transact } from "./transaction.js";

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
  ssl?: boolean | { rejectUnauthorized?: boolean; ca?: string };
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
  fields: { name: string; type: number }[];
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
export function createPool(options: string | PoolOptions = {}): Pool {
  return new PgPool(typeof options === "string" ? { url: options } : options);
}

/** The arguments of `query`, whichever way they were given. */
function prepared(statement: Statement, second?: readonly unknown[] | QueryOptions, third?: QueryOptions) {
  if (typeof statement === "string") return { text: statement, values: (second ?? []) as readonly unknown[], options: third };
  return { text: statement.text, values: statement.values, options: second as QueryOptions | undefined };
}

class Connection implements Client {
  readonly #client: pg.PoolClient;
  #state: "used" | "broken" | "released" = "used";
  /** How many transactions are open, one within the other. */
  #depth = 0;
  /** How many statements are not answered yet, and the end of the last one. */
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();
  // Without a listener, an error of a connection that nobody asks ends the program.
  readonly #lost = () => void (this.#state = "broken");

  constructor(client: pg.PoolClient) {
    this.#client = client;
    client.on("error", this.#lost);
  }

  async query<R extends object = Row>(statement: Statement, second?: readonly unknown[] | QueryOptions, third?: QueryOptions): Promise<Result<R>> {
    const { text, values, options } = prepared(statement, second, third);
    // One statement only, also where there are no parameters.
    const timeout = options?.timeout ? { query_timeout: options.timeout } : {};
    const query: pg.QueryConfig = { text, values: values.map(parameter), ...{ queryMode: "extended" }, ...timeout };
    const { rows, rowCount, command, fields } = await this.#attempt<pg.QueryResult>(() => this.#client.query(query));
    return { rows, rowCount: rowCount ?? 0, command: command ?? "", fields: fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID })) };
  }

  async script(text: string): Promise<void> {
    await this.#attempt(() => this.#client.query(text));
  }

  async transaction<T>(work: (client: Client) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const run = (text: string) => this.#attempt(() => this.#client.query(text));
    const savepoint = `warpgrid_${this.#depth}`;
    const steps = this.#depth
      ? { begin: () => run(`SAVEPOINT ${savepoint}`), commit: () => run(`RELEASE ${savepoint}`), rollback: () => run(`ROLLBACK TO ${savepoint}`) }
      : { begin: () => run(beginning(options)), commit: async () => committed(await run("COMMIT")), rollback: () => run("ROLLBACK").catch(this.#lost) };
    this.#depth++;
    try {
      return await transact(steps, () => work(this));
    } finally {
      this.#depth--;
    }
  }

  /** One after the other: pg is to have one statement at a time. */
  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    if (this.#state === "released") {
      throw new PostgresError("this connection was given back to its pool", { code: "CONNECTION_RELEASED", remedy: "await all queries before the function ends that the connection was given to" });
    }
    this.#waiting++;
    const answer = this.#last.then(() => this.#answer(work));
    this.#last = answer.catch(() => {});
    try {
      return await answer;
    } finally {
      this.#waiting--;
    }
  }

  async #answer<T>(work: () => Promise<T>): Promise<T> {
    // What follows would wait for a statement that was given up.
    if (this.#state !== "used") throw postgresError(new Error("Connection terminated"));
    try {
      return await work();
    } catch (cause) {
      const error = postgresError(cause);
      if (isFatal(error)) this.#state = "broken";
      throw error;
    }
  }

  release(): void {
    // Whoever gets it next is not to be in somebody else's transaction or statement.
    const broken = this.#state === "broken" || this.#waiting > 0 || this.#client.getTransactionStatus() !== "I";
    this.#state = "released";
    if (!broken) this.#client.off("error", this.#lost);
    this.#client.release(broken);
  }
}

class PgPool implements Pool {
  readonly #pool: pg.Pool;

  constructor(options: PoolOptions) {
    const { url, max, connectTimeout, idleTimeout, queryTimeout, bigint, ...rest } = options;
    const config = {
      ...rest,
      ...(url === undefined ? {} : { connectionString: checked(url) }),
      max: max ?? 10,
      connectionTimeoutMillis: connectTimeout ?? 0,
      idleTimeoutMillis: idleTimeout ?? 10_000,
      query_timeout: queryTimeout ?? 0,
      types: parsers(bigint ?? "string"),
    };
    if (url === undefined && options.host === undefined && !process.env.PGHOST) {
      throw new PostgresError("the pool is not told where Postgres is", { code: "NO_ADDRESS", remedy: "give `url` or `host`, or set PGHOST; is DATABASE_URL set?" });
    }
    this.#pool = new pg.Pool(config as pg.PoolConfig);
    // An unused connection that ends is replaced by the next query.
    this.#pool.on("error", () => {});
  }

  query<R extends object = Row>(statement: Statement, second?: any, third?: QueryOptions): Promise<Result<R>> {
    return this.withConnection((client) => client.query<R>(statement as string, second, third));
  }

  script(text: string): Promise<void> {
    return this.withConnection((client) => client.script(text));
  }

  transaction<T>(work: (client: Client) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.withConnection((client) => client.transaction(work, options));
  }

  async withConnection<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const connection = new Connection(await this.#pool.connect().catch((error) => Promise.reject(postgresError(error))));
    try {
      return await work(connection);
    } finally {
      connection.release();
    }
  }

  async end(): Promise<void> {
    if (!this.#pool.ending) await this.#pool.end();
  }
}

function checked(url: string): string {
  if (/^postgres(ql)?:\/\//.test(url)) return url;
  throw new PostgresError("the url is not one of Postgres", { code: "BAD_ADDRESS", remedy: "write it as postgres://user@host:5432/database" });
}

function beginning({ isolation, readOnly }: TransactionOptions): string {
  const levels = ["read committed", "repeatable read", "serializable"];
  if (isolation !== undefined && !levels.includes(isolation)) throw new TypeError(`isolation is one of ${levels.join(", ")}`);
  return ["BEGIN", isolation && `ISOLATION LEVEL ${isolation.toUpperCase()}`, readOnly && "READ ONLY"].filter(Boolean).join(" ");
}

/** Postgres answers a COMMIT with ROLLBACK where a statement failed before, and says nothing else. */
function committed({ command }: { command?: string }): void {
  if (command !== "ROLLBACK") return;
  throw new PostgresError("the transaction was undone, because a statement of it failed", { code: "TRANSACTION_ABORTED", remedy: "let the statement's error leave the transaction, or wrap it in a `transaction` of its own" });
}
