/** What is small of Bun's, and in every program's global. */
import { Buffer } from "buffer";
import { unsupported } from "@warpgrid/node-compat/errors";
import { fetch as fetchOfHost } from "@warpgrid/node-compat/http/fetch";
import process from "@warpgrid/node-compat/process";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Whose interfaces these are. */
export const version = "1.4.5";
export const revision = "warpgrid";
export const version_with_sha = `v${version} (${revision})`;
Object.assign(process.versions, { bun: version });
/** @type {any} */ (process).isBun = true;

export const { argv, env } = process;
export const main = "/program.js";
export const origin = "";
export const isMainThread = true;
export const isStandaloneExecutable = false;
export const enableANSIColors = false;
export const { stdin, stdout, stderr } = process;
export const cwd = "/";
export { fileURLToPath, pathToFileURL };
export const fetch = fetchOfHost;

/** @param {number | Date} time ms, or until when */
export const sleep = (time) => {
  const milliseconds = time instanceof Date ? time.getTime() - Date.now() : Number(time);
  if (Number.isNaN(milliseconds)) throw new TypeError("sleep expects a number (milliseconds)");
  return new Promise((resolve) => setTimeout(() => resolve(undefined), Math.max(0, milliseconds)));
};

/** @returns {never} */
export function sleepSync() {
  throw unsupported("Bun.sleepSync", "await Bun.sleep: a component has one thread");
}

export const nanoseconds = () => Number(process.hrtime.bigint());

/** @type {Record<string, string>} */
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" };

/** @param {unknown} value */
export const escapeHTML = (value) => String(value).replace(/[&<>"']/g, (character) => ESCAPES[character]);

/** The collector is the engine's affair. */
export const gc = () => 0;
export const shrink = () => {};
/** @param {number} size */
export const allocUnsafe = (size) => new Uint8Array(size);

/** Settled, or not: what is to be seen now. @param {any} value */
export const peek = Object.assign((/** @type {any} */ value) => value, {
  /** @returns {never} */
  status() {
    throw unsupported("Bun.peek.status", "await the promise");
  },
});

/**
 * @param {(ArrayBuffer | ArrayBufferView)[]} parts
 * @param {number} [most]
 * @param {boolean} [asBytes]
 */
export function concatArrayBuffers(parts, most = Infinity, asBytes = false) {
  const bytes = parts.map((part) => (ArrayBuffer.isView(part) ? new Uint8Array(part.buffer, part.byteOffset, part.byteLength) : new Uint8Array(part)));
  const whole = new Uint8Array(Math.min(most, bytes.reduce((sum, { length }) => sum + length, 0)));
  let at = 0;
  for (const part of bytes) {
    whole.set(part.subarray(0, whole.length - at), at);
    at += Math.min(part.length, whole.length - at);
  }
  return asBytes ? whole : whole.buffer;
}

/** @param {ReadableStream} stream */
export const readableStreamToBytes = async (stream) => new Uint8Array(await new Response(stream).arrayBuffer());
/** @param {ReadableStream} stream */
export const readableStreamToArrayBuffer = (stream) => new Response(stream).arrayBuffer();
/** @param {ReadableStream} stream */
export const readableStreamToText = (stream) => new Response(stream).text();
/** @param {ReadableStream} stream */
export const readableStreamToJSON = (stream) => new Response(stream).json();
/** @param {ReadableStream} stream */
export const readableStreamToBlob = async (stream) => new Blob([await new Response(stream).arrayBuffer()]);
/** @param {ReadableStream} stream @param {string | Uint8Array} [boundary] */
export function readableStreamToFormData(stream, boundary) {
  const text = typeof boundary === "string" ? boundary : boundary && new TextDecoder().decode(boundary);
  const type = text ? `multipart/form-data; boundary=${text.replace(/^--/, "")}` : "application/x-www-form-urlencoded";
  return new Response(stream, { headers: { "content-type": type } }).formData();
}
/** @param {ReadableStream} stream */
export async function readableStreamToArray(stream) {
  const chunks = [];
  for await (const chunk of /** @type {any} */ (stream)) chunks.push(chunk);
  return chunks;
}

/** Those of one millisecond are in the order in which they were made. */
const counted = { at: 0, count: 0 };

/**
 * RFC 9562, 5.7, with a counter in `rand_a`.
 * @param {string} [encoding] `hex` is the usual form
 * @param {number | Date} [time] ms since 1970
 */
export function randomUUIDv7(encoding = "hex", time = Date.now()) {
  const at = Number(time);
  if (at === counted.at) counted.count = (counted.count + 1) & 0xfff;
  else Object.assign(counted, { at, count: crypto.getRandomValues(new Uint16Array(1))[0] & 0x7ff });
  const bytes = Buffer.from(crypto.getRandomValues(new Uint8Array(16)));
  bytes.writeUIntBE(at, 0, 6);
  bytes.writeUInt16BE(0x7000 | counted.count, 6);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  if (encoding === "buffer") return bytes;
  if (encoding === "base64" || encoding === "base64url") return bytes.toString(encoding);
  if (encoding !== "hex") throw new TypeError(`Unknown encoding: ${encoding}`);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
