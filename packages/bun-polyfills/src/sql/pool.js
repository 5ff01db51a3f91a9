/** The connections of one Bun.SQL. */

/** @typedef {import("./adapter.js").Session} Session */
/** @typedef {import("./adapter.js").Adapter} Adapter */
/** @typedef {import("./options.js").Options} Options */
/** @typedef {{ resolve: (session: Session) => void, reject: (error: unknown) => void }} Waiter */

export class Pool {
  #adapter;
  #options;
  /** @type {Set<Session>} */
  #all = new Set();
  /** The one that was used last is the first to be used again. @type {Session[]} */
  #idle = [];
  #opening = 0;
  /** @type {Waiter[]} */
  #waiting = [];
  #closed = false;
  /** Told when no connection is in use any more. @type {(() => void)[]} */
  #drained = [];
  /** @type {Map<Session, any>} */
  #timers = new Map();

  /** @param {Adapter} adapter @param {Options} options */
  constructor(adapter, options) {
    this.#adapter = adapter;
    this.#options = options;
  }

  /** @returns {Promise<Session>} */
  acquire() {
    if (this.#closed) return Promise.reject(this.#adapter.failure("Connection closed", "CONNECTION_CLOSED"));
    const session = this.#idle.pop();
    if (session) {
      clearTimeout(this.#timers.get(session));
      return Promise.resolve(session);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#grow();
    });
  }

  /** @param {Session} session */
  release(session) {
    if (!session.isOpen || this.#closed) {
      session.close();
      return this.#left();
    }
    const waiter = this.#waiting.shift();
    if (waiter) return waiter.resolve(session);
    this.#idle.push(session);
    const { idleTimeout } = this.#options;
    if (idleTimeout) this.#timers.set(session, setTimeout(() => session.close(), idleTimeout));
    this.#left();
  }

  #grow() {
    if (this.#all.size + this.#opening >= this.#options.max || this.#opening >= this.#waiting.length) return;
    this.#opening++;
    this.#open().then(
      (session) => {
        this.#opening--;
        this.#all.add(session);
        session.onclose = () => this.#gone(session);
        this.#options.onconnect?.(null);
        this.release(session);
      },
      (error) => {
        this.#opening--;
        this.#options.onconnect?.(error);
        this.#waiting.shift()?.reject(error);
        this.#grow();
        this.#left();
      },
    );
  }

  async #open() {
    const { connectionTimeout } = this.#options;
    let late = false;
    const opening = this.#adapter.open(this.#options).then((session) => {
      if (late) session.close();
      return session;
    });
    if (!connectionTimeout) return opening;
    /** @type {any} */
    let timer;
    const timeout = new Promise((_, reject) => {
      timer = setTimeout(() => {
        late = true;
        reject(this.#adapter.failure(`Connection timeout after ${connectionTimeout / 1000}s`, "CONNECTION_TIMEOUT"));
      }, connectionTimeout);
    });
    return /** @type {Promise<Session>} */ (Promise.race([opening, timeout]).finally(() => clearTimeout(timer)));
  }

  /** @param {Session} session */
  #gone(session) {
    if (!this.#all.delete(session)) return;
    clearTimeout(this.#timers.get(session));
    this.#timers.delete(session);
    this.#idle = this.#idle.filter((one) => one !== session);
    this.#options.onclose?.(this.#closed ? null : this.#adapter.failure("Connection closed", "CONNECTION_CLOSED"));
    this.#grow();
    this.#left();
  }

  #left() {
    if (this.#all.size > this.#idle.length || this.#opening > 0) return;
    for (const drained of this.#drained.splice(0)) drained();
  }

  /** @param {{ timeout?: number }} [options] seconds that open statements have */
  async close({ timeout } = {}) {
    if (this.#closed) return;
    this.#closed = true;
    const failed = this.#adapter.failure("Connection closed", "CONNECTION_CLOSED");
    const busy = this.#all.size > this.#idle.length || this.#opening > 0;
    if (busy && timeout !== undefined && timeout > 0) {
      /** @type {any} */
      let timer;
      const drained = new Promise((resolve) => this.#drained.push(() => resolve(undefined)));
      const late = new Promise((resolve) => (timer = setTimeout(() => resolve(undefined), timeout * 1000)));
      await Promise.race([drained, late]);
      clearTimeout(timer);
    }
    for (const { reject } of this.#waiting.splice(0)) reject(failed);
    for (const session of [...this.#all]) session.close();
  }
}
