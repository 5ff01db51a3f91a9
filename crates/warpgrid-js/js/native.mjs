// node native.mjs ENTRY WORK: runs a program under Node itself, for `warp dev --native`.
// One that exports `fetch` is served where WARP_LISTEN says; others listen themselves.
import { createServer } from "node:http";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { LOADERS } from "./bundle.mjs";

const [entry, work, ...rest] = process.argv.slice(2);
await mkdir(work, { recursive: true });
const outfile = join(work, "main.mjs");
// Packages stay where npm has put them, above the folder of what is written.
try {
  await esbuild.build({ entryPoints: [entry], bundle: true, outfile, format: "esm", platform: "node", target: "node20", packages: "external", sourcemap: "inline", loader: LOADERS });
} catch {
  process.exit(1);
}
process.argv = [process.argv[0], entry, ...rest];
const module = await import(pathToFileURL(outfile).href);
const main = module.default;
const fetch = typeof main?.fetch === "function" ? main.fetch.bind(main) : typeof main === "function" ? main : module.fetch;
if (typeof fetch === "function") {
  const [, host, port] = /^(.*):(\d+)$/.exec(process.env.WARP_LISTEN);
  createServer(answer).listen(Number(port), host.replace(/^\[(.*)\]$/, "$1"));
}

async function answer(incoming, outgoing) {
  try {
    const withBody = incoming.method !== "GET" && incoming.method !== "HEAD";
    const headers = new Headers();
    for (let i = 0; i < incoming.rawHeaders.length; i += 2) headers.append(incoming.rawHeaders[i], incoming.rawHeaders[i + 1]);
    const request = new Request(`http://${incoming.headers.host ?? "localhost"}${incoming.url}`, {
      method: incoming.method,
      headers,
      ...(withBody && { body: Readable.toWeb(incoming), duplex: "half" }),
    });
    const response = await fetch(request, {}, { waitUntil() {}, passThroughOnException() {} });
    const cookies = response.headers.getSetCookie();
    const others = [...response.headers].filter(([name]) => name !== "set-cookie");
    outgoing.writeHead(response.status, [...others, ...cookies.map((value) => ["set-cookie", value])].flat());
    if (response.body) await pipeline(Readable.fromWeb(response.body), outgoing);
    else outgoing.end();
  } catch (error) {
    console.error(error);
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(500).end();
  }
}
