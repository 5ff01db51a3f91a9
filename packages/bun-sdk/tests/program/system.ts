// What @warpgrid/bun-sdk/dns and /fs give.
import { resolve } from "@warpgrid/bun-sdk/dns";
import { exists, list, readFile } from "@warpgrid/bun-sdk/fs";
import { outcomes } from "./outcome.js";

export const dns = () =>
  outcomes([
    ["an address", () => resolve("127.0.0.1")],
    ["of six", () => resolve("::1")],
    ["localhost", async () => (await resolve("localhost", { family: 4 }))],
    ["nowhere", () => resolve("nowhere.invalid")],
  ]);

export function fs() {
  const folder = process.env.FILES!;
  return outcomes([
    ["text", () => readFile(`${folder}/text.txt`, "utf8")],
    ["bytes", () => readFile(`${folder}/bytes.bin`)],
    ["empty", () => readFile(`${folder}/sub/empty`, "utf8")],
    ["exists", async () => [await exists(folder), await exists(`${folder}/text.txt`), await exists(`${folder}/none`), await exists(`${folder}/text.txt/below`)]],
    ["list", () => list(folder)],
    ["list below", () => list(`${folder}/sub`)],
    ["none", () => named(folder, readFile(`${folder}/none`))],
    ["a directory", () => named(folder, readFile(`${folder}/sub`))],
    ["no directory", () => named(folder, list(`${folder}/text.txt`))],
    ["no such directory", () => named(folder, list(`${folder}/none`))],
  ]);
}

/** An error without the folder's name, which is another in the component. */
const named = (folder: string, work: Promise<unknown>) =>
  work.catch((error) => ({ name: error.name, code: error.code, message: error.message.replace(folder, "FILES"), path: error.path.replace(folder, "FILES"), remedy: error.remedy }));
