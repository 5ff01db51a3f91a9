// JSON Schema by Ajv: compiled validators, references, formats of one's own,
// coercion, defaults, async validation, JTD.
import Ajv, { type ErrorObject } from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import Jtd from "ajv/dist/jtd.js";
import standalone from "ajv/dist/standalone/index.js";

const ajv = new Ajv({ allErrors: true, coerceTypes: true, useDefaults: true, removeAdditional: true, formats: { even: { type: "number", validate: (n: number) => n % 2 === 0 }, date: /^\d{4}-\d\d-\d\d$/ } });
ajv.addKeyword({ keyword: "divides", type: "number", schemaType: "number", compile: (whole: number) => (part: number) => whole % part === 0 });
ajv.addSchema({ $id: "defs.json", definitions: { name: { type: "string", pattern: "^\\p{Lu}\\p{Ll}+$" } } });

const user = ajv.compile({
  $id: "user.json",
  type: "object",
  required: ["name", "age"],
  properties: {
    name: { $ref: "defs.json#/definitions/name" },
    age: { type: "integer", minimum: 0, exclusiveMaximum: 150 },
    born: { type: "string", format: "date" },
    number: { type: "number", format: "even", divides: 12 },
    tags: { type: "array", items: { type: "string" }, uniqueItems: true, default: ["new"] },
    contact: { oneOf: [{ type: "object", required: ["email"], properties: { email: { type: "string" } } }, { type: "object", required: ["phone"], properties: { phone: { type: "string" } } }] },
  },
  if: { properties: { age: { maximum: 17 } } },
  then: { required: ["guardian"] },
  additionalProperties: false,
});

const tree = ajv.compile({ $id: "tree.json", type: "object", properties: { value: { type: "number" }, children: { type: "array", items: { $ref: "#" } } }, required: ["value"] });

ajv.addKeyword({ keyword: "exists", async: true, type: "number", validate: async (_: unknown, id: number) => id < 10 });
const known = ajv.compile<{ id: number }>({ $async: true, type: "object", properties: { id: { type: "number", exists: true } } });

const tuple = new Ajv2020().compile({ type: "array", prefixItems: [{ type: "string" }, { type: "number" }], items: false, unevaluatedItems: false });

const jtd = new Jtd();
const point = { properties: { x: { type: "float64" }, y: { type: "int8" } }, optionalProperties: { label: { type: "string" } } } as const;

const errors = (list: ErrorObject[] | null | undefined) => list?.map(({ instancePath, keyword, message, params, schemaPath }) => ({ instancePath, keyword, message, params, schemaPath }));

export default {
  async fetch() {
    const check = (value: unknown) => ({ valid: user(value), value, errors: errors(user.errors) });
    const serialize = jtd.compileSerializer<{ x: number; y: number; label?: string }>(point);
    const parse = jtd.compileParser<{ x: number; y: number }>(point);
    const source = new Ajv({ code: { source: true } });
    return Response.json({
      good: check({ name: "Ada", age: "36", born: "1815-12-10", number: 4, more: 1 }),
      bad: check({ name: "ada", age: 151, born: "yesterday", number: 5, tags: ["a", "a"], contact: {} }),
      child: check({ name: "Éva", age: 7 }),
      missing: check({}),
      text: ajv.errorsText(user.errors),
      tree: [tree({ value: 1, children: [{ value: 2 }] }), tree({ value: 1, children: [{}] }), errors(tree.errors)],
      known: await known({ id: 3 }),
      unknown: await known({ id: 30 }).then(() => "known", (error) => errors(error.errors)),
      tuple: [tuple(["a", 1]), tuple(["a", 1, 2]), errors(tuple.errors)],
      serialized: serialize({ x: 1.5, y: -3, label: "p\n" }),
      parsed: [parse('{"x":1,"y":2}'), parse('{"x":1,"y":200}') ?? [parse.message, parse.position]],
      wrong: (() => {
        try {
          return new Ajv().compile({ type: "nothing" }) && "compiled";
        } catch (error) {
          return (error as Error).message;
        }
      })(),
      code: standalone(source, source.compile({ type: "string", minLength: 2 })).length > 100,
    });
  },
};
