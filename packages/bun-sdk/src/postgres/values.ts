// From Postgres' types to JavaScript's and back: as the package pg does, but for what
// there depends on the time zone of the machine.
import { types } from "pg";
import { PostgresError } from "./errors.js";

/** What integers of 64 bits become. */
export type Bigint = "string" | "number" | "bigint";

type Parse = (text: string) => unknown;

// OIDs of pg_type.dat.
const INT8 = 20;
const DATE = 1082;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;
const TEXTS = 1009;
const ARRAYS: Record<number, number> = { 1016: INT8, 1182: DATE, 1115: TIMESTAMP };

const INTEGERS: Record<Bigint, Parse> = {
  string: (text) => text,
  number: (text) => {
    const value = Number(text);
    if (Number.isSafeInteger(value)) return value;
    throw new PostgresError(`${text} is no integer that a number can hold`, { code: "UNSAFE_INTEGER", remedy: 'create the pool with `bigint: "string"` or `"bigint"`' });
  },
  bigint: BigInt,
};

/** A time without a zone is read as UTC, and so are the values that are sent. */
const timestamp: Parse = (text) => types.getTypeParser(TIMESTAMPTZ)(/infinity$/.test(text) ? text : text.replace(/( BC)?$/, "+00$1"));

/** How a pool reads what comes, in the shape that pg asks for. */
export function parsers(bigint: Bigint) {
  // A day is no point in time: it stays as it is written.
  const own: Record<number, Parse> = { [INT8]: INTEGERS[bigint], [DATE]: (text) => text, [TIMESTAMP]: timestamp };
  for (const [array, element] of Object.entries(ARRAYS)) own[Number(array)] = (text) => each(types.getTypeParser(TEXTS as number, "text")(text), own[element]!);
  return {
    getTypeParser: (oid: number, format?: "text" | "binary"): any =>
      format !== "binary" && Object.hasOwn(own, oid) ? own[oid] : types.getTypeParser(oid, format as "text"),
  };
}

function each(value: any, parse: Parse): unknown {
  if (Array.isArray(value)) return value.map((one) => each(one, parse));
  return value === null ? null : parse(value);
}

/** A parameter as it is sent. */
export function parameter(value: unknown, index: number): unknown {
  if (value !== undefined) return sent(value);
  throw new PostgresError(`parameter $${index + 1} is undefined`, { code: "BAD_VALUE", remedy: "give null for SQL's NULL" });
}

/** pg writes times in the machine's own zone. */
function sent(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(sent);
  return typeof value === "bigint" ? String(value) : value;
}
