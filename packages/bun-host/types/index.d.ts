/** Runs packed components inside Bun: `serve` for `bun test`. */

export interface Options {
  /**
   * The path of a `warp.toml`, or what one holds as an object; without it the working
   * directory's, where there is one.
   */
  config?: string | Record<string, any>;
  /** Variables of the guest's beside those of `[env]`. */
  env?: Record<string, string>;
  /** Where to listen on this machine; a free port without it. */
  port?: number;
  /**
   * The program behind `[[database]]`; without it `WARPGRID_WARP`, else the one on PATH;
   * `false`: none.
   */
  warp?: string | false;
  /** Takes what guests print; without it this process's output does. */
  stdout?: (text: string) => void;
  stderr?: (text: string) => void;
}

/** A component that answers. */
export interface App extends AsyncDisposable {
  /** Where it listens, for clients that open connections. */
  readonly url: URL;
  readonly port: number | undefined;
  /** The most demanding threading model that the guest has declared. */
  readonly threadingModel: "single-threaded" | "cooperative" | "parallel-required" | null;
  /** Sends a request without a connection; a path is one of this service's. */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** Tells the instances that registered for a signal, and says how many those are. */
  signal(signal: "terminate" | "hangup" | "interrupt"): number;
  /** Lets open requests finish, and closes connections and what was started. */
  close(): Promise<void>;
}

/** What is wrong with the configuration or the component, and, after `help:`, what to do. */
export declare class HostError extends Error {
  constructor(what: string, help: string, options?: { cause?: unknown });
}

/** Serves a component that `warp pack` wrote. */
export declare function serve(component: string, options?: Options): Promise<App>;

/**
 * A `warp.toml` as an object, to change it for a test. Relative paths in it are made
 * absolute.
 */
export declare function readConfig(path?: string): Promise<Record<string, any>>;
