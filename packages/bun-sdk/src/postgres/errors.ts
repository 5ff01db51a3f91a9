// What Postgres refuses, and what a connection to it runs into.
import { connectionRemedy, isLost, lost, thrown, WarpGridError, type Explanation } from "../errors.js";

/** What of the server's message is kept beside its code. */
const DETAILS = ["severity", "detail", "hint", "position", "schema", "table", "column", "constraint"] as const;
type Details = { readonly [name in (typeof DETAILS)[number]]?: string };

/**
 * `code` is the server's SQLSTATE (`23505`), Node's where the connection failed
 * (`ECONNREFUSED`), or one of `NO_ADDRESS`, `BAD_ADDRESS`, `POOL_ENDED`, `POOL_TIMEOUT`, `CONNECTION_LOST`,
 * `CONNECTION_RELEASED`, `QUERY_TIMEOUT`, `TRANSACTION_ABORTED`, `UNSAFE_INTEGER`,
 * `BAD_VALUE`, `DRIVER`.
 */
export class PostgresError extends WarpGridError implements Details {
  override name = "PostgresError";
  declare readonly severity?: string;
  declare readonly detail?: string;
  declare readonly hint?: string;
  declare readonly position?: string;
  declare readonly schema?: string;
  declare readonly table?: string;
  declare readonly column?: string;
  declare readonly constraint?: string;

  constructor(message: string, explanation: Explanation & Details) {
    super(message, explanation);
    // Also where there is none: Bun's errors have a `column` of their own, of the source.
    for (const name of DETAILS) {
      const value = explanation[name];
      Object.defineProperty(this, name, { value, enumerable: value !== undefined, configurable: true, writable: true });
    }
  }
}

/** By SQLSTATE, and by its class: the first two characters. Appendix A of Postgres' manual. */
const REMEDIES: Record<string, string> = {
  "08": "see whether the server runs, and try again",
  "08P01": "give as many values as the statement has parameters",
  "22": "correct the value: it does not fit the type that the statement gives it",
  "23": "correct the value: it breaks the constraint that `constraint` names",
  "23505": "choose another value, or say `ON CONFLICT` in the statement",
  "25006": "change nothing in this transaction, or leave `readOnly` out",
  "25P02": "a statement of this transaction failed before: let its error leave the transaction, or wrap it in a `transaction` of its own",
  "28": "correct user and password; in a component, those of the `[[database]]` in warp.toml",
  "3D000": "create the database, or correct its name",
  "40": "other transactions were in the way: run this one again",
  "42": "correct the statement: `position` says where",
  "42501": "grant the right to this user",
  "42P01": "create the table, or see `search_path`",
  "53300": "lower `max`, or raise the server's `max_connections`",
  "57": "the server ended the statement or is not ready: try again",
};

const OWN: [begins: RegExp, explanation: Explanation][] = [
  [/^Query read timeout/, { code: "QUERY_TIMEOUT", remedy: "make the statement quicker, or raise `timeout`" }],
  [/^timeout exceeded when trying to connect|^timeout expired/, { code: "POOL_TIMEOUT", remedy: "end transactions sooner, or raise `max` or `connectTimeout`" }],
  [/^Cannot use a pool after calling end/, { code: "POOL_ENDED", remedy: "ask before `end`, or create another pool" }],
];

const ENDED = /^Connection terminated|^Client was closed|^Client has encountered a connection error/;

/** Whatever a driver threw, as an error of ours. */
export function postgresError(cause: unknown): PostgresError {
  if (cause instanceof PostgresError) return cause;
  const error = thrown(cause);
  const message = error.message || String(error.code ?? cause);
  const { code } = error;
  if (isLost(code) || ENDED.test(message)) return new PostgresError(...lost("Postgres", cause));
  const refused = connectionRemedy(code);
  if (refused) return new PostgresError(`Postgres cannot be reached: ${code}`, { code: String(code), remedy: refused, cause });
  if (typeof code === "string" && /^[0-9A-Z]{5}$/.test(code)) {
    const given = Object.fromEntries(DETAILS.flatMap((name) => (typeof error[name] === "string" ? [[name, error[name]]] : [])));
    const remedy = (given.hint as string | undefined) ?? REMEDIES[code] ?? REMEDIES[code.slice(0, 2)] ?? "see Postgres' manual, appendix A, for this code";
    return new PostgresError(message, { code, remedy, cause, ...given });
  }
  const own = OWN.find(([begins]) => begins.test(message));
  if (own) return new PostgresError(message, { ...own[1], cause });
  return new PostgresError(message, { code: "DRIVER", remedy: "see the cause", cause });
}

/** Whether the connection is of no more use. */
export const isFatal = ({ code, severity }: PostgresError): boolean =>
  severity === "FATAL" || code === "QUERY_TIMEOUT" || code === "CONNECTION_LOST" || connectionRemedy(code) !== undefined;
