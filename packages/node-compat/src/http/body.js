/** Bodies between wasi:http and the Web's streams, without waiting in the host. */
import { IncomingBody, OutgoingBody } from "wasi:http/types";
import { hostCode } from "../errors.js";
import { watch } from "../loop.js";

/** @typedef {import("wasi:http/types").IncomingRequest} IncomingRequest */
/** @typedef {import("wasi:io/streams").OutputStream} OutputStream */

const READ_SIZE = 65536n;

/** Waits for a pollable, or until nobody wants to know any more. */
class Wait {
  wake = () => {};

  /** @param {import("wasi:io/poll").Pollable} pollable */
  until(pollable) {
    return new Promise((resolve) => {
      const unwatch = watch(pollable, () => resolve(undefined));
      this.wake = () => {
        unwatch();
        resolve(undefined);
      };
    });
  }
}

/** Reads a body, once: a request's here, or a response's of another server. */
export class BodyReader {
  #body;
  #stream;
  /** @type {import("wasi:io/poll").Pollable | undefined} */
  #pollable;
  #wait = new Wait();
  #open = true;

  /** @param {IncomingRequest | import("wasi:http/types").IncomingResponse} request */
  constructor(request) {
    this.#body = request.consume();
    this.#stream = this.#body.stream();
  }

  /** @returns {Promise<Uint8Array | null>} `null` at the end */
  async read() {
    for (;;) {
      if (!this.#open) return null;
      let data;
      try {
        data = this.#stream.read(READ_SIZE);
      } catch (error) {
        if (hostCode(error) === "closed") return null;
        throw Object.assign(new Error("the other end went away, or its body broke the protocol"), { code: "ECONNRESET", cause: error });
      }
      if (data.length) return data;
      await this.#wait.until((this.#pollable ??= this.#stream.subscribe()));
    }
  }

  close() {
    if (!this.#open) return;
    this.#open = false;
    this.#wait.wake();
    this.#pollable?.[Symbol.dispose]();
    this.#stream[Symbol.dispose]();
    IncomingBody.finish(this.#body)[Symbol.dispose]();
  }
}

/**
 * @param {{ read(): Promise<Uint8Array | null>, close(): void }} body
 * @param {AbortSignal | null} [signal]
 * @returns {ReadableStream<any>}
 */
export function toStream(body, signal) {
  let abort = () => {};
  const close = () => {
    signal?.removeEventListener("abort", abort);
    body.close();
  };
  return new ReadableStream(
    {
      start(controller) {
        abort = () => {
          close();
          controller.error(signal?.reason);
        };
        signal?.addEventListener("abort", abort, { once: true });
      },
      async pull(controller) {
        const data = await body.read();
        if (data) return controller.enqueue(data);
        if (signal?.aborted) return;
        close();
        controller.close();
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}

/** The other end does not want the rest. */
export class ClientGone extends Error {
  code = "ECONNRESET";
}

/** Writes a body: a response's here, or a request's to another server. */
export class BodyWriter {
  #body;
  #stream;
  /** @type {import("wasi:io/poll").Pollable | undefined} */
  #pollable;
  #wait = new Wait();
  #open = true;

  /** @param {import("wasi:http/types").OutgoingBody} body */
  constructor(body) {
    this.#body = body;
    this.#stream = body.write();
  }

  /** @param {Uint8Array} data */
  async write(data) {
    try {
      while (data.length) {
        if (!this.#open) throw new ClientGone("the body was given up");
        const room = Number(this.#stream.checkWrite());
        if (room === 0) {
          await this.#wait.until((this.#pollable ??= this.#stream.subscribe()));
          continue;
        }
        const taken = Math.min(room, data.length);
        this.#stream.write(data.subarray(0, taken));
        data = data.subarray(taken);
      }
    } catch (error) {
      if (error instanceof ClientGone) throw error;
      hostCode(error);
      throw new ClientGone("the other end went away");
    }
  }

  /** Passes on what was written so far. */
  flush() {
    if (!this.#open) return;
    try {
      this.#stream.flush();
    } catch (error) {
      hostCode(error);
      throw new ClientGone("the other end went away");
    }
  }

  /** The body is whole. */
  end() {
    if (!this.#dispose()) return;
    try {
      OutgoingBody.finish(this.#body, undefined);
    } catch (error) {
      hostCode(error);
      throw new ClientGone("the body is not what its content-length says, or the other end went away");
    }
  }

  /** The body is not whole, and the other end is to notice. */
  abort() {
    if (this.#dispose()) this.#body[Symbol.dispose]();
  }

  /** Whether it was open. */
  #dispose() {
    if (!this.#open) return false;
    this.#open = false;
    this.#wait.wake();
    this.#pollable?.[Symbol.dispose]();
    this.#stream[Symbol.dispose]();
    return true;
  }
}
