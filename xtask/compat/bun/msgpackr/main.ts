// Messages by msgpackr: every type there and back, records, structures that are
// shared, streams, own types, and what is no message.
import { addExtension, decode, Decoder, encode, Encoder, FLOAT32_OPTIONS, Packr, pack, unpack, unpackMultiple, Unpackr } from "msgpackr";

class Point {
  constructor(public x: number, public y: number) {}
}
addExtension({ Class: Point, type: 11, write: ({ x, y }: Point) => [x, y], read: ([x, y]: [number, number]) => new Point(x, y) });

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const VALUES = [
  null, true, false, 0, 127, 128, 255, 65_535, 65_536, 4_294_967_296, -1, -32, -33, -129, -40_000, 1.5, -0.1, 1e300, Infinity,
  "", "short", "ünïcödé 😀", "x".repeat(40), [], [1, [2, [3]]], {}, { a: 1, "b c": [null] }, new Date(Date.UTC(2026, 0, 2, 3, 4, 5)),
  new Uint8Array([0, 1, 255]), 12_345_678_901_234n, -5n,
];

/** As JSON can show it. */
function shown(value: any): any {
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Date) return `date ${value.getTime()}`;
  if (value instanceof Uint8Array) return `bytes ${hex(value)}`;
  if (value instanceof Map) return ["map", ...[...value].map(shown)];
  if (value instanceof Set) return ["set", ...value];
  if (value instanceof RegExp || value instanceof Error) return String(value);
  if (value instanceof Point) return { point: [value.x, value.y] };
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map(shown);
  return value !== null && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shown(one)])) : value;
}

function caught(work: () => unknown) {
  try {
    return shown(work());
  } catch (error) {
    return (error as Error).message;
  }
}

export default {
  async fetch() {
    const rows = Array.from({ length: 50 }, (_, id) => ({ id, name: `user ${id}`, active: id % 2 === 0, score: id / 4 }));
    const records = new Packr();
    const plain = new Packr({ useRecords: false });
    const structures: object[][] = [];
    const shared = { getStructures: () => structures as any, saveStructures: (all: any) => void structures.splice(0, Infinity, ...all) };
    const writer = new Packr(shared);
    const written = writer.pack(rows);
    const cycle: any = { name: "loop", list: [1] };
    cycle.self = cycle;
    const cloned = new Packr({ structuredClone: true });
    const again = cloned.unpack(cloned.pack({ cycle, map: new Map([["k", 1]]), set: new Set([1, 2]), re: /x/gi, error: new TypeError("wrong") }));
    return Response.json({
      there: VALUES.map((value) => hex(plain.pack(value))),
      back: VALUES.map((value) => shown(unpack(pack(value)))),
      same: JSON.stringify(unpack(pack(rows))) === JSON.stringify(rows),
      sizes: [records.pack(rows).length, plain.pack(rows).length, written.length],
      shared: [structures.length, JSON.stringify(new Unpackr(shared).unpack(written)) === JSON.stringify(rows)],
      floats: hex(new Packr({ useFloat32: FLOAT32_OPTIONS.ALWAYS }).pack([1.5, 0.1])),
      extension: shown(decode(encode({ at: new Point(1, 2) })).at),
      maps: shown(new Unpackr({ mapsAsObjects: false, useRecords: false }).unpack(plain.pack({ a: { b: 1 } }))),
      clone: [again.cycle.self === again.cycle, shown(again.map), shown(again.set), shown(again.re), again.error.name, again.error.message],
      many: unpackMultiple(Buffer.concat([pack(1), pack("two"), pack([3])])),
      classes: shown(new Decoder().decode(new Encoder().encode({ a: [1n] }))),
      wrong: [caught(() => unpack(Buffer.from("c1", "hex"))), caught(() => unpack(pack("cut off, in the middle of it").subarray(0, 9))), caught(() => unpack(Buffer.from("0102", "hex")))],
    });
  },
};
