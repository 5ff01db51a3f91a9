// Identifiers by nanoid: what they are made of, and those of a generator of one's own.
import { customAlphabet, customRandom, nanoid, random, urlAlphabet } from "nanoid";
import { nanoid as insecure } from "nanoid/non-secure";

/** The same bytes in every run. */
function seeded(seed: number) {
  return (size: number) => Uint8Array.from({ length: size }, () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 16);
}

const hexadecimal = customAlphabet("0123456789abcdef", 10);

export default {
  fetch() {
    const ids = Array.from({ length: 2000 }, () => nanoid());
    return Response.json({
      alphabet: [...urlAlphabet].sort().join(""),
      lengths: [nanoid().length, nanoid(5).length, nanoid(100).length, hexadecimal().length, hexadecimal(3).length, insecure().length],
      made: [nanoid(), nanoid(64)].every((id) => [...id].every((letter) => urlAlphabet.includes(letter))),
      hexadecimal: /^[0-9a-f]{10}$/.test(hexadecimal()),
      distinct: new Set(ids).size,
      letters: new Set(ids.join("")).size,
      random: random(16).length,
      seeded: [customRandom("abcdef", 10, seeded(1))(), customRandom(urlAlphabet, 21, seeded(7))()],
    });
  },
};
