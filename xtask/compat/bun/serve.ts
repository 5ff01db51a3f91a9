// bun serve.ts FOLDER: the program in it under Bun, at the address in LISTEN.
//
// A program that exports a fetch handler is served here; any other listens by itself.
import { readdir } from "node:fs/promises";
import { join } from "node:path";

const folder = process.argv[2]!;
const main = (await readdir(folder)).find((file) => file.startsWith("main."))!;
const { default: program } = await import(join(folder, main));
if (program?.fetch) {
  const [hostname, port] = process.env.LISTEN!.split(":");
  const failed = (error: unknown) => {
    console.error(error);
    return new Response(null, { status: 500 });
  };
  Bun.serve({ hostname, port, fetch: (request) => program.fetch(request, process.env, {}), error: failed });
}
