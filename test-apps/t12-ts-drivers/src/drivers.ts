// What each driver gives for each statement, on a connection of its own.
import type { QueryResult } from "pg";
import { mariadb, postgres, redis } from "./servers.js";
import * as statements from "./statements.js";

const failure = ({ code, errno, severity, message, sqlState, name }: any) => ({ code, errno, severity, message, sqlState, name });

const described = (result: QueryResult | QueryResult[]) =>
  [result].flat().map(({ rows, rowCount, command, fields }) => ({
    rows,
    rowCount,
    command,
    fields: fields.map(({ name, dataTypeID }) => [name, dataTypeID]),
  }));

export async function byPg() {
  const client = await postgres.connect();
  const answers = [];
  for (const [text, values] of statements.postgres) answers.push(await client.query(text, values).then(described, failure));
  client.release(true);
  return answers;
}

export async function byMysql2() {
  const connection = await mariadb.getConnection();
  const answers = [];
  for (const [text, values] of statements.mysql) {
    answers.push(await connection.query(text, values).then(([rows]) => rows, failure));
    if (values) answers.push(await connection.execute(text, values as any[]).then(([rows]) => rows, failure));
  }
  connection.destroy();
  return answers;
}

export async function byIoredis() {
  const answers = [];
  for (const [command, ...args] of statements.redis) answers.push(await redis.call(command, ...args).catch(failure));
  return answers;
}
