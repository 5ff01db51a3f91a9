/** One session with a PostgreSQL server. */
import types from "pg-types";
import { EventEmitter } from "events";
import { whenStarted } from "../../loop.js";
import { clearTimeout, setTimeout } from "../../timers.js";
import { connect } from "../connection.js";
import { answer } from "./callback.js";
import { parameters, resolve } from "./config.js";
import { readError, readNotice } from "./errors.js";
import { Query } from "./query.js";
import { Reader } from "./reader.js";
import { escapeIdentifier, escapeLiteral } from "./values.js";
import { copyFail, passwordMessage, startup, terminate } from "./writer.js";

/** @typedef {import("./reader.js").Body} Body */
/** @typedef {import("./query.js").Statement} Statement */

/** @param {any} text @param {any} values @returns {Statement} */
function statement(text, values) {
  if (text === null || text === undefined) throw new TypeError("Client was passed a null or undefined query");
  if (typeof text.submit === "function") throw new TypeError("warpgrid/pg takes texts and statements: cursors and streams are the package pg's");
  const given = typeof text === "string" ? { text } : { ...text };
  return values === undefined || typeof values === "function" ? given : { ...given, values };
}

export class Client extends EventEmitter {
  /** @type {number | null} */
  processID = null;
  /** Settings that the server tells. @type {Record<string, string>} */
  parameters = {};
  #config;
  /** @type {import("../connection.js").Connection | undefined} */
  #connection;
  #reader = new Reader();
  /** @type {Query[]} */
  #queue = [];
  /** @type {Query | undefined} */
  #active;
  /** @type {Map<string, string>} */
  #statements = new Map();
  /** @type {"new" | "connecting" | "open" | "closed"} */
  #state = "new";
  #transaction = "I";
  #ready = { resolve: () => {}, reject: (/** @type {unknown} */ _error) => {} };

  /** @param {string | import("./config.js").Config} [config] */
  constructor(config) {
    super();
    this.#config = typeof config === "string" ? { connectionString: config } : { ...config };
  }

  get host() {
    return resolve(this.#config).host;
  }
  get port() {
    return resolve(this.#config).port;
  }
  get user() {
    return resolve(this.#config).user;
  }
  get database() {
    return resolve(this.#config).database;
  }

  /** @param {(error: any, client?: Client) => void} [callback] */
  connect(callback) {
    return answer(this.#connect(), callback);
  }

  /** @returns {Promise<Client>} */
  async #connect() {
    if (this.#state !== "new") throw new Error("Client has already been connected. You cannot reuse a client.");
    this.#state = "connecting";
    await new Promise((started) => whenStarted(() => started(undefined)));
    const config = resolve(this.#config);
    const wait = config.connectionTimeoutMillis;
    const timer = wait ? setTimeout(() => this.#fail(new Error("timeout expired")), wait) : undefined;
    try {
      this.#connection = await connect({ host: config.host, port: config.port, protocol: "postgres" });
      const ready = new Promise((done, reject) => (this.#ready = { resolve: () => done(undefined), reject }));
      this.#read(this.#connection);
      await this.#connection.send(startup(parameters(config)));
      await ready;
    } catch (error) {
      this.#close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    this.emit("connect");
    return this;
  }

  /** @param {import("../connection.js").Connection} connection */
  async #read(connection) {
    try {
      for (let data = await connection.recv(); data; data = await connection.recv()) {
        this.#reader.feed(data, (type, body, length) => this.#message(type, body, length));
      }
      this.#fail(new Error(this.#state === "closed" ? "Connection terminated" : "Connection terminated unexpectedly"));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param {string} type @param {Body} body @param {number} length */
  #message(type, body, length) {
    const query = this.#active;
    switch (type) {
      case "D": return query?.row(body);
      case "T": return query?.describe(body);
      case "C": return query?.complete(body.text());
      case "1": return query?.parsed(this.#statements);
      case "Z": return this.#readyForQuery(String.fromCharCode(body.octet()));
      case "E": return query ? query.refused(body, length) : this.#fail(readError(body, length));
      case "N": return void this.emit("notice", readNotice(body, length));
      case "A": return void this.emit("notification", { processId: body.int32(), channel: body.text(), payload: body.text(), length, name: "notification" });
      case "S": return void (this.parameters[body.text()] = body.text());
      case "K": return void (this.processID = body.int32());
      case "R": return this.#authenticate(body.int32());
      case "G": return this.#send(copyFail("No source stream defined"));
    }
  }

  /** @param {number} kind */
  #authenticate(kind) {
    if (kind === 0) return;
    const { password } = this.#config.connectionString ? resolve(this.#config) : this.#config;
    if (kind !== 3) throw new Error("the server asks for a login that is the host's affair: set `user` and `password` of the [[database]] in warp.toml");
    Promise.resolve(typeof password === "function" ? password() : password).then(
      (text) => this.#send(passwordMessage(text ?? "")),
      (error) => this.#fail(error),
    );
  }

  /** @param {string} transaction */
  #readyForQuery(transaction) {
    this.#transaction = transaction;
    const query = this.#active;
    this.#active = undefined;
    if (this.#state === "connecting") {
      this.#state = "open";
      this.#ready.resolve();
    }
    query?.end();
    this.#next();
  }

  #next() {
    while (!this.#active && this.#state === "open") {
      const query = this.#queue.shift();
      if (!query) return void this.emit("drain");
      try {
        const messages = query.messages(this.#statements);
        this.#active = query;
        this.#send(messages);
      } catch (error) {
        query.fail(error);
      }
    }
  }

  /** @param {Uint8Array} data */
  #send(data) {
    this.#connection?.send(data).catch((error) => this.#fail(error));
  }

  /**
   * @param {string | Statement} text
   * @param {any[] | ((error: any, result?: any) => void)} [values]
   * @param {(error: any, result?: any) => void} [callback]
   */
  query(text, values, callback) {
    const done = callback ?? (typeof values === "function" ? values : /** @type {any} */ (text)?.callback);
    return answer(this.#ask(statement(text, values)), done);
  }

  /** @param {Statement} given */
  #ask(given) {
    if (this.#state === "closed") return Promise.reject(new Error("Client was closed and is not queryable"));
    const query = new Query({ ...given, types: given.types ?? this.#config.types });
    this.#queue.push(query);
    if (this.#state === "open") this.#next();
    const most = given.query_timeout ?? this.#config.query_timeout;
    if (!most) return query.promise;
    const timer = setTimeout(() => {
      this.#queue = this.#queue.filter((waiting) => waiting !== query);
      query.fail(new Error("Query read timeout"));
    }, most);
    return query.promise.finally(() => clearTimeout(timer));
  }

  /** @param {(error?: any) => void} [callback] */
  end(callback) {
    return answer(this.#end(), callback);
  }

  async #end() {
    if (this.#state === "closed") return;
    // A statement that hangs is not waited for.
    if (!this.#active && this.#state === "open") await this.#connection?.send(terminate()).catch(() => {});
    const given = [this.#active, ...this.#queue];
    this.#close();
    for (const query of given) query?.fail(new Error("Connection terminated"));
    this.emit("end");
  }

  #close() {
    this.#state = "closed";
    this.#active = undefined;
    this.#queue = [];
    this.#connection?.close();
  }

  /** The session is over. @param {unknown} error */
  #fail(error) {
    if (this.#state === "closed") return;
    const wasOpen = this.#state === "open";
    const waiting = [this.#active, ...this.#queue].filter((query) => query !== undefined);
    this.#close();
    this.#ready.reject(error);
    for (const query of waiting) query.fail(error);
    if (!wasOpen) return;
    if (waiting.length === 0) this.emit("error", error);
    this.emit("end");
  }

  getTransactionStatus() {
    return this.#state === "open" ? this.#transaction : null;
  }
  /** @param {number} oid @param {any} format @param {any} [parse] */
  setTypeParser(oid, format, parse) {
    return /** @type {any} */ (this.#config.types ?? types).setTypeParser(oid, format, parse);
  }
  /** @param {number} oid @param {any} [format] */
  getTypeParser(oid, format) {
    return (this.#config.types ?? types).getTypeParser(oid, format);
  }
  ref() {}
  unref() {}
  escapeIdentifier = escapeIdentifier;
  escapeLiteral = escapeLiteral;
}
