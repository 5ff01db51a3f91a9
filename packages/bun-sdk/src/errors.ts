// What every error of this package says: which one it is, what is wrong, what to do.

export interface Explanation {
  /** What programs tell errors by. */
  code: string;
  /** What to do about it. */
  remedy: string;
  /** The driver's own error. */
  cause?: unknown;
}

/** What all errors of this package are. */
export class WarpGridError extends Error {
  override name = "WarpGridError";
  readonly code: string;
  readonly remedy: string;

  constructor(message: string, { code, remedy, cause }: Explanation) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.remedy = remedy;
  }
}

/** The parts of an error of any driver's that are looked at. */
export interface Thrown {
  message?: string;
  code?: unknown;
  errors?: unknown[];
  [more: string]: unknown;
}

/** What was thrown, the last of them where all addresses of a name were tried. */
export function thrown(error: unknown): Thrown {
  const found = (error ?? {}) as Thrown;
  const last = Array.isArray(found.errors) ? found.errors.at(-1) : undefined;
  return found.code === undefined && last ? thrown(last) : found;
}

const ENDPOINT = "in a component, a `[[database]]` of warp.toml with this host and port has to say where it is";

const CONNECTION: Record<string, string> = {
  ECONNREFUSED: `start the server, or correct host and port; ${ENDPOINT}`,
  ENOTFOUND: `correct the host's name; ${ENDPOINT}`,
  EAI_AGAIN: "the name could not be looked up now: try again",
  EACCES: `this program may not connect there: ${ENDPOINT}`,
  ETIMEDOUT: "see whether the server is reachable from here, or wait longer: `connectTimeout`",
  EHOSTUNREACH: "see whether the server is reachable from here",
  EMFILE: "all connections of the host's pool are in use: raise `pool-size` of the `[[database]]` in warp.toml, or lower `max`",
  EAI_FAIL: `the resolver does not answer for this name; ${ENDPOINT}`,
};

/** The remedy for an error of a connection, where it is one. */
export const connectionRemedy = (code: unknown): string | undefined =>
  typeof code === "string" && Object.hasOwn(CONNECTION, code) ? CONNECTION[code] : undefined;

const LOST = ["ECONNRESET", "ECONNABORTED", "EPIPE"];

/** Whether it says that a connection was there, and is no more. */
export const isLost = (code: unknown): boolean => LOST.includes(code as string);

/** What is then to be said: which of these codes it was, depends on who noticed first. */
export const lost = (server: string, cause?: unknown): [message: string, explanation: Explanation] => [
  `the connection to ${server} is lost`,
  { code: "CONNECTION_LOST", remedy: "the server, or what is between, ended it; the next query gets another: try again", ...(cause === undefined ? {} : { cause }) },
];
