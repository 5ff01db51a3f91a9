/** Why a request to another server failed, as Node words it. */
import { systemError } from "../errors.js";

/** @type {Record<string, [code: string, syscall: string]>} */
const SYSTEM = {
  "DNS-timeout": ["EAI_AGAIN", "getaddrinfo"],
  "DNS-error": ["ENOTFOUND", "getaddrinfo"],
  "destination-not-found": ["ENOTFOUND", "getaddrinfo"],
  "destination-unavailable": ["EHOSTUNREACH", "connect"],
  "destination-IP-unroutable": ["EHOSTUNREACH", "connect"],
  "destination-IP-prohibited": ["EACCES", "connect"],
  "HTTP-request-denied": ["EACCES", "connect"],
  "connection-refused": ["ECONNREFUSED", "connect"],
  "connection-timeout": ["ETIMEDOUT", "connect"],
  "connection-read-timeout": ["ETIMEDOUT", "read"],
  "connection-write-timeout": ["ETIMEDOUT", "write"],
  "connection-limit-reached": ["EMFILE", "connect"],
};

const NOT_GRANTED = "warp.toml does not grant it: add the host and the port to `[network] connect`";

/** What Node has no system error for. @type {Record<string, [code: string, message: string]>} */
const OTHERS = {
  "connection-terminated": ["ECONNRESET", "socket hang up"],
  "HTTP-response-incomplete": ["ECONNRESET", "socket hang up"],
  "HTTP-protocol-error": ["ECONNRESET", "socket hang up"],
  "TLS-certificate-error": [
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "unable to verify the first certificate: the host trusts the certificates of its system, add the server's there",
  ],
  "TLS-protocol-error": ["EPROTO", "the server and the host agree on no TLS"],
  "TLS-alert-received": ["EPROTO", "the server refused the host's TLS"],
  "configuration-error": ["ECONNABORTED", "the host has no certificates to trust: install the system's package ca-certificates"],
};

/**
 * @param {string} authority a host, perhaps with a port
 * @param {boolean} secure
 * @param {unknown} error of the host's, with a wasi:http error-code
 */
export function failure(authority, secure, error) {
  const payload = /** @type {any} */ (error)?.payload;
  if (payload === undefined) throw error;
  const tag = payload?.tag ?? String(payload);
  const [, host, port] = /^(.*?)(?::(\d+))?$/.exec(authority) ?? ["", authority];
  const address = host.replace(/^\[(.*)\]$/, "$1");
  const system = SYSTEM[tag];
  if (system) {
    const [code, syscall] = system;
    if (syscall === "getaddrinfo") return systemError(code, syscall, { hostname: address });
    const detail = code === "EACCES" ? NOT_GRANTED : undefined;
    return systemError(code, syscall, { address, port: Number(port ?? (secure ? 443 : 80)), detail });
  }
  const [code, message] = OTHERS[tag] ?? ["EPROTO", `${authority}: ${tag}${payload?.val === undefined ? "" : ` (${describe(payload.val)})`}`];
  return Object.assign(new Error(message), { code });
}

/** @param {unknown} value */
const describe = (value) => (typeof value === "object" ? JSON.stringify(value, (_, one) => (typeof one === "bigint" ? Number(one) : one)) : String(value));
