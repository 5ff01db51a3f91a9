/** Which route of Bun.serve's a request takes. */

/**
 * @typedef {object} Found
 * @property {(request: any, server: any) => any} [handler]
 * @property {Response} [response] one that is always the same
 * @property {Record<string, string>} [params]
 */
/** @typedef {{ segments: string[], weight: string, target: (method: string) => Omit<Found, "params"> | undefined }} Route */

const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE"];

const USAGE = "'routes' expects a Record<string, Response | HTMLBundle | {[method: string]: (req: BunRequest) => Response|Promise<Response>}>";

/**
 * @param {Record<string, any>} routes
 * @returns {(request: Request) => Found | undefined}
 */
export function compile(routes) {
  const compiled = Object.entries(routes)
    .filter(([, target]) => target !== false && target !== undefined)
    .map(([path, target]) => route(path, target))
    .sort((a, b) => (a.weight < b.weight ? -1 : a.weight > b.weight ? 1 : 0));
  return ({ method, url }) => {
    const given = pathOf(url).split("/").slice(1);
    for (const { segments, target } of compiled) {
      const params = match(segments, given);
      const found = params && target(method);
      if (found) return { ...found, params };
    }
  };
}

/** The path as it came, not as `URL` makes it. @param {string} url */
function pathOf(url) {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const end = url.slice(start).search(/[?#]/);
  return start < 0 ? "/" : url.slice(start, end < 0 ? undefined : start + end);
}

/** @param {string} path @param {any} target @returns {Route} */
function route(path, target) {
  if (!path.startsWith("/")) throw new TypeError(`Invalid route "${path}". Path must start with '/'`);
  const segments = path.split("/").slice(1);
  // What is written out comes before a parameter, and that before the rest.
  const weight = segments.map((segment) => (segment === "*" ? "2" : segment.startsWith(":") ? "1" : "0")).join("");
  return { segments, weight: path === "/*" ? "3" : weight, target: targetOf(target) };
}

/** @param {any} target @returns {Route["target"]} */
function targetOf(target) {
  if (typeof target === "function") return () => ({ handler: target });
  if (typeof target?.status === "number") return () => ({ response: target });
  if (target instanceof Blob) {
    const response = new Response(target);
    return () => ({ response });
  }
  const methods = typeof target === "object" && target !== null ? Object.entries(target).filter(([name]) => METHODS.includes(name)) : [];
  if (methods.length === 0) throw new TypeError(USAGE);
  const byMethod = new Map(methods.map(([name, one]) => [name, targetOf(one)]));
  return (method) => (byMethod.get(method) ?? (method === "HEAD" ? byMethod.get("GET") : undefined))?.(method);
}

/**
 * @param {string[]} segments of the route
 * @param {string[]} given of the request
 * @returns {Record<string, string> | undefined}
 */
function match(segments, given) {
  /** @type {Record<string, string>} */
  const params = {};
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i];
    if (segment === "*") return given.length > i ? params : undefined;
    if (given[i] === undefined) return undefined;
    if (!segment.startsWith(":")) {
      if (segment !== given[i]) return undefined;
    } else {
      if (given[i] === "") return undefined;
      params[segment.slice(1)] = decoded(given[i]);
    }
  }
  return given.length === segments.length ? params : undefined;
}

/** What is no UTF-8 in percents becomes U+FFFD. @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(/(%[0-9a-f]{2})+|%.{0,2}/gi, (part) => {
      const bytes = part.split("%").slice(1).map((digits) => Number.parseInt(digits, 16));
      return bytes.some(Number.isNaN) ? "\ufffd" : new TextDecoder().decode(Uint8Array.from(bytes));
    });
  }
}
