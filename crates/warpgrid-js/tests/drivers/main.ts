// Answers what each driver gave for each statement: the same under Node and in a
// component.
import Redis from "ioredis";
import mysql from "mysql2/promise";
import pg from "pg";
import * as statements from "./statements.js";

const failure = ({ code, errno, severity, message, sqlState, name }: any) => ({ code, errno, severity, message, sqlState, name });

const described = (result: pg.QueryResult | pg.QueryResult[]) =>
  [result].flat().map(({ rows, rowCount, command, fields }) => ({
    rows,
    rowCount,
    command,
    fields: fields.map(({ name, dataTypeID }) => [name, dataTypeID]),
  }));

async function byPg() {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  const answers = [];
  for (const [text, values] of statements.postgres) answers.push(await client.query(text, values).then(described, failure));
  await client.end();
  return answers;
}

async function byMysql() {
  const connection = await mysql.createConnection(process.env.MYSQL_URL!);
  const answers = [];
  for (const [text, values] of statements.mysql) {
    answers.push(await connection.query(text, values).then(([rows]) => rows, failure));
    if (values) answers.push(await connection.execute(text, values as any[]).then(([rows]) => rows, failure));
  }
  await connection.end();
  return answers;
}

async function byIoredis() {
  const redis = new Redis(process.env.REDIS_URL!);
  const answers = [];
  for (const [command, ...args] of statements.redis) answers.push(await redis.call(command, ...args).catch(failure));
  await redis.quit();
  return answers;
}

export default {
  async fetch() {
    return Response.json({ pg: await byPg(), mysql2: await byMysql(), ioredis: await byIoredis() });
  },
};
