/** Bun's functions of zlib, by node-compat's. */
import zlib from "node:zlib";
import { Buffer } from "buffer";

/** @typedef {string | ArrayBuffer | ArrayBufferView} Data */

/** @param {any} data */
const toBuffer = (data) => (typeof data === "string" ? Buffer.from(data) : ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data));
/** @param {Uint8Array} data */
const plain = (data) => Uint8Array.from(data);

/** @param {Data} data @param {any} [options] */
export const gzipSync = (data, options) => plain(zlib.gzipSync(toBuffer(data), options));
/** @param {Data} data */
export const gunzipSync = (data) => plain(zlib.gunzipSync(toBuffer(data)));
/** Without a header, as Bun's. @param {Data} data @param {any} [options] */
export const deflateSync = (data, options) => plain(zlib.deflateRawSync(toBuffer(data), options));
/** @param {Data} data */
export const inflateSync = (data) => plain(zlib.inflateRawSync(toBuffer(data)));
