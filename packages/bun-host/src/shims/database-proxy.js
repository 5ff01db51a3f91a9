/** `warpgrid:shim/database-proxy`: connections to the endpoints of `[[database]]`. */
import { Connection, ConnectionError } from "../connection.js";
import { warnOnce } from "../errors.js";

/** @typedef {import("warpgrid:shim/database-proxy").DbConfig} DbConfig */

/** The most bytes that one `recv` gives, whatever the guest asks for. */
export const MAX_RECV = 256 * 1024;
/** How long connecting may take where the section does not say, in milliseconds. */
const CONNECT_TIMEOUT = 5000;

/** Handles that are never given twice, so that one of a closed connection names none. */
export class Handles {
  /** @type {Map<bigint, Connection>} */
  #open = new Map();
  #last = 0n;

  /** @param {Connection} connection */
  insert(connection) {
    this.#last += 1n;
    this.#open.set(this.#last, connection);
    return this.#last;
  }

  /** @param {bigint} handle */
  get(handle) {
    return this.#open.get(handle);
  }

  /** @param {bigint} handle */
  remove(handle) {
    this.#open.get(handle)?.close();
    this.#open.delete(handle);
  }

  get size() {
    return this.#open.size;
  }

  closeAll() {
    for (const handle of [...this.#open.keys()]) this.remove(handle);
  }
}

/**
 * What the contract calls a failure; the cause is said here.
 * @param {unknown} error
 * @returns {import("warpgrid:shim/database-proxy").DbError}
 */
export function reported(error) {
  const kind = error instanceof ConnectionError ? error.kind : "reset";
  console.warn(`warpgrid: database: ${error instanceof Error ? error.message : error}`);
  return kind === "refused" ? "connection-refused" : kind === "timeout" ? "timeout" : "closed";
}

/**
 * Opens a connection to a database, which is among the instance's from then on.
 * @param {import("../instance.js").Scope} scope
 * @param {import("../config/databases.js").Database} database
 * @returns {Promise<Connection>} or a `DbError`
 */
export async function dial(scope, database) {
  const { host, connections, opening } = scope;
  if (connections.size + opening.count >= host.config.limits.connections) {
    warnOnce("the guest holds as many connections as [limits] connections in warp.toml allows");
    throw "pool-exhausted";
  }
  opening.count += 1;
  try {
    const { host: hostname, port } = await host.databases.address(database);
    const connection = await Connection.open(hostname, port, CONNECT_TIMEOUT);
    if (!scope.ended()) return connection;
    connection.close();
    throw "closed";
  } catch (error) {
    // A name that has no address is as good as nobody there.
    if (typeof error === "string") throw error === "timeout" || error === "closed" ? error : "connection-refused";
    throw reported(error);
  } finally {
    opening.count -= 1;
  }
}

/** @param {import("../instance.js").Scope} scope */
export function databaseProxy(scope) {
  const { host, connections, resolved, waits } = scope;
  const of = (/** @type {bigint} */ handle) => {
    const connection = connections.get(handle);
    if (!connection) throw "closed";
    return connection;
  };
  return {
    /** @param {DbConfig} wanted */
    async connect(wanted) {
      const database = host.databases.find(wanted.host, wanted.port, resolved);
      if (!database) {
        warnOnce(`the guest may not connect to ${wanted.host}:${wanted.port}; add a [[database]] with this host and port to warp.toml`);
        throw "connection-refused";
      }
      if (database.protocol !== wanted.protocol) {
        warnOnce(`the guest asks ${wanted.host}:${wanted.port} for ${wanted.protocol}, and warp.toml says ${database.protocol}`);
        throw "protocol-error";
      }
      return connections.insert(await waits(dial(scope, database)));
    },
    /**
     * Zero bytes are taken where the other end waits for the guest to read.
     * @param {bigint} handle
     * @param {Uint8Array} data
     */
    async send(handle, data) {
      const connection = of(handle);
      if (connection.room() === 0 && !connection.readable()) {
        await waits(Promise.race([connection.whenWritable(), connection.whenReadable()]));
      }
      return attempt(() => connection.write(data));
    },
    /**
     * @param {bigint} handle
     * @param {number} max
     */
    async recv(handle, max) {
      const connection = of(handle);
      await waits(connection.whenReadable());
      return attempt(() => connection.read(Math.min(max, MAX_RECV))) ?? new Uint8Array();
    },
    /** @param {bigint} handle */
    close: (handle) => connections.remove(handle),
  };
}

/**
 * @template T
 * @param {() => T} call
 */
export function attempt(call) {
  try {
    return call();
  } catch (error) {
    throw reported(error);
  }
}
