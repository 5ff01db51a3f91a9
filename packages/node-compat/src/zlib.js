/** node:zlib: the package, by pako, and what it leaves out. There is no Brotli. */
import zlib from "browserify-zlib";
import { Buffer } from "buffer";

/** The table of ISO 3309's polynomial, reflected. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
  return byte;
});

/**
 * @param {string | ArrayBufferView} data
 * @param {number} [value] of what came before
 */
export function crc32(data, value = 0) {
  const bytes = typeof data === "string" ? Buffer.from(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let crc = ~value;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[i]) & 255];
  return ~crc >>> 0;
}

export const constants = Object.freeze(Object.fromEntries(Object.entries(zlib).filter(([name]) => /^Z_/.test(name))));

export const {
  codes, Deflate, DeflateRaw, Gunzip, Gzip, Inflate, InflateRaw, Unzip, createDeflate, createDeflateRaw, createGunzip, createGzip, createInflate,
  createInflateRaw, createUnzip, deflate, deflateRaw, deflateRawSync, deflateSync, gunzip, gunzipSync, gzip, gzipSync, inflate, inflateRaw,
  inflateRawSync, inflateSync, unzip, unzipSync,
} = /** @type {any} */ (zlib);

export default { ...zlib, constants, crc32 };
