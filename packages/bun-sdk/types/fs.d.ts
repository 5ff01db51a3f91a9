import { WarpGridError } from "./errors.js";
/** A file that could not be read: `code` is Node's, as `ENOENT`. */
export declare class FsError extends WarpGridError {
    name: string;
    readonly path: string;
    constructor(path: string, code: string, cause: unknown);
}
/**
 * A file's bytes, or its text.
 * @throws {FsError}
 */
export declare function readFile(path: string): Promise<Uint8Array>;
export declare function readFile(path: string, encoding: "utf8"): Promise<string>;
/**
 * Whether there is a file or a directory of this name.
 * @throws {FsError} where that cannot be told
 */
export declare function exists(path: string): Promise<boolean>;
/**
 * The names in a directory, in the order of their characters.
 * @throws {FsError}
 */
export declare const list: (path: string) => Promise<string[]>;
