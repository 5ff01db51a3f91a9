// Identifiers by uuid, of every version, from given and from random values.
import { MAX, NIL, parse, stringify, v1, v1ToV6, v3, v4, v5, v6, v6ToV1, v7, validate, version } from "uuid";

const random = Uint8Array.of(0x10, 0x91, 0x56, 0xbe, 0xc4, 0xfb, 0xc1, 0xea, 0x71, 0xb4, 0xef, 0xe1, 0x67, 0x1c, 0x58, 0x36);
const at = { msecs: Date.UTC(2026, 0, 2, 3, 4, 5, 678), nsecs: 1234, node: Uint8Array.of(1, 0x23, 0x45, 0x67, 0x89, 0xab), clockseq: 0x1234 };
const mine = "1b671a64-40d5-491e-99b0-da01ff1f3341";

const attempt = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return `${error}`;
  }
};

export default {
  fetch() {
    const first = v1(at);
    const made = [v1(), v4(), v6(), v7()];
    const many = Array.from({ length: 500 }, () => v7());
    const buffer = v4({ random }, new Uint8Array(20), 4);
    return Response.json({
      fixed: [first, v3("hello.example.com", v3.DNS), v3("text", mine), v4({ random }), v5("https://example.com/", v5.URL), v5("ü", mine), v6(at), v7({ msecs: at.msecs, random, seq: 42 })],
      converted: [v1ToV6(first), v6ToV1(v1ToV6(first)) === first],
      versions: made.map(version),
      valid: [...made, NIL, MAX, mine.toUpperCase(), "no", `${mine}0`, ""].map((id) => validate(id)),
      parsed: [...parse(mine)],
      stringified: stringify(parse(mine)),
      buffer: [...buffer],
      sorted: many.every((id, i) => i === 0 || many[i - 1] < id),
      distinct: new Set([...many, ...Array.from({ length: 500 }, () => v4())]).size,
      errors: [attempt(() => parse("no")), attempt(() => v5("x", "no namespace")), attempt(() => version("no")), attempt(() => stringify(new Uint8Array(16).fill(1)))],
    });
  },
};
