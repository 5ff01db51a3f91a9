// node upstream.mjs PORT: the server that main.ts asks.
import http from "node:http";
import { gzipSync } from "node:zlib";

const drained = (request) => new Promise((resolve) => request.resume().on("end", resolve));

const routes = {
  async echo(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { "content-length": length, "transfer-encoding": coding, "content-type": type, "x-test": test, authorization, cookie } = request.headers;
    response.setHeader("Set-Cookie", ["a=1", "b=2"]);
    response.setHeader("X-Latin", "gr\u00fc\u00df");
    response.end(JSON.stringify({ method: request.method, url: request.url, length, coding, type, test, authorization, cookie, body: Buffer.concat(chunks).toString() }));
  },
  async big(_, response) {
    for (let i = 0; i < 64; i++) if (!response.write(Buffer.alloc(65536, 97 + (i % 26)))) await new Promise((resolve) => response.once("drain", resolve));
    response.end();
  },
  async count(request, response) {
    let bytes = 0;
    for await (const chunk of request) bytes += chunk.length;
    response.end(String(bytes));
  },
  async early(request, response) {
    response.writeHead(413).end("too much");
    await drained(request);
  },
  never() {},
  slow(_, response) {
    response.write("a");
    setTimeout(() => response.end("b"), 300);
  },
  half(_, response) {
    response.writeHead(200, { "Content-Length": 100 });
    response.write("half", () => response.destroy());
  },
  reset(request) {
    request.socket.destroy();
  },
  gzip(_, response) {
    response.setHeader("Content-Encoding", "gzip");
    response.end(gzipSync("was compressed ".repeat(50)));
  },
  redirect(request, response) {
    response.writeHead(Number(new URL(request.url, "http://x").searchParams.get("status")), { Location: "/echo?redirected" }).end("elsewhere");
  },
  none(_, response) {
    response.writeHead(204).end();
  },
};

http
  .createServer((request, response) => {
    const route = routes[request.url.split(/[/?]/)[1]];
    if (route) return route(request, response);
    response.writeHead(404).end("there is no such route");
  })
  .listen(Number(process.argv[2]), "127.0.0.1");
