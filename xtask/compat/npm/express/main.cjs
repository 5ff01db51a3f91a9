// A service by Express: routers, parameters, bodies, middleware, cookies, content
// negotiation, streams and errors.
const express = require("express");

const app = express();
app.disable("x-powered-by");
app.set("etag", "strong");
app.use(express.json({ limit: 64 }), express.urlencoded({ extended: false }));

app.use((request, response, next) => {
  request.seen = `${request.method} ${request.path}`;
  response.set("x-seen", request.seen);
  next();
});

app.get("/", (request, response) => response.send("express\n"));

const users = express.Router({ mergeParams: true });
users.param("id", (request, response, next, id) => {
  if (!/^\d+$/.test(id)) return next(Object.assign(new Error(`${id} is no number`), { status: 400 }));
  request.user = { id: Number(id), name: `user ${id}` };
  next();
});
users.get("/:id", (request, response) => response.json({ ...request.user, query: request.query, route: request.route.path, base: request.baseUrl }));
users.put("/:id", (request, response) => response.status(201).location(`/users/${request.user.id}`).json({ ...request.user, ...request.body }));
users.delete("/:id", (request, response) => response.sendStatus(204));
app.use("/users", users);

app.get("/files/*path", (request, response) => response.type("txt").send(request.params.path.join(" > ")));
app.get("/old", (request, response) => response.redirect(301, "/users/1"));
app.get("/cookie", (request, response) => {
  response.cookie("session", "a b", { httpOnly: true, path: "/", sameSite: "lax" });
  response.clearCookie("former").send("set");
});
app.get("/kind", (request, response) =>
  response.format({
    "application/json": () => response.json({ kind: "json" }),
    "text/html": () => response.send("<p>html</p>"),
  }),
);
app.get("/buffer", (request, response) => response.send(Buffer.from([0, 1, 254, 255])));
app.get("/download", (request, response) => response.attachment("räport.txt").send("report"));
app.get("/lines", async (request, response) => {
  response.type("text/plain");
  for (let line = 0; line < 5; line++) {
    response.write(`line ${line}\n`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  response.end();
});
app.post("/form", (request, response) => response.json({ type: request.get("content-type"), body: request.body }));
app.get("/throw", () => {
  throw new TypeError("on purpose");
});
app.get("/reject", async () => {
  await null;
  throw Object.assign(new Error("later"), { status: 503 });
});
app.all("/any", (request, response) => response.json({ seen: request.seen, secure: request.secure, host: typeof request.hostname }));

app.use((request, response) => response.status(404).json({ missing: request.originalUrl }));
app.use((error, request, response, next) => {
  if (response.headersSent) return next(error);
  // What is wrong with JSON each engine says in its own words.
  response.status(error.status ?? 500).json(error.type ? { type: error.type } : { error: error.message });
});

const [host, port] = (process.env.LISTEN ?? "127.0.0.1:8080").split(":");
app.listen(Number(port), host);
