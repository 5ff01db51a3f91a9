/** Between Node's streams and the Web's: what readable-stream leaves to Node. */
import { Buffer } from "buffer";
import { Duplex, Readable, Writable } from "readable-stream";

/** @param {any} chunk */
const bytes = (chunk) => (ArrayBuffer.isView(chunk) ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : chunk instanceof ArrayBuffer ? Buffer.from(chunk) : chunk);

/** @param {ReadableStream<any>} stream @param {any} [options] */
function reading(stream, options) {
  const reader = stream.getReader();
  return {
    /** @this {Readable} */
    read() {
      reader.read().then(
        ({ done, value }) => void this.push(done ? null : options?.objectMode ? value : bytes(value)),
        (error) => void this.destroy(error),
      );
    },
    /** @param {Error | null} error */
    cancel: (error) => reader.cancel(error ?? undefined),
  };
}

/** @param {WritableStream<any>} stream */
function writing(stream) {
  const writer = stream.getWriter();
  return {
    /** @param {any} chunk @param {string} _encoding @param {(error?: Error | null) => void} done */
    write(chunk, _encoding, done) {
      writer.write(chunk).then(() => done(), done);
    },
    /** @param {(error?: Error | null) => void} done */
    final(done) {
      writer.close().then(() => done(), done);
    },
    /** @param {Error | null} error */
    abort: (error) => (error ? writer.abort(error) : Promise.resolve()),
  };
}

/**
 * @param {((error: Error | null) => Promise<unknown>)[]} ends
 * @returns {(error: Error | null, done: (error?: Error | null) => void) => void}
 */
const destroying = (...ends) => (error, done) => {
  Promise.allSettled(ends.map((end) => end(error))).then(() => done(error));
};

const R = /** @type {any} */ (Readable);
const W = /** @type {any} */ (Writable);
const D = /** @type {any} */ (Duplex);

/** @param {ReadableStream<any>} stream @param {any} [options] */
R.fromWeb = (stream, options) => {
  const { read, cancel } = reading(stream, options);
  return new Readable({ ...options, read, destroy: destroying(cancel) });
};

/** @param {Readable} readable */
R.toWeb = (readable) => {
  const iterator = readable[Symbol.asyncIterator]();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(Buffer.isBuffer(value) ? new Uint8Array(value.buffer, value.byteOffset, value.length) : value);
      },
      cancel: (reason) => void readable.destroy(reason instanceof Error ? reason : undefined),
    },
    { highWaterMark: 0 },
  );
};

/** @param {WritableStream<any>} stream @param {any} [options] */
W.fromWeb = (stream, options) => {
  const { write, final, abort } = writing(stream);
  return new Writable({ ...options, write, final, destroy: destroying(abort) });
};

/** @param {Writable} writable */
W.toWeb = (writable) =>
  new WritableStream({
    write: (chunk) => new Promise((resolve, reject) => void writable.write(chunk, (error) => (error ? reject(error) : resolve(undefined)))),
    close: () => new Promise((resolve, reject) => void writable.once("error", reject).end(() => resolve(undefined))),
    abort: (reason) => void writable.destroy(reason),
  });

/** @param {{ readable: ReadableStream<any>, writable: WritableStream<any> }} pair @param {any} [options] */
D.fromWeb = ({ readable, writable }, options) => {
  const { read, cancel } = reading(readable, options);
  const { write, final, abort } = writing(writable);
  return new Duplex({ ...options, read, write, final, destroy: destroying(cancel, abort) });
};

/** @param {Duplex} duplex */
D.toWeb = (duplex) => ({ readable: R.toWeb(duplex), writable: W.toWeb(duplex) });
