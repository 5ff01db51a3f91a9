/** http.Agent and https.Agent: the host keeps the connections, for all instances. */
import { EventEmitter } from "events";
import { unsupported } from "../errors.js";

/** @param {string} method */
const byHost = (method) => () => {
  throw unsupported(`http.Agent.prototype.${method}`, "the host opens the connections: leave the agent out");
};

export class Agent extends EventEmitter {
  defaultPort = 80;
  protocol = "http:";
  maxSockets = Infinity;
  maxFreeSockets = 256;
  maxTotalSockets = Infinity;
  sockets = {};
  freeSockets = {};
  requests = {};

  /** @param {Record<string, any>} [options] */
  constructor(options = {}) {
    super();
    this.options = { ...options };
    this.keepAlive = options.keepAlive ?? false;
    this.keepAliveMsecs = options.keepAliveMsecs ?? 1000;
    this.scheduling = options.scheduling ?? "lifo";
    for (const name of /** @type {const} */ (["maxSockets", "maxFreeSockets", "maxTotalSockets"])) if (options[name] !== undefined) this[name] = options[name];
  }

  /** @param {Record<string, any>} [options] */
  getName({ host = "localhost", port = "", localAddress = "", family } = {}) {
    return `${host}:${port}:${localAddress}${family === 4 || family === 6 ? `:${family}` : ""}`;
  }

  addRequest() {
    byHost("addRequest")();
  }
  createConnection() {
    byHost("createConnection")();
  }
  createSocket() {
    byHost("createSocket")();
  }
  keepSocketAlive() {
    return true;
  }
  reuseSocket() {}
  destroy() {}
}

export class SecureAgent extends Agent {
  defaultPort = 443;
  protocol = "https:";
}

/** One that goes another way than the host's, as through a proxy, is no use. @param {any} agent */
export function checkAgent(agent) {
  for (const method of /** @type {const} */ (["addRequest", "createConnection", "createSocket"])) {
    if (agent[method] !== undefined && agent[method] !== Agent.prototype[method]) {
      throw unsupported(`an agent with its own ${method}`, "the host opens the connections, and through no proxy: leave the agent out");
    }
  }
}
