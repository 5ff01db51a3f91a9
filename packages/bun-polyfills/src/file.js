/** Bun.file and Bun.write: virtual files, and those of `[directories]`. */
import { Buffer } from "buffer";
import { existsSync, mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { unsupported } from "@warpgrid/node-compat/errors";
import process from "@warpgrid/node-compat/process";
import { lookup } from "mrmime";

/** What Bun says otherwise than mrmime. @type {Record<string, string>} */
const TYPES = { ts: "text/javascript", tsx: "text/javascript", jsx: "text/javascript", toml: "application/toml", xml: "application/xml", ico: "image/x-icon" };
/** Those that say how they are encoded. */
const ENCODED = ["text/javascript", "text/html", "text/css", "text/plain", "application/json"];

/** @param {string} path */
function typeOf(path) {
  const ending = /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase();
  const type = (ending && (TYPES[ending] ?? lookup(ending))) || "application/octet-stream";
  return ENCODED.includes(type) ? `${type};charset=utf-8` : type;
}

export class BunFile extends Blob {
  #path;
  #type;
  #range;

  /** @param {string} path @param {{ type?: string }} [options] @param {[number, number]} [range] */
  constructor(path, options = {}, range = [0, Infinity]) {
    super([]);
    this.#path = path;
    this.#type = options.type ?? typeOf(path);
    this.#range = range;
  }

  get name() {
    return this.#path;
  }
  get type() {
    return this.#type;
  }
  get size() {
    if (!existsSync(this.#path)) return 0;
    const { size } = statSync(this.#path);
    return Math.max(0, Math.min(size, this.#range[1]) - this.#range[0]);
  }
  get lastModified() {
    return existsSync(this.#path) ? statSync(this.#path).mtimeMs : 0;
  }

  /** @returns {Uint8Array} */
  _read() {
    return readFileSync(this.#path).subarray(this.#range[0], Math.min(this.#range[1], Number.MAX_SAFE_INTEGER));
  }
  /** That it can be read. */
  _expect() {
    if (!existsSync(this.#path)) readFileSync(this.#path);
  }

  async bytes() {
    return Uint8Array.from(this._read());
  }
  async arrayBuffer() {
    return Uint8Array.from(this._read()).buffer;
  }
  async text() {
    return new TextDecoder().decode(this._read());
  }
  async json() {
    return JSON.parse(await this.text());
  }
  async formData() {
    return new Response(await this.bytes(), { headers: { "content-type": this.#type } }).formData();
  }
  /** @returns {any} */
  stream() {
    const read = () => this._read();
    return new ReadableStream({
      start(controller) {
        const bytes = Uint8Array.from(read());
        if (bytes.length) controller.enqueue(bytes);
        controller.close();
      },
    });
  }
  /** @param {any} [start] @param {any} [end] @param {any} [type] */
  slice(start = 0, end = undefined, type = undefined) {
    const [range, options] = typeof start === "string" ? [[0, undefined], start] : typeof end === "string" ? [[start, undefined], end] : [[start, end], type];
    const { size } = this;
    const at = (/** @type {number | undefined} */ place, /** @type {number} */ none) => (place === undefined ? none : place < 0 ? Math.max(0, size + place) : place);
    const [from] = this.#range;
    return new BunFile(this.#path, { type: options ?? this.#type }, [from + at(range[0], 0), Math.min(this.#range[1], from + at(range[1], size))]);
  }

  async exists() {
    return existsSync(this.#path) && statSync(this.#path).isFile();
  }
  async stat() {
    return statSync(this.#path);
  }
  async unlink() {
    unlinkSync(this.#path);
  }
  async delete() {
    unlinkSync(this.#path);
  }
  /** @param {any} data */
  write(data) {
    return write(this, data);
  }
  /** Keeps what is written until it is flushed. */
  writer() {
    /** @type {Uint8Array[]} */
    const parts = [];
    const flush = () => {
      const bytes = Buffer.concat(parts.splice(0));
      if (bytes.length) writeFileSync(this.#path, bytes, { flag: "a" });
      return bytes.length;
    };
    writeFileSync(this.#path, "");
    return {
      write: (/** @type {any} */ chunk) => parts.push(Buffer.from(/** @type {any} */ (chunk))) && parts[parts.length - 1].length,
      flush,
      end: async () => flush(),
      ref() {},
      unref() {},
    };
  }
}

/** @param {any} path @param {{ type?: string }} [options] */
export function file(path, options) {
  if (typeof path === "number") throw unsupported("Bun.file of a descriptor", "use Bun.stdout, or a path");
  if (ArrayBuffer.isView(path) || path instanceof ArrayBuffer) return new BunFile(new TextDecoder().decode(/** @type {any} */ (path)), options);
  return new BunFile(path instanceof URL ? fileURLToPath(path) : String(path), options);
}

/** @param {any} data @returns {Promise<Uint8Array>} */
async function bytesOf(data) {
  if (typeof data === "string") return Buffer.from(data);
  if (data instanceof Blob || data instanceof Response || data instanceof Request) return new Uint8Array(await data.arrayBuffer());
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (Array.isArray(data)) return Buffer.concat(await Promise.all(data.map(bytesOf)));
  throw new TypeError("Expected a Blob-y thing");
}

/** @param {any} destination @param {any} data @param {{ createPath?: boolean }} [options] @returns {Promise<number>} bytes */
export async function write(destination, data, options) {
  const bytes = await bytesOf(data);
  if (destination === process.stdout || destination === process.stderr) {
    destination.write(bytes);
    return bytes.length;
  }
  const path = destination instanceof BunFile ? destination.name : destination instanceof URL ? fileURLToPath(destination) : String(destination);
  const folder = path.slice(0, path.lastIndexOf("/"));
  if (options?.createPath !== false && folder && !existsSync(folder)) mkdirSync(folder, { recursive: true });
  writeFileSync(path, bytes);
  return bytes.length;
}
