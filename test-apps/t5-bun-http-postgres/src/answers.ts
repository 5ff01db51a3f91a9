import { PostgresError } from "@warpgrid/bun-sdk/postgres";
import type { Context } from "hono";

/** The SQLSTATE of a name that is taken. */
const UNIQUE_VIOLATION = "23505";

/** Answers what an error stands for. */
export function refuse(error: Error, c: Context) {
  if (error instanceof SyntaxError) return c.json({ error: "the body is no JSON" }, 400);
  // Of the server's own errors only: others say that it could not be asked.
  if (error instanceof PostgresError && error.severity) {
    return c.json({ error: error.message, code: error.code }, error.code === UNIQUE_VIOLATION ? 409 : 500);
  }
  console.error(error);
  return c.json({ error: "the database cannot be asked" }, 500);
}
