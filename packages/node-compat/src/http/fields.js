/** Header fields between wasi:http and JavaScript, where a character is an octet (RFC 9110, 5.5). */
import { Fields } from "wasi:http/types";
import { hostCode } from "../errors.js";

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const ASCII = /^[\x00-\x7f]*$/;

/** Fields that are between one end of a connection and the other: the host writes them. */
export const HOP_BY_HOP = new Set([
  "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "transfer-encoding", "upgrade", "host", "http2-settings",
]);

/** @param {Uint8Array} octets */
function toText(octets) {
  const text = decoder.decode(octets);
  return ASCII.test(text) ? text : Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
}

/** @param {string} text */
const toOctets = (text) => (ASCII.test(text) ? encoder.encode(text) : Uint8Array.from(text, (character) => character.charCodeAt(0)));

/**
 * Names in small letters, in the order in which they came.
 * @param {Fields} fields which are given back
 * @returns {[string, string][]}
 */
export function readFields(fields) {
  const entries = fields.entries();
  fields[Symbol.dispose]();
  return entries.map(([name, value]) => [name.toLowerCase(), toText(value)]);
}

/**
 * @param {Iterable<[string, string]>} headers
 * @param {string} whose for the error
 */
export function writeFields(headers, whose) {
  /** @type {[string, Uint8Array][]} */
  const entries = [];
  for (const [name, value] of headers) {
    if (!HOP_BY_HOP.has(name.toLowerCase())) entries.push([name, toOctets(value)]);
  }
  try {
    return Fields.fromList(entries);
  } catch (error) {
    throw new TypeError(`a header of the ${whose} is refused (${hostCode(error)}): ${entries.map(([name]) => name).join(", ")}`);
  }
}
