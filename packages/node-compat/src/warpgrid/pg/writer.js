/** Messages to a PostgreSQL server (its documentation, "Message Formats"). */

const encoder = new TextEncoder();
const VERSION = 0x30000;

export class Message {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  #length = 0;

  /** @param {number} size */
  #reserve(size) {
    if (this.#at + size <= this.#bytes.length) return;
    const room = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + size));
    room.set(this.#bytes);
    this.#bytes = room;
    this.#view = new DataView(room.buffer);
  }

  /** @param {string} [type] none: the startup message */
  begin(type) {
    if (type) this.octet(type.charCodeAt(0));
    this.#length = this.#at;
    return this.int32(0);
  }
  /** Fills in how long the message is. */
  end() {
    this.#view.setInt32(this.#length, this.#at - this.#length);
    return this;
  }
  /** @param {number} value */
  octet(value) {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
    return this;
  }
  /** @param {number} value */
  int16(value) {
    this.#reserve(2);
    this.#view.setInt16(this.#at, value);
    this.#at += 2;
    return this;
  }
  /** @param {number} value */
  int32(value) {
    this.#reserve(4);
    this.#view.setInt32(this.#at, value);
    this.#at += 4;
    return this;
  }
  /** @param {Uint8Array} data */
  data(data) {
    this.#reserve(data.length);
    this.#bytes.set(data, this.#at);
    this.#at += data.length;
    return this;
  }
  /** Ends with a zero. @param {string} value */
  text(value) {
    if (value.includes("\0")) throw new TypeError("a text for PostgreSQL cannot hold the character 0");
    return this.data(encoder.encode(value)).octet(0);
  }
  take() {
    return this.#bytes.subarray(0, this.#at);
  }
}

/** @param {Record<string, string | undefined>} parameters */
export function startup(parameters) {
  const message = new Message().begin().int32(VERSION);
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) message.text(name).text(value);
  return message.octet(0).end().take();
}

/** @param {string} password */
export const passwordMessage = (password) => new Message().begin("p").text(password).end().take();

/** @param {string} text */
export const query = (text) => new Message().begin("Q").text(text).end().take();

/**
 * Parse where the statement is new, Bind, Describe, Execute, Sync: sent at once.
 * @param {{ name: string, text: string, values: (string | Uint8Array | null)[], known: boolean, binary: boolean, most: number }} statement
 */
export function extended({ name, text, values, known, binary, most }) {
  const message = new Message();
  if (!known) message.begin("P").text(name).text(text).int16(0).end();
  message.begin("B").text("").text(name).int16(values.length);
  for (const value of values) message.int16(value instanceof Uint8Array ? 1 : 0);
  message.int16(values.length);
  for (const value of values) {
    const data = typeof value === "string" ? encoder.encode(value) : value;
    if (data === null) message.int32(-1);
    else message.int32(data.length).data(data);
  }
  message.int16(1).int16(binary ? 1 : 0).end();
  message.begin("D").octet(80).text("").end();
  message.begin("E").text("").int32(most).end();
  return message.begin("S").end().take();
}

/** @param {string} reason */
export const copyFail = (reason) => new Message().begin("f").text(reason).end().take();
export const terminate = () => new Message().begin("X").end().take();
