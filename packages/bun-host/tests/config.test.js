// warp.toml, with the keys, the defaults and the refusals of `warp run`.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { grants, resolves } from "../src/config/network.js";
import { loadConfig, readConfig } from "../src/config/index.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "warpgrid-config-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** @param {string} text */
async function file(text) {
  const path = join(folder, "warp.toml");
  await writeFile(path, text);
  return path;
}

const DATABASE = '[[database]]\nprotocol = "postgres"\nhost = "DB.warp.local."\nport = 5432\n';

describe("a configuration", () => {
  test("has defaults", async () => {
    const { limits, shims, dns } = await loadConfig({});
    expect(limits).toEqual({
      instances: 64, queue: 1024, connections: 64, body: 67108864, requestTimeout: 30000, responseTimeout: 300000,
      shutdownTimeout: 10000, reuse: 1, idleTimeout: 10000,
    });
    expect(Object.values(shims).every(Boolean)).toBe(true);
    expect(dns).toMatchObject({ ttl: 30000, negativeTtl: 5000, failedTtl: 10000, timeout: 5000 });
  });

  test("is read from a file, with paths of its folder", async () => {
    await writeFile(join(folder, "app.conf"), "content");
    const path = await file(
      `${DATABASE}upstream = "[::1]:1"\nuser = "app"\npassword-file = "p"\n[limits]\nreuse = 7\nrequest-timeout = "1min 30s"\nbody = "2 KiB"\n` +
        `[filesystem]\nfiles = { "/etc/app.conf" = { path = "app.conf" } }\n[directories]\n"/data" = "data"\n[env]\nA = "1"\n[package]\nname = "any"\n`,
    );
    const config = await loadConfig(path);
    expect(config.limits).toMatchObject({ reuse: 7, requestTimeout: 90000, body: 2048 });
    expect(config.databases[0]).toMatchObject({ host: "db.warp.local", port: 5432, upstream: { host: "::1", port: 1 }, login: true, poolSize: 10 });
    expect(config.databases[0].section["password-file"]).toBe(join(folder, "p"));
    expect(new TextDecoder().decode(config.filesystem.files.get("/etc/app.conf"))).toBe("content");
    expect(config.directories.get("/data")).toBe(join(folder, "data"));
    const raw = await readConfig(path);
    raw.limits.reuse = 8;
    expect((await loadConfig(raw)).limits.reuse).toBe(8);
  });

  test("that is wrong is refused, with what to do", async () => {
    const cases = [
      ["[limits]\nreusee = 1", "unknown key `limits.reusee`", "did you mean `reuse`?"],
      ["[limit]\nreuse = 1", "unknown key `limit`", "did you mean `limits`?"],
      ["[limits]\nreuse = 0", "limits.reuse is zero", "positive"],
      ["[limits]\nrequest-timeout = 5", "limits.request-timeout is no time", '"30s"'],
      ["[limits]\nrequest-timeout = \"5 parsecs\"", "limits.request-timeout is no time", '"30s"'],
      ["[limits]\nbody = \"big\"", "limits.body is no size", "64 MiB"],
      ["[limits]\ninstances = -1", "limits.instances is no count", "whole number"],
      ["[shims]\ndns = \"no\"", "shims.dns is no truth value", "true or false"],
      ["[services]\na = []", 'services."a" has no address', "at least one"],
      ["[services]\na = [\"here\"]", 'services."a" is no address', "192.0.2.7"],
      ["[network]\nconnect = [\"a:b\"]", "a:b is not a rule", "name:port"],
      ["[network]\nconnect = [\"1.2.3:80\"]", "is not a rule", "name:port"],
      ["[network]\nlisten = [\"name:1\"]", "which is no address", "address:port"],
      [`${DATABASE}user = "a"\npassword = "b"\npassword-env = "C"`, "both password and password-env", "keep one"],
      [`${DATABASE}password = "b"`, "a password without a user", "user ="],
      [`${DATABASE}user = "a"\npassword-env = "WARPGRID_NO_SUCH_VARIABLE"`, "no environment variable", "set it"],
      [`${DATABASE}upstream = "here"`, "`here` is not an endpoint", "host:port"],
      [`${DATABASE}tls = "required"`, "no tls `required`", "`require`"],
      [`${DATABASE}${DATABASE}`, "db.warp.local:5432 is configured twice", "keep one"],
      ['[[database]]\nprotocol = "postgres"\nhost = "a"', "has no port", "protocol, host and port"],
      ['[[database]]\nprotocol = "redis"\nhost = "a"\nport = 1\ndatabase = "b"', "not a database of Redis", "number"],
      ['[filesystem.files]\n"etc/a" = { text = "" }', "`etc/a` cannot be a virtual file", "absolute"],
      ['[filesystem.files]\n"/dev/a" = { text = "" }', "cannot be a virtual file", "outside /dev"],
      ['[filesystem.files]\n"/a" = { text = "" }\n"/a/b" = { text = "" }', "stands below `/a`", "remove one"],
      ['[filesystem.files]\n"/a" = { text = "", path = "b" }', "one source", "text"],
      ['[filesystem.files]\n"/a" = { path = "nowhere" }', "cannot read", "readable file"],
      ["[limits", "is no TOML", "mend it"],
    ];
    for (const [text, what, help] of cases) {
      const error = await loadConfig(await file(text)).then(() => null, String);
      expect({ text, error }).toEqual({ text, error: expect.stringContaining(what) });
      expect({ text, error }).toEqual({ text, error: expect.stringContaining(help) });
    }
    await expect(loadConfig(join(folder, "nowhere.toml"))).rejects.toThrow("cannot read");
  });
});

describe("[network] connect", () => {
  const rules = async (...connect) => (await loadConfig({ network: { connect } })).network.connect;

  test("grants endpoints, and no others", async () => {
    const cases = [
      ["*", "192.0.2.1", 1, [], true],
      ["*:443", "192.0.2.1", 443, [], true],
      ["*:443", "192.0.2.1", 80, [], false],
      ["192.0.2.1:80", "192.0.2.1", 80, [], true],
      ["192.0.2.1:80", "192.0.2.2", 80, [], false],
      ["[2001:db8:0::1]:80", "2001:db8::1", 80, [], true],
      ["api.example.com:443", "192.0.2.1", 443, ["api.example.com"], true],
      ["api.example.com:443", "192.0.2.1", 443, ["www.example.com"], false],
      ["*.example.com:443", "192.0.2.1", 443, ["a.b.example.com"], true],
      ["*.example.com:443", "192.0.2.1", 443, ["example.com"], false],
    ];
    for (const [rule, address, port, names, granted] of cases) {
      expect({ rule, granted: grants(await rules(rule), address, port, names) }).toEqual({ rule, granted });
    }
    expect(grants(await rules(), "192.0.2.1", 1, [])).toBe(false);
  });

  test("says which names may be looked up", async () => {
    expect(resolves(await rules("*.example.com:1"), "a.example.com")).toBe(true);
    expect(resolves(await rules("*.example.com:1"), "a.example.org")).toBe(false);
    expect(resolves(await rules("*:1"), "a.example.org")).toBe(true);
  });
});
