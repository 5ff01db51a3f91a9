// What needs no server.
import { describe, expect, test } from "bun:test";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WarpGridError, type WarpGridHandler } from "@warpgrid/bun-sdk";
import { DnsError, resolve } from "@warpgrid/bun-sdk/dns";
import { exists, FsError, list, readFile } from "@warpgrid/bun-sdk/fs";
import * as mysql from "@warpgrid/bun-sdk/mysql";
import * as postgres from "@warpgrid/bun-sdk/postgres";
import * as redis from "@warpgrid/bun-sdk/redis";
import { parameter, parsers } from "../src/postgres/values.js";

/** A port on this machine where nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}

const failure = (work: Promise<unknown>): Promise<any> => work.then(() => undefined, (error) => error);

describe("errors", () => {
  test("each family has one class, and all are a WarpGridError", async () => {
    const port = await closedPort();
    const [host, user, database] = ["127.0.0.1", "nobody", "none"];
    const found = [
      [postgres.PostgresError, await failure(postgres.createPool({ host, port, user, database }).query("SELECT 1"))],
      [mysql.MysqlError, await failure(mysql.createPool({ host, port, user, database }).query("SELECT 1"))],
      [redis.RedisError, await failure(redis.createClient({ host, port }).get("k"))],
    ] as const;
    for (const [family, error] of found) {
      expect(error).toBeInstanceOf(family);
      expect(error).toBeInstanceOf(WarpGridError);
      expect(error.name).toBe(family.name);
      expect(error.code).toBe("ECONNREFUSED");
      expect(error.remedy).toContain("[[database]]");
      expect(error.cause).toBeInstanceOf(Error);
    }
  });

  test("who does not say where the server is, is told at once", () => {
    const { PGHOST } = process.env;
    delete process.env.PGHOST;
    const asked = [() => postgres.createPool({ url: undefined }), () => mysql.createPool(), () => redis.createClient()];
    for (const create of asked) expect(create).toThrow(expect.objectContaining({ code: "NO_ADDRESS" }));
    if (PGHOST !== undefined) process.env.PGHOST = PGHOST;
    const wrong = [() => postgres.createPool("redis://x"), () => mysql.createPool("postgres://x"), () => redis.createClient("x")];
    for (const create of wrong) expect(create).toThrow(expect.objectContaining({ code: "BAD_ADDRESS" }));
  });

  test("a password is in no message", async () => {
    const error = await failure(postgres.createPool(`postgres://u:hunter2@127.0.0.1:${await closedPort()}/d`).query("SELECT 1"));
    expect(`${error.message} ${error.remedy} ${JSON.stringify(error)}`).not.toContain("hunter2");
  });
});

describe("values of Postgres", () => {
  const read = (oid: number, text: string, bigint: postgres.Bigint = "string") => parsers(bigint).getTypeParser(oid)(text);

  test("times without a zone are UTC, whatever the machine's zone is", () => {
    expect(read(1114, "2026-07-02 03:04:05").toISOString()).toBe("2026-07-02T03:04:05.000Z");
    expect(read(1114, "infinity")).toBe(Infinity);
    expect(read(1114, "0044-03-15 12:00:00 BC").toISOString()).toBe("-000043-03-15T12:00:00.000Z");
    expect(read(1182, "{2026-07-02,NULL}")).toEqual(["2026-07-02", null]);
    expect(parameter(new Date(0), 0)).toBe("1970-01-01T00:00:00.000Z");
    expect(parameter([[new Date(0)], 1n], 0)).toEqual([["1970-01-01T00:00:00.000Z"], "1"]);
  });

  test("integers of 64 bits lose nothing", () => {
    expect(read(20, "9007199254740993")).toBe("9007199254740993");
    expect(read(20, "9007199254740993", "bigint")).toBe(9007199254740993n);
    expect(read(20, "9007199254740991", "number")).toBe(9007199254740991);
    expect(() => read(20, "9007199254740992", "number")).toThrow(expect.objectContaining({ code: "UNSAFE_INTEGER" }));
    expect(read(1016, "{{1},{2}}", "number")).toEqual([[1], [2]]);
  });

  test("a parameter that is undefined is refused", () => {
    expect(() => parameter(undefined, 2)).toThrow(expect.objectContaining({ code: "BAD_VALUE", message: "parameter $3 is undefined" }));
    expect(parameter(null, 0)).toBeNull();
  });
});

test("a tagged statement keeps text and values apart", () => {
  const part = postgres.sql`b = ${"'; --"}`;
  const statement = postgres.sql`SELECT * FROM t WHERE a IN (${postgres.join([1, 2])}) AND ${part} ORDER BY ${postgres.raw("c")}`;
  expect(statement.text).toBe("SELECT * FROM t WHERE a IN ($1,$2) AND b = $3 ORDER BY c");
  expect(statement.sql).toBe("SELECT * FROM t WHERE a IN (?,?) AND b = ? ORDER BY c");
  expect(statement.values).toEqual([1, 2, "'; --"]);
});

test("names", async () => {
  expect(await resolve("127.0.0.1")).toEqual(["127.0.0.1"]);
  const error = await failure(resolve("nowhere.invalid"));
  expect(error).toBeInstanceOf(DnsError);
  expect(error.code).toBe("ENOTFOUND");
});

test("files", async () => {
  const folder = await mkdtemp(join(tmpdir(), "warpgrid-bun-sdk-"));
  try {
    await writeFile(join(folder, "b.txt"), "ü");
    await writeFile(join(folder, "a.txt"), "");
    expect(await list(folder)).toEqual(["a.txt", "b.txt"]);
    expect(await readFile(join(folder, "b.txt"), "utf8")).toBe("ü");
    expect(await readFile(join(folder, "b.txt"))).toEqual(new Uint8Array([195, 188]));
    expect([await exists(folder), await exists(join(folder, "c")), await exists(join(folder, "a.txt", "c"))]).toEqual([true, false, false]);
    const error = await failure(readFile(join(folder, "c")));
    expect(error).toBeInstanceOf(FsError);
    expect(error).toMatchObject({ code: "ENOENT", path: join(folder, "c") });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a handler's type takes what Bun serves", async () => {
  const handler = { port: 0, fetch: (request: Request) => new Response(new URL(request.url).pathname) } satisfies WarpGridHandler;
  using server = Bun.serve(handler);
  expect(await (await fetch(new URL("/there", server.url))).text()).toBe("/there");
});

test("the types that users get are those of the sources", async () => {
  const root = join(import.meta.dir, "..");
  const folder = await mkdtemp(join(tmpdir(), "warpgrid-bun-sdk-"));
  try {
    const tsc = Bun.spawn([process.execPath, "x", "--no-install", "tsc", "-p", "tsconfig.types.json", "--outDir", folder], { cwd: root, stdout: "pipe" });
    expect(await new Response(tsc.stdout).text()).toBe("");
    const names = async (path: string) => (await readdir(path, { recursive: true })).filter((name) => name.endsWith(".d.ts")).sort();
    const there = await names(folder);
    expect(await names(join(root, "types"))).toEqual(there);
    // Written by `npm run types`.
    for (const name of there) expect(await readFile(join(root, "types", name), "utf8")).toBe(await readFile(join(folder, name), "utf8"));
  } finally {
    await rm(folder, { recursive: true });
  }
}, 60_000);
