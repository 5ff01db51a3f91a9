/** Responses that are always the same: with an entity tag, as RFC 9110 compares it. */
import { sent } from "./web.js";
import { xxHash64 } from "./xxhash64.js";

/** @type {WeakMap<Response, Promise<{ body: Uint8Array | null, headers: Headers }>>} */
const kept = new WeakMap();

/** @param {Response} response */
async function keep(response) {
  const body = response.body ? new Uint8Array(await response.arrayBuffer()) : null;
  const headers = new Headers(sent(response).headers);
  if (body && response.status === 200 && !headers.has("etag")) headers.set("etag", `"${xxHash64(body).toString(16)}"`);
  return { body, headers };
}

/** @param {Response} response @param {Request} request */
export async function etagged(response, request) {
  let found = kept.get(response);
  if (!found) kept.set(response, (found = keep(response)));
  const { body, headers } = await found;
  const asked = request.headers.get("if-none-match");
  const tag = headers.get("etag");
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (isRead && asked && tag && matches(asked, tag)) return new Response(null, { status: 304, headers });
  return new Response(/** @type {any} */ (body), { status: response.status, statusText: response.statusText, headers });
}

/** Weakly. @param {string} asked @param {string} tag */
function matches(asked, tag) {
  if (asked.trim() === "*") return true;
  return asked.split(",").some((one) => one.trim().replace(/^W\//, "") === tag.replace(/^W\//, ""));
}
