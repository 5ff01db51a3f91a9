import { WarpGridError, type Explanation } from "../errors.js";
/** What of the server's message is kept beside its code. */
declare const DETAILS: readonly ["severity", "detail", "hint", "position", "schema", "table", "column", "constraint"];
type Details = {
    readonly [name in (typeof DETAILS)[number]]?: string;
};
/**
 * `code` is the server's SQLSTATE (`23505`), Node's where the connection failed
 * (`ECONNREFUSED`), or one of `NO_ADDRESS`, `BAD_ADDRESS`, `POOL_ENDED`, `POOL_TIMEOUT`, `CONNECTION_LOST`,
 * `CONNECTION_RELEASED`, `QUERY_TIMEOUT`, `TRANSACTION_ABORTED`, `UNSAFE_INTEGER`,
 * `BAD_VALUE`, `DRIVER`.
 */
export declare class PostgresError extends WarpGridError implements Details {
    name: string;
    readonly severity?: string;
    readonly detail?: string;
    readonly hint?: string;
    readonly position?: string;
    readonly schema?: string;
    readonly table?: string;
    readonly column?: string;
    readonly constraint?: string;
    constructor(message: string, explanation: Explanation & Details);
}
/** Whatever a driver threw, as an error of ours. */
export declare function postgresError(cause: unknown): PostgresError;
/** Whether the connection is of no more use. */
export declare const isFatal: ({ code, severity }: PostgresError) => boolean;
export {};
