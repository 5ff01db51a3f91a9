/** Messages of the extended query protocol (PostgreSQL, "Message Formats"). */
import { Message } from "@warpgrid/node-compat/warpgrid/pg/writer";

const encoder = new TextEncoder();
const CANCEL = 80877102;

/** Parse, and Describe of what was parsed. @param {Message} message @param {string} name @param {string} text @param {number[]} types */
export function parse(message, name, text, types) {
  message.begin("P").text(name).text(text).int16(types.length);
  for (const type of types) message.int32(type);
  message.end();
  return message.begin("D").octet(83).text(name).end();
}

/**
 * Bind and Execute, to the end.
 * @param {Message} message
 * @param {string} name
 * @param {(string | Uint8Array | null)[]} values
 * @param {boolean[]} binary each column; none is text
 */
export function bind(message, name, values, binary) {
  message.begin("B").text("").text(name).int16(values.length);
  for (const value of values) message.int16(value instanceof Uint8Array ? 1 : 0);
  message.int16(values.length);
  for (const value of values) {
    const data = typeof value === "string" ? encoder.encode(value) : value;
    if (data === null) message.int32(-1);
    else message.int32(data.length).data(data);
  }
  message.int16(binary.length);
  for (const one of binary) message.int16(one ? 1 : 0);
  message.end();
  return message.begin("E").text("").int32(0).end();
}

/** @param {Message} message */
export const sync = (message) => message.begin("S").end();

/** @param {number} process @param {number} secret */
export const cancelRequest = (process, secret) => new Message().begin().int32(CANCEL).int32(process).int32(secret).end().take();

export { Message };
