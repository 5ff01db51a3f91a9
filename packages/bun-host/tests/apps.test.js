// The sample services over real servers: inside Bun they answer as they do under `warp run`.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readConfig, serve } from "../src/index.js";
import { components, seen, warpRun, without } from "./support.js";

const post = (body) => ({ method: "POST", body, headers: { "content-type": "application/json" } });

/** What is asked, one after the other; both hosts have the same database. */
const DIALOGUES = {
  "t2-rust-sqlx": [["/"], ["/health"], ["/users/1"], ["/users/99"], ["/users/x"], ["/pair"], ["/error"], ["/big"], ["/users", post("no JSON")], ["/nowhere"]],
  "t3-go-http-postgres": [
    ["/"], ["/health"], ["/users"], ["/users/1"], ["/users/99"], ["/users/x"], ["/pair"], ["/error"], ["/together"], ["/deadline"],
    ["/big"], ["/download/0"], ["/download/3"], ["/download/many"], ["/upload", post('{"any":["thing",1]}')], ["/users", post("no JSON")], ["/nowhere"],
  ],
  "t4-ts-http-postgres": [
    ["/"], ["/health"], ["/users"], ["/users/1"], ["/users/99"], ["/users/x"], ["/pair"], ["/error"], ["/together"], ["/deadline"],
    ["/big"], ["/download/0"], ["/download/3"], ["/download/many"], ["/upload", post('{"any":["thing",1]}')], ["/users", post("no JSON")], ["/nowhere"],
  ],
  "t11-ts-redis-client": [
    ["/health"], ["/values"], ["/errors"], ["/script"], ["/big"], ["/together"], ["/pipeline"], ["/transaction"], ["/news"],
    ["/put?value=kept"], ["/get"], ["/pair"], ["/nowhere"],
  ],
  "t12-ts-drivers": [["/health"], ["/postgres"], ["/mysql"], ["/redis"], ["/pair"]],
};
/** How many clients ask at once. */
const CLIENTS = 32;

for (const [name, dialogue] of Object.entries(DIALOGUES)) {
  describe.skipIf(without)(name, () => {
    const packed = components?.[name];
    let native;
    let app;
    beforeAll(async () => {
      if (!packed) throw new Error(`no component of ${name}`);
      native = await warpRun(packed);
      app = await serve(packed.component, { config: packed.config });
    }, 300_000);
    afterAll(async () => {
      await app?.close();
      await native?.close();
    });

    test("answers as under `warp run`", async () => {
      expect((await fetch(`${native.url}/health`)).status).toBe(200);
      for (const [path, init] of dialogue) {
        // The first answer is of an empty database, what follows of one that was used.
        await seen(await fetch(`${native.url}${path}`, init));
        const expected = await seen(await fetch(`${native.url}${path}`, init));
        expect({ path, ...(await seen(await fetch(new URL(path, app.url), init))) }).toEqual({ path, ...expected });
        expect({ path, ...(await seen(await app.fetch(path, init))) }).toEqual({ path, ...expected });
      }
    }, 300_000);

    test("answers many at once", async () => {
      const expected = await seen(await app.fetch("/pair"));
      expect(expected.status).toBe(200);
      const all = await Promise.all(Array.from({ length: CLIENTS }, async () => seen(await fetch(new URL("/pair", app.url)))));
      for (const one of all) expect(one).toEqual(expected);
    }, 300_000);
  });
}

describe.skipIf(without)("users of t4", () => {
  const { "t4-ts-http-postgres": packed } = components ?? {};

  test("are created in a transaction", async () => {
    await using app = await serve(packed.component, { config: packed.config });
    const name = `Linus ${crypto.randomUUID()}`;
    const created = await app.fetch("/users", post(JSON.stringify({ name, letters: 5 })));
    expect(created.status).toBe(201);
    expect(await created.json()).toMatchObject({ name, letters: 5 });
    expect((await app.fetch("/users", post(JSON.stringify({ name, letters: 5 })))).status).toBe(409);
  }, 60_000);
});

describe.skipIf(without)("without `warp`", () => {
  const { "t4-ts-http-postgres": packed } = components ?? {};

  test("the driver logs in by itself", async () => {
    const config = await readConfig(packed.config);
    const [database] = config.database;
    const user = encodeURIComponent(database.user);
    const url = (password) => `postgres://${user}:${password}@${database.host}:${database.port}/${database.database}`;
    const health = async (password) => {
      config.env = { DATABASE_URL: url(password) };
      await using app = await serve(packed.component, { config, warp: false });
      return (await app.fetch("/health")).status;
    };
    expect(await health(database.password)).toBe(200);
    expect(await health("wrong")).toBe(500);
  }, 60_000);

  test("TLS that is asked for is not left out", async () => {
    const config = await readConfig(packed.config);
    config.database[0].tls = "require";
    await expect(serve(packed.component, { config, warp: false })).rejects.toThrow("asks for TLS");
  });
});
