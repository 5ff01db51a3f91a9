/** `for await` over streams, and streams of what can be iterated, which the engine lacks. */

/** @type {any} */
const stream = ReadableStream.prototype;

/**
 * @this {ReadableStream<any>}
 * @param {{ preventCancel?: boolean }} [options]
 */
function values(options) {
  const preventCancel = options?.preventCancel ?? false;
  const reader = this.getReader();
  let released = false;
  const release = () => {
    if (!released) reader.releaseLock();
    released = true;
  };
  return {
    async next() {
      if (released) return { done: true, value: undefined };
      try {
        const result = await reader.read();
        if (result.done) release();
        return result;
      } catch (error) {
        release();
        throw error;
      }
    },
    async return(/** @type {unknown} */ value) {
      const cancelled = preventCancel || released ? undefined : reader.cancel(value);
      release();
      await cancelled;
      return { done: true, value };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

for (const name of ["values", Symbol.asyncIterator]) {
  if (!(name in stream)) Object.defineProperty(stream, name, { value: values, writable: true, configurable: true });
}

/** @type {any} */ (ReadableStream).from ??= (/** @type {any} */ iterable) => {
  const iterator = iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(await value);
      },
      async cancel(reason) {
        await iterator.return?.(reason);
      },
    },
    { highWaterMark: 0 },
  );
};
