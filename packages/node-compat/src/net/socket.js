/** net.Socket: a Duplex over a transport. */
import { Buffer } from "buffer";
import { Duplex } from "readable-stream";
import { badPort, systemError, unsupported } from "../errors.js";
import { watch } from "../loop.js";
import { nextTick } from "../next-tick.js";
import { clearTimeout, setTimeout } from "../timers.js";
import { connect } from "./connect.js";
import { READ_SIZE } from "./transport.js";

/** @typedef {import("./transport.js").Transport} Transport */

export class Socket extends Duplex {
  connecting = false;
  bytesRead = 0;
  bytesWritten = 0;
  timeout = 0;
  /** @type {string | undefined} */
  _host;
  /** @type {Transport | null} */
  #transport = null;
  #remote = { address: /** @type {string | undefined} */ (undefined), port: /** @type {number | undefined} */ (undefined) };
  #abandon = () => {};
  #unwatchRead = () => {};
  #unwatchWrite = () => {};
  #reading = false;
  /** @type {ReturnType<typeof setTimeout> | null} */
  #idle = null;

  /** @param {{ allowHalfOpen?: boolean, signal?: AbortSignal, highWaterMark?: number } & Record<string, unknown>} [options] */
  constructor(options = {}) {
    if (options.fd !== undefined) throw unsupported("net.Socket over a file descriptor", "connect by host and port");
    super({
      allowHalfOpen: options.allowHalfOpen ?? false,
      autoDestroy: true,
      emitClose: false,
      decodeStrings: true,
      signal: options.signal,
      highWaterMark: options.highWaterMark ?? READ_SIZE,
    });
    this.on("end", () => {
      if (!this.allowHalfOpen) this.end();
    });
  }

  /** @param {any[]} args */
  connect(...args) {
    const { options, callback } = connectArguments(args);
    if (options.path !== undefined) {
      throw unsupported(`a Unix socket (${options.path})`, "connect by host and port");
    }
    const port = Number(options.port);
    if (!Number.isInteger(port) || port < 0 || port > 65535) throw badPort(options.port);
    if (callback) this.once("connect", callback);
    const host = options.host || "localhost";
    this.connecting = true;
    this._host = host;
    this.#remote = { address: host, port };
    this.#abandon = connect(
      { host, port, lookup: options.lookup, family: options.family },
      (address) => {
        this.#remote.address = address;
        if (address !== host) this.emit("lookup", null, address, address.includes(":") ? 6 : 4, host);
      },
      (error, transport) => {
        this.#abandon = () => {};
        if (this.destroyed) return transport?.close();
        if (error) return this.destroy(error);
        this.#open(/** @type {Transport} */ (transport));
      },
    );
    return this;
  }

  /** @param {Transport} transport */
  #open(transport) {
    this.#transport = transport;
    this._opened(transport, () => {
      this.connecting = false;
      this._touch();
      this.emit("connect");
      this.emit("ready");
      if (this.#reading) this._read();
    });
  }

  /**
   * What stands between the connection and its user: TLS.
   * @param {Transport} _transport
   * @param {() => void} ready
   */
  _opened(_transport, ready) {
    ready();
  }

  /** @param {() => void} then */
  #whenOpen(then) {
    if (this.#transport && !this.connecting) return then();
    if (!this.connecting) return void this.destroy(systemError("ENOTCONN", "write"));
    this.once("connect", then);
  }

  _read() {
    this.#reading = true;
    const transport = this.#transport;
    if (!transport || this.connecting || this.destroyed) return;
    try {
      while (this.#reading) {
        const data = transport.read(READ_SIZE);
        if (data === undefined) {
          this.#unwatchRead();
          this.#unwatchRead = watch(transport.readable(), () => this._read());
          return;
        }
        this.#take(data);
      }
    } catch (error) {
      this.destroy(/** @type {Error} */ (error));
    }
  }

  /** @param {Uint8Array | null} data */
  #take(data) {
    this._touch();
    if (data === null) {
      this.#reading = false;
      this.push(null);
      return;
    }
    this.bytesRead += data.length;
    this.#reading = this.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  }

  /**
   * @param {Uint8Array} chunk
   * @param {string} _encoding
   * @param {(error?: Error | null) => void} callback
   */
  _write(chunk, _encoding, callback) {
    this.#whenOpen(() => this.#send(chunk, callback));
  }

  /**
   * @param {{ chunk: Uint8Array }[]} chunks
   * @param {(error?: Error | null) => void} callback
   */
  _writev(chunks, callback) {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), "buffer", callback);
  }

  /**
   * @param {Uint8Array} data
   * @param {(error?: Error | null) => void} callback
   */
  #send(data, callback) {
    const transport = this.#transport;
    if (!transport || this.destroyed) return callback(systemError("EPIPE", "write"));
    try {
      while (data.length) {
        const taken = transport.write(data);
        if (taken === 0) {
          if (transport.writesWhenRead) this.#drain(transport);
          this.#unwatchWrite = watch(transport.writable(), () => this.#send(data, callback));
          return;
        }
        this._touch();
        this.bytesWritten += taken;
        data = data.subarray(taken);
      }
    } catch (error) {
      return callback(/** @type {Error} */ (error));
    }
    callback();
  }

  /**
   * The other end takes nothing before what it sent is read: it is read ahead,
   * wanted or not.
   * @param {Transport} transport
   */
  #drain(transport) {
    const data = transport.read(READ_SIZE);
    if (data !== undefined) this.#take(data);
  }

  /** @param {(error?: Error | null) => void} callback */
  _final(callback) {
    if (!this.connecting && !this.#transport) return callback();
    this.#whenOpen(() => {
      this.#transport?.end();
      callback();
    });
  }

  /**
   * @param {Error | null} error
   * @param {(error?: Error | null) => void} callback
   */
  _destroy(error, callback) {
    this.connecting = false;
    this.#reading = false;
    this.#abandon();
    this.#unwatchRead();
    this.#unwatchWrite();
    if (this.#idle) clearTimeout(this.#idle);
    this.#transport?.close();
    this.#transport = null;
    callback(error);
    // Node's says whether an error closed it; what the stream itself emits does not.
    nextTick(() => this.emit("close", error !== null));
  }

  destroySoon() {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once("finish", () => this.destroy());
  }

  resetAndDestroy() {
    return this.destroy();
  }

  /** Something came or went: the idle time begins anew. */
  _touch() {
    this.#idle?.refresh();
  }

  /**
   * @param {number} milliseconds
   * @param {() => void} [callback]
   */
  setTimeout(milliseconds, callback) {
    this.timeout = milliseconds;
    if (this.#idle) clearTimeout(this.#idle);
    this.#idle = null;
    if (milliseconds > 0) {
      if (callback) this.once("timeout", callback);
      this.#idle = setTimeout(() => this.emit("timeout"), milliseconds).unref();
    } else if (callback) {
      this.removeListener("timeout", callback);
    }
    return this;
  }

  // The host's connections have their own settings.
  setNoDelay() {
    return this;
  }
  setKeepAlive() {
    return this;
  }
  ref() {
    return this;
  }
  unref() {
    return this;
  }

  address() {
    return this.#transport?.local ?? {};
  }

  get pending() {
    return !this.#transport || this.connecting;
  }
  get readyState() {
    if (this.connecting) return "opening";
    if (this.readable && this.writable) return "open";
    return this.readable ? "readOnly" : this.writable ? "writeOnly" : "closed";
  }
  get bufferSize() {
    return this.writableLength;
  }
  get remoteAddress() {
    return this.#transport?.remote?.address ?? (this.#transport ? this.#remote.address : undefined);
  }
  get remotePort() {
    return this.#transport?.remote?.port ?? (this.#transport ? this.#remote.port : undefined);
  }
  get remoteFamily() {
    return this.#transport?.remote?.family;
  }
  get localAddress() {
    return this.#transport?.local?.address;
  }
  get localPort() {
    return this.#transport?.local?.port;
  }
  get localFamily() {
    return this.#transport?.local?.family;
  }
}

/**
 * `(options, callback)`, `(port, host, callback)` or `(path, callback)`.
 * @param {any[]} args
 * @returns {{ options: Record<string, any>, callback?: () => void }}
 */
export function connectArguments(args) {
  const callback = typeof args.at(-1) === "function" ? args.at(-1) : undefined;
  const [first, second] = args;
  if (typeof first === "object" && first !== null) return { options: first, callback };
  if (typeof first === "string" && !/^\d+$/.test(first)) return { options: { path: first }, callback };
  return { options: { port: first, host: typeof second === "string" ? second : undefined }, callback };
}
