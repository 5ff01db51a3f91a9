// A guest that says what it finds of its host.
import { lookup } from "node:dns/promises";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";

let served = 0;
let told = 0;
process.on("SIGTERM", () => told++);

const code = (error) => error.code ?? error.name;
const attempt = (call) => {
  try {
    return call();
  } catch (error) {
    return code(error);
  }
};

/** What comes back on a connection, to its end. */
const exchange = (host, port, data) =>
  new Promise((resolve) => {
    const socket = connect({ host, port }, () => socket.end(data));
    let text = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk) => (text += chunk));
    socket.on("end", () => resolve(text));
    socket.on("error", (error) => resolve(code(error)));
  });

const routes = {
  "/served": () => ++served,
  "/env": () => [process.env.GREETING, process.env.EXTRA ?? null],
  "/files": () => ({
    motd: readFileSync("/etc/app/motd", "utf8"),
    timezone: readFileSync("/etc/timezone", "utf8"),
    hosts: readFileSync("/etc/hosts", "utf8").includes("192.0.2.7\tfixed.example"),
    zone: existsSync("/usr/share/zoneinfo/Europe/Berlin"),
    absent: existsSync("/etc/passwd"),
    random: readFileSync("/dev/urandom").length > 0,
    written: attempt(() => writeFileSync("/etc/app/motd", "other")),
  }),
  "/directory": () => {
    mkdirSync("/data/below");
    writeFileSync("/data/below/note.txt", "first ");
    appendFileSync("/data/below/note.txt", "second");
    const found = { text: readFileSync("/data/below/note.txt", "utf8"), size: statSync("/data/below/note.txt").size, names: readdirSync("/data/below") };
    const full = attempt(() => rmdirSync("/data/below"));
    unlinkSync("/data/below/note.txt");
    rmdirSync("/data/below");
    return { ...found, full, gone: existsSync("/data/below"), outside: attempt(() => readFileSync("/data/../../package.json", "utf8")), link: attempt(() => readFileSync("/data/out", "utf8")) };
  },
  "/names": async () => {
    const of = (name) => lookup(name, { all: true }).then((all) => all.map(({ address }) => address), code);
    return { service: await of("echo"), fixed: await of("fixed.example"), local: (await of("localhost"))[0], nowhere: await of("nowhere.production.warp.local"), denied: await of("example.invalid") };
  },
  "/tcp": ({ port }) => exchange("echo.production.warp.local", Number(port), "round trip"),
  "/tcp-denied": () => exchange("192.0.2.7", 9, ""),
  "/fetch": async ({ url, method = "GET" }) => {
    const response = await fetch(url, { method, redirect: "manual", body: method === "POST" ? "sent" : undefined });
    return { status: response.status, location: response.headers.get("location"), kind: response.headers.get("x-kind"), text: await response.text() };
  },
  "/fetch-denied": () => fetch("http://192.0.2.7:9/").then(({ status }) => status, () => "refused"),
  "/slow": async ({ ms }) => {
    await new Promise((resolve) => setTimeout(resolve, Number(ms)));
    return { waited: true, told };
  },
  "/throw": () => {
    throw new Error("on purpose");
  },
};

export default async function handle(request) {
  const url = new URL(request.url);
  if (url.pathname === "/echo") return new Response(request.body, { headers: { "x-method": request.method } });
  if (url.pathname === "/ticks") return ticks();
  const route = routes[url.pathname];
  if (!route) return new Response("nowhere", { status: 404 });
  return Response.json(await route(Object.fromEntries(url.searchParams)));
}

/** A response that never ends. */
function ticks() {
  const body = new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      controller.enqueue(new TextEncoder().encode("tick\n"));
    },
  });
  return new Response(body);
}
