/** node:stream/consumers. */
import { Buffer } from "buffer";

/** @typedef {AsyncIterable<any>} Source a stream of Node's or the Web's */

/** @param {Source} stream */
export async function buffer(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks);
}

/** @param {Source} stream */
export async function arrayBuffer(stream) {
  const { buffer: whole, byteOffset, byteLength } = await buffer(stream);
  return whole.slice(byteOffset, byteOffset + byteLength);
}

/** @param {Source} stream */
export const text = async (stream) => new TextDecoder().decode(await buffer(stream));
/** @param {Source} stream */
export const json = async (stream) => JSON.parse(await text(stream));
/** @param {Source} stream */
export const blob = async (stream) => new Blob([/** @type {any} */ (await buffer(stream))]);

export default { arrayBuffer, blob, buffer, json, text };
