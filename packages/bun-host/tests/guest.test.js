// What a guest finds of its host inside Bun, and that `warp run` gives it the same.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readConfig, serve } from "../src/index.js";
import { components, seen, warpRun, without } from "./support.js";

describe.skipIf(without)("a guest", () => {
  const { guest } = components ?? {};
  /** @type {import("../src/index.js").App} */
  let app;
  let native;
  let echo;
  let upstream;
  let config;
  const said = [];

  beforeAll(async () => {
    echo = Bun.listen({ hostname: "127.0.0.1", port: 0, allowHalfOpen: true, socket: { data: (socket, data) => socket.write(data), end: (socket) => socket.end() } });
    upstream = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      async fetch(request) {
        const { pathname } = new URL(request.url);
        if (pathname === "/away") return new Response(null, { status: 302, headers: { location: "/here" } });
        if (pathname === "/packed") return new Response(Bun.gzipSync("unpacked"), { headers: { "content-encoding": "gzip" } });
        return new Response(`${request.method} ${request.headers.get("host")} ${await request.text()}`, { headers: { "x-kind": "upstream" } });
      },
    });
    config = await readConfig(guest.config);
    config.network = { connect: [`*:${echo.port}`, `*:${upstream.port}`] };
    app = await serve(guest.component, { config, env: { EXTRA: "given" }, stderr: (text) => said.push(text) });
  }, 300_000);
  afterAll(async () => {
    await app?.close();
    await native?.close();
    echo?.stop(true);
    upstream?.stop(true);
  });
  const json = async (path) => (await app.fetch(path)).json();

  test("has its environment", async () => {
    expect(await json("/env")).toEqual(["good day", "given"]);
  });

  test("has virtual files", async () => {
    expect(await json("/files")).toEqual({
      motd: "hello\n",
      timezone: "Europe/Berlin\n",
      hosts: true,
      zone: true,
      absent: false,
      random: true,
      written: "EROFS",
    });
  });

  test("has its directories, and nothing around them", async () => {
    const found = await json("/directory");
    expect(found).toMatchObject({ text: "first second", size: 12, names: ["note.txt"], full: "ENOTEMPTY", gone: false });
    expect(found.outside).not.toContain("{");
    expect(found.link).not.toContain("{");
  });

  test("has names as the configuration says", async () => {
    expect(await json("/names")).toEqual({
      service: ["127.0.0.1"],
      fixed: ["192.0.2.7", "2001:db8::7"],
      local: "127.0.0.1",
      nowhere: "ENOTFOUND",
      // Ports are granted, so any name may be looked up.
      denied: "ENOTFOUND",
    });
  });

  test("connects where it may", async () => {
    expect(await json(`/tcp?port=${echo.port}`)).toBe("round trip");
    expect(await json("/tcp-denied")).toBe("EACCES");
  });

  test("sends where it may", async () => {
    const to = (path, more = "") => json(`/fetch?url=${encodeURIComponent(`http://127.0.0.1:${upstream.port}${path}`)}${more}`);
    expect(await to("/a")).toMatchObject({ status: 200, kind: "upstream", text: `GET 127.0.0.1:${upstream.port} ` });
    expect(await to("/a", "&method=POST")).toMatchObject({ text: `POST 127.0.0.1:${upstream.port} sent` });
    expect(await to("/away")).toMatchObject({ status: 302, location: "/here" });
    const named = `http://echo.production.warp.local:${upstream.port}/a`;
    expect(await json(`/fetch?url=${encodeURIComponent(named)}`)).toMatchObject({ text: `GET echo.production.warp.local:${upstream.port} ` });
    expect(await json("/fetch-denied")).toBe("refused");
  });

  test("answers what it gets while it comes", async () => {
    const sent = "x".repeat(3_000_000);
    for (const send of [app.fetch("/echo", { method: "PROPFIND", body: sent }), fetch(new URL("/echo", app.url), { method: "POST", body: sent })]) {
      expect(await (await send).text()).toBe(sent);
    }
  });

  test("is told that a client has gone", async () => {
    const leaving = new AbortController();
    const response = await fetch(new URL("/ticks", app.url), { signal: leaving.signal });
    const reader = response.body.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toContain("tick");
    leaving.abort();
    expect((await app.fetch("/served")).status).toBe(200);
  });

  test("is left by a client that does not wait", async () => {
    const leaving = new AbortController();
    const waiting = app.fetch("/slow?ms=1000", { signal: leaving.signal });
    leaving.abort();
    await expect(waiting).rejects.toThrow("aborted");
    await expect(app.fetch("/served", { signal: AbortSignal.abort() })).rejects.toThrow("aborted");
  });

  test("goes on after an error of its own", async () => {
    expect((await app.fetch("/throw")).status).toBe(500);
    expect(said.join("")).toContain("on purpose");
    expect((await app.fetch("/nowhere")).status).toBe(404);
  });

  test("serves several at once", async () => {
    const begun = performance.now();
    const all = await Promise.all(Array.from({ length: 6 }, () => json("/slow?ms=300")));
    expect(all.every(({ waited }) => waited)).toBe(true);
    // One after the other they would take as long as all of them together.
    expect(performance.now() - begun).toBeLessThan(6 * 300 * 10);
  });

  test("is told of signals while a request is open", async () => {
    const open = json("/slow?ms=1500");
    await Bun.sleep(500);
    expect(app.signal("terminate")).toBeGreaterThan(0);
    expect((await open).told).toBe(1);
    expect(app.signal("hangup")).toBe(0);
  });

  test("finds the same under `warp run`", async () => {
    native = await warpRun(guest);
    await using alike = await serve(guest.component, { config: guest.config, stderr: () => {} });
    for (const path of ["/env", "/files", "/directory", "/names", "/tcp-denied", "/fetch-denied", "/nowhere", "/throw", "/slow?ms=1"]) {
      const expected = await seen(await fetch(`${native.url}${path}`));
      expect({ path, ...(await seen(await fetch(new URL(path, alike.url)))) }).toEqual({ path, ...expected });
    }
  }, 300_000);
});

describe.skipIf(without)("limits", () => {
  const { guest } = components ?? {};
  const limited = async (limits) => serve(guest.component, { config: { limits }, warp: false, stderr: () => {} });

  test("an instance is fresh, or is used again", async () => {
    for (const [reuse, counts] of [[1, [1, 1]], [2, [1, 2, 1]]]) {
      await using app = await limited({ reuse });
      for (const count of counts) {
        expect(await (await app.fetch("/served")).json()).toBe(count);
        // A response may be there before its instance is free again.
        await Bun.sleep(200);
      }
    }
  }, 60_000);

  test("what takes too long is given up", async () => {
    await using app = await limited({ "request-timeout": "2s", "response-timeout": "200ms" });
    const late = await app.fetch("/slow?ms=60000");
    expect([late.status, await late.text()]).toEqual([504, "the service did not answer in time\n"]);
    const endless = await app.fetch("/ticks");
    await expect(endless.text()).rejects.toThrow();
    expect((await app.fetch("/served")).status).toBe(200);
  }, 60_000);

  test("what is too much is refused", async () => {
    await using app = await limited({ body: "10 kB", instances: 1, queue: 1 });
    expect((await app.fetch("/echo", { method: "POST", body: "x".repeat(10_001), headers: { "content-length": "10001" } })).status).toBe(413);
    const statuses = await Promise.all(Array.from({ length: 3 }, async () => (await app.fetch("/slow?ms=100")).status));
    expect(statuses.sort()).toEqual([200, 200, 503]);
  }, 60_000);

  test("closing waits for what is open", async () => {
    const app = await limited({});
    const open = app.fetch("/slow?ms=300");
    await Bun.sleep(50);
    await app.close();
    expect(await (await open).json()).toMatchObject({ waited: true });
    expect((await app.fetch("/served")).status).toBe(503);
  }, 60_000);
});
