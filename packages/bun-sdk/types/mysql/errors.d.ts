import { WarpGridError, type Explanation } from "../errors.js";
/**
 * `code` is the server's (`ER_DUP_ENTRY`), Node's where the connection failed
 * (`ECONNREFUSED`), or one of `NO_ADDRESS`, `BAD_ADDRESS`, `POOL_ENDED`,
 * `CONNECTION_LOST`, `CONNECTION_RELEASED`, `QUERY_TIMEOUT`, `UNSAFE_INTEGER`,
 * `BAD_VALUE`, `DRIVER`.
 */
export declare class MysqlError extends WarpGridError {
    name: string;
    /** The server's number for it, as 1062. */
    readonly errno?: number;
    /** Five characters, as `23000`. */
    readonly sqlState?: string;
    constructor(message: string, explanation: Explanation & {
        errno?: number;
        sqlState?: string;
    });
}
/** Whatever a driver threw, as an error of ours. */
export declare function mysqlError(cause: unknown): MysqlError;
/** Whether the connection is of no more use. */
export declare const isFatal: ({ code, cause }: MysqlError) => boolean;
