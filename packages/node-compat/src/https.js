/** node:https: the host encrypts, and trusts the certificates of its system. */
import { unsupported } from "./errors.js";
import { SecureAgent } from "./http/agent.js";
import { ClientRequest } from "./http/client-request.js";

export { SecureAgent as Agent };
export const globalAgent = new SecureAgent({ keepAlive: true });

/** @param {any[]} args a URL, options, a listener */
export const request = (...args) => new ClientRequest(args, globalAgent);

/** @param {any[]} args a URL, options, a listener */
export function get(...args) {
  const sent = request(...args);
  sent.end();
  return sent;
}

/** @returns {never} */
export function createServer() {
  throw unsupported("https.createServer", "use http.createServer, and put TLS in front of `warp run`");
}

export class Server {
  constructor() {
    createServer();
  }
}

export default { Agent: SecureAgent, globalAgent, request, get, createServer, Server };
