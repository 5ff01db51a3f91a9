// serve(), with components that need no engine: what it gives, and what it refuses.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HostError, serve } from "../src/index.js";
import { component, nothing, STATUS, WAITED } from "./component.js";

let folder = "";
/** @type {Record<string, string>} */
const files = {};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "warpgrid-serve-"));
  const all = {
    plain: await component(),
    imported: await component({ imported: true }),
    threads: await component({ threads: true }),
    waits: await component({ waits: true }),
    nothing: await nothing(),
    text: new TextEncoder().encode("no component"),
  };
  for (const [name, bytes] of Object.entries(all)) {
    files[name] = join(folder, `${name}.wasm`);
    await writeFile(files[name], bytes);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const said = [];
const quietly = (limits = {}) => ({ config: { limits }, stderr: (text) => said.push(text) });

test("a component answers, by a connection and without one", async () => {
  await using app = await serve(files.plain, quietly());
  expect(app.url.href).toBe(`http://127.0.0.1:${app.port}/`);
  for (const answer of [app.fetch("/a"), app.fetch(new URL("/a", app.url)), app.fetch(new Request("http://localhost/a")), fetch(app.url)]) {
    expect((await answer).status).toBe(STATUS);
  }
});

test("a port is asked for, and is free again after it", async () => {
  const first = await serve(files.plain, quietly());
  const { port } = first;
  await first.close();
  await first.close();
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  await using second = await serve(files.plain, { ...quietly(), port });
  expect(second.port).toBe(port);
});

test("an instance that fails is replaced", async () => {
  await using app = await serve(files.plain, quietly({ reuse: 10 }));
  const statuses = [];
  for (let request = 0; request < 3; request++) {
    const response = await app.fetch("/");
    statuses.push(response.status);
    if (response.status === 500) expect(await response.text()).toBe("the service failed\n");
    await Bun.sleep(20);
  }
  expect(statuses).toEqual([STATUS, 500, STATUS]);
  expect(said.join("")).toContain("the guest failed");
});

test("a guest that waits keeps nobody else from running", async () => {
  await using app = await serve(files.waits, quietly());
  let turns = 0;
  const turning = setInterval(() => turns++, 1);
  const all = await Promise.all([1, 2, 3].map(async () => (await app.fetch("/")).text()));
  clearInterval(turning);
  expect(all).toEqual([WAITED, WAITED, WAITED]);
  expect(turns).toBeGreaterThan(1);
});

test("what a guest declares of threads is known", async () => {
  await using app = await serve(files.threads, quietly());
  expect(app.threadingModel).toBeNull();
  await app.fetch("/");
  expect(app.threadingModel).toBe("cooperative");
});

test("what cannot be served is refused, with what to do", async () => {
  const cases = [
    [join(folder, "nowhere.wasm"), {}, "cannot read", "warp pack"],
    [files.text, {}, "is no component", "warp pack"],
    [files.nothing, {}, "does not handle requests", "warp run"],
    [files.imported, {}, "imports test:served/status, which this host does not provide", "warp run"],
    [files.threads, { shims: { threading: false } }, "imports warpgrid:shim/threading, which is off", "remove `threading = false`"],
    [files.plain, { limits: { reusee: 1 } }, "unknown key `limits.reusee`", "`reuse`"],
    [files.plain, { directories: { "/data": join(folder, "nowhere") } }, "is no directory", "make it"],
    [files.plain, { filesystem: { timezone: "Europe/Nowhere" } }, "there is no time zone", "zoneinfo"],
  ];
  for (const [file, config, what, help] of cases) {
    const error = await serve(file, { config }).then(() => null, (error) => error);
    expect(error).toBeInstanceOf(HostError);
    expect(error.message).toContain(what);
    expect(error.message.split("\n  help: ")[1]).toContain(help);
  }
});

test("a `warp` that does not start is an error", async () => {
  const config = { database: [{ protocol: "postgres", host: "db.warp.local", port: 5432 }] };
  await expect(serve(files.plain, { config, warp: "/bin/false" })).rejects.toThrow("did not start");
  await expect(serve(files.plain, { config, warp: join(folder, "nowhere") })).rejects.toThrow("cannot run");
});

test.skipIf(process.platform !== "linux")("what was started ends with a process that does not close", async () => {
  const program = `
    const running = Bun.spawn([process.execPath, ${JSON.stringify(join(import.meta.dir, "../src/guarded.js"))}, "sleep", "600"], { stdin: "pipe", stdout: "inherit" });
    while (!(await Bun.file("/proc/" + running.pid + "/task/" + running.pid + "/children").text()).trim()) await Bun.sleep(10);
    console.log(await Bun.file("/proc/" + running.pid + "/task/" + running.pid + "/children").text());
    process.kill(process.pid, "SIGKILL");`;
  const killed = Bun.spawn([process.execPath, "-e", program], { stdout: "pipe", stderr: "inherit" });
  const output = killed.stdout.getReader();
  const pid = Number(new TextDecoder().decode((await output.read()).value));
  expect(pid).toBeGreaterThan(1);
  const runs = () => Bun.file(`/proc/${pid}/comm`).text().then((name) => name.trim() === "sleep", () => false);
  for (let wait = 0; wait < 100 && (await runs()); wait++) await Bun.sleep(50);
  expect(await runs()).toBe(false);
}, 20_000);
