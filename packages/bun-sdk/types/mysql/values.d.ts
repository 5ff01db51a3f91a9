import type { FieldPacket } from "mysql2/promise";
/** What integers of 64 bits become. */
export type Bigint = "string" | "number" | "bigint";
/** Rows in which mysql2 left these integers as texts. */
export declare function converted(rows: Record<string, unknown>[], fields: FieldPacket[], bigint: Bigint): Record<string, unknown>[];
/** A parameter as it is sent. */
export declare function parameter(value: unknown, index: number): unknown;
