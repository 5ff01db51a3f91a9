/** RFC 7468, and the headers that RFC 1421 has before the data. */
import { Buffer } from "buffer";

const BEGIN = /-----BEGIN ([A-Z0-9 ]+)-----[ \t]*\r?\n/g;
const HEADER = /^([\w-]+):[ \t]*(.*(?:\r?\n[ \t].*)*)\r?\n/;

/** @typedef {{ label: string, headers: Record<string, string>, der: Uint8Array }} Block */

/**
 * The first block that has one of the labels.
 * @param {string} text
 * @param {(label: string) => boolean} wanted
 * @returns {Block | undefined}
 */
export function findPem(text, wanted) {
  const begin = new RegExp(BEGIN);
  for (let found = begin.exec(text); found; found = begin.exec(text)) {
    const [, label] = found;
    const end = text.indexOf(`-----END ${label}-----`, begin.lastIndex);
    if (end < 0) return;
    if (wanted(label)) return block(label, text.slice(begin.lastIndex, end));
    begin.lastIndex = end;
  }
}

/**
 * @param {string} label
 * @param {string} body
 * @returns {Block}
 */
function block(label, body) {
  /** @type {Record<string, string>} */
  const headers = {};
  let left = body;
  for (let found = HEADER.exec(left); found; found = HEADER.exec(left)) {
    headers[found[1]] = found[2].trim();
    left = left.slice(found[0].length);
  }
  return { label, headers, der: Buffer.from(left.replace(/\s+/g, ""), "base64") };
}

/**
 * @param {string} label
 * @param {Uint8Array} der
 * @param {Record<string, string>} [headers]
 */
export function toPem(label, der, headers = {}) {
  const lines = Buffer.from(der).toString("base64").match(/.{1,64}/g) ?? [];
  const before = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  if (before.length > 0) before.push("");
  return [`-----BEGIN ${label}-----`, ...before, ...lines, `-----END ${label}-----`, ""].join("\n");
}
