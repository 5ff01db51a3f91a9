/** `jco serve` in a process of its own. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { component } from "../component.js";
import { both } from "./packages.js";

export const { stock, patched } = await both("jco");

/** How long a server may take to listen, and to answer, in milliseconds. */
const START = 30_000;
const ANSWER = 3000;

/** @returns {Promise<number>} a port that is free now */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/**
 * What a server answers to requests, one after the other: statuses, and null where none
 * comes.
 * @param {string} jco the package's directory
 * @param {number} requests
 * @param {string[]} flags
 * @returns {Promise<(number | null)[]>}
 */
export async function answers(jco, requests, flags) {
  const directory = await mkdtemp(join(tmpdir(), "warpgrid-jco-serve-"));
  const [file, imported] = [join(directory, "served.wasm"), join(directory, "status.js")];
  await writeFile(file, await component({ imported: true }));
  await writeFile(imported, "export const get = () => 207;");
  const port = await freePort();
  const command = [join(jco, "dist/jco.js"), "serve", file, "--host", "127.0.0.1", "--port", `${port}`];
  const server = Bun.spawn([process.execPath, ...command, "--jco-map", `test:served/status=${imported}`, ...flags], {
    stdout: "ignore",
    stderr: "pipe",
    // The server is a process that jco starts: it ends with its group.
    detached: true,
  });
  try {
    await listening(server.stderr);
    const all = [];
    for (let request = 0; request < requests; request++) all.push(await status(port));
    return all;
  } finally {
    try {
      process.kill(-server.pid, "SIGKILL");
    } catch (error) {
      // It has ended by itself.
      if (error.code !== "ESRCH") throw error;
    }
    await server.exited;
    await rm(directory, { recursive: true, force: true });
  }
}

/** @param {ReadableStream<Uint8Array>} output */
async function listening(output) {
  let said = "";
  const heard = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of output) {
      said += decoder.decode(chunk, { stream: true });
      if (said.includes("Server listening")) return;
    }
    throw new Error(`jco serve ended:\n${said}`);
  })();
  await Promise.race([heard, Bun.sleep(START).then(() => Promise.reject(new Error(`jco serve does not listen:\n${said}`)))]);
}

/** @param {number} port */
const status = (port) =>
  fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(ANSWER), keepalive: false }).then(
    (response) => response.status,
    () => null,
  );
