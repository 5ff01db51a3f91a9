/** Answers by an http.Server of Node's. */
import { IncomingMessage } from "./incoming-message.js";
import { ServerResponse } from "./server-response.js";

/**
 * @param {import("./exchange.js").Exchange} exchange
 * @param {import("./server.js").Server} server
 */
export function answerByServer(exchange, server) {
  const request = new IncomingMessage(exchange);
  return new Promise((resolve, reject) => {
    const response = new ServerResponse(request, exchange, (error) => {
      if (error) reject(error);
      else resolve(undefined);
      server._served();
    });
    server._serve(request, response);
  });
}
