/** A TCP connection that is read and written without waiting, over Bun's sockets. */

/** The most that waits here to be read or sent; more waits at the other end. */
const BUFFER = 1024 * 1024;

/** Why there is no connection, or no more. */
export class ConnectionError extends Error {
  /**
   * @param {"refused" | "timeout" | "reset"} kind
   * @param {string} message
   */
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

export class Connection {
  /** @type {import("bun").Socket<undefined> | null} */
  #socket = null;
  /** What has arrived. @type {Uint8Array[]} */
  #chunks = [];
  #waiting = 0;
  #paused = false;
  #ended = false;
  /** @type {Error | null} */
  #error = null;
  /** What the socket has not taken yet. @type {Uint8Array[]} */
  #unsent = [];
  #backlog = 0;
  #ending = false;
  /** Nothing is read any more; what was written is still sent. */
  #closed = false;
  /** The system has no connection any more. */
  #gone = false;
  /** @type {(() => void)[]} */
  #readers = [];
  /** @type {(() => void)[]} */
  #writers = [];

  /**
   * @param {string} hostname
   * @param {number} port
   * @param {number} timeout in milliseconds
   * @returns {Promise<Connection>} or a {@link ConnectionError}
   */
  static async open(hostname, port, timeout) {
    const connection = new Connection();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new ConnectionError("timeout", `${hostname}:${port} does not answer`)), timeout);
    });
    const opening = Bun.connect({ hostname, port, allowHalfOpen: true, socket: connection.#handlers() });
    try {
      connection.#socket = /** @type {import("bun").Socket<undefined>} */ (await Promise.race([opening, late]));
    } catch (error) {
      opening.then((socket) => socket.terminate()).catch(() => {});
      if (error instanceof ConnectionError) throw error;
      throw new ConnectionError("refused", `${hostname}:${port}: ${error instanceof Error ? error.message : error}`);
    } finally {
      clearTimeout(timer);
    }
    connection.#socket.setNoDelay(true);
    return connection;
  }

  /** @returns {import("bun").SocketHandler<undefined>} */
  #handlers() {
    return {
      data: (socket, data) => {
        if (this.#closed) return;
        this.#chunks.push(data);
        this.#waiting += data.byteLength;
        if (this.#waiting >= BUFFER && !this.#paused) {
          this.#paused = true;
          socket.pause();
        }
        this.#wakeReaders();
      },
      drain: () => this.#drain(),
      end: () => this.#end(null),
      close: (_, error) => {
        this.#gone = true;
        this.#end(error ?? null);
      },
      error: (_, error) => this.#end(error),
      // Bun.connect rejects with it.
      connectError: () => {},
    };
  }

  /** @param {Error | null} error */
  #end(error) {
    this.#ended = true;
    this.#error ??= error;
    this.#wakeReaders();
    this.#wakeWriters();
  }

  #wakeReaders() {
    for (const wake of this.#readers.splice(0)) wake();
  }

  #wakeWriters() {
    for (const wake of this.#writers.splice(0)) wake();
  }

  /** Whether {@link read} would give something, the end included. */
  readable() {
    return this.#waiting > 0 || this.#ended;
  }

  /** @returns {Promise<void>} */
  whenReadable() {
    return this.readable() ? Promise.resolve() : new Promise((resolve) => this.#readers.push(resolve));
  }

  /**
   * @param {number} max
   * @returns {Uint8Array | undefined | null} undefined: nothing yet; null: the end
   */
  read(max) {
    const chunk = this.#chunks[0];
    if (!chunk) {
      if (this.#error) throw this.#error;
      return this.#ended ? null : undefined;
    }
    const taken = chunk.byteLength <= max ? chunk : chunk.subarray(0, max);
    if (taken === chunk) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(max);
    this.#waiting -= taken.byteLength;
    if (this.#paused && this.#waiting < BUFFER / 2) {
      this.#paused = false;
      this.#socket?.resume();
    }
    return taken;
  }

  /** How many bytes {@link write} takes now. */
  room() {
    return this.closed() ? 0 : Math.max(0, BUFFER - this.#backlog);
  }

  /** Whether writing fails from now on. */
  closed() {
    return this.#closed || this.#gone || this.#ending || this.#error !== null;
  }

  /** @returns {Promise<void>} */
  whenWritable() {
    return this.room() > 0 || this.closed() ? Promise.resolve() : new Promise((resolve) => this.#writers.push(resolve));
  }

  /**
   * @param {Uint8Array} data
   * @returns {number} how many bytes were taken, from the front
   */
  write(data) {
    if (this.closed()) throw this.#error ?? new ConnectionError("reset", "the connection is closed");
    const part = data.subarray(0, this.room());
    if (part.byteLength === 0) return 0;
    // The guest's memory is its own again once this has returned.
    this.#unsent.push(part.slice());
    this.#backlog += part.byteLength;
    if (this.#unsent.length === 1) this.#drain();
    return part.byteLength;
  }

  #drain() {
    const socket = this.#socket;
    while (socket && this.#unsent.length) {
      const chunk = this.#unsent[0];
      const sent = socket.write(chunk);
      if (sent < 0) {
        this.#end(new ConnectionError("reset", "the other end has closed the connection"));
        break;
      }
      this.#backlog -= sent;
      if (sent < chunk.byteLength) {
        this.#unsent[0] = chunk.subarray(sent);
        break;
      }
      this.#unsent.shift();
    }
    if (this.#unsent.length === 0) {
      if (this.#closed) socket?.end();
      else if (this.#ending) socket?.shutdown();
    }
    this.#wakeWriters();
  }

  /** Says that nothing more will be written; reading goes on. */
  end() {
    if (this.#ending) return;
    this.#ending = true;
    this.#drain();
  }

  /** What the system says of it. */
  addresses() {
    const socket = this.#socket;
    return {
      local: socket && { address: socket.localAddress, port: socket.localPort },
      remote: socket && { address: socket.remoteAddress, port: socket.remotePort },
    };
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.#chunks = [];
    this.#waiting = 0;
    if (this.#paused) this.#socket?.resume();
    this.#end(null);
    this.#drain();
  }
}
