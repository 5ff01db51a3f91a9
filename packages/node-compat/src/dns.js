/** node:dns, by the host's resolver. */
import { lookup as reverseLookup } from "warpgrid:shim/dns-reverse";
import { hostCode, systemError } from "./errors.js";
import { isIP, parseAddress } from "./net/address.js";
import { addresses } from "./net/names.js";
import { nextTick } from "./next-tick.js";

/**
 * @param {string} hostname
 * @param {{ family?: number | "IPv4" | "IPv6", all?: boolean }} options
 */
function answer(hostname, options) {
  const family = options.family === "IPv4" ? 4 : options.family === "IPv6" ? 6 : Number(options.family ?? 0);
  const found = isIP(hostname) ? [hostname] : addresses(hostname, family);
  const all = found.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  return options.all ? all : all[0];
}

/**
 * The host waits for the answer; the program stands still meanwhile.
 * @param {string} hostname
 * @param {any} options
 * @param {Function} [callback]
 */
export function lookup(hostname, options, callback) {
  if (typeof options === "function") return lookup(hostname, {}, options);
  const settings = typeof options === "number" ? { family: options } : (options ?? {});
  settle(
    () => answer(hostname, settings),
    (error, found) => {
      if (error) callback?.(error);
      else if (settings.all) callback?.(null, found);
      else callback?.(null, found.address, found.family);
    },
  );
}

/**
 * @param {string} hostname
 * @param {string} rrtype
 */
function records(hostname, rrtype) {
  if (rrtype !== "A" && rrtype !== "AAAA") {
    throw systemError("ENOTIMP", `query${rrtype}`, { hostname, detail: "the host resolves names to addresses only" });
  }
  return addresses(hostname, rrtype === "A" ? 4 : 6);
}

/** @param {string} address */
function names(address) {
  const parsed = parseAddress(address);
  if (!parsed) throw systemError("EINVAL", "getHostByAddr", { hostname: address });
  const isV6 = parsed.family === "IPv6";
  const octets = isV6 ? parsed.groups.flatMap((group) => [group >> 8, group & 255]) : parsed.groups;
  try {
    return reverseLookup({ octets: Uint8Array.from(octets), isV6 });
  } catch (error) {
    hostCode(error);
    throw systemError("ENOTFOUND", "getHostByAddr", { hostname: address });
  }
}

/**
 * @param {() => any} work
 * @param {(error: unknown, value?: any) => void} callback
 */
function settle(work, callback) {
  nextTick(() => {
    let value;
    try {
      value = work();
    } catch (error) {
      return callback(error);
    }
    callback(null, value);
  });
}

/** @type {(hostname: string, rrtype: any, callback?: any) => void} */
export const resolve = (hostname, rrtype, callback) =>
  typeof rrtype === "function" ? resolve(hostname, "A", rrtype) : settle(() => records(hostname, rrtype), callback);
/** @type {(hostname: string, options: any, callback?: any) => void} */
export const resolve4 = (hostname, options, callback) => settle(() => records(hostname, "A"), callback ?? options);
/** @type {(hostname: string, options: any, callback?: any) => void} */
export const resolve6 = (hostname, options, callback) => settle(() => records(hostname, "AAAA"), callback ?? options);
/** @type {(address: string, callback: any) => void} */
export const reverse = (address, callback) => settle(() => names(address), callback);
/** @type {(hostname: string, callback: any) => void} */
export const resolveSrv = (hostname, callback) => settle(() => records(hostname, "SRV"), callback);
/** @type {(hostname: string, callback: any) => void} */
export const resolveTxt = (hostname, callback) => settle(() => records(hostname, "TXT"), callback);

let order = "verbatim";
export const getDefaultResultOrder = () => order;
/** @param {string} value */
export const setDefaultResultOrder = (value) => void (order = value);

/** node:dns/promises. */
export const promises = {
  /** @type {(hostname: string, options?: any) => Promise<any>} */
  lookup: async (hostname, options) => answer(hostname, typeof options === "number" ? { family: options } : (options ?? {})),
  /** @type {(hostname: string, rrtype?: string) => Promise<string[]>} */
  resolve: async (hostname, rrtype = "A") => records(hostname, rrtype),
  /** @type {(hostname: string) => Promise<string[]>} */
  resolve4: async (hostname) => records(hostname, "A"),
  /** @type {(hostname: string) => Promise<string[]>} */
  resolve6: async (hostname) => records(hostname, "AAAA"),
  /** @type {(address: string) => Promise<string[]>} */
  reverse: async (address) => names(address),
};

export const ADDRCONFIG = 32;
export const V4MAPPED = 8;
export const ALL = 16;
export const NOTFOUND = "ENOTFOUND";

export default {
  lookup, resolve, resolve4, resolve6, resolveSrv, resolveTxt, reverse, promises,
  getDefaultResultOrder, setDefaultResultOrder, ADDRCONFIG, V4MAPPED, ALL, NOTFOUND,
};
