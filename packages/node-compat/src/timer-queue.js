/**
 * Timers in the order in which they are due: a binary heap. Those that are made
 * before the program runs count from its start.
 */

/**
 * @typedef {object} Entry
 * @property {number} at when it is due (ms)
 * @property {number} order of two that are due together, the first one goes first
 * @property {(() => void) | null} callback none: it was taken back
 */

export class Timers {
  /** @type {Entry[]} */
  #heap = [];
  #order = 0;
  #started = false;

  /**
   * @param {() => number} clock
   * @param {number} delay
   * @param {() => void} callback
   * @returns {Entry}
   */
  add(clock, delay, callback) {
    const at = this.#started ? clock() + delay : delay;
    const entry = { at, order: this.#order++, callback };
    this.#push(entry);
    return entry;
  }

  /** @param {number} now */
  start(now) {
    this.#started = true;
    for (const entry of this.#heap) entry.at += now;
  }

  /**
   * Milliseconds until the next one is due.
   * @param {number} now
   */
  next(now) {
    while (this.#heap.length && !this.#heap[0].callback) this.#pop();
    return this.#heap.length ? Math.max(0, this.#heap[0].at - now) : Infinity;
  }

  /**
   * Moves what is due to the tasks. Taking one back still works there.
   * @param {number} now
   * @param {(() => void)[]} tasks
   */
  due(now, tasks) {
    while (this.#heap.length && this.#heap[0].at <= now) {
      const entry = this.#pop();
      tasks.push(() => entry.callback?.());
    }
  }

  /** @param {Entry} entry */
  #push(entry) {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(entry, heap[parent])) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = entry;
  }

  /** @returns {Entry} */
  #pop() {
    const heap = this.#heap;
    const first = heap[0];
    const last = /** @type {Entry} */ (heap.pop());
    if (heap.length) {
      let at = 0;
      for (;;) {
        let child = 2 * at + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++;
        if (!before(heap[child], last)) break;
        heap[at] = heap[child];
        at = child;
      }
      heap[at] = last;
    }
    return first;
  }
}

/**
 * @param {Entry} a
 * @param {Entry} b
 */
function before(a, b) {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
