// A service over Postgres: Bun.serve, routes by Hono, queries by @warpgrid/bun-sdk.
import { Hono } from "hono";
import { refuse } from "./answers.js";
import { pool } from "./database.js";
import { download, upload } from "./streams.js";
import { big, create, fail, list, show } from "./users.js";
import { deadline, pair, together } from "./waiting.js";

const app = new Hono();

app.get("/", (c) => c.text("users in Postgres, by Hono and pg\n"));
app.get("/health", async (c) => {
  await pool.query("SELECT 1");
  return c.json({ database: "up" });
});
app.get("/users", list);
app.get("/users/:id", show);
app.post("/users", create);
app.get("/big", big);
app.get("/error", fail);
app.get("/pair", pair);
app.get("/together", together);
app.get("/deadline", deadline);
app.get("/download/:megabytes", download);
app.post("/upload", upload);
app.onError(refuse);

const [hostname, port] = (process.env.LISTEN ?? "127.0.0.1:8080").split(":");
Bun.serve({ hostname, port, fetch: app.fetch });
