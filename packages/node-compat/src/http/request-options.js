/** The arguments of http.request, as options. */
import { badPort, unsupported } from "../errors.js";
import { isIPv6 } from "../net/address.js";

/** @typedef {Record<string, any>} Options */

/** @param {URL} url @returns {Options} */
function fromUrl(url) {
  /** @type {Options} */
  const options = {
    protocol: url.protocol,
    hostname: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    path: `${url.pathname}${url.search}`,
  };
  if (url.port) options.port = Number(url.port);
  if (url.username || url.password) options.auth = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return options;
}

/** @param {string} text */
function parse(text) {
  try {
    return new URL(text);
  } catch {
    throw Object.assign(new TypeError("Invalid URL"), { code: "ERR_INVALID_URL", input: text });
  }
}

/**
 * @param {any[]} args a URL, options, a listener: each may be left out
 * @returns {{ options: Options, listener?: (response: any) => void }}
 */
export function requestArguments(args) {
  let [input, options, listener] = args;
  if (typeof input === "string") input = parse(input);
  if (input instanceof URL) input = fromUrl(input);
  else [input, options, listener] = [{}, input, options];
  if (typeof options === "function") [options, listener] = [undefined, options];
  return { options: { ...input, ...options }, listener };
}

/** @type {(code: string, message: string) => Error} */
const invalid = (code, message) => Object.assign(new TypeError(message), { code });

/**
 * Where the request goes.
 * @param {Options} options
 * @param {import("./agent.js").Agent | undefined} agent
 */
export function target(options, agent) {
  if (options.socketPath) throw unsupported(`a Unix socket (${options.socketPath})`, "ask by host and port");
  if (options.createConnection) throw unsupported("the option createConnection", "leave it out: the host opens the connections");
  const expected = agent?.protocol ?? "http:";
  const protocol = options.protocol ?? expected;
  if (protocol !== expected) throw invalid("ERR_INVALID_PROTOCOL", `Protocol "${protocol}" not supported. Expected "${expected}"`);
  const path = String(options.path || "/");
  if (/[^\u0021-\u00ff]/.test(path)) throw invalid("ERR_UNESCAPED_CHARACTERS", "Request path contains unescaped characters");
  const secure = protocol === "https:";
  const host = String(options.hostname || options.host || "localhost");
  const port = Number(options.port || options.defaultPort || agent?.defaultPort || (secure ? 443 : 80));
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw badPort(options.port);
  const name = isIPv6(host) ? `[${host}]` : host;
  return { protocol, secure, host, port, path, authority: port === (secure ? 443 : 80) ? name : `${name}:${port}` };
}
