/** Bun.Cookie and Bun.CookieMap, and the cookies of a request (RFC 6265). */
import { sent } from "./web.js";

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const SITES = ["strict", "lax", "none"];

/** @param {any} expires a Date, or seconds since 1970 */
function toDate(expires) {
  if (expires === undefined || expires === null) return undefined;
  const date = expires instanceof Date ? new Date(expires) : new Date(typeof expires === "number" ? expires * 1000 : Number.NaN);
  if (Number.isNaN(date.getTime())) throw new TypeError("Invalid cookie expiration date");
  return date;
}

export class Cookie {
  /** @param {any} name or all of it @param {any} [value] @param {any} [options] */
  constructor(name, value, options) {
    const given = typeof name === "object" && name !== null ? name : { ...options, name, value: value ?? "" };
    if (!given.name) throw new TypeError("name is required");
    if (!NAME.test(given.name)) throw new TypeError("Invalid cookie name: contains invalid characters");
    if (given.sameSite !== undefined && !SITES.includes(given.sameSite)) throw new TypeError("sameSite must be one of 'strict', 'lax', or 'none'");
    this.name = String(given.name);
    this.value = String(given.value ?? "");
    this.domain = given.domain || null;
    this.path = given.path ?? "/";
    this.expires = toDate(given.expires);
    this.maxAge = given.maxAge;
    this.secure = Boolean(given.secure);
    this.sameSite = given.sameSite ?? "lax";
    this.httpOnly = Boolean(given.httpOnly);
    this.partitioned = Boolean(given.partitioned);
  }

  /** @param {any} name @param {any} [value] @param {any} [options] */
  static from(name, value, options) {
    return new Cookie(name, value, options);
  }

  /** @param {string} text of `Set-Cookie` */
  static parse(text) {
    const [pair, ...attributes] = text.split(";").map((part) => part.trim());
    const at = pair.indexOf("=");
    if (at < 1) throw new TypeError("Invalid cookie string: no '=' found");
    /** @type {any} */
    const given = { name: pair.slice(0, at), value: decoded(pair.slice(at + 1)) };
    for (const attribute of attributes) {
      const [name, ...rest] = attribute.split("=");
      const value = rest.join("=");
      switch (name.toLowerCase()) {
        case "domain": given.domain = value.toLowerCase(); break;
        case "path": given.path = value; break;
        case "expires": if (!Number.isNaN(Date.parse(value))) given.expires = new Date(value); break;
        case "max-age": if (/^-?\d+$/.test(value)) given.maxAge = Number(value); break;
        case "secure": given.secure = true; break;
        case "httponly": given.httpOnly = true; break;
        case "partitioned": given.partitioned = true; break;
        case "samesite": if (SITES.includes(value.toLowerCase())) given.sameSite = value.toLowerCase(); break;
      }
    }
    return new Cookie(given);
  }

  isExpired() {
    if (this.maxAge !== undefined) return this.maxAge <= 0;
    return this.expires !== undefined && this.expires.getTime() < Date.now();
  }

  serialize() {
    const parts = [`${this.name}=${encodeURIComponent(this.value)}`];
    if (this.domain) parts.push(`Domain=${this.domain}`);
    if (this.path) parts.push(`Path=${this.path}`);
    if (this.expires) parts.push(`Expires=${this.expires.toUTCString()}`);
    if (this.maxAge !== undefined) parts.push(`Max-Age=${this.maxAge}`);
    if (this.secure) parts.push("Secure");
    if (this.httpOnly) parts.push("HttpOnly");
    if (this.partitioned) parts.push("Partitioned");
    parts.push(`SameSite=${this.sameSite[0].toUpperCase()}${this.sameSite.slice(1)}`);
    return parts.join("; ");
  }
  toString() {
    return this.serialize();
  }
  toJSON() {
    const { name, value, domain, path, expires, maxAge, secure, sameSite, httpOnly, partitioned } = this;
    const all = { name, value, domain: domain ?? undefined, path, expires, maxAge, secure, sameSite, httpOnly, partitioned };
    return Object.fromEntries(Object.entries(all).filter(([, one]) => one !== undefined));
  }
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @param {any} given @returns {[string, string][]} */
function pairsOf(given) {
  if (given === undefined || given === null) return [];
  if (typeof given !== "string") return Array.isArray(given) ? given.map(([name, value]) => [String(name), String(value)]) : Object.entries(given);
  const pairs = given.split(";").map((part) => part.trim()).filter((part) => part.indexOf("=") > 0);
  return pairs.map((pair) => [pair.slice(0, pair.indexOf("=")).trim(), decoded(pair.slice(pair.indexOf("=") + 1).trim())]);
}

export class CookieMap {
  /** What came. @type {[string, string][]} */
  #given;
  /** What was changed. @type {Map<string, Cookie>} */
  #changed = new Map();

  /** @param {any} [given] a header, pairs, or an object */
  constructor(given) {
    this.#given = pairsOf(given);
  }

  /** @returns {[string, string][]} */
  #all() {
    const set = [...this.#changed.values()].filter((cookie) => cookie.value !== "" || !cookie.isExpired());
    return [...set.map(({ name, value }) => /** @type {[string, string]} */ ([name, value])), ...this.#given];
  }

  /** @param {string} name */
  get(name) {
    return this.#all().find(([one]) => one === name)?.[1] ?? null;
  }
  /** @param {string} name */
  has(name) {
    return this.get(name) !== null;
  }
  /** @param {any} name @param {any} [value] @param {any} [options] */
  set(name, value, options) {
    this.#change(name instanceof Cookie ? name : new Cookie(name, value, options));
  }
  /** @param {any} name @param {any} [options] */
  delete(name, options) {
    const given = typeof name === "object" ? name : { ...options, name };
    this.#change(new Cookie({ name: given.name, value: "", path: given.path, domain: given.domain, expires: new Date(0) }));
  }
  /** @param {Cookie} cookie */
  #change(cookie) {
    this.#given = this.#given.filter(([name]) => name !== cookie.name);
    this.#changed.delete(cookie.name);
    this.#changed.set(cookie.name, cookie);
  }

  toSetCookieHeaders() {
    return [...this.#changed.values()].map((cookie) => cookie.serialize());
  }
  toJSON() {
    /** @type {Record<string, string>} */
    const all = {};
    for (const [name, value] of this.#all()) all[name] ??= value;
    return all;
  }
  get size() {
    return this.#all().length;
  }
  entries() {
    return this.#all().values();
  }
  keys() {
    return this.#all().map(([name]) => name).values();
  }
  values() {
    return this.#all().map(([, value]) => value).values();
  }
  /** @param {(value: string, name: string, map: CookieMap) => void} each */
  forEach(each) {
    for (const [name, value] of this.#all()) each(value, name, this);
  }
  [Symbol.iterator]() {
    return this.entries();
  }
}

/**
 * Gives a request its `cookies`, read when they are asked for.
 * @param {Request} request
 * @returns {() => CookieMap | undefined} the map, if it was asked for
 */
export function withCookies(request) {
  /** @type {CookieMap | undefined} */
  let map;
  Object.defineProperty(request, "cookies", {
    get: () => (map ??= new CookieMap(request.headers.get("cookie") ?? "")),
    configurable: true,
    enumerable: true,
  });
  return () => map;
}

/**
 * @param {CookieMap | undefined} cookies
 * @param {Response} response
 */
export function toSetCookies(cookies, response) {
  const changes = cookies?.toSetCookieHeaders() ?? [];
  if (changes.length === 0) return response;
  const headers = new Headers(sent(response).headers);
  for (const change of changes) headers.append("set-cookie", change);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
