/** Names and times of certificates as OpenSSL prints them. */
import { Buffer } from "buffer";
import { Reader, TAG } from "./der.js";
import { wrongTag } from "./errors.js";

/** @type {Record<string, string>} */
const SHORT = {
  "2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.9": "street", "2.5.4.10": "O", "2.5.4.11": "OU",
  "2.5.4.12": "title", "2.5.4.15": "businessCategory", "2.5.4.17": "postalCode", "2.5.4.42": "GN", "2.5.4.43": "initials", "2.5.4.46": "dnQualifier", "2.5.4.97": "organizationIdentifier",
  "1.2.840.113549.1.9.1": "emailAddress", "0.9.2342.19200300.100.1.25": "DC", "0.9.2342.19200300.100.1.1": "UID",
};
const UTF8 = 0x0c;
const BMP = 0x1e;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** @param {Reader} reader at a string of any kind */
function text(reader) {
  const { tag } = reader;
  const value = Buffer.from(reader.take(tag));
  if (tag === UTF8) return value.toString();
  return tag === BMP ? String.fromCharCode(...Array.from({ length: value.length >> 1 }, (_, i) => value.readUInt16BE(2 * i))) : value.toString("latin1");
}

/** @param {string} value */
const escaped = (value) => value.replace(/[,+"\\<>;]/g, "\\$&").replace(/^[# ]| $/g, "\\$&");

/**
 * The attributes, those of one place together.
 * @param {Uint8Array} der
 * @returns {{ name: string, value: string }[][]}
 */
export function attributes(der) {
  const name = new Reader(der).sequence();
  const found = [];
  while (!name.done) {
    const set = name.sequence(TAG.SET);
    const together = [];
    while (!set.done) {
      const attribute = set.sequence();
      const id = attribute.oid();
      together.push({ name: SHORT[id] ?? id, value: text(attribute) });
    }
    found.push(together);
  }
  return found;
}

/** @param {Uint8Array} der @param {string} [separator] */
export const printed = (der, separator = "\n") => attributes(der).map((set) => set.map(({ name, value }) => `${name}=${escaped(value)}`).join(" + ")).join(separator);

/** A UTCTime or a GeneralizedTime. @param {Reader} reader */
export function time(reader) {
  const short = reader.tag === 0x17;
  const digits = Buffer.from(reader.take(reader.tag)).toString("latin1");
  const fields = (short ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/).exec(digits);
  if (!fields) throw wrongTag();
  const [, year, month, day, ...clock] = fields;
  // RFC 5280, section 4.1.2.5.1
  const century = short ? (Number(year) < 50 ? "20" : "19") : "";
  return `${MONTHS[Number(month) - 1]} ${String(Number(day)).padStart(2)} ${clock.join(":")} ${century}${year} GMT`;
}

/** RFC 4291, section 2.2, without `::`. @param {Uint8Array} octets */
export function address(octets) {
  if (octets.length === 4) return octets.join(".");
  return Array.from({ length: 8 }, (_, i) => ((octets[2 * i] << 8) | octets[2 * i + 1]).toString(16).toUpperCase()).join(":");
}

/** What could be taken for a separator stands in quotes. @param {string} value */
const quoted = (value) => (/[^ -~]|[,"\\']/.test(value) ? JSON.stringify(value) : value);

/** RFC 5280, section 4.2.1.6, by the number of its tag. @type {Record<number, string>} */
const KINDS = { 1: "email", 2: "DNS", 6: "URI" };

/** @param {Reader} reader @returns {{ kind: string, value: string, octets?: Uint8Array }} */
export function generalName(reader) {
  const kind = reader.tag & 0x1f;
  const value = reader.take(reader.tag);
  if (kind in KINDS) return { kind: KINDS[kind], value: Buffer.from(value).toString("latin1") };
  if (kind === 7) return { kind: "IP Address", value: address(value), octets: value };
  if (kind === 4) return { kind: "DirName", value: printed(value, ", ") };
  return { kind: "othername", value: "<unsupported>" };
}

/** @param {{ kind: string, value: string }} name */
export const printedName = ({ kind, value }) => `${kind}:${quoted(value)}`;
