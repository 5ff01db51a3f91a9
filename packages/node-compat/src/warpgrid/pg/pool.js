/** Sessions that are used again, by the interface of the package pg-pool. The host pools what is behind them. */
import { EventEmitter } from "events";
import { clearTimeout, setTimeout } from "../../timers.js";
import { answer } from "./callback.js";
import { Client } from "./client.js";

/**
 * @typedef {import("./config.js").Config & { max?: number, min?: number, idleTimeoutMillis?: number, maxUses?: number, maxLifetimeSeconds?: number, Client?: typeof Client }} Options
 * @typedef {Client & { release: (error?: any) => void }} Taken
 * @typedef {{ client: Taken, uses: number, until: number, timer?: ReturnType<typeof setTimeout>, failed: (error: unknown) => void }} Member
 * @typedef {{ resolve: (client: Taken) => void, reject: (error: unknown) => void, timer?: ReturnType<typeof setTimeout> }} Waiter
 */

export class Pool extends EventEmitter {
  ending = false;
  ended = false;
  /** @type {Set<Member>} */
  #members = new Set();
  /** The one that was used last comes first. @type {Member[]} */
  #idle = [];
  /** @type {Waiter[]} */
  #waiting = [];
  #opening = 0;
  #whenEnded = () => {};

  /** @param {Options} [options] */
  constructor(options = {}) {
    super();
    this.options = { max: 10, min: 0, idleTimeoutMillis: 10000, maxUses: Infinity, maxLifetimeSeconds: 0, ...options };
    Object.defineProperty(this.options, "password", { value: options.password, enumerable: false, writable: true, configurable: true });
  }

  get totalCount() {
    return this.#members.size + this.#opening;
  }
  get idleCount() {
    return this.#idle.length;
  }
  get waitingCount() {
    return Math.max(0, this.#waiting.length - this.#opening);
  }

  /** @param {(error: any, client?: Taken, release?: (error?: any) => void) => void} [callback] */
  connect(callback) {
    const taken = this.#take();
    if (!callback) return taken;
    taken.then((client) => callback(undefined, client, client.release), (error) => callback(error, undefined, () => {}));
  }

  /** @returns {Promise<Taken>} */
  #take() {
    if (this.ending) return Promise.reject(new Error("Cannot use a pool after calling end on the pool"));
    return new Promise((resolve, reject) => {
      /** @type {Waiter} */
      const waiter = { resolve, reject };
      const wait = this.options.connectionTimeoutMillis;
      if (wait) {
        waiter.timer = setTimeout(() => {
          this.#waiting = this.#waiting.filter((other) => other !== waiter);
          reject(new Error("timeout exceeded when trying to connect"));
        }, wait);
      }
      this.#waiting.push(waiter);
      this.#serve();
    });
  }

  /** Gives sessions to those who wait, and opens what is missing. */
  #serve() {
    while (this.#waiting.length && this.#idle.length) this.#give(/** @type {Member} */ (this.#idle.pop()));
    while (this.#waiting.length > this.#opening && this.totalCount < this.options.max) this.#open();
  }

  async #open() {
    this.#opening++;
    const client = /** @type {Taken} */ (new (this.options.Client ?? Client)(this.options));
    /** @type {Member} */
    const member = { client, uses: 0, until: Date.now() + (this.options.maxLifetimeSeconds * 1000 || Infinity), failed: () => {} };
    member.failed = (error) => {
      if (!this.#members.has(member)) return;
      const idle = this.#idle.includes(member);
      this.#remove(member);
      if (idle) this.emit("error", error, client);
    };
    client.on("error", member.failed);
    try {
      await client.connect();
    } catch (error) {
      this.#opening--;
      const waiter = this.#waiting.shift();
      clearTimeout(waiter?.timer);
      waiter?.reject(error);
      return this.#serve();
    }
    this.#opening--;
    this.#members.add(member);
    this.emit("connect", client);
    this.#give(member);
  }

  /** @param {Member} member */
  #give(member) {
    clearTimeout(member.timer);
    const waiter = this.#waiting.shift();
    if (!waiter) return this.#rest(member);
    clearTimeout(waiter.timer);
    member.uses++;
    let released = false;
    member.client.release = (error) => {
      if (released) throw new Error("Release called on client which has already been released to the pool.");
      released = true;
      this.#release(member, error);
    };
    this.emit("acquire", member.client);
    waiter.resolve(member.client);
  }

  /** @param {Member} member @param {any} error */
  #release(member, error) {
    this.emit("release", error, member.client);
    const worn = member.uses >= this.options.maxUses || Date.now() >= member.until;
    if (error || worn || this.ending || !this.#members.has(member) || member.client.getTransactionStatus() === null) this.#remove(member);
    else this.#rest(member);
    this.#serve();
  }

  /** @param {Member} member */
  #rest(member) {
    if (this.ending) return this.#remove(member);
    this.#idle.push(member);
    const { idleTimeoutMillis: rest, min } = this.options;
    if (rest && this.totalCount > min) {
      member.timer = setTimeout(() => this.#remove(member), rest).unref();
    }
    this.#serve();
  }

  /** @param {Member} member */
  #remove(member) {
    clearTimeout(member.timer);
    this.#idle = this.#idle.filter((other) => other !== member);
    if (this.#members.delete(member)) member.client.end()?.then(() => this.emit("remove", member.client));
    if (this.ending && this.totalCount === 0) this.#whenEnded();
    else this.#serve();
  }

  /**
   * @param {any} text
   * @param {any} [values]
   * @param {any} [callback]
   */
  query(text, values, callback) {
    const done = callback ?? (typeof values === "function" ? values : undefined);
    return answer(this.#query(text, typeof values === "function" ? undefined : values), done);
  }

  /** @param {any} text @param {any} values */
  async #query(text, values) {
    const client = await this.#take();
    try {
      const result = await client.query(text, values);
      client.release();
      return result;
    } catch (error) {
      client.release(error);
      throw error;
    }
  }

  /** @param {(error?: any) => void} [callback] */
  end(callback) {
    return answer(this.#end(), callback);
  }

  async #end() {
    if (this.ending) throw new Error("Called end on pool more than once");
    this.ending = true;
    const empty = new Promise((resolve) => (this.#whenEnded = () => resolve(undefined)));
    for (const member of this.#idle) this.#remove(member);
    if (this.totalCount > 0) await empty;
    this.ended = true;
  }
}
