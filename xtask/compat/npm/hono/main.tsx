/** @jsxRuntime automatic @jsxImportSource hono/jsx */
// A service by Hono: routes, groups, middleware, validators, cookies, JSX, streams
// and errors.
import { Hono } from "hono";
import { basicAuth } from "hono/basic-auth";
import { getCookie, setCookie, setSignedCookie } from "hono/cookie";
import { cors } from "hono/cors";
import { etag } from "hono/etag";
import { HTTPException } from "hono/http-exception";
import { sign, verify } from "hono/jwt";
import { secureHeaders } from "hono/secure-headers";
import { stream, streamSSE, streamText } from "hono/streaming";
import { validator } from "hono/validator";

type Variables = { length: number };

const app = new Hono<{ Variables: Variables }>();
app.use(secureHeaders());
app.use("/users/*", cors({ origin: "https://example.com" }));
app.use(async (c, next) => {
  c.set("length", c.req.path.length);
  await next();
  c.header("x-length", String(c.get("length")));
});

app.get("/", etag(), (c) => c.text("hono\n"));
app.get("/page", (c) =>
  c.html(
    <ul class="list">
      {["a <b>", "c & d"].map((item) => (
        <li>{item}</li>
      ))}
    </ul>,
  ),
);

const users = new Hono();
users.get("/:id{[0-9]+}", (c) => c.json({ id: Number(c.req.param("id")), tags: c.req.queries("tag") ?? [], path: c.req.path }));
users.put(
  "/:id",
  validator("json", (value, c) => {
    if (typeof value.name !== "string") return c.json({ error: "name is missing" }, 422);
    return { name: value.name as string };
  }),
  (c) => c.json({ id: c.req.param("id"), ...c.req.valid("json") }, 201),
);
users.delete("/:id", (c) => c.body(null, 204));
app.route("/users", users);

app.get("/admin", basicAuth({ username: "ada", password: "secret" }), (c) => c.text("hello"));
app.get("/files/*", (c) => c.text(c.req.path.slice("/files/".length)));
app.get("/old", (c) => c.redirect("/users/1", 301));
app.get("/cookie", async (c) => {
  setCookie(c, "plain", "a b", { path: "/", httpOnly: true });
  await setSignedCookie(c, "signed", "value", "secret");
  return c.json(getCookie(c));
});
app.get("/token", async (c) => {
  const token = await sign({ sub: "ada", exp: 4102444800 }, "secret", "HS256");
  return c.json({ token, payload: await verify(token, "secret", "HS256") });
});
app.get("/lines", (c) =>
  streamText(c, async (out) => {
    for (let line = 0; line < 5; line++) {
      await out.writeln(`line ${line}`);
      await out.sleep(2);
    }
  }),
);
app.get("/events", (c) =>
  streamSSE(c, async (out) => {
    for (let id = 0; id < 3; id++) await out.writeSSE({ id: String(id), event: "tick", data: `tick ${id}` });
  }),
);
app.get("/bytes", (c) => {
  c.header("content-type", "application/octet-stream");
  return stream(c, async (out) => {
    await out.write(new Uint8Array([0, 1, 254, 255]));
    await out.pipe(new Blob(["piped"]).stream());
  });
});
app.post("/echo", async (c) => c.json({ type: c.req.header("content-type"), body: await c.req.json() }));
app.get("/form", async (c) => {
  const form = new FormData();
  form.append("text", "one\ntwo ü");
  form.append("file", new File(["content"], "x.txt", { type: "text/plain" }));
  const read = await new Request("http://localhost/", { method: "POST", body: form }).formData();
  const file = read.get("file") as File;
  return c.json({ text: read.get("text"), file: [file.name, file.type, await file.text()] });
});
app.get("/teapot", () => {
  throw new HTTPException(418, { message: "short and stout" });
});
app.get("/throw", () => {
  throw new TypeError("on purpose");
});

app.notFound((c) => c.json({ missing: c.req.path }, 404));
app.onError((error, c) => (error instanceof HTTPException ? error.getResponse() : c.json({ error: `${error.name}: ${error.message}` }, 500)));

export default app;
