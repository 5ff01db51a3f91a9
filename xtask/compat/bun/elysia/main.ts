// A service by Elysia: typed parameters and bodies, hooks, groups, plugins, cookies,
// streams and errors.
import { Elysia, redirect, t } from "elysia";

class Missing extends Error {
  constructor(readonly what: string) {
    super(`no ${what}`);
  }
}

const users = new Map([[1, { id: 1, name: "Ada", tags: ["first"] }]]);
const User = t.Object({ name: t.String({ minLength: 2, maxLength: 10 }), tags: t.Optional(t.Array(t.String())) });

const counted = new Elysia({ name: "counted" })
  .state("served", 0)
  .derive({ as: "global" }, ({ request }) => ({ path: new URL(request.url).pathname }))
  .onBeforeHandle({ as: "global" }, ({ store }) => void store.served++);

const admin = new Elysia({ prefix: "/admin" })
  .onBeforeHandle(({ headers, status }) => {
    if (headers.authorization !== "Bearer secret") return status(401, { error: "who are you?" });
  })
  .get("/", () => ({ admin: true }));

const app = new Elysia()
  .error({ Missing })
  .onError(({ code, error, set }) => {
    if (code === "Missing") {
      set.status = 404;
      return { missing: error.what };
    }
    if (code === "VALIDATION") return { invalid: error.all.map((one) => ("path" in one ? one.path : one.summary)) };
    if (code === "PARSE") return { unparsed: true };
    if (code === "NOT_FOUND") return { nothing: true };
    set.status = 500;
    return { thrown: (error as Error).message };
  })
  .use(counted)
  .use(admin)
  .decorate("version", "1.2.3")
  .get("/", () => "elysia\n")
  .get("/version", ({ version, path }) => ({ version, path }))
  .get("/served", ({ store }) => store.served)
  .get("/users/:id", ({ params: { id } }) => {
    const user = users.get(id);
    if (!user) throw new Missing(`user ${id}`);
    return user;
  }, { params: t.Object({ id: t.Numeric() }) })
  .post("/users", ({ body, set }) => {
    const user = { id: users.size + 1, tags: [], ...body };
    users.set(user.id, user);
    set.status = 201;
    set.headers.location = `/users/${user.id}`;
    return user;
  }, { body: User })
  .get("/search", ({ query }) => query, { query: t.Object({ q: t.String(), page: t.Numeric({ default: 1 }), tag: t.Optional(t.Array(t.String())) }) })
  .get("/checked", () => ({ n: 1, dropped: undefined }), { response: t.Object({ n: t.Number() }) })
  .get("/cookie", ({ cookie: { seen } }) => {
    const before = seen.value ?? "never";
    seen.set({ value: "yes", httpOnly: true, path: "/" });
    return { before };
  })
  .group("/v1", (group) => group.get("/files/*", ({ params }) => params["*"]).get("/ping", () => "pong"))
  .get("/lines", function* () {
    for (let line = 0; line < 4; line++) yield `line ${line}\n`;
  })
  .get("/slow", async function* () {
    for (let tick = 0; tick < 3; tick++) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      yield `tick ${tick}\n`;
    }
  })
  .get("/response", () => new Response("<p>page</p>", { status: 203, headers: { "content-type": "text/html" } }))
  .get("/old", () => redirect("/users/1", 301))
  .get("/teapot", ({ status }) => status(418, "short and stout"))
  .post("/echo", ({ body }) => body as object)
  .get("/throw", () => {
    throw new Error("on purpose");
  });

export default app;
