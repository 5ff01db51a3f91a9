/** Where a client connects, and as whom: options, a connection string, the environment. */
import { env } from "../../process.js";

/**
 * @typedef {object} Config
 * @property {string} [connectionString]
 * @property {string} [host]
 * @property {number | string} [port]
 * @property {string} [database]
 * @property {string} [user]
 * @property {string | (() => string | Promise<string>)} [password] only where the host has none
 * @property {string} [application_name]
 * @property {string} [options]
 * @property {number} [statement_timeout] ms
 * @property {number} [lock_timeout] ms
 * @property {number} [idle_in_transaction_session_timeout] ms
 * @property {number} [query_timeout] ms
 * @property {number} [connectionTimeoutMillis]
 * @property {import("./result.js").Types} [types]
 */

/** @param {string} text @returns {Config} */
function fromUrl(text) {
  const url = new URL(text);
  /** @type {Config} */
  const config = Object.fromEntries(url.searchParams);
  const parts = { host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port: url.port, database: url.pathname.slice(1), user: url.username, password: url.password };
  for (const [name, value] of Object.entries(parts)) if (value) /** @type {any} */ (config)[name] ??= decodeURIComponent(value);
  return config;
}

/**
 * @param {string | Config} [given]
 * @returns {Config & { host: string, port: number, user: string, database: string }}
 */
export function resolve(given = {}) {
  const options = typeof given === "string" ? { connectionString: given } : given;
  const config = { ...options, ...(options.connectionString ? fromUrl(options.connectionString) : {}) };
  const user = config.user ?? env.PGUSER ?? env.USER ?? "postgres";
  return {
    ...config,
    user,
    host: config.host ?? env.PGHOST ?? "localhost",
    port: Number(config.port ?? env.PGPORT ?? 5432),
    database: config.database ?? env.PGDATABASE ?? user,
    password: config.password ?? env.PGPASSWORD,
    application_name: config.application_name ?? env.PGAPPNAME,
    options: config.options ?? env.PGOPTIONS,
  };
}

/** What the startup message says. @param {ReturnType<typeof resolve>} config */
export function parameters(config) {
  /** @param {number | undefined} value */
  const text = (value) => (value === undefined || value === null ? undefined : String(value));
  return {
    user: config.user,
    database: config.database,
    client_encoding: "UTF8",
    application_name: config.application_name,
    options: config.options,
    statement_timeout: text(config.statement_timeout),
    lock_timeout: text(config.lock_timeout),
    idle_in_transaction_session_timeout: text(config.idle_in_transaction_session_timeout),
  };
}
