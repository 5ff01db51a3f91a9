/** Where Bun.SQL connects: options, a URL, the environment. */
import { unsupported } from "@warpgrid/node-compat/errors";
import { env } from "@warpgrid/node-compat/process";

/**
 * @typedef {object} Options
 * @property {string} adapter
 * @property {string} hostname
 * @property {number} port
 * @property {string} username
 * @property {string | (() => string | Promise<string>)} password only where the host has none
 * @property {string} database
 * @property {boolean} tls the host's affair
 * @property {boolean} prepare
 * @property {boolean} bigint
 * @property {number} max connections
 * @property {number} idleTimeout ms; 0 is never
 * @property {number} connectionTimeout ms
 * @property {Record<string, string>} connection what the server is told when it begins
 * @property {((error: unknown) => void) | undefined} onconnect
 * @property {((error: unknown) => void) | undefined} onclose
 */

/** @type {Record<string, { names: string[], port: number, user: string }>} */
const KINDS = {
  postgres: { names: ["postgres:", "postgresql:", "pg:"], port: 5432, user: "postgres" },
  mysql: { names: ["mysql:", "mysql2:", "mariadb:", "mysqls:"], port: 3306, user: "root" },
};

const URLS = ["POSTGRES_URL", "DATABASE_URL", "PGURL", "PG_URL", "MYSQL_URL", "MYSQLURL", "MARIADB_URL"];

/** @param {any} text @returns {URL | undefined} */
function toUrl(text) {
  if (text instanceof URL) return text;
  if (typeof text !== "string" || text === "") return undefined;
  if (/^(sqlite|file):|^:memory:$/.test(text)) throw unsupported("SQLite", "use a database server: a [[database]] in warp.toml");
  return new URL(/^[a-z0-9]+:\/\//i.test(text) ? text : `postgres://${text}`);
}

/** @param {number | undefined} seconds */
const milliseconds = (seconds) => Math.max(0, Number(seconds ?? 0)) * 1000;

/** @param {any} given a URL, or options @param {any} [further] @returns {Options} */
export function resolve(given, further) {
  const isUrl = typeof given === "string" || given instanceof URL;
  const options = { ...(isUrl ? { url: given } : given), ...further };
  if (options.adapter === "sqlite") throw unsupported("SQLite", "use a database server: a [[database]] in warp.toml");
  const byEnvironment = options.adapter === undefined && options.hostname === undefined && options.host === undefined;
  const url = toUrl(options.url) ?? (byEnvironment ? toUrl(URLS.map((name) => env[name]).find(Boolean)) : undefined);
  const named = options.adapter === "mariadb" ? "mysql" : options.adapter;
  const adapter = named ?? Object.keys(KINDS).find((name) => url && KINDS[name].names.includes(url.protocol)) ?? "postgres";
  const kind = KINDS[adapter];
  if (!kind) throw new Error(`Unsupported adapter: ${adapter}. Supported adapters: "postgres", "mysql"`);
  const isPostgres = adapter === "postgres";
  const environment = isPostgres
    ? { host: env.PGHOST, port: env.PGPORT, user: env.PGUSERNAME ?? env.PGUSER, password: env.PGPASSWORD, database: env.PGDATABASE }
    : { host: env.MYSQL_HOST, port: env.MYSQL_PORT, user: env.MYSQL_USER, password: env.MYSQL_PASSWORD, database: env.MYSQL_DATABASE };
  const query = Object.fromEntries(url?.searchParams ?? []);
  const { sslmode: _mode, ...connection } = query;
  const part = (/** @type {string | undefined} */ text) => (text ? decodeURIComponent(text) : undefined);
  const username = options.username ?? options.user ?? part(url?.username) ?? environment.user ?? env.USER ?? kind.user;
  return {
    adapter,
    username,
    hostname: options.hostname ?? options.host ?? part(url?.hostname.replace(/^\[(.*)\]$/, "$1")) ?? environment.host ?? "localhost",
    port: Number(options.port ?? (url?.port || undefined) ?? environment.port ?? kind.port),
    password: options.password ?? options.pass ?? part(url?.password) ?? environment.password ?? "",
    database: options.database ?? options.db ?? part(url?.pathname.slice(1)) ?? environment.database ?? (isPostgres ? username : "mysql"),
    tls: Boolean(options.tls ?? options.ssl),
    prepare: options.prepare ?? true,
    bigint: options.bigint ?? false,
    max: Number(options.max ?? 10),
    idleTimeout: milliseconds(options.idleTimeout ?? options.idle_timeout),
    connectionTimeout: milliseconds(options.connectionTimeout ?? options.connection_timeout ?? options.connectTimeout ?? options.connect_timeout ?? 30),
    connection: { ...connection, ...options.connection },
    onconnect: options.onconnect,
    onclose: options.onclose,
  };
}
