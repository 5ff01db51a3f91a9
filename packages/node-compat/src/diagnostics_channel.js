/** node:diagnostics_channel. */

/** @typedef {(message: any, name: string | symbol) => void} Subscriber */

export class Channel {
  /** @type {Subscriber[]} */
  #subscribers = [];
  /** @type {Map<any, (message: any) => any>} */
  #stores = new Map();

  /** @param {string | symbol} name */
  constructor(name) {
    this.name = name;
  }

  get hasSubscribers() {
    return this.#subscribers.length > 0 || this.#stores.size > 0;
  }

  /** @param {Subscriber} subscriber */
  subscribe(subscriber) {
    this.#subscribers = [...this.#subscribers, subscriber];
  }

  /** @param {Subscriber} subscriber */
  unsubscribe(subscriber) {
    const at = this.#subscribers.indexOf(subscriber);
    if (at < 0) return false;
    this.#subscribers = this.#subscribers.toSpliced(at, 1);
    return true;
  }

  /** @param {any} message */
  publish(message) {
    for (const subscriber of this.#subscribers) {
      try {
        subscriber(message, this.name);
      } catch (error) {
        // A subscriber's mistake is none of the publisher's.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** @param {any} store an AsyncLocalStorage @param {(message: any) => any} [transform] */
  bindStore(store, transform = (message) => message) {
    this.#stores.set(store, transform);
  }

  /** @param {any} store */
  unbindStore(store) {
    return this.#stores.delete(store);
  }

  /**
   * @param {any} message
   * @param {Function} callback
   * @param {any} [self]
   * @param {any[]} args
   */
  runStores(message, callback, self, ...args) {
    const run = () => {
      this.publish(message);
      return callback.apply(self, args);
    };
    return [...this.#stores].reduce((call, [store, transform]) => () => store.run(transform(message), call), run)();
  }
}

/** @type {Map<string | symbol, Channel>} */
const channels = new Map();

/** @param {string | symbol} name */
export function channel(name) {
  let found = channels.get(name);
  if (!found) channels.set(name, (found = new Channel(name)));
  return found;
}

/** @param {string | symbol} name */
export const hasSubscribers = (name) => channels.get(name)?.hasSubscribers ?? false;
/** @param {string | symbol} name @param {Subscriber} subscriber */
export const subscribe = (name, subscriber) => channel(name).subscribe(subscriber);
/** @param {string | symbol} name @param {Subscriber} subscriber */
export const unsubscribe = (name, subscriber) => channel(name).unsubscribe(subscriber);

const EVENTS = /** @type {const} */ (["start", "end", "asyncStart", "asyncEnd", "error"]);

export class TracingChannel {
  /** @param {string | Record<string, Channel>} names */
  constructor(names) {
    const of = (/** @type {string} */ event) => (typeof names === "string" ? channel(`tracing:${names}:${event}`) : names[event]);
    this.start = of("start");
    this.end = of("end");
    this.asyncStart = of("asyncStart");
    this.asyncEnd = of("asyncEnd");
    this.error = of("error");
  }

  get hasSubscribers() {
    return EVENTS.some((event) => this[event]?.hasSubscribers);
  }

  /** @param {Record<string, Subscriber>} subscribers */
  subscribe(subscribers) {
    for (const event of EVENTS) if (subscribers[event]) this[event].subscribe(subscribers[event]);
  }

  /** @param {Record<string, Subscriber>} subscribers */
  unsubscribe(subscribers) {
    return EVENTS.filter((event) => subscribers[event]).every((event) => this[event].unsubscribe(subscribers[event]));
  }

  /**
   * @param {Function} work
   * @param {any} [context]
   * @param {any} [self]
   * @param {any[]} args
   */
  traceSync(work, context = {}, self, ...args) {
    return this.start.runStores(context, () => {
      try {
        return (context.result = work.apply(self, args));
      } catch (error) {
        this.#failed(context, error);
        throw error;
      } finally {
        this.end.publish(context);
      }
    });
  }

  /**
   * @param {Function} work
   * @param {any} [context]
   * @param {any} [self]
   * @param {any[]} args
   */
  tracePromise(work, context = {}, self, ...args) {
    const settled = () => {
      this.asyncStart.publish(context);
      this.asyncEnd.publish(context);
    };
    return this.start.runStores(context, () => {
      try {
        return Promise.resolve(work.apply(self, args)).then(
          (result) => {
            context.result = result;
            settled();
            return result;
          },
          (error) => {
            this.#failed(context, error);
            settled();
            throw error;
          },
        );
      } catch (error) {
        this.#failed(context, error);
        throw error;
      } finally {
        this.end.publish(context);
      }
    });
  }

  /**
   * @param {Function} work
   * @param {number} [position] of the callback among the arguments
   * @param {any} [context]
   * @param {any} [self]
   * @param {any[]} args
   */
  traceCallback(work, position = -1, context = {}, self, ...args) {
    const at = position < 0 ? args.length + position : position;
    const callback = args[at];
    args[at] = (/** @type {any} */ error, /** @type {any[]} */ ...results) => {
      if (error) this.#failed(context, error);
      else context.result = results[0];
      this.asyncStart.publish(context);
      try {
        return callback(error, ...results);
      } finally {
        this.asyncEnd.publish(context);
      }
    };
    return this.start.runStores(context, () => {
      try {
        return work.apply(self, args);
      } catch (error) {
        this.#failed(context, error);
        throw error;
      } finally {
        this.end.publish(context);
      }
    });
  }

  /** @param {any} context @param {unknown} error */
  #failed(context, error) {
    context.error = error;
    this.error.publish(context);
  }
}

/** @param {string | Record<string, Channel>} names */
export const tracingChannel = (names) => new TracingChannel(names);

export default { Channel, channel, hasSubscribers, subscribe, unsubscribe, tracingChannel, TracingChannel };
