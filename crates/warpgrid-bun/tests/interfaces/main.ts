// Small interfaces of Bun's, in the engine itself.
import * as bun from "bun";
import { answers } from "../described.ts";

class A {
  x = 1;
}

export default {
  async fetch() {
    const hasher = new Bun.CryptoHasher("sha256", "key");
    const cookies = new Bun.CookieMap('a=1; b=%20x; d="q"');
    cookies.set("n", "v v;ü", { httpOnly: true, maxAge: 5 });
    cookies.delete("a");
    const file = Bun.file("/etc/hostname.json");
    return Response.json(
      await answers({
        "escapeHTML": () => bun.escapeHTML("<a href=\"x\">'&'</a>"),
        "deepEquals": () => [Bun.deepEquals({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }), Bun.deepEquals(new A(), { x: 1 }, true), Bun.deepEquals(new Map([[1, [2]]]), new Map([[1, [2]]]))],
        "hashes": () => [hasher.update("a").update(new Uint8Array([98])).digest("hex"), Bun.MD5.hash("x", "hex"), Bun.hash.crc32("abc"), Bun.hash.xxHash64("abc")],
        "compression": () => new TextDecoder().decode(Bun.gunzipSync(Bun.gzipSync("text ".repeat(100)))),
        "cookies": () => [cookies.toJSON(), cookies.toSetCookieHeaders(), cookies.size],
        "a file that is not there": () => file.text(),
        "what it is": async () => [file.type, file.size, await file.exists(), file instanceof Blob],
        "passwords": () => [
          Bun.password.verifySync("pässword", "$argon2id$v=19$m=8,t=1,p=1$/LTz8qbgSIPewsdwOPwlyF7dj52xTQSRssFZi7z8vMc$/TzGQoNfAgk1f4apeR3q+IMQzjUStANsuE2bxDtLJ3k"),
          Bun.password.verifySync("x", "$argon2id$v=19$m=8,t=1,p=1$/LTz8qbgSIPewsdwOPwlyF7dj52xTQSRssFZi7z8vMc$/TzGQoNfAgk1f4apeR3q+IMQzjUStANsuE2bxDtLJ3k"),
          Bun.password.verifySync("x", Bun.password.hashSync("x", { algorithm: "bcrypt", cost: 4 })),
        ],
        "TOML and YAML": () => [Bun.TOML.parse("a = 1\n[b]\nc = 'x'\n"), Bun.YAML.parse("a: [1, x]\nb:\n  c: true\n")],
        "versions": () => [Bun.semver.satisfies("1.2.3", "^1.0.0"), Bun.semver.order("1.0.0", "2.0.0"), typeof Bun.version],
        "UUIDs": () => [Bun.randomUUIDv7().length, Bun.randomUUIDv7("hex", 5).slice(0, 13)],
        "streams": async () => [
          await Bun.readableStreamToText(new Response("text").body!),
          await Bun.readableStreamToJSON(new Blob(["[1]"]).stream()),
          await new Response((async function* () { yield "a"; yield new TextEncoder().encode("b"); })() as any).text(),
        ],
        "responses": () => [Response.json({}).headers.get("content-type"), Response.redirect("/a").headers.get("location")],
        "sleeping": async () => {
          const since = Bun.nanoseconds();
          await Bun.sleep(20);
          return Bun.nanoseconds() - since > 15e6;
        },
        "itself": () => [import.meta.main === undefined, Bun.env === process.env, process.versions.bun === Bun.version, Bun.isMainThread],
        "using": () => {
          const said: string[] = [];
          {
            using _one = { [Symbol.dispose]: () => void said.push("disposed") };
            said.push("used");
          }
          return said;
        },
      }),
    );
  },
};
