// A service by Koa: middleware around middleware, contexts, bodies, cookies, streams
// and errors.
import Koa from "koa";
import { Readable } from "node:stream";

const app = new Koa({ keys: ["key one", "key two"] });
app.silent = true;
app.context.answered = 0;

app.use(async (ctx, next) => {
  try {
    await next();
  } catch (error) {
    ctx.status = error.status ?? 500;
    ctx.body = { error: error.expose ? error.message : "internal", status: ctx.status };
    ctx.app.emit("error", error, ctx);
  }
});
app.use(async (ctx, next) => {
  ctx.state.path = [];
  await next();
  ctx.set("x-path", [...ctx.state.path, ctx.status].join(" "));
});

async function body(ctx) {
  const parts = [];
  for await (const part of ctx.req) parts.push(part);
  try {
    return JSON.parse(Buffer.concat(parts).toString());
  } catch {
    ctx.throw(400, "no JSON");
  }
}

const routes = {
  "GET /": (ctx) => (ctx.body = "koa\n"),
  "GET /query": (ctx) => (ctx.body = { query: ctx.query, search: ctx.search, type: typeof ctx.host }),
  "POST /echo": async (ctx) => (ctx.body = { type: ctx.request.type, length: ctx.request.length, body: await body(ctx) }),
  "GET /html": (ctx) => (ctx.body = "<p>html</p>"),
  "GET /none": (ctx) => (ctx.body = null),
  "GET /buffer": (ctx) => (ctx.body = Buffer.from([0, 1, 254, 255])),
  "GET /web": (ctx) => (ctx.body = new Response("from a Response", { status: 202, headers: { "x-from": "web" } })),
  "GET /blob": (ctx) => (ctx.body = new Blob(["from a Blob"])),
  "GET /from-web": (ctx) => (ctx.body = Readable.fromWeb(new Blob(["read as Node reads"]).stream())),
  "GET /to-web": async (ctx) => (ctx.body = await new Response(Readable.toWeb(Readable.from([Buffer.from("read "), Buffer.from("as the Web reads")]))).text()),
  "GET /old": (ctx) => ctx.redirect("/html"),
  "GET /attachment": (ctx) => {
    ctx.attachment("rapport.txt");
    ctx.body = "report";
  },
  "GET /cookies": (ctx) => {
    ctx.cookies.set("plain", "value", { signed: false });
    ctx.cookies.set("signed", "value", { signed: true, httpOnly: false });
    ctx.body = "set";
  },
  "GET /lines": (ctx) => {
    async function* lines() {
      for (let line = 0; line < 5; line++) {
        yield `line ${line}\n`;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    }
    ctx.type = "text/plain";
    ctx.body = Readable.from(lines());
  },
  "GET /fresh": (ctx) => {
    ctx.etag = "abc";
    ctx.lastModified = new Date(Date.UTC(2026, 0, 1));
    ctx.body = String(ctx.fresh);
  },
  "GET /accepts": (ctx) => (ctx.body = { best: ctx.accepts("html", "json"), language: ctx.acceptsLanguages("en") }),
  "GET /throw": () => {
    throw new TypeError("on purpose");
  },
  "GET /teapot": (ctx) => ctx.throw(418, "short and stout"),
  "GET /assert": (ctx) => ctx.assert(ctx.query.user, 401, "who are you?"),
};

app.use(async (ctx, next) => {
  const route = routes[`${ctx.method} ${ctx.path}`];
  if (!route) return next();
  ctx.state.path.push("route");
  await route(ctx);
});
app.use(async (ctx, next) => {
  const user = /^\/users\/(\d+)$/.exec(ctx.path);
  if (!user) return next();
  ctx.state.path.push("user");
  ctx.body = { id: Number(user[1]), answered: ++app.context.answered };
});

const [host, port] = (process.env.LISTEN ?? "127.0.0.1:8080").split(":");
app.listen(Number(port), host);
