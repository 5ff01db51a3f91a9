// A service that says what pg, mysql2 and ioredis give for many statements.
import { Hono } from "hono";
import { byIoredis, byMysql2, byPg } from "./drivers.js";
import { mariadb, postgres, redis } from "./servers.js";

const app = new Hono();

app.get("/postgres", async (c) => c.json(await byPg()));
app.get("/mysql", async (c) => c.json(await byMysql2()));
app.get("/redis", async (c) => c.json(await byIoredis()));
app.get("/health", async (c) => c.json(await one()));
app.get("/pair", async (c) => c.json(await Promise.all([one(), one()])));
app.onError((error, c) => {
  console.error(error);
  return c.json({ error: "a database cannot be asked" }, 500);
});

/** Asks all three for a one, at once. */
const one = () => Promise.all([ofPostgres(), ofMysql(), redis.echo("1")]);

async function ofPostgres() {
  const { rows } = await postgres.query("SELECT 1 AS one");
  return rows[0].one;
}

async function ofMysql() {
  const [rows] = await mariadb.query<any[]>("SELECT 1 AS one");
  return rows[0].one;
}

export default app;
