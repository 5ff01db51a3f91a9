/** From the bytes of a session to messages: a type, a length and a body. */

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
/** What a server may send at once; its own limit is the same. */
const MOST = 2 ** 30;

/** The body of a message, read from the front. */
export class Body {
  #bytes;
  #view;
  #at;
  #end;

  /** @param {Uint8Array} bytes @param {number} at @param {number} end */
  constructor(bytes, at, end) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
    this.#end = end;
  }

  /** @param {number} size */
  #take(size) {
    const at = this.#at;
    if (size < 0 || at + size > this.#end) throw broken("a field is longer than its message");
    this.#at += size;
    return at;
  }

  octet() {
    return this.#view.getUint8(this.#take(1));
  }
  int16() {
    return this.#view.getInt16(this.#take(2));
  }
  int32() {
    return this.#view.getInt32(this.#take(4));
  }
  uint32() {
    return this.#view.getUint32(this.#take(4));
  }
  /** Up to a zero. */
  text() {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0 || end >= this.#end) throw broken("a text does not end");
    const at = this.#take(end + 1 - this.#at);
    return decoder.decode(this.#bytes.subarray(at, end));
  }
  /** @param {number} size */
  string(size) {
    const at = this.#take(size);
    return decoder.decode(this.#bytes.subarray(at, at + size));
  }
  /** @param {number} size */
  bytes(size) {
    const at = this.#take(size);
    return this.#bytes.slice(at, at + size);
  }
}

/** @param {string} what */
const broken = (what) => Object.assign(new Error(`the server broke the protocol: ${what}`), { code: "EPROTO" });

export class Reader {
  /** @type {Uint8Array} */
  #buffer = new Uint8Array(0);
  #start = 0;
  #end = 0;

  /**
   * @param {Uint8Array} data
   * @param {(type: string, body: Body, length: number) => void} each
   */
  feed(data, each) {
    this.#append(data);
    while (this.#end - this.#start >= 5) {
      const { buffer, byteOffset } = this.#buffer;
      const length = new DataView(buffer, byteOffset + this.#start + 1).getInt32(0);
      if (length < 4 || length > MOST) throw broken(`a message of ${length} bytes`);
      const end = this.#start + 1 + length;
      if (end > this.#end) {
        this.#reserve(1 + length);
        return;
      }
      const type = String.fromCharCode(this.#buffer[this.#start]);
      const body = new Body(this.#buffer, this.#start + 5, end);
      this.#start = end;
      each(type, body, length);
    }
  }

  /** @param {Uint8Array} data */
  #append(data) {
    if (this.#start === this.#end) {
      // Nothing is left over: what came is read where it lies.
      [this.#buffer, this.#start, this.#end] = [data, 0, data.length];
      return;
    }
    this.#reserve(this.#end - this.#start + data.length);
    this.#buffer.set(data, this.#end);
    this.#end += data.length;
  }

  /** Makes room for so many bytes, and twice as many as before, so that each is moved seldom. @param {number} size */
  #reserve(size) {
    if (this.#start + size <= this.#buffer.length) return;
    const held = this.#buffer.subarray(this.#start, this.#end);
    // Room is not made for what a length only claims.
    const room = new Uint8Array(Math.max(held.length * 2, Math.min(size, held.length + 65536)));
    room.set(held);
    [this.#buffer, this.#start, this.#end] = [room, 0, held.length];
  }
}
