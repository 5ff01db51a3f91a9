/** Streams that encode and decode text, which the engine lacks. */

/** The last half of a pair is in the next chunk. */
const HALF = /[\ud800-\udbff]$/;

class Encoder {
  encoding = "utf-8";

  constructor() {
    const encoder = new TextEncoder();
    let half = "";
    const { readable, writable } = new TransformStream({
      transform(/** @type {unknown} */ chunk, controller) {
        const text = half + String(chunk);
        half = HALF.test(text) ? text.slice(-1) : "";
        const bytes = encoder.encode(half ? text.slice(0, -1) : text);
        if (bytes.length) controller.enqueue(bytes);
      },
      flush(controller) {
        if (half) controller.enqueue(encoder.encode(half));
      },
    });
    this.readable = readable;
    this.writable = writable;
  }
}

class Decoder {
  /** @param {string} [label] @param {TextDecoderOptions} [options] */
  constructor(label, options) {
    const decoder = new TextDecoder(label, options);
    this.encoding = decoder.encoding;
    this.fatal = decoder.fatal;
    this.ignoreBOM = decoder.ignoreBOM;
    const { readable, writable } = new TransformStream({
      transform(/** @type {any} */ chunk, controller) {
        const text = decoder.decode(chunk, { stream: true });
        if (text) controller.enqueue(text);
      },
      flush(controller) {
        const text = decoder.decode();
        if (text) controller.enqueue(text);
      },
    });
    this.readable = readable;
    this.writable = writable;
  }
}

for (const [name, one] of Object.entries({ TextEncoderStream: Encoder, TextDecoderStream: Decoder })) {
  Object.defineProperty(one, "name", { value: name });
  if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value: one, writable: true, configurable: true });
}

export {};
