/** node:http. Servers are the host's; requests are made by fetch. */
import { unsupported } from "./errors.js";
import { IncomingMessage } from "./http/incoming-message.js";
import { Server } from "./http/server.js";
import { ServerResponse } from "./http/server-response.js";
import { METHODS, STATUS_CODES } from "./http/status-codes.js";

export { IncomingMessage, METHODS, Server, ServerResponse, STATUS_CODES };
export { ServerResponse as OutgoingMessage };

/**
 * @param {any} [options]
 * @param {(request: any, response: any) => void} [listener]
 */
export const createServer = (options, listener) => new Server(options, listener);

/** @returns {never} */
export function request() {
  throw unsupported("http.request", "use fetch");
}
export const get = request;

export class Agent {
  /** @param {object} [options] */
  constructor(options = {}) {
    this.options = options;
  }
  destroy() {}
}
export const globalAgent = new Agent();
export const maxHeaderSize = 16384;

export default {
  createServer, request, get, Agent, globalAgent, IncomingMessage, METHODS, OutgoingMessage: ServerResponse, Server, ServerResponse, STATUS_CODES, maxHeaderSize,
};
