/** From a host name and a port to a transport: the host's pools first. */
import { resolve } from "warpgrid:shim/dns";
import { route } from "warpgrid:shim/sockets";
import { hostCode, systemError } from "../errors.js";
import { whenStarted } from "../loop.js";
import { formatAddress, isIP } from "./address.js";
import { connectProxied } from "./proxied.js";
import { connectTcp } from "./tcp.js";

/**
 * @typedef {(hostname: string, options: object,
 *   callback: (error: Error | null, address: string | { address: string }[], family?: number) => void) => void} Lookup
 */

/**
 * @param {{ host: string, port: number, lookup?: Lookup, family?: number }} target
 * @param {(address: string) => void} found which address is tried
 * @param {(error: Error | null, transport?: import("./transport.js").Transport) => void} callback
 * @returns {() => void} gives it up
 */
export function connect(target, found, callback) {
  const { host, port, lookup } = target;
  let abandoned = false;
  let stop = () => {};
  /** @param {string[]} addresses those left to try, the best first */
  const attempt = ([address, ...others]) => {
    if (abandoned) return;
    found(address);
    try {
      stop = connectTcp(address, port, (error, transport) => {
        if (error && others.length) attempt(others);
        else callback(error, transport);
      });
    } catch (error) {
      if (others.length) attempt(others);
      else callback(/** @type {Error} */ (error));
    }
  };
  whenStarted(() =>
    queueMicrotask(() => {
      if (abandoned) return;
      try {
        const config = route(host, port);
        if (config) return callback(null, connectProxied(config));
        if (isIP(host)) return attempt([host]);
        if (!lookup) return attempt(addresses(host, target.family));
        lookup(host, { all: true, family: target.family ?? 0 }, (error, answer) => {
          if (error) return callback(error);
          attempt(typeof answer === "string" ? [answer] : answer.map((entry) => entry.address));
        });
      } catch (error) {
        callback(/** @type {Error} */ (error));
      }
    }),
  );
  return () => {
    abandoned = true;
    stop();
  };
}

const CODES = /** @type {Record<string, string>} */ ({ "not-found": "ENOTFOUND", timeout: "EAI_AGAIN", internal: "EAI_FAIL" });

/**
 * The addresses of a name, best first.
 * @param {string} hostname
 * @param {number} [family] 4, 6 or 0 for both
 * @returns {string[]}
 */
export function addresses(hostname, family = 0) {
  let found;
  try {
    found = resolve(hostname);
  } catch (error) {
    throw systemError(CODES[hostCode(error)] ?? "EAI_FAIL", "getaddrinfo", { hostname });
  }
  const wanted = found.filter(({ isV6 }) => family === 0 || isV6 === (family === 6));
  if (wanted.length === 0) throw systemError("ENOTFOUND", "getaddrinfo", { hostname });
  return wanted.map(({ octets }) => formatAddress(octets));
}
