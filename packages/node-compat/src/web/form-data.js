/**
 * Reads forms. The engine's own reader gives files other contents: it takes their
 * bytes for a list of parts.
 */
import { Buffer } from "buffer";

const failure = () => new TypeError("Failed to parse body as FormData.");

/** @param {string} text as it stands between the quotes of a name */
const unquoted = (text) => text.replace(/%0D/gi, "\r").replace(/%0A/gi, "\n").replace(/%22/g, '"');

/** @param {string} head a part's header */
function described(head) {
  /** @type {Record<string, string>} */
  const fields = {};
  for (const line of head.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon < 1) throw failure();
    fields[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  const disposition = fields["content-disposition"] ?? "";
  const [name, filename] = ["name", "filename"].map((key) => new RegExp(`;\\s*${key}="([^"]*)"`, "i").exec(disposition)?.[1]);
  if (!/^form-data\s*;/i.test(disposition) || name === undefined) throw failure();
  return { name: unquoted(name), filename: filename === undefined ? undefined : unquoted(filename), type: fields["content-type"] ?? "text/plain" };
}

/**
 * RFC 7578.
 * @param {Buffer} body
 * @param {string} boundary
 */
function parts(body, boundary) {
  const form = new FormData();
  const between = `\r\n--${boundary}`;
  let at = body.indexOf(between.slice(2));
  if (at < 0) throw failure();
  at += between.length - 2;
  while (body.toString("latin1", at, at + 2) !== "--") {
    const headEnd = body.indexOf("\r\n\r\n", at);
    const end = body.indexOf(between, headEnd + 2);
    if (body.toString("latin1", at, at + 2) !== "\r\n" || headEnd < 0 || end < 0) throw failure();
    const { name, filename, type } = described(body.toString("utf8", at + 2, headEnd));
    const content = body.subarray(headEnd + 4, Math.max(end, headEnd + 4));
    if (filename === undefined) form.append(name, content.toString("utf8"));
    else form.append(name, new File([Uint8Array.from(content)], filename, { type }));
    at = end + between.length;
  }
  return form;
}

/** @this {Request | Response} */
async function formData() {
  const type = this.headers.get("content-type") ?? "";
  const body = Buffer.from(await this.arrayBuffer());
  const boundary = /^multipart\/form-data\s*;.*?boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(type);
  if (boundary) return parts(body, boundary[1] ?? boundary[2]);
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) throw failure();
  const form = new FormData();
  for (const [name, value] of new URLSearchParams(body.toString("utf8"))) form.append(name, value);
  return form;
}

for (const { prototype } of [Request, Response]) prototype.formData = formData;
