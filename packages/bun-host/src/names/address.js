/** Addresses as text, which is how they are kept, and as the contract has them. */
import { formatAddress, parseAddress } from "@warpgrid/node-compat/net/address";

/** @typedef {import("warpgrid:shim/dns").IpAddress} IpAddress */

/**
 * Four octets or sixteen.
 * @param {string} text
 * @returns {number[] | null}
 */
export function octets(text) {
  const parsed = parseAddress(text);
  if (!parsed) return null;
  return parsed.family === "IPv4" ? parsed.groups : parsed.groups.flatMap((group) => [group >> 8, group & 255]);
}

/** As RFC 5952 has it. @param {string} text */
export const normal = (text) => formatAddress(octets(text) ?? []);

/**
 * @param {string} a
 * @param {string} b
 */
export const sameAddress = (a, b) => normal(a) === normal(b);

/**
 * @param {string} text of an address
 * @returns {IpAddress}
 */
export function toGuest(text) {
  const found = octets(text) ?? [];
  return { octets: new Uint8Array(found), isV6: found.length === 16 };
}

/**
 * An IPv4-mapped address is the one it maps.
 * @param {IpAddress} address
 * @returns {string | null} null where the octets are not as many as they should be
 */
export function fromGuest({ octets, isV6 }) {
  if (octets.length !== (isV6 ? 16 : 4)) return null;
  const mapped = isV6 && octets.subarray(0, 10).every((octet) => octet === 0) && octets[10] === 255 && octets[11] === 255;
  return formatAddress(mapped ? octets.subarray(12) : octets);
}
