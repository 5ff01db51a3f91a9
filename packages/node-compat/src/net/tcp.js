/** A connection by wasi:sockets. */
import { instanceNetwork } from "wasi:sockets/instance-network";
import { createTcpSocket } from "wasi:sockets/tcp-create-socket";
import { hostCode } from "../errors.js";
import { watch } from "../loop.js";
import { formatAddress, parseAddress } from "./address.js";
import { socketError } from "./transport.js";

/**
 * @param {string} address
 * @param {number} port
 * @param {(error: Error | null, transport?: import("./transport.js").Transport) => void} callback
 *   once it is connected or cannot be
 * @returns {() => void} gives it up
 */
export function connectTcp(address, port, callback) {
  const about = { address, port };
  const ip = parseAddress(address);
  if (!ip) throw socketError("invalid-argument", "connect", about);
  /** @type {import("wasi:sockets/tcp").TcpSocket | undefined} */
  let socket;
  /** @type {import("wasi:io/poll").Pollable | undefined} */
  let pollable;
  let unwatch = () => {};
  const abandon = () => {
    unwatch();
    pollable?.[Symbol.dispose]();
    socket?.[Symbol.dispose]();
    pollable = socket = undefined;
  };
  const finish = () => {
    if (!socket) return;
    try {
      const [input, output] = socket.finishConnect();
      pollable?.[Symbol.dispose]();
      callback(null, transport(socket, input, output, about));
    } catch (error) {
      const code = hostCode(error);
      if (code === "would-block") {
        pollable ??= socket.subscribe();
        unwatch = watch(pollable, finish);
        return;
      }
      abandon();
      callback(socketError(code, "connect", about));
    }
  };
  try {
    socket = createTcpSocket(ip.family === "IPv6" ? "ipv6" : "ipv4");
    const network = instanceNetwork();
    socket.startConnect(
      network,
      /** @type {any} */ (
        ip.family === "IPv6"
          ? { tag: "ipv6", val: { port, flowInfo: 0, address: ip.groups, scopeId: 0 } }
          : { tag: "ipv4", val: { port, address: ip.groups } }
      ),
    );
  } catch (error) {
    abandon();
    throw socketError(hostCode(error), "connect", about);
  }
  finish();
  return abandon;
}

/**
 * @param {import("wasi:sockets/tcp").TcpSocket} socket
 * @param {import("wasi:io/streams").InputStream} input
 * @param {import("wasi:io/streams").OutputStream} output
 * @param {{ address: string, port: number }} about
 * @returns {import("./transport.js").Transport}
 */
function transport(socket, input, output, about) {
  /** @type {import("wasi:io/poll").Pollable | undefined} */
  let readable;
  /** @type {import("wasi:io/poll").Pollable | undefined} */
  let writable;
  let open = true;
  return {
    proxied: false,
    writesWhenRead: false,
    local: endpoint(() => socket.localAddress()),
    remote: endpoint(() => socket.remoteAddress()),
    read(max) {
      try {
        const data = input.read(BigInt(max));
        return data.length ? data : undefined;
      } catch (error) {
        if (hostCode(error) === "closed") return null;
        throw socketError("connection-reset", "read", about);
      }
    },
    write(data) {
      try {
        const room = Number(output.checkWrite());
        if (room === 0) return 0;
        const taken = Math.min(room, data.length);
        output.write(taken === data.length ? data : data.subarray(0, taken));
        output.flush();
        return taken;
      } catch (error) {
        hostCode(error);
        throw socketError("connection-reset", "write", about);
      }
    },
    readable: () => (readable ??= input.subscribe()),
    writable: () => (writable ??= output.subscribe()),
    end() {
      try {
        socket.shutdown("send");
      } catch (error) {
        hostCode(error);
      }
    },
    close() {
      if (!open) return;
      open = false;
      readable?.[Symbol.dispose]();
      writable?.[Symbol.dispose]();
      input[Symbol.dispose]();
      output[Symbol.dispose]();
      socket[Symbol.dispose]();
    },
  };
}

/**
 * @param {() => import("wasi:sockets/network").IpSocketAddress} ask
 * @returns {import("./transport.js").Endpoint | null}
 */
function endpoint(ask) {
  try {
    const { tag, val } = ask();
    const octets = tag === "ipv6" ? [...val.address].flatMap((group) => [group >> 8, group & 255]) : [...val.address];
    return { address: formatAddress(octets), port: val.port, family: tag === "ipv6" ? "IPv6" : "IPv4" };
  } catch (error) {
    hostCode(error);
    return null;
  }
}
