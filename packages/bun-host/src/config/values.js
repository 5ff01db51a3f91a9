/** Single values of `warp.toml`. */
import { isIP } from "node:net";
import { HostError } from "../errors.js";

/** @typedef {import("./check.js").Check} Check */

/**
 * @param {string} file
 * @param {string} key
 * @param {string} what it should be
 * @param {string} help
 */
const wrong = (file, key, what, help) => new HostError(`${file}: ${key} is no ${what}`, help);

/** @type {Check} */
export function text(value, key, file) {
  if (typeof value !== "string") throw wrong(file, key, "text", 'write it as "…"');
  return value;
}

/** @type {Check} */
export function boolean(value, key, file) {
  if (typeof value !== "boolean") throw wrong(file, key, "truth value", "write true or false");
  return value;
}

/** @type {Check} */
export function count(value, key, file) {
  const number = Number(value);
  if (typeof value === "string" || !Number.isSafeInteger(number) || number < 0 || number > 0xffff_ffff) {
    throw wrong(file, key, "count", "write a whole number, not below 0");
  }
  return number;
}

/** @param {Check} check @returns {Check} */
export const list = (check) => (value, key, file) => {
  if (!Array.isArray(value)) throw wrong(file, key, "list", "write it as [ … ]");
  return value.map((one, index) => check(one, `${key}[${index}]`, file));
};

/** One address or several. @type {Check} */
export function addresses(value, key, file) {
  const all = Array.isArray(value) ? value : [value];
  if (all.length === 0) throw new HostError(`${file}: ${key} has no address`, "give it at least one address, or remove it");
  for (const one of all) if (typeof one !== "string" || !isIP(one)) throw wrong(file, key, "address", 'write it as "192.0.2.7"');
  return all;
}

/** Milliseconds of the units that humans write. */
const UNITS = new Map(
  Object.entries({
    ns: 1e-6, nsec: 1e-6, us: 1e-3, usec: 1e-3, µs: 1e-3,
    ms: 1, msec: 1, millis: 1,
    s: 1e3, sec: 1e3, secs: 1e3, second: 1e3, seconds: 1e3,
    m: 6e4, min: 6e4, mins: 6e4, minute: 6e4, minutes: 6e4,
    h: 36e5, hr: 36e5, hrs: 36e5, hour: 36e5, hours: 36e5,
    d: 864e5, day: 864e5, days: 864e5,
  }),
);

/** Milliseconds. @type {Check} */
export function duration(value, key, file) {
  const parts = typeof value === "string" ? [...value.matchAll(/\s*(\d+)\s*([a-zµ]+)\s*/giy)] : [];
  const whole = parts.reduce((length, [part]) => length + part.length, 0);
  if (parts.length === 0 || whole !== value.length || parts.some(([, , unit]) => !UNITS.has(unit))) {
    throw wrong(file, key, "time", 'write it as "30s" or "1min 30s"');
  }
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * /** @type {number} */ (UNITS.get(unit)), 0);
}

const SIZES = new Map(
  Object.entries({ "": 1, b: 1, kb: 1e3, k: 1e3, kib: 1 << 10, mb: 1e6, m: 1e6, mib: 1 << 20, gb: 1e9, g: 1e9, gib: 1 << 30, tb: 1e12, tib: 2 ** 40 }),
);

/** Bytes. @type {Check} */
export function bytes(value, key, file) {
  if (typeof value === "number") return count(value, key, file);
  const [, number, unit] = (typeof value === "string" && /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(value)) || [];
  const size = number === undefined ? undefined : SIZES.get(unit.toLowerCase());
  if (size === undefined) throw wrong(file, key, "size", 'write it as "64 MiB"');
  return Math.floor(Number(number) * size);
}
