/** From a host name and a port to a transport: the host's pools first. */
import { route } from "warpgrid:shim/sockets";
import { whenStarted } from "../loop.js";
import { isIP } from "./address.js";
import { addresses } from "./names.js";
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
