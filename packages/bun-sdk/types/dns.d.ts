import { WarpGridError } from "./errors.js";
/** A name that could not be resolved: `code` is `ENOTFOUND`, `EAI_AGAIN` or `EAI_FAIL`. */
export declare class DnsError extends WarpGridError {
    name: string;
}
/**
 * The addresses of a host name, best first.
 * @throws {DnsError}
 */
export declare function resolve(hostname: string, options?: {
    family?: 4 | 6;
}): Promise<string[]>;
