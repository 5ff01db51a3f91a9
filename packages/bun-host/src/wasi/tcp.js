/** `wasi:sockets` for programs that connect: TCP clients, and names. */
import { isIP } from "node:net";
import { Connection, ConnectionError } from "../connection.js";
import { grants } from "../config/network.js";
import { dial } from "../shims/database-proxy.js";
import { fromGuest, octets, toGuest } from "../names/address.js";

/** How long connecting may take, in milliseconds: as long as Linux tries. */
const CONNECT_TIMEOUT = 130_000;

const unsupported = () => {
  throw "not-supported";
};

/** @typedef {{ tag: "ipv4" | "ipv6", val: { port: number, address: number[], flowInfo?: number, scopeId?: number } }} SocketAddress */

/** @param {SocketAddress} address */
function parse({ tag, val }) {
  const bytes = tag === "ipv4" ? val.address : val.address.flatMap((group) => [group >> 8, group & 255]);
  const address = fromGuest({ octets: new Uint8Array(bytes), isV6: tag === "ipv6" });
  if (address === null) throw "invalid-argument";
  return { address, port: val.port };
}

/** @param {{ address: string, port: number } | null} address @returns {SocketAddress} */
function print(address) {
  const bytes = (address && octets(address.address)) ?? [0, 0, 0, 0];
  const port = address?.port ?? 0;
  if (bytes.length === 4) return { tag: "ipv4", val: { port, address: bytes } };
  const groups = Array.from({ length: 8 }, (_, index) => bytes[2 * index] * 256 + bytes[2 * index + 1]);
  return { tag: "ipv6", val: { port, address: groups, flowInfo: 0, scopeId: 0 } };
}

/**
 * @param {import("../instance.js").Scope} scope
 * @param {Connection} connection
 */
function streams({ wasi: { io }, waits }, connection) {
  const failed = (/** @type {unknown} */ error) => ({
    tag: "last-operation-failed",
    val: io.ioErrorCreate(error instanceof Error ? error.message : String(error)),
  });
  const read = (/** @type {bigint} */ length) => {
    let data;
    try {
      data = connection.read(Number(length > 65536n ? 65536n : length));
    } catch (error) {
      throw failed(error);
    }
    if (data === null) throw { tag: "closed" };
    return data ?? new Uint8Array();
  };
  const input = io.inputStreamCreate({
    read,
    blockingRead: (/** @type {bigint} */ length) =>
      connection.readable() || length === 0n ? read(length) : waits(connection.whenReadable()).then(() => read(length)),
    subscribe: () => io.pollableCreate({ ready: () => connection.readable(), wait: () => connection.whenReadable() }),
  });
  const output = io.outputStreamCreate({
    checkWrite() {
      if (connection.closed()) throw { tag: "closed" };
      return BigInt(connection.room());
    },
    write(/** @type {Uint8Array} */ data) {
      try {
        // What checkWrite permits is taken whole.
        connection.write(data);
      } catch (error) {
        throw failed(error);
      }
    },
    flush() {},
    blockingFlush: () => (connection.room() > 0 ? undefined : waits(connection.whenWritable())),
    subscribe: () =>
      io.pollableCreate({ ready: () => connection.room() > 0 || connection.closed(), wait: () => connection.whenWritable() }),
  });
  return [input, output];
}

/** @param {import("../instance.js").Scope} scope */
export function sockets(scope) {
  const { host, resolved, wasi } = scope;
  class Network {}
  const network = new Network();

  class TcpSocket {
    /** @type {"ipv4" | "ipv6"} */
    #family;
    /** @type {Promise<void> | null} */
    #connecting = null;
    /** @type {string | null} */
    #error = null;
    #done = false;
    /** @type {Connection | null} */
    #connection = null;

    /** @param {"ipv4" | "ipv6"} family */
    constructor(family) {
      this.#family = family;
    }
    // Sockets that connect are bound first, to any port.
    startBind(/** @type {unknown} */ _network, /** @type {SocketAddress} */ { val }) {
      if (val.port !== 0) throw "access-denied";
    }
    finishBind() {}
    startConnect(/** @type {unknown} */ _network, /** @type {SocketAddress} */ remote) {
      if (this.#connecting) throw "invalid-state";
      const { address, port } = parse(remote);
      const database = host.databases.find(address, port, resolved);
      if (!database && !grants(host.config.network.connect, address, port, resolved.of(address))) throw "access-denied";
      const open = database ? dial(scope, database) : Connection.open(address, port, CONNECT_TIMEOUT);
      this.#connecting = open
        .then(
          (connection) => {
            if (scope.ended() || this.#done) return connection.close();
            this.#connection = connection;
            scope.sockets.add(connection);
            host.names.connected(address, true);
          },
          (error) => {
            if (!database) host.names.connected(address, false);
            const kind = error instanceof ConnectionError ? error.kind : error;
            this.#error = kind === "timeout" ? "timeout" : "connection-refused";
          },
        )
        .finally(() => (this.#done = true));
    }
    finishConnect() {
      if (!this.#connecting) throw "not-in-progress";
      if (this.#error) throw this.#error;
      if (!this.#connection) throw "would-block";
      return streams(scope, this.#connection);
    }
    startListen = unsupported;
    finishListen = unsupported;
    accept = unsupported;
    localAddress() {
      if (!this.#connection) throw "invalid-state";
      return print(this.#connection.addresses().local);
    }
    remoteAddress() {
      if (!this.#connection) throw "invalid-state";
      return print(this.#connection.addresses().remote);
    }
    isListening() {
      return false;
    }
    addressFamily() {
      return this.#family;
    }
    // The system's own settings stay.
    setListenBacklogSize() {}
    keepAliveEnabled = () => false;
    setKeepAliveEnabled() {}
    keepAliveIdleTime = () => 7_200_000_000_000n;
    setKeepAliveIdleTime() {}
    keepAliveInterval = () => 75_000_000_000n;
    setKeepAliveInterval() {}
    keepAliveCount = () => 9;
    setKeepAliveCount() {}
    hopLimit = () => 64;
    setHopLimit() {}
    receiveBufferSize = () => 65536n;
    setReceiveBufferSize() {}
    sendBufferSize = () => 65536n;
    setSendBufferSize() {}
    subscribe() {
      const connecting = this.#connecting;
      return wasi.io.pollableCreate({ ready: () => !connecting || this.#done, wait: () => connecting });
    }
    /** @param {"receive" | "send" | "both"} what */
    shutdown(what) {
      if (!this.#connection) throw "invalid-state";
      if (what !== "receive") this.#connection.end();
    }
    [Symbol.dispose]() {
      this.#done = true;
      if (!this.#connection) return;
      scope.sockets.delete(this.#connection);
      this.#connection.close();
    }
  }

  class ResolveAddressStream {
    /** @type {string[]} */
    #addresses = [];
    /** @type {string | null} */
    #error = null;
    #done = false;
    /** @type {Promise<void>} */
    #asking;

    /** @param {string} name */
    constructor(name) {
      this.#asking = host.names
        .resolve(name)
        .then(
          (found) => {
            resolved.remember(found);
            this.#addresses = [...found.addresses];
          },
          (error) => {
            this.#error = { "not-found": "name-unresolvable", timeout: "temporary-resolver-failure" }[String(error)] ?? "permanent-resolver-failure";
          },
        )
        .finally(() => (this.#done = true));
    }
    resolveNextAddress() {
      if (!this.#done) throw "would-block";
      if (this.#error) throw this.#error;
      const address = this.#addresses.shift();
      if (address === undefined) return undefined;
      const { octets: bytes, isV6 } = toGuest(address);
      const groups = Array.from({ length: 8 }, (_, index) => bytes[2 * index] * 256 + bytes[2 * index + 1]);
      return isV6 ? { tag: "ipv6", val: groups } : { tag: "ipv4", val: [...bytes] };
    }
    subscribe() {
      return wasi.io.pollableCreate({ ready: () => this.#done, wait: () => this.#asking });
    }
  }

  class UdpSocket {}
  class IncomingDatagramStream {}
  class OutgoingDatagramStream {}
  return {
    "wasi:sockets/network": { Network, networkErrorCode: () => undefined },
    "wasi:sockets/instance-network": { instanceNetwork: () => network },
    "wasi:sockets/tcp": { TcpSocket },
    "wasi:sockets/tcp-create-socket": {
      createTcpSocket(/** @type {"ipv4" | "ipv6"} */ family) {
        if (scope.sockets.size >= host.config.limits.connections) throw "new-socket-limit";
        return new TcpSocket(family);
      },
    },
    "wasi:sockets/ip-name-lookup": {
      ResolveAddressStream,
      resolveAddresses(/** @type {unknown} */ _network, /** @type {string} */ name) {
        if (name === "" || (name.includes(":") && !isIP(name))) throw "invalid-argument";
        return new ResolveAddressStream(name);
      },
    },
    "wasi:sockets/udp": { UdpSocket, IncomingDatagramStream, OutgoingDatagramStream },
    "wasi:sockets/udp-create-socket": { createUdpSocket: unsupported },
  };
}
