import { Database } from "bun:sqlite";

const database = new Database("app.db");
Bun.serve({ fetch: () => Response.json(database.query("select 1").all()) });
