// Schemas by Zod: objects, unions, transforms, refinements, recursion, errors.
import { z } from "zod";

const Email = z.email().brand<"Email">();
const Address = z.object({ street: z.string().trim().min(1), zip: z.string().regex(/^\d{5}$/), country: z.enum(["DE", "FR"]).default("DE") });
const User = z
  .strictObject({
    id: z.uuid(),
    name: z.string().min(2).max(20),
    email: Email,
    age: z.coerce.number().int().nonnegative().optional(),
    born: z.iso.date().transform((text) => new Date(`${text}T00:00:00Z`)),
    tags: z.array(z.string().toLowerCase()).max(3).default([]),
    address: Address.nullable(),
    roles: z.set(z.literal(["admin", "user"])).or(z.array(z.string()).transform((roles) => new Set(roles))),
    settings: z.record(z.string(), z.union([z.boolean(), z.number()])),
  })
  .refine((user) => user.name !== "root" || user.age === undefined, { message: "root has no age", path: ["age"] });

const Event = z.discriminatedUnion("type", [
  z.object({ type: z.literal("click"), at: z.tuple([z.number(), z.number()]) }),
  z.object({ type: z.literal("key"), key: z.string().length(1), with: z.array(z.enum(["ctrl", "alt"])).optional() }),
]);

interface Tree {
  value: number;
  children: Tree[];
}
const Tree: z.ZodType<Tree> = z.object({ value: z.number(), children: z.lazy(() => z.array(Tree)) });

const good = {
  id: "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", name: "Ada", email: "ada@example.com", age: "36", born: "1815-12-10",
  tags: ["Math", "ENGINES"], address: { street: " Main 1 ", zip: "12345" }, roles: ["admin"], settings: { dark: true, size: 3 },
};
const bad = { ...good, id: "x", name: "A", email: "nobody", age: -1, born: "1815-13-10", tags: ["a", "b", "c", 4], address: { zip: "1" }, settings: { dark: "yes" }, more: 1 };

const issues = (result: z.ZodSafeParseResult<unknown>) => (result.success ? [] : result.error.issues.map(({ code, path, message }) => ({ code, path, message })));

export default {
  async fetch() {
    const user = User.parse(good);
    const wrong = User.safeParse(bad);
    const later = await z.string().refine(async (text) => text.length > 3, "too short").safeParseAsync("abc");
    return Response.json({
      user: { ...user, roles: [...user.roles] },
      wrong: issues(wrong),
      flattened: wrong.error && z.flattenError(wrong.error),
      pretty: wrong.error && z.prettifyError(wrong.error),
      events: [{ type: "click", at: [1, 2] }, { type: "key", key: "ab" }, { type: "wheel" }].map((event) => issues(Event.safeParse(event))),
      tree: Tree.parse({ value: 1, children: [{ value: 2, children: [] }] }),
      deep: issues(Tree.safeParse({ value: 1, children: [{ value: "2", children: [] }] })),
      root: issues(User.safeParse({ ...good, name: "root" })),
      partial: User.shape.address.unwrap().partial().parse({ zip: "00000" }),
      picked: z.object({ a: z.string(), b: z.number() }).pick({ a: true }).parse({ a: "x", b: 1 }),
      piped: z.string().transform((text) => text.split(",")).pipe(z.array(z.coerce.number())).parse("1,2,3"),
      caught: z.number().catch(7).parse("none"),
      later: issues(later),
      schema: z.toJSONSchema(Address),
      bigint: z.bigint().positive().safeParse(5n).success,
      template: z.templateLiteral(["v", z.number(), ".", z.number()]).safeParse("v1.2").success,
      strings: [z.url(), z.ipv4(), z.base64(), z.iso.datetime(), z.emoji(), z.cuid2()].map((schema) => ["https://a.b/c", "10.0.0.1", "aGk=", "2026-01-01T00:00:00Z", "🙂", "tz4a98xxat96iws9zmbrgj3a"].map((text) => schema.safeParse(text).success)),
    });
  },
};
