// A service by itty-router: parameters, middleware, bodies, nested routers, errors.
import { AutoRouter, cors, createResponse, error, html, type IRequest, json, Router, status, StatusError, text, withContent, withCookies, withParams } from "itty-router";

type Item = { id: number; title: string };
const items = new Map<number, Item>([[1, { id: 1, title: "first" }]]);

const { preflight } = cors({ origin: "https://example.com", allowMethods: ["GET", "PUT"] });
const seen = (response: Response, request: IRequest) => {
  response.headers.set("x-seen", `${request.method} ${request.route ?? "nothing"}`);
  return response;
};
const router = AutoRouter({
  before: [preflight],
  finally: [seen],
  catch: (thrown) => (thrown instanceof StatusError ? error(thrown.status, thrown.message) : error(500, `caught: ${(thrown as Error).message}`)),
});

const secret = (request: IRequest) => {
  if (request.query.key !== "secret") return error(401, "no key");
};

const admin = Router({ base: "/admin" }).get("/", () => json({ admin: true })).get("/:section+", ({ section }) => json({ section })).all("*", () => error(404, "no such section"));

const csv = createResponse("text/csv", (rows: unknown[][]) => rows.map((row) => row.join(",")).join("\n"));

router
  .get("/", () => text("itty\n"))
  .get("/items", ({ query }) => [...items.values()].filter(({ title }) => title.includes(String(query.q ?? ""))))
  .get("/items.csv", () => csv([["id", "title"], ...[...items.values()].map(({ id, title }) => [id, title])]))
  .get("/items/:id", withParams, ({ id }) => items.get(Number(id)) ?? error(404, `no item ${id}`))
  .put("/items/:id", withContent, ({ params, content }) => {
    const item = { id: Number(params.id), ...content };
    items.set(item.id, item);
    return json(item, { status: 201 });
  })
  .delete("/items/:id", ({ params }) => status(items.delete(Number(params.id)) ? 204 : 404))
  .get("/files/:path+", ({ path }) => ({ path }))
  .get("/optional/:format?", ({ params }) => ({ format: params.format ?? "none" }))
  .get("/page", () => html("<p>page</p>"))
  .get("/search", ({ query }) => query)
  .get("/cookies", withCookies, ({ cookies }) => ({ cookies }))
  .get("/throw", () => {
    throw new Error("on purpose");
  })
  .get("/teapot", () => {
    throw new StatusError(418, "short and stout");
  })
  .all("/admin/*", secret, (request: IRequest) => admin.fetch(request));

export default router;
