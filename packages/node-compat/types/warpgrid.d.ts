// What programs have besides Node's modules. Refer to it by
// /// <reference types="@warpgrid/node-compat/warpgrid" />

interface WarpGridConnection extends Disposable {
  /** Sends all of it. */
  send(data: Uint8Array): Promise<void>;
  /** What came, at most so many bytes; `null` at the end. */
  recv(max?: number): Promise<Uint8Array | null>;
  close(): void;
}

interface WarpGrid {
  readonly database: {
    /** A byte stream, in the database's own protocol, to an endpoint of a `[[database]]` in warp.toml. */
    connect(endpoint: {
      host: string;
      /** The protocol's usual one, where a protocol is given. */
      port?: number;
      protocol?: "postgres" | "mysql" | "redis";
      database?: string;
    }): Promise<WarpGridConnection>;
  };
  readonly dns: {
    /** The addresses of a host name, best first. */
    resolve(hostname: string): Promise<string[]>;
  };
  readonly fs: {
    /** A virtual file, or one in a directory that warp.toml grants. */
    readFile(path: string): Promise<Uint8Array>;
    readFile(path: string, options: "utf8" | "utf-8" | { encoding: "utf8" | "utf-8" }): Promise<string>;
  };
}

declare const warpgrid: WarpGrid;

/** PostgreSQL with the interface of the package pg. */
declare module "warpgrid/pg" {
  import type { EventEmitter } from "node:events";

  export interface ClientConfig {
    connectionString?: string;
    host?: string;
    port?: number | string;
    database?: string;
    user?: string;
    password?: string | (() => string | Promise<string>);
    application_name?: string;
    options?: string;
    statement_timeout?: number;
    lock_timeout?: number;
    idle_in_transaction_session_timeout?: number;
    query_timeout?: number;
    connectionTimeoutMillis?: number;
    types?: CustomTypes;
  }
  export interface PoolConfig extends ClientConfig {
    max?: number;
    min?: number;
    idleTimeoutMillis?: number;
    maxUses?: number;
    maxLifetimeSeconds?: number;
  }
  export interface CustomTypes {
    getTypeParser(oid: number, format?: "text" | "binary"): (value: any) => any;
  }
  export interface QueryConfig<V extends any[] = any[]> {
    text?: string;
    values?: V;
    name?: string;
    rowMode?: "array";
    binary?: boolean;
    queryMode?: "extended";
    query_timeout?: number;
    types?: CustomTypes;
  }
  export interface FieldDef {
    name: string;
    tableID: number;
    columnID: number;
    dataTypeID: number;
    dataTypeSize: number;
    dataTypeModifier: number;
    format: string;
  }
  export interface QueryResult<R = any> {
    command: string;
    rowCount: number | null;
    oid: number | null;
    rows: R[];
    fields: FieldDef[];
    rowAsArray: boolean;
  }
  type Done<R> = (error: Error | null, result: QueryResult<R>) => void;

  interface Queryable extends EventEmitter {
    query<R = any>(query: string | QueryConfig, values?: any[]): Promise<QueryResult<R>>;
    query<R = any>(query: string | QueryConfig, done: Done<R>): void;
    query<R = any>(query: string | QueryConfig, values: any[], done: Done<R>): void;
    end(): Promise<void>;
    end(done: (error?: Error) => void): void;
  }
  export interface Client extends Queryable {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly database: string;
    readonly processID: number | null;
    connect(): Promise<Client>;
    connect(done: (error: Error | null) => void): void;
    escapeIdentifier(name: string): string;
    escapeLiteral(text: string): string;
    getTransactionStatus(): "I" | "T" | "E" | null;
    setTypeParser(oid: number, parse: (value: string) => any): void;
    getTypeParser(oid: number, format?: "text" | "binary"): (value: any) => any;
  }
  export interface PoolClient extends Client {
    release(error?: Error | boolean): void;
  }
  export interface Pool extends Queryable {
    readonly totalCount: number;
    readonly idleCount: number;
    readonly waitingCount: number;
    connect(): Promise<PoolClient>;
    connect(done: (error: Error | undefined, client: PoolClient | undefined, release: (error?: any) => void) => void): void;
  }
  export const Client: new (config?: string | ClientConfig) => Client;
  export const Pool: new (config?: PoolConfig) => Pool;
  export class DatabaseError extends Error {
    length: number;
    severity?: string;
    code?: string;
    detail?: string;
    hint?: string;
    position?: string;
    internalPosition?: string;
    internalQuery?: string;
    where?: string;
    schema?: string;
    table?: string;
    column?: string;
    dataType?: string;
    constraint?: string;
    file?: string;
    line?: string;
    routine?: string;
  }
  export const types: CustomTypes & {
    builtins: Record<string, number>;
    setTypeParser(oid: number, parse: (value: string) => any): void;
    setTypeParser(oid: number, format: "text" | "binary", parse: (value: any) => any): void;
  };
  export function escapeIdentifier(name: string): string;
  export function escapeLiteral(text: string): string;
}
