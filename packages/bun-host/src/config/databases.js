/** `[[database]]`: an endpoint that guests connect to, and the server behind it. */
import { HostError } from "../errors.js";
import { nearest, table } from "./check.js";
import { count, duration, text } from "./values.js";

/** @typedef {"postgres" | "mysql" | "redis"} Protocol */

/**
 * @typedef {object} Database
 * @property {Protocol} protocol
 * @property {string} host in lower case, without the root's dot
 * @property {number} port
 * @property {{ host: string, port: number } | undefined} upstream where the server really is
 * @property {string | undefined} database
 * @property {number} poolSize
 * @property {boolean} login whether the host logs in, and not the guest
 * @property {string | undefined} tls
 * @property {Record<string, any>} section as it stands in the file
 */

const PROTOCOLS = ["postgres", "mysql", "redis"];
const TLS = ["disable", "prefer", "require", "verify-ca", "verify-full"];
const PASSWORDS = ["password", "password-env", "password-file"];

const KEYS = {
  protocol: text,
  host: text,
  port: count,
  upstream: text,
  database: text,
  user: text,
  password: text,
  "password-env": text,
  "password-file": text,
  tls: text,
  "tls-ca": text,
  "tls-cert": text,
  "tls-key": text,
  "tls-server-name": text,
  "pool-size": count,
  "max-waiting": count,
  "wait-timeout": duration,
  "connect-timeout": duration,
  "idle-timeout": duration,
};

/**
 * @param {string} file
 * @param {any[]} sections
 * @param {Map<string, string>} env what guests are given
 * @returns {Database[]}
 */
export function databases(file, sections, env) {
  const all = sections.map((section) => database(file, section, env));
  const seen = new Set();
  for (const { host, port } of all) {
    const name = `${host}:${port}`;
    if (seen.has(name)) throw new HostError(`${file}: ${name} is configured twice`, "keep one [[database]] for each host and port");
    seen.add(name);
  }
  return all;
}

/**
 * @param {string} file
 * @param {any} section
 * @param {Map<string, string>} env
 * @returns {Database}
 */
function database(file, section, env) {
  const of = table(file, section, KEYS, "database");
  for (const key of ["protocol", "host", "port"]) {
    if (of[key] === undefined) throw new HostError(`${file}: a [[database]] has no ${key}`, "give each its protocol, host and port");
  }
  const refuse = (/** @type {string} */ what, /** @type {string} */ help) => {
    throw new HostError(`${file}: [[database]] ${of.host}:${of.port}: ${what}`, help);
  };
  const known = (/** @type {string} */ key, /** @type {string[]} */ values) => {
    if (of[key] !== undefined && !values.includes(of[key])) {
      refuse(`there is no ${key} \`${of[key]}\``, `did you mean \`${nearest(of[key], values)}\`?`);
    }
  };
  known("protocol", PROTOCOLS);
  known("tls", TLS);
  if (of.host === "") refuse("the host is empty", "give the name that guests connect to");
  if (of.port > 65535) refuse("there is no such port", "give one up to 65535");
  if (of["pool-size"] === 0) refuse("a pool of no connections", "give pool-size at least 1");
  const passwords = PASSWORDS.filter((key) => of[key] !== undefined);
  if (passwords.length > 1) refuse(`both ${passwords.join(" and ")}`, "keep one of them");
  if (passwords.length && of.user === undefined && of.protocol !== "redis") refuse("a password without a user", 'add user = "…" beside it');
  const variable = of["password-env"];
  if (variable !== undefined) {
    if (env.has(variable)) refuse(`\`${variable}\` is given to guests by [env]`, "remove it from [env], or keep the password in another variable");
    if (process.env[variable] === undefined) refuse(`there is no environment variable \`${variable}\``, "set it, or name another one");
  }
  if (of.protocol === "redis" && of.database !== undefined && !/^\d+$/.test(of.database)) {
    refuse(`\`${of.database}\` is not a database of Redis`, 'give its number, for example database = "0"');
  }
  const upstream = of.upstream === undefined ? undefined : endpoint(of.upstream);
  if (upstream === null) refuse(`\`${of.upstream}\` is not an endpoint`, "write it as host:port, for example 10.0.0.5:5432");
  return {
    protocol: of.protocol,
    host: of.host.replace(/\.$/, "").toLowerCase(),
    port: of.port,
    upstream: upstream ?? undefined,
    database: of.database,
    poolSize: of["pool-size"] ?? 10,
    login: of.user !== undefined || passwords.length > 0,
    tls: of.tls,
    section,
  };
}

/**
 * `host:port` or `[address]:port`.
 * @param {string} text
 */
export function endpoint(text) {
  const [, v6, name, port] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = v6 ?? name;
  return host === undefined || Number(port) > 65535 ? null : { host, port: Number(port) };
}
