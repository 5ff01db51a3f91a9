// Schemas by TypeBox: checked, cleaned, decoded, compiled, and changed into each other.
import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { Value } from "@sinclair/typebox/value";

const Address = Type.Object({ street: Type.String(), zip: Type.String({ pattern: "^[0-9]{5}$" }) }, { $id: "Address" });
const User = Type.Object({
  id: Type.Integer({ minimum: 1 }),
  name: Type.String({ minLength: 2 }),
  role: Type.Union([Type.Literal("admin"), Type.Literal("reader")], { default: "reader" }),
  tags: Type.Array(Type.String(), { uniqueItems: true, maxItems: 3, default: [] }),
  address: Type.Optional(Address),
  scores: Type.Record(Type.String(), Type.Number()),
  pair: Type.Tuple([Type.String(), Type.Boolean()]),
});
const Day = Type.Transform(Type.String()).Decode((text) => new Date(`${text}T00:00:00Z`)).Encode((date) => date.toISOString().slice(0, 10));
const Node = Type.Recursive((This) => Type.Object({ value: Type.Number(), children: Type.Array(This) }));
const Module = Type.Module({ Node: Type.Object({ next: Type.Union([Type.Ref("Node"), Type.Null()]) }) });

const good: Static<typeof User> = { id: 1, name: "Ada", role: "admin", tags: ["a"], scores: { x: 1.5 }, pair: ["a", true] };
const bad = { id: 0, name: "A", role: "none", tags: ["a", "a"], address: { street: 1, zip: "x" }, scores: { x: "1" }, pair: ["a"], more: 1 };

const errors = (schema: any, value: unknown) => [...Value.Errors(schema, value)].map(({ path, message }) => `${path} ${message}`);

export default {
  async fetch() {
    const compiled = TypeCompiler.Compile(User);
    const tree = { value: 1, children: [{ value: 2, children: [] }] };
    return Response.json({
      checked: [Value.Check(User, good), Value.Check(User, bad), compiled.Check(good), compiled.Check(bad)],
      errors: errors(User, bad),
      compiled: [...compiled.Errors(bad)].length,
      defaults: Value.Default(User, { id: 2, name: "Grace" }),
      converted: Value.Convert(Type.Object({ n: Type.Number(), b: Type.Boolean() }), { n: "7", b: "true" }),
      cleaned: Value.Clean(Type.Object({ a: Type.Number() }), { a: 1, b: 2 }),
      created: Value.Create(User),
      cast: Value.Cast(Type.Object({ a: Type.Number(), b: Type.String() }), { a: "x", b: "y" }),
      decoded: (Value.Decode(Type.Object({ day: Day }), { day: "2026-02-28" }) as any).day.getTime(),
      encoded: Value.Encode(Type.Object({ day: Day }), { day: new Date(0) }),
      recursive: [Value.Check(Node, tree), Value.Check(Node, { value: 1, children: [{}] })],
      module: Value.Check(Module.Import("Node"), { next: { next: null } }),
      picked: [Type.Pick(User, ["id"]), Type.Omit(Address, ["zip"]), Type.Partial(Address), Type.Required(Type.Partial(Address)), Type.KeyOf(Address)],
      composed: [Type.Composite([Type.Object({ a: Type.Number() }), Type.Object({ b: Type.String() })]), Type.Intersect([Address, Type.Object({ country: Type.String() })])],
      mapped: [Type.Exclude(Type.Union([Type.Literal("a"), Type.Literal("b")]), Type.Literal("a")), Type.TemplateLiteral("v${1|2}.0"), Type.Uppercase(Type.Literal("abc"))],
      difference: Value.Diff({ a: 1, b: [1, 2] }, { a: 2, b: [1] }),
      patched: Value.Patch({ a: 1 }, [{ type: "update", path: "/a", value: 3 }]),
      equal: [Value.Equal(good, Value.Clone(good)), Value.Hash({ a: [1, "x"] }).toString()],
      thrown: caught(() => Value.Parse(User, bad)),
    });
  },
};

function caught(work: () => unknown) {
  try {
    return work();
  } catch (error) {
    return (error as Error).message;
  }
}
