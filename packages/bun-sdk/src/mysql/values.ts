// From MySQL's types to JavaScript's and back, where mysql2's own would lose something.
import type { FieldPacket } from "mysql2/promise";
import { MysqlError } from "./errors.js";

/** What integers of 64 bits become. */
export type Bigint = "string" | "number" | "bigint";

/** MYSQL_TYPE_LONGLONG of the protocol. */
const LONGLONG = 8;

/** Rows in which mysql2 left these integers as texts. */
export function converted(rows: Record<string, unknown>[], fields: FieldPacket[], bigint: Bigint): Record<string, unknown>[] {
  const names = fields.filter(({ columnType }) => columnType === LONGLONG).map(({ name }) => name);
  for (const row of rows) {
    for (const name of names) if (row[name] !== null) row[name] = integer(String(row[name]), bigint);
  }
  return rows;
}

function integer(text: string, bigint: Bigint): string | number | bigint {
  if (bigint === "string") return text;
  if (bigint === "bigint") return BigInt(text);
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new MysqlError(`${text} is no integer that a number can hold`, { code: "UNSAFE_INTEGER", remedy: 'create the pool with `bigint: "string"` or `"bigint"`' });
}

/** A parameter as it is sent. */
export function parameter(value: unknown, index: number): unknown {
  if (value === undefined) throw new MysqlError(`parameter ${index + 1} is undefined`, { code: "BAD_VALUE", remedy: "give null for SQL's NULL" });
  return value instanceof Uint8Array && !Buffer.isBuffer(value) ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
}
