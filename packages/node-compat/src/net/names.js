/** From a name to addresses, by the host's resolver. */
import { resolve } from "warpgrid:shim/dns";
import { hostCode, systemError } from "../errors.js";
import { formatAddress } from "./address.js";

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
