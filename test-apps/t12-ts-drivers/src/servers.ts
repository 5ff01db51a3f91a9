// Pools of the three drivers, where the environment says.
import Redis from "ioredis";
import mysql from "mysql2/promise";
import pg from "pg";

// By PGHOST and its like.
export const postgres = new pg.Pool();
postgres.on("error", (error) => console.error(`a connection that rested ended: ${error.message}`));

const { MYSQL_HOST, MYSQL_TCP_PORT, MYSQL_USER, MYSQL_PWD, MYSQL_DATABASE, REDIS_URL } = process.env;

export const mariadb = mysql.createPool({
  host: MYSQL_HOST,
  port: Number(MYSQL_TCP_PORT),
  user: MYSQL_USER,
  password: MYSQL_PWD,
  database: MYSQL_DATABASE,
  // Of the server's times; else the program's own zone, which is another elsewhere.
  timezone: "Z",
});

export const redis = new Redis(REDIS_URL!, { lazyConnect: true });
redis.on("error", (error) => console.error(`redis: ${error.message}`));
