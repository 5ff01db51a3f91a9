/** What integers of 64 bits become. */
export type Bigint = "string" | "number" | "bigint";
/** How a pool reads what comes, in the shape that pg asks for. */
export declare function parsers(bigint: Bigint): {
    getTypeParser: (oid: number, format?: "text" | "binary") => any;
};
/** A parameter as it is sent. */
export declare function parameter(value: unknown, index: number): unknown;
