/** IP addresses as text and as numbers. */

/**
 * Four octets, or eight groups of sixteen bits.
 * @param {string} text
 * @returns {{ family: "IPv4" | "IPv6", groups: number[] } | null}
 */
export function parseAddress(text) {
  const v4 = octets(text);
  if (v4) return { family: "IPv4", groups: v4 };
  const v6 = groups(text.replace(/%.*$/, ""));
  return v6 && { family: "IPv6", groups: v6 };
}

/** @param {string} text */
function octets(text) {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return null;
  const parts = text.split(".").map(Number);
  return parts.every((part) => part < 256) ? parts : null;
}

/** @param {string} text */
function groups(text) {
  if (!text.includes(":")) return null;
  const sides = text.split("::");
  if (sides.length > 2) return null;
  const parsed = sides.map((side) => {
    /** @type {number[]} */
    const numbers = [];
    for (const part of side === "" ? [] : side.split(":")) {
      const v4 = octets(part);
      if (v4) numbers.push(v4[0] * 256 + v4[1], v4[2] * 256 + v4[3]);
      else if (/^[0-9a-f]{1,4}$/i.test(part)) numbers.push(parseInt(part, 16));
      else return null;
    }
    return numbers;
  });
  const [head, tail] = parsed;
  if (!head || tail === null) return null;
  if (tail === undefined) return head.length === 8 ? head : null;
  const gap = 8 - head.length - tail.length;
  return gap > 0 ? [...head, ...Array(gap).fill(0), ...tail] : null;
}

/**
 * As RFC 5952 has it.
 * @param {ArrayLike<number>} octets four or sixteen
 */
export function formatAddress(octets) {
  if (octets.length === 4) return Array.from(octets).join(".");
  const parts = Array.from({ length: 8 }, (_, i) => octets[2 * i] * 256 + octets[2 * i + 1]);
  let best = { at: -1, length: 1 };
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (at + length < 8 && parts[at + length] === 0) length++;
    if (length > best.length) best = { at, length };
  }
  const text = (/** @type {number[]} */ some) => some.map((part) => part.toString(16)).join(":");
  if (best.at < 0) return text(parts);
  return `${text(parts.slice(0, best.at))}::${text(parts.slice(best.at + best.length))}`;
}

/** @param {unknown} input */
export function isIP(input) {
  const parsed = parseAddress(String(input));
  return !parsed ? 0 : parsed.family === "IPv4" ? 4 : 6;
}

/** @param {unknown} input */
export const isIPv4 = (input) => isIP(input) === 4;
/** @param {unknown} input */
export const isIPv6 = (input) => isIP(input) === 6;
