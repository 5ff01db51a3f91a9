// Small interfaces: what ours give is what Bun's own do.
import { expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as core from "../src/core.js";
import * as cookies from "../src/cookies.js";
import * as compression from "../src/compression.js";
import * as files from "../src/file.js";
import * as formats from "../src/formats.js";
import * as hashes from "../src/hash.js";
import * as inspection from "../src/inspect.js";
import { password } from "../src/password.js";
import absent from "../absent.json";
import { parts } from "../parts.js";

const hex = (bytes) => Buffer.from(bytes).toString("hex");

test("every name of Bun's is here, or said to be absent", () => {
  const here = Object.values(parts).flat();
  expect([...here, ...absent].sort()).toEqual(Object.getOwnPropertyNames(Bun).sort());
});

test("escapeHTML, concatArrayBuffers, stripANSI", async () => {
  for (const text of ["<a href=\"x\">'&'</a>", "", "ü"]) expect(core.escapeHTML(text)).toBe(Bun.escapeHTML(text));
  const buffers = [new Uint8Array([1, 2]), new Uint8Array([3]).buffer];
  for (const most of [undefined, 2]) expect(hex(core.concatArrayBuffers(buffers, most))).toBe(hex(Bun.concatArrayBuffers(buffers, most)));
  expect(inspection.stripANSI("\u001b[31mred\u001b[0m")).toBe(Bun.stripANSI("\u001b[31mred\u001b[0m"));
  const stream = () => new Response("[1]").body;
  expect(await core.readableStreamToJSON(stream())).toEqual(await Bun.readableStreamToJSON(stream()));
});

test("UUIDs of version 7 are in order", () => {
  const made = Array.from({ length: 100 }, () => core.randomUUIDv7());
  expect(made).toEqual([...made].sort());
  expect(new Set(made).size).toBe(100);
  for (const one of [made[0], Bun.randomUUIDv7()]) expect(one).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(core.randomUUIDv7("buffer", 5).length).toBe(16);
  expect(core.randomUUIDv7("hex", 5).slice(0, 13)).toBe(Bun.randomUUIDv7("hex", 5).slice(0, 13));
});

test("deepEquals, deepMatch", () => {
  class A {
    x = 1;
  }
  const pairs = [
    [{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }], [{ a: undefined }, {}], [[1, , 2], [1, undefined, 2]], [new Map([[{ a: 1 }, 2]]), new Map([[{ a: 1 }, 2]])],
    [new Date(1), new Date(1)], [NaN, NaN], [0, -0], [new Set([1, [2]]), new Set([1, [2]])], [/a/g, /a/i], [new A(), { x: 1 }], [[1], [1, 2]], ["a", "a"],
    [null, undefined], [new Uint8Array([1]), new Uint8Array([1])], [{ a: 1, b: 2 }, { b: 2, a: 1 }],
  ];
  for (const [a, b] of pairs) {
    for (const strict of [false, true]) expect([a, b, strict, inspection.deepEquals(a, b, strict)]).toEqual([a, b, strict, Bun.deepEquals(a, b, strict)]);
  }
  for (const [a, b] of [[{ a: 1 }, { a: 1, b: 2 }], [{ a: 1 }, { b: 2 }], [{ a: { b: 1 } }, { a: { b: 1, c: 2 } }]]) {
    expect(inspection.deepMatch(a, b)).toBe(Bun.deepMatch(a, b));
  }
});

test("hashes", () => {
  for (const name of ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha512-256", "sha3-256"]) {
    expect(hashes.CryptoHasher.hash(name, "text", "hex")).toBe(Bun.CryptoHasher.hash(name, "text", "hex"));
    expect(new hashes.CryptoHasher(name).byteLength).toBe(new Bun.CryptoHasher(name).byteLength);
  }
  for (const name of ["MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "SHA512_256"]) {
    expect(hashes[name].hash("text", "hex")).toBe(Bun[name].hash("text", "hex"));
    expect(hashes[name].byteLength).toBe(Bun[name].byteLength);
  }
  const parts = (Hasher) => new Hasher("sha256", "key").update("a").update(new Uint8Array([98])).digest("base64");
  expect(parts(hashes.CryptoHasher)).toBe(parts(Bun.CryptoHasher));
  for (const text of ["", "abc", "x".repeat(1000)]) {
    for (const name of ["crc32", "adler32", "xxHash64"]) expect(hashes.hash[name](text)).toBe(Bun.hash[name](text));
  }
  expect(hashes.hash.xxHash64("abc", 7n)).toBe(Bun.hash.xxHash64("abc", 7n));
  expect(() => new hashes.CryptoHasher("nope")).toThrow("Unsupported algorithm nope");
  expect(() => hashes.hash("x")).toThrow("Bun.hash does not exist in a component");
});

test("passwords are verified by the other, either way", () => {
  for (const options of [{ algorithm: "bcrypt", cost: 4 }, { algorithm: "argon2id", memoryCost: 16, timeCost: 2 }, { algorithm: "argon2d", memoryCost: 8, timeCost: 1 }]) {
    expect(Bun.password.verifySync("pässword", password.hashSync("pässword", options))).toBe(true);
    expect(password.verifySync("pässword", Bun.password.hashSync("pässword", options))).toBe(true);
    expect(password.verifySync("other", Bun.password.hashSync("pässword", options))).toBe(false);
  }
  const wrong = [["hashSync", ""], ["verifySync", "x", "zz"], ["verifySync", "x", ""], ["hashSync", "x", "md5"], ["hashSync", "x", { algorithm: "bcrypt", cost: 3 }], ["verifySync", "x", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"]];
  for (const [name, ...args] of wrong) {
    const given = (functions) => {
      try {
        return functions[name](...args);
      } catch (error) {
        return [error.name, error.message, error.code];
      }
    };
    expect(given(password)).toEqual(given(Bun.password));
  }
});

test("what one compresses, the other reads", () => {
  const text = "text ".repeat(1000);
  const decoded = (bytes) => Buffer.from(bytes).toString();
  expect(decoded(Bun.gunzipSync(compression.gzipSync(text)))).toBe(text);
  expect(decoded(compression.gunzipSync(Bun.gzipSync(text)))).toBe(text);
  expect(decoded(Bun.inflateSync(compression.deflateSync(text)))).toBe(text);
  expect(decoded(compression.inflateSync(Bun.deflateSync(text)))).toBe(text);
});

test("files", async () => {
  const folder = join(tmpdir(), `bun-polyfills-${process.pid}`);
  const path = `${folder}/a/b.txt`;
  for (const one of [files, Bun]) {
    expect(await one.write(path, "hällo")).toBe(6);
    const file = one.file(path);
    expect([file.size, file.type, file.name, await file.exists()]).toEqual([6, "text/plain;charset=utf-8", path, true]);
    expect([await file.text(), hex(await file.bytes()), await file.slice(1, 3).text()]).toEqual(["hällo", hex(Buffer.from("hällo")), "ä"]);
    expect(await new Response(file.stream()).text()).toBe("hällo");
    expect(await one.write(path, new Response("abc"))).toBe(3);
    await file.delete();
    expect(await one.file(path).exists()).toBe(false);
    expect(one.file(path).text()).rejects.toThrow("ENOENT: no such file or directory");
  }
  for (const name of ["a.json", "a.html", "a.js", "a.ts", "a.css", "a.png", "a.svg", "a", "a.md", "a.xml", "a.wasm", "a.jpg", "a.pdf", "a.csv", "a.toml", "a.yaml", "a.zip", "a.ico", "a.woff2"]) {
    expect([name, files.file(name).type]).toEqual([name, Bun.file(name).type]);
  }
});

test("cookies", () => {
  const options = [{}, { maxAge: 5 }, { expires: 86400 }, { sameSite: "none" }, { path: "" }, { domain: "e.com", secure: true, httpOnly: true, partitioned: true }];
  for (const one of options) expect(new cookies.Cookie("n", "v v;ü", one).serialize()).toBe(new Bun.Cookie("n", "v v;ü", one).serialize());
  const text = "a=1; Path=/x; HttpOnly; Max-Age=3; SameSite=None; Secure; Domain=EX.com";
  expect({ ...cookies.Cookie.parse(text).toJSON() }).toEqual({ ...Bun.Cookie.parse(text).toJSON() });
  const used = (Map) => {
    const map = new Map('a=1; b=%20x; c; d="q"; a=2');
    const before = [map.size, [...map], map.get("b"), map.has("c"), map.toJSON()];
    map.set("n", "1");
    map.set({ name: "o", value: "2", httpOnly: true });
    map.delete("a");
    map.delete("q", { path: "/x", domain: "d.com" });
    return [before, map.size, [...map.keys()], [...map.values()], map.toSetCookieHeaders(), map.get("a")];
  };
  expect(used(cookies.CookieMap)).toEqual(used(Bun.CookieMap));
});

test("TOML and YAML", () => {
  const toml = 'a = 1\nb = "x"\n[c]\nd = [true, 1.5]\n';
  expect(formats.TOML.parse(toml)).toEqual(Bun.TOML.parse(toml));
  const yaml = "a: 1\nb: [x, 2, null]\nc:\n  d: true\n  e: |\n    text\n";
  expect(formats.YAML.parse(yaml)).toEqual(Bun.YAML.parse(yaml));
});
