// Values that JSON does not have, by SuperJSON.
import SuperJSON from "superjson";

class Money {
  constructor(
    public amount: number,
    public currency: string,
  ) {}
  get text() {
    return `${this.amount} ${this.currency}`;
  }
}
class Point {
  constructor(public x: number) {}
}

const superjson = new SuperJSON({ dedupe: true });
superjson.registerClass(Money, { identifier: "money" });
superjson.registerSymbol(Symbol.for("known"), "known");
superjson.registerCustom<Point, string>({ isApplicable: (value): value is Point => value instanceof Point, serialize: ({ x }) => `x${x}`, deserialize: (text) => new Point(Number(text.slice(1))) }, "point");

const shared = { name: "shared" };
const value = {
  date: new Date(Date.UTC(2026, 0, 2)), big: 123456789012345678901n, regexp: /a+b/giu, none: undefined, set: new Set([1, new Date(0)]), map: new Map<unknown, unknown>([["a", 1n], [{ key: true }, new Set(["x"])]]),
  nan: NaN, infinite: -Infinity, zero: -0, url: new URL("https://example.com/a?b=c"), error: Object.assign(new TypeError("wrong"), { code: 7 }), money: new Money(3, "EUR"), point: new Point(4), symbol: Symbol.for("known"), bytes: new Uint8Array([1, 2, 255]),
  "dotted.key": { "a.b": new Date(0) }, deep: [[{ date: new Date(1) }]], first: shared, second: shared, nothing: null, text: "plain",
};

export default {
  fetch() {
    const { json, meta } = superjson.serialize(value);
    const back = superjson.parse<typeof value>(superjson.stringify(value));
    const plain = SuperJSON.serialize({ a: 1, b: [true, null, "x"] });
    return Response.json({
      json,
      meta,
      plain,
      back: {
        date: back.date instanceof Date && back.date.getTime(), big: String(back.big + 1n), regexp: [back.regexp.source, back.regexp.flags, back.regexp.test("xAAB")], none: "none" in back && back.none === undefined, set: [back.set instanceof Set, [...back.set].map((of) => (of instanceof Date ? of.toISOString() : of))],
        map: [...back.map].map(([key, of]) => [typeof key, of instanceof Set ? [...of] : String(of)]), numbers: [Number.isNaN(back.nan), back.infinite === -Infinity, Object.is(back.zero, -0)], url: back.url.searchParams.get("b"), error: [back.error instanceof Error, back.error.name, back.error.message],
        money: [back.money instanceof Money, back.money.text], point: back.point instanceof Point && back.point.x, symbol: back.symbol === Symbol.for("known"), bytes: [back.bytes instanceof Uint8Array, ...back.bytes], dotted: back["dotted.key"]["a.b"] instanceof Date, deep: back.deep[0][0].date.getTime(), text: back.text,
      },
      errors: (() => {
        try {
          return superjson.parse('{"json":{"__proto__":1},"meta":{"values":{"__proto__.x":["Date"]}}}');
        } catch (error) {
          return `${error}`;
        }
      })(),
    });
  },
};
