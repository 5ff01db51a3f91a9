/** One session with a PostgreSQL server: statements go one after the other. */
import { connect } from "@warpgrid/node-compat/warpgrid/connection";
import { Reader } from "@warpgrid/node-compat/warpgrid/pg/reader";
import { copyFail, passwordMessage, query as simpleQuery, startup, terminate } from "@warpgrid/node-compat/warpgrid/pg/writer";
import { invalidType } from "../errors.js";
import { encode, INT4, typeOf } from "./encode.js";
import { closed, failure, refusal, unreachable } from "./errors.js";
import { bind, cancelRequest, Message, parse, sync } from "./messages.js";
import { Results } from "./results.js";

/** @typedef {import("@warpgrid/node-compat/warpgrid/pg/reader").Body} Body */
/** @typedef {import("../adapter.js").Statement} Statement */
/** @typedef {import("../options.js").Options} Options */
/** @typedef {import("./results.js").Column} Column */
/** @typedef {{ name: string, parameters: number[], columns: Column[] }} Prepared */

/** What is being asked. */
class Exchange {
  /** @type {Results} */
  results;
  /** @type {unknown} */
  error;
  /** What the server takes the values for. @type {number[]} */
  parameters = [];
  /** @type {Column[]} */
  columns = [];
  /** Called when the server is ready. */
  done = () => {};

  /** @param {Statement} statement */
  constructor(statement) {
    this.results = new Results(statement);
  }
}

export class Session {
  /** Called once, when it is over. */
  onclose = () => {};
  #options;
  /** @type {import("@warpgrid/node-compat/warpgrid/connection").Connection | undefined} */
  #connection;
  #reader = new Reader();
  /** @type {Exchange | undefined} */
  #active;
  /** @type {Map<string, Prepared>} */
  #prepared = new Map();
  #count = 0;
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();
  #open = false;
  #over = false;
  #key = { process: 0, secret: 0 };
  #started = { resolve: () => {}, reject: (/** @type {unknown} */ _error) => {} };

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
  }

  /** @param {Options} options */
  static async open(options) {
    const session = new Session(options);
    try {
      await session.#start();
    } catch (error) {
      session.#end(error);
      throw unreachable(error);
    }
    return session;
  }

  async #start() {
    const { hostname, port, username, database, connection } = this.#options;
    this.#connection = await connect({ host: hostname, port, protocol: "postgres" });
    const ready = new Promise((resolve, reject) => (this.#started = { resolve: () => resolve(undefined), reject }));
    this.#read(this.#connection);
    this.#send(startup({ user: username, database, client_encoding: "UTF8", ...connection }));
    await ready;
  }

  get isOpen() {
    return this.#open;
  }

  /** @param {import("@warpgrid/node-compat/warpgrid/connection").Connection} connection */
  async #read(connection) {
    try {
      for (let data = await connection.recv(); data; data = await connection.recv()) {
        this.#reader.feed(data, (type, body) => this.#message(type, body));
      }
      this.#end(closed());
    } catch (error) {
      this.#end(error);
    }
  }

  /** @param {string} type @param {Body} body */
  #message(type, body) {
    const active = this.#active;
    switch (type) {
      case "D": return active?.results.row(body);
      case "T": if (active) active.columns = active.results.describe(body); return;
      case "t": if (active) active.parameters = Array.from({ length: body.int16() }, () => body.uint32()); return;
      case "C": return active?.results.complete(body.text());
      case "I": return active?.results.empty();
      case "Z": return this.#ready();
      case "E": return this.#refused(refusal(body));
      case "R": return this.#authenticate(body.int32());
      case "K": this.#key = { process: body.int32(), secret: body.int32() }; return;
      case "G": this.#send(copyFail("COPY FROM STDIN is not supported")); return this.#uncopied();
      case "H": return this.#uncopied();
    }
  }

  #uncopied() {
    if (this.#active) this.#active.error ??= failure("COPY ... FROM STDIN needs query.writable() and COPY ... TO STDOUT needs query.readable()", "COPY_NOT_SUPPORTED");
  }

  /** @param {unknown} error */
  #refused(error) {
    if (!this.#open) return this.#end(error);
    if (this.#active) this.#active.error ??= error;
  }

  #ready() {
    if (!this.#open) {
      this.#open = true;
      return this.#started.resolve();
    }
    const active = this.#active;
    this.#active = undefined;
    active?.done();
  }

  /** @param {number} kind */
  #authenticate(kind) {
    if (kind === 0) return;
    if (kind !== 3) throw new Error("the server asks for a login that is the host's affair: set `user` and `password` of the [[database]] in warp.toml");
    const { password } = this.#options;
    Promise.resolve(typeof password === "function" ? password() : password).then(
      (text) => this.#send(passwordMessage(text ?? "")),
      (error) => this.#end(error),
    );
  }

  /** @param {Uint8Array} data */
  #send(data) {
    this.#connection?.send(data).catch((error) => this.#end(error));
  }

  /** The session is over. @param {unknown} error */
  #end(error) {
    if (this.#over) return;
    [this.#over, this.#open] = [true, false];
    this.#connection?.close();
    this.#started.reject(error);
    const active = this.#active;
    this.#active = undefined;
    if (active) {
      active.error ??= error instanceof Error && error.name === "PostgresError" ? error : closed();
      active.done();
    }
    this.onclose();
  }

  close() {
    if (this.#open) this.#send(terminate());
    // The message goes first: the connection sends in order.
    queueMicrotask(() => this.#end(closed()));
  }

  /** Asks the server to give up what is being asked, on a connection of its own. */
  async cancel() {
    const { hostname, port } = this.#options;
    const other = await connect({ host: hostname, port, protocol: "postgres" });
    await other.send(cancelRequest(this.#key.process, this.#key.secret)).catch(() => {});
    await other.recv().catch(() => null);
    other.close();
  }

  /**
   * After those before it, whether anybody waits for them or not.
   * @param {Statement} statement
   * @returns {Promise<import("../result.js").SQLResultArray[]>}
   */
  run(statement) {
    const result = this.#last.then(() => this.#run(statement));
    this.#last = result.catch(() => {});
    return result;
  }

  /** @param {Statement} statement @returns {Promise<import("../result.js").SQLResultArray[]>} */
  async #run(statement) {
    if (statement.simple) {
      if (statement.values.length > 0) throw invalidType("simple query cannot have parameters");
      return this.#ask(new Exchange(statement), simpleQuery(statement.text));
    }
    const types = statement.values.map(typeOf);
    const { prepare } = this.#options;
    // A null and an integer are asked for alike, as by Bun.
    const key = `${types.map((type, i) => (statement.values[i] ?? null) === null ? INT4 : type)} ${statement.text}`;
    const known = prepare ? this.#prepared.get(key) : undefined;
    if (known) return this.#execute(statement, known, prepare);
    const name = prepare ? `P${this.#count++}` : "";
    const message = parse(new Message(), name, statement.text, types);
    const first = new Exchange(statement);
    if (types.length === 0) {
      // Nothing has to be known before it is asked: all is sent at once.
      const results = await this.#ask(first, sync(bind(message, name, [], [])).take());
      this.#keep(key, { name, parameters: [], columns: first.columns });
      return results;
    }
    await this.#ask(first, sync(message).take());
    const prepared = { name, parameters: first.parameters, columns: first.columns };
    this.#keep(key, prepared);
    return this.#execute(statement, prepared, prepare);
  }

  /** @param {string} key @param {Prepared} prepared */
  #keep(key, prepared) {
    if (prepared.name) this.#prepared.set(key, prepared);
  }

  /** @param {Statement} statement @param {Prepared} prepared @param {boolean} binary */
  #execute(statement, { name, parameters, columns }, binary) {
    const values = statement.values.map((value, i) => encode(value, parameters[i]));
    const exchange = new Exchange(statement);
    const formats = exchange.results.use(columns, binary);
    return this.#ask(exchange, sync(bind(new Message(), name, values, formats)).take());
  }

  /** @param {Exchange} exchange @param {Uint8Array} messages */
  #ask(exchange, messages) {
    return new Promise((resolve, reject) => {
      if (!this.#open) return reject(closed());
      this.#active = exchange;
      exchange.done = () => {
        const error = exchange.error ?? exchange.results.error;
        if (error === undefined) resolve(exchange.results.all);
        else reject(error);
      };
      this.#send(messages);
    });
  }
}
