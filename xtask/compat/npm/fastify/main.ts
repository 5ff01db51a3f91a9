// A service by Fastify: schemas for what comes and what goes, hooks, plugins,
// decorators, streams and errors.
import Fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { Readable } from "node:stream";

const app = Fastify({ logger: false, bodyLimit: 256, routerOptions: { ignoreTrailingSlash: true } });

app.decorateRequest("seen", "");
app.addHook("onRequest", async (request) => {
  (request as FastifyRequest & { seen: string }).seen = `${request.method} ${request.url}`;
});
app.addHook("onSend", async (request, reply, payload) => {
  reply.header("x-seen", (request as FastifyRequest & { seen: string }).seen);
  return payload;
});

app.get("/", async () => "fastify\n");

const user = {
  type: "object",
  required: ["name", "age"],
  additionalProperties: false,
  properties: { name: { type: "string", minLength: 2 }, age: { type: "integer", minimum: 0 }, email: { type: "string", format: "email" }, tags: { type: "array", items: { type: "string" }, default: [] } },
};

async function users(app: FastifyInstance) {
  app.addSchema({ $id: "user", ...user });
  app.get<{ Params: { id: number }; Querystring: { full: boolean } }>(
    "/:id",
    {
      schema: {
        params: { type: "object", properties: { id: { type: "integer" } } },
        querystring: { type: "object", properties: { full: { type: "boolean", default: false } } },
        response: { 200: { type: "object", properties: { id: { type: "integer" }, name: { type: "string" }, full: { type: "boolean" } } } },
      },
    },
    // What the response's schema does not have is left out.
    async ({ params, query }) => ({ id: params.id, name: `user ${params.id}`, full: query.full, secret: "never seen" }),
  );
  app.post("/", { schema: { body: { $ref: "user#" }, response: { 201: { $ref: "user#" } } } }, async (request, reply) => {
    reply.code(201).header("location", "/users/9");
    return request.body;
  });
  app.delete("/:id", async (_request, reply) => reply.code(204).send());
}
app.register(users, { prefix: "/users" });

app.get("/files/*", async (request) => (request.params as Record<string, string>)["*"]);
app.get("/regexp/:file(^\\d+).png", async (request) => request.params);
app.get("/old", (_request, reply) => reply.redirect("/users/1", 301));
app.get("/buffer", async (_request, reply) => reply.type("application/octet-stream").send(Buffer.from([0, 1, 254, 255])));
app.get("/lines", (_request, reply) => {
  async function* lines() {
    for (let line = 0; line < 5; line++) {
      yield `line ${line}\n`;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
  return reply.type("text/plain").send(Readable.from(lines()));
});
app.get("/raw", (_request, reply) => {
  reply.hijack();
  reply.raw.writeHead(200, { "content-type": "text/plain" });
  reply.raw.end("by hand\n");
});
app.post("/echo", async (request) => ({ type: request.headers["content-type"], body: request.body }));
app.get("/throw", async () => {
  throw new TypeError("on purpose");
});
app.get("/teapot", async () => {
  throw Object.assign(new Error("short and stout"), { statusCode: 418, code: "TEAPOT" });
});
app.get("/injected", async () => {
  const { statusCode, headers, payload } = await app.inject({ method: "GET", url: "/users/5?full=true" });
  return { statusCode, type: headers["content-type"], payload };
});
app.get("/routes", async () => app.printRoutes({ commonPrefix: false }));

app.setNotFoundHandler((request, reply) => reply.code(404).send({ missing: request.url }));

const [host, port] = (process.env.LISTEN ?? "127.0.0.1:8080").split(":");
await app.listen({ port: Number(port), host });
