// A service over Redis, by Node's http and ioredis.
import { createServer, type ServerResponse } from "node:http";
import { redis } from "./redis.js";
import { news, pipeline, transaction } from "./transactions.js";
import { big, errors, script, together, values } from "./values.js";

const routes: Record<string, (query: URLSearchParams) => unknown> = {
  "/health": () => redis.ping(),
  "/values": values,
  "/errors": errors,
  "/script": script,
  "/big": big,
  "/together": together,
  "/pair": () => Promise.all([redis.echo("one"), redis.echo("two")]),
  "/pipeline": pipeline,
  "/transaction": transaction,
  "/news": news,
  "/put": (query) => redis.set("t11:kept", query.get("value") ?? ""),
  "/get": () => redis.get("t11:kept"),
};

async function answer(url: string, response: ServerResponse) {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const route = routes[pathname];
  if (!route) return send(response, 404, { error: "there is no such route" });
  try {
    send(response, 200, await route(searchParams));
  } catch (error) {
    console.error(error);
    send(response, 503, { error: "Redis cannot be asked" });
  }
}

function send(response: ServerResponse, status: number, body: unknown) {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(`${JSON.stringify(body)}\n`);
}

const [host, port] = (process.env.LISTEN ?? "127.0.0.1:8080").split(":");
createServer((request, response) => void answer(request.url ?? "/", response)).listen(Number(port), host);
