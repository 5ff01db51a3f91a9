import { SQL } from "bun";

/** The SQLSTATE of a name that is taken. */
const UNIQUE_VIOLATION = "23505";

/** Answers what an error stands for. */
export function refuse(error: Error): Response {
  if (error instanceof SQL.PostgresError && error.errno) {
    const { message, code, errno, severity } = error;
    return Response.json({ error: message, code, errno, severity }, { status: errno === UNIQUE_VIOLATION ? 409 : 500 });
  }
  if (error instanceof SyntaxError) return Response.json({ error: "the body is no JSON" }, { status: 400 });
  console.error(error);
  return Response.json({ error: "the database cannot be asked" }, { status: 500 });
}
