// From names to addresses: by the system's resolver natively, by the host's in a component.
import { lookup } from "node:dns/promises";
import { thrown, WarpGridError } from "./errors.js";

/** A name that could not be resolved: `code` is `ENOTFOUND`, `EAI_AGAIN` or `EAI_FAIL`. */
export class DnsError extends WarpGridError {
  override name = "DnsError";
}

const REMEDIES: Record<string, string> = {
  ENOTFOUND: "correct the name; in a component, `[dns] hosts` or `[services]` of warp.toml give it addresses, or `[network] connect` grants it",
  EAI_AGAIN: "the resolver did not answer in time: try again",
};

/**
 * The addresses of a host name, best first.
 * @throws {DnsError}
 */
export async function resolve(hostname: string, options: { family?: 4 | 6 } = {}): Promise<string[]> {
  try {
    const found = await lookup(hostname, { all: true, family: options.family ?? 0 });
    return found.map(({ address }) => address);
  } catch (cause) {
    const code = codeOf(thrown(cause).code);
    throw new DnsError(`cannot resolve ${hostname}: ${code}`, { code, remedy: REMEDIES[code] ?? "see the resolver's log", cause });
  }
}

/** What Node calls it; Bun's resolver has prefixes, and names of its own. */
function codeOf(code: unknown): string {
  const name = String(code).replace(/^DNS_/, "");
  if (name === "ENODATA" || name === "ENONAME" || name === "EAI_NONAME") return "ENOTFOUND";
  if (name === "ETIMEOUT") return "EAI_AGAIN";
  return Object.hasOwn(REMEDIES, name) ? name : "EAI_FAIL";
}
