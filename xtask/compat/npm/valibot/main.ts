// Schemas by Valibot: pipes, variants, transforms, recursion, issues.
import * as v from "valibot";

const Login = v.pipe(
  v.object({
    email: v.pipe(v.string(), v.trim(), v.toLowerCase(), v.email("not an email")),
    password: v.pipe(v.string(), v.minLength(8), v.regex(/[0-9]/, "needs a digit")),
    again: v.string(),
    remember: v.optional(v.boolean(), false),
  }),
  v.forward(v.partialCheck([["password"], ["again"]], ({ password, again }) => password === again, "they differ"), ["again"]),
);

const Shape = v.variant("kind", [
  v.object({ kind: v.literal("circle"), radius: v.pipe(v.number(), v.minValue(0)) }),
  v.object({ kind: v.literal("box"), size: v.tuple([v.number(), v.number()]) }),
]);

interface Folder {
  name: string;
  folders: Folder[];
}
const Folder: v.GenericSchema<Folder> = v.object({ name: v.string(), folders: v.lazy(() => v.array(Folder)) });

const Record = v.record(v.pipe(v.string(), v.hexColor()), v.nullable(v.pipe(v.string(), v.transform(Number), v.integer())));

const issues = (result: v.SafeParseResult<v.GenericSchema>) => result.issues?.map((issue) => ({ kind: issue.kind, type: issue.type, path: v.getDotPath(issue), expected: issue.expected, received: issue.received, message: issue.message }));

export default {
  async fetch() {
    const wrong = v.safeParse(Login, { email: "nobody", password: "short", again: "x" });
    const later = await v.safeParseAsync(v.pipeAsync(v.string(), v.checkAsync(async (name) => name !== "taken", "is taken")), "taken");
    return Response.json({
      login: v.parse(Login, { email: " Ada@Example.com ", password: "secret123", again: "secret123" }),
      wrong: issues(wrong),
      flat: wrong.issues && v.flatten(wrong.issues),
      differ: issues(v.safeParse(Login, { email: "a@b.cd", password: "secret123", again: "secret124" })),
      shapes: [{ kind: "circle", radius: -1 }, { kind: "box", size: [1] }, { kind: "line" }, { kind: "box", size: [1, 2] }].map((shape) => issues(v.safeParse(Shape, shape)) ?? "fits"),
      folder: v.is(Folder, { name: "/", folders: [{ name: "a", folders: [] }] }),
      deep: issues(v.safeParse(Folder, { name: "/", folders: [{ name: 1, folders: [] }] })),
      record: v.parse(Record, { "#ff0000": "12", "#00f": null }),
      fallback: v.parse(v.fallback(v.number(), 7), "none"),
      strict: issues(v.safeParse(v.strictObject({ a: v.string() }), { a: "x", b: 1 })),
      picked: v.parse(v.pick(v.object({ a: v.string(), b: v.number() }), ["a"]), { a: "x", b: 1 }),
      unions: issues(v.safeParse(v.union([v.string(), v.pipe(v.number(), v.maxValue(3))]), 5)),
      date: v.parse(v.pipe(v.string(), v.isoTimestamp(), v.transform((text) => new Date(text))), "2026-01-02T03:04:05.678Z"),
      map: [...v.parse(v.map(v.string(), v.bigint()), new Map([["a", 1n]]))].map(([key, value]) => [key, String(value)]),
      later: issues(later as never),
      strings: [v.ipv6(), v.uuid(), v.emoji(), v.ulid(), v.creditCard(), v.isoDate(), v.decimal()].map((check) => ["::1", "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "🙂", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "4242424242424242", "2026-02-29", "-1.5"].map((text) => v.safeParse(v.pipe(v.string(), check as v.EmailAction<string, undefined>), text).success)),
    });
  },
};
