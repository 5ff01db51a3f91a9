/** node:net. */
import { unsupported } from "./errors.js";
import { isIP, isIPv4, isIPv6 } from "./net/address.js";
import { connectArguments, Socket } from "./net/socket.js";

export { isIP, isIPv4, isIPv6, Socket };
export { Socket as Stream };

/** @param {any[]} args */
export function connect(...args) {
  const { options } = connectArguments(args);
  const socket = new Socket(options);
  if (options.timeout) socket.setTimeout(options.timeout);
  return socket.connect(...args);
}

export const createConnection = connect;

/** @returns {never} */
export function createServer() {
  throw unsupported("net.createServer", "requests come by HTTP: use http.createServer or export a fetch handler");
}

export class Server {
  constructor() {
    createServer();
  }
}

let autoSelect = true;
export const getDefaultAutoSelectFamily = () => autoSelect;
/** @param {boolean} value */
export const setDefaultAutoSelectFamily = (value) => void (autoSelect = value);

export default {
  connect, createConnection, createServer, isIP, isIPv4, isIPv6, Server, Socket, Stream: Socket,
  getDefaultAutoSelectFamily, setDefaultAutoSelectFamily,
};
