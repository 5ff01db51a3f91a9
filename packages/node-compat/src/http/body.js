/** Bodies between wasi:http and the Web's streams, without waiting in the host. */
import { IncomingBody, OutgoingBody } from "wasi:http/types";
import { hostCode } from "../errors.js";
import { watch } from "../loop.js";

/** @typedef {import("wasi:http/types").IncomingRequest} IncomingRequest */
/** @typedef {import("wasi:io/streams").OutputStream} OutputStream */

const READ_SIZE = 65536n;

/** @param {import("wasi:io/poll").Pollable} pollable */
const ready = (pollable) => new Promise((resolve) => watch(pollable, () => resolve(undefined)));

/** Reads a body, once: a request's here, or a response's of another server. */
export class BodyReader {
  #body;
  #stream;
  /** @type {import("wasi:io/poll").Pollable | undefined} */
  #pollable;
  #unwatch = () => {};
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
      const pollable = (this.#pollable ??= this.#stream.subscribe());
      await new Promise((resolve) => {
        this.#unwatch = watch(pollable, () => resolve(undefined));
      });
    }
  }

  close() {
    if (!this.#open) return;
    this.#open = false;
    this.#unwatch();
    this.#pollable?.[Symbol.dispose]();
    this.#stream[Symbol.dispose]();
    IncomingBody.finish(this.#body)[Symbol.dispose]();
  }
}

/**
 * @param {BodyReader} body
 * @param {AbortSignal | null} [signal]
 * @returns {ReadableStream<any>}
 */
export function toStream(body, signal) {
  return new ReadableStream(
    {
      async pull(controller) {
        signal?.throwIfAborted();
        const data = await body.read();
        if (data) return controller.enqueue(data);
        body.close();
        controller.close();
      },
      cancel() {
        body.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** The client does not want the rest. */
export class ClientGone extends Error {
  code = "ECONNRESET";
}

/** Writes a response's body. */
export class BodyWriter {
  #body;
  #stream;
  /** @type {import("wasi:io/poll").Pollable | undefined} */
  #pollable;

  /** @param {import("wasi:http/types").OutgoingBody} body */
  constructor(body) {
    this.#body = body;
    this.#stream = body.write();
  }

  /** @param {Uint8Array} data */
  async write(data) {
    try {
      while (data.length) {
        const room = Number(this.#stream.checkWrite());
        if (room === 0) {
          await ready((this.#pollable ??= this.#stream.subscribe()));
          continue;
        }
        const taken = Math.min(room, data.length);
        this.#stream.write(data.subarray(0, taken));
        data = data.subarray(taken);
      }
    } catch (error) {
      hostCode(error);
      throw new ClientGone("the client went away");
    }
  }

  /** Passes on what was written so far. */
  flush() {
    try {
      this.#stream.flush();
    } catch (error) {
      hostCode(error);
      throw new ClientGone("the client went away");
    }
  }

  /** The body is whole. */
  end() {
    this.#dispose();
    try {
      OutgoingBody.finish(this.#body, undefined);
    } catch (error) {
      hostCode(error);
      throw new ClientGone("the response's body is not what its content-length says, or the client went away");
    }
  }

  /** The body is not whole, and the client is to notice. */
  abort() {
    this.#dispose();
    this.#body[Symbol.dispose]();
  }

  #dispose() {
    this.#pollable?.[Symbol.dispose]();
    this.#stream[Symbol.dispose]();
  }
}
