/** node:http. Servers are the host's, and so are the connections of requests. */
import { Agent } from "./http/agent.js";
import { ClientRequest } from "./http/client-request.js";
import { IncomingMessage } from "./http/incoming-message.js";
import { OutgoingMessage, validateHeaderName, validateHeaderValue } from "./http/outgoing-message.js";
import { Server } from "./http/server.js";
import { ServerResponse } from "./http/server-response.js";
import { METHODS, STATUS_CODES } from "./http/status-codes.js";

export { Agent, ClientRequest, IncomingMessage, METHODS, OutgoingMessage, Server, ServerResponse, STATUS_CODES, validateHeaderName, validateHeaderValue };

/**
 * @param {any} [options]
 * @param {(request: any, response: any) => void} [listener]
 */
export const createServer = (options, listener) => new Server(options, listener);

export const globalAgent = new Agent({ keepAlive: true });
export const maxHeaderSize = 16384;

/** @param {any[]} args a URL, options, a listener */
export const request = (...args) => new ClientRequest(args, globalAgent);

/** @param {any[]} args a URL, options, a listener */
export function get(...args) {
  const sent = request(...args);
  sent.end();
  return sent;
}

export default {
  createServer, request, get, Agent, ClientRequest, globalAgent, IncomingMessage, METHODS, OutgoingMessage, Server, ServerResponse, STATUS_CODES, maxHeaderSize,
  validateHeaderName, validateHeaderValue,
};
