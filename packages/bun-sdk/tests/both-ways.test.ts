// The program in `program/`, in this process and as a component: what it answers must
// be the same.
//
// `cargo xtask test-all --filter bun-sdk` starts the servers and says in WARPGRID_SDK
// where all is: a JSON object with `warp` (the program), `config` (a warp.toml with
// `[[database]]`s), `native` and `component` (the variables of each).
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import program from "./program/main.js";
import { examples, run } from "./readme.js";

interface Setup {
  warp: string;
  config: string;
  native: Record<string, string>;
  component: Record<string, string>;
}

const given = process.env.WARPGRID_SDK;
const setup: Setup | undefined = given ? JSON.parse(given) : undefined;
const MINUTE = 60_000;
const source = join(import.meta.dir, "program");

let scratch: string;
let component: { url: string; stop: () => Promise<string> };

/** Packs the program, and serves it. */
async function serve({ warp, config, component: variables }: Setup) {
  const output = join(scratch, "program.wasm");
  const run = async (...args: string[]) => {
    const child = Bun.spawn([warp, ...args], { cwd: scratch, stdout: "pipe", stderr: "pipe" });
    const [code, stderr] = [await child.exited, await new Response(child.stderr).text()];
    if (code !== 0) throw new Error(`warp ${args.join(" ")}: ${code}\n${stderr}`);
  };
  await run("pack", source, "--lang", "bun", "--output", output);
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const variable = ([name, value]: [string, string]) => ["--env", `${name}=${value}`];
  const told = Object.entries({ ...variables, FILES: "/files" }).flatMap(variable);
  const command = [warp, "run", output, "--compiler", "winch", "--listen", `127.0.0.1:${port}`, "--config", config, ...told];
  const child = Bun.spawn(command, { cwd: scratch, stdout: "ignore", stderr: "pipe" });
  const log = new Response(child.stderr).text();
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    const up = await fetch(url).then(() => true, () => false);
    if (up) break;
    if (child.exitCode !== null) throw new Error(`warp run: ${child.exitCode}\n${await log}`);
    await Bun.sleep(100);
  }
  return {
    url,
    stop: async () => {
      // The host would wait for requests to end.
      child.kill("SIGKILL");
      await child.exited;
      return log;
    },
  };
}

describe.skipIf(!setup)("natively and as a component", () => {
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), "warpgrid-bun-sdk-"));
    const files = join(scratch, "files");
    await mkdir(join(files, "sub"), { recursive: true });
    await writeFile(join(files, "text.txt"), "line one\nzwei: ü 😀\n");
    await writeFile(join(files, "bytes.bin"), new Uint8Array([0, 255, 13, 10]));
    await writeFile(join(files, "sub/empty"), "");
    Object.assign(process.env, setup!.native, { FILES: files });
    const config = join(scratch, "warp.toml");
    // The name is granted, so that it is looked for.
    await writeFile(config, `${await Bun.file(setup!.config).text()}\n[network]\nconnect = ["nowhere.invalid:5432"]\n\n[directories]\n"/files" = ${JSON.stringify(files)}\n`);
    component = await serve({ ...setup!, config });
  }, 5 * MINUTE);

  afterAll(async () => {
    await component?.stop();
    await rm(scratch, { recursive: true, force: true });
  });

  for (const [part, least] of [["dns", 4], ["fs", 10], ["postgres", 60], ["mysql", 50], ["redis", 30]] as const) {
    test(part, async () => {
      const native = (await (await program.fetch(new Request(`http://localhost/${part}`))).json()) as Record<string, unknown>;
      const answer = await fetch(`${component.url}/${part}`);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toEqual(native);
      expect(Object.keys(native).length).toBeGreaterThanOrEqual(least);
    }, 2 * MINUTE);
  }

  test("the examples of README.md", async () => {
    const all = await examples();
    expect(all.length).toBe(5);
    // One exports a handler, which Bun would serve for ever.
    for (const { code, printed } of all) expect(await run(code.replace("export default handler;", ""))).toBe(printed);
  }, MINUTE);
});
