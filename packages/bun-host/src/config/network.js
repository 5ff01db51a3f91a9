/** `[network]`: which plain connections a guest may open. */
import { isIP } from "node:net";
import { HostError } from "../errors.js";
import { endpoint } from "./databases.js";
import { canonical } from "../names/name.js";
import { sameAddress } from "../names/address.js";

/**
 * An endpoint as `name:port`, `*.domain:port`, `address:port`, `*:port` or `*`.
 * @typedef {{ port?: number, address?: string, name?: string, below?: string }} Rule
 */

/**
 * @param {string} file
 * @param {"connect" | "listen"} key
 * @param {string[]} texts
 * @returns {Rule[]}
 */
export function rules(file, key, texts) {
  return texts.map((text) => {
    const rule = parse(text);
    if (!rule) {
      throw new HostError(`${file}: network.${key}: ${text} is not a rule`, "write name:port, *.domain:port, address:port, *:port or *");
    }
    if (key === "listen" && (rule.name || rule.below)) {
      throw new HostError(`${file}: network.listen has \`${text}\`, which is no address`, "write address:port or *:port");
    }
    return rule;
  });
}

/**
 * @param {string} text
 * @returns {Rule | null}
 */
function parse(text) {
  if (text === "*") return {};
  const found = endpoint(text);
  if (!found) return null;
  const { host, port } = found;
  if (host === "*") return { port };
  if (isIP(host)) return { address: host, port };
  const name = canonical(host.replace(/^\*\./, ""));
  const plausible = name && name.split(".").every((label) => /^[a-z0-9_-]{1,63}$/.test(label)) && !/^[\d.]+$/.test(name);
  if (!plausible) return null;
  return host.startsWith("*.") ? { below: name, port } : { name, port };
}

/**
 * @param {Rule} rule
 * @param {string} name canonical
 */
const covers = (rule, name) => rule.name === name || (rule.below !== undefined && name.endsWith(`.${rule.below}`));
const named = (/** @type {Rule} */ rule) => rule.name !== undefined || rule.below !== undefined;

/**
 * Whether a guest may connect to an address that it knows by these names.
 * @param {Rule[]} all
 * @param {string} address
 * @param {number} port
 * @param {string[]} names
 */
export function grants(all, address, port, names) {
  return all.some((rule) => {
    if (rule.port !== undefined && rule.port !== port) return false;
    if (named(rule)) return names.some((name) => covers(rule, name));
    return rule.address === undefined || sameAddress(rule.address, address);
  });
}

/**
 * Whether the system's resolver may be asked for a name: where the guest could connect
 * to what it says.
 * @param {Rule[]} all
 * @param {string} name
 */
export const resolves = (all, name) => all.some((rule) => !named(rule) || covers(rule, name));

/** As {@link resolves}, for the names of any address. @param {Rule[]} all */
export const resolvesAddresses = (all) => all.some((rule) => !named(rule));
