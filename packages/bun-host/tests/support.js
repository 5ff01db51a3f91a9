/** Packed components and real servers, which `cargo xtask test-all --filter bun-host` gives. */
import { readFileSync } from "node:fs";
import { createServer } from "node:net";

/** Names a JSON file: `{ [name]: { component, config } }`, paths. */
const COMPONENTS = "WARPGRID_BUN_HOST_COMPONENTS";
const path = process.env[COMPONENTS];

/** @type {Record<string, { component: string, config: string }> | null} */
export const components = path ? JSON.parse(readFileSync(path, "utf8")) : null;
/** The host that must give the same answers. */
export const warp = process.env.WARPGRID_WARP;
if (!components || !warp) console.warn(`no packed components: run \`cargo xtask test-all --filter bun-host\`, which sets ${COMPONENTS}`);
export const without = !components || !warp;

/** How long a host may take to compile a component and listen, in milliseconds. */
const START = 240_000;

/** @returns {Promise<number>} a port that is free now */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/**
 * A component in the host of `warp run`.
 * @param {{ component: string, config: string }} packed
 */
export async function warpRun({ component, config }) {
  const port = await freePort();
  const command = [String(warp), "run", component, "--config", config, "--listen", `127.0.0.1:${port}`, "--compiler", "winch"];
  const running = Bun.spawn(command, { stdout: "ignore", stderr: "inherit" });
  const deadline = Date.now() + START;
  const listens = () =>
    Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } }).then(
      (socket) => (socket.end(), true),
      () => false,
    );
  while (!(await listens())) {
    if (running.exitCode !== null || Date.now() > deadline) throw new Error(`\`${command.join(" ")}\` does not listen`);
    await Bun.sleep(50);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      // It would wait for the sessions that its guests keep open.
      running.kill("SIGKILL");
      await running.exited;
    },
  };
}

/**
 * What the client of a service sees of an answer.
 * @param {Response} response
 */
export async function seen(response) {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const type = response.headers.get("content-type");
  const text = bytes.length < 65536 ? new TextDecoder().decode(bytes) : `${bytes.length} bytes ${Bun.hash(bytes)}`;
  return { status: response.status, type, text };
}
