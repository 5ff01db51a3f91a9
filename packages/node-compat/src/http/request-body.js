/** What fetch sends: whole where it is known, a stream where it is not. */

/** @typedef {Uint8Array | ReadableStream<Uint8Array>} Body */

/** Streams shorter than this are sent as if their length had been known. */
const SHORT = 65536;

/**
 * Whether the body stands in memory already.
 * @param {unknown} input
 * @param {RequestInit | undefined} init
 */
export const knownBody = (input, init) => init?.body != null && !(init.body instanceof ReadableStream);

/**
 * The whole of a short stream, or a stream of the same.
 * @param {ReadableStream<Uint8Array>} stream
 * @returns {Promise<Body>}
 */
export async function startOf(stream) {
  const reader = stream.getReader();
  /** @type {Uint8Array[]} */
  const chunks = [];
  let length = 0;
  while (length < SHORT) {
    const { done, value } = await reader.read();
    if (done) return join(chunks, length);
    chunks.push(value);
    length += value.length;
  }
  return new ReadableStream(
    {
      async pull(controller) {
        const first = chunks.shift();
        if (first) return controller.enqueue(first);
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/**
 * @param {Uint8Array[]} chunks
 * @param {number} length
 */
function join(chunks, length) {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/**
 * Fails only where the program's own stream does: what the other end does not
 * want, its response is about.
 * @param {Body} body
 * @param {import("./body.js").BodyWriter} writer
 */
export async function write(body, writer) {
  if (body instanceof Uint8Array) return writer.write(body).then(() => writer.end()).catch(() => {});
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((error) => {
      writer.abort();
      throw error;
    });
    try {
      if (done) return writer.end();
      await writer.write(value);
      writer.flush();
    } catch (error) {
      await reader.cancel(error).catch(() => {});
      return;
    }
  }
}
