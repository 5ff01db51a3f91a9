export interface Explanation {
    /** What programs tell errors by. */
    code: string;
    /** What to do about it. */
    remedy: string;
    /** The driver's own error. */
    cause?: unknown;
}
/** What all errors of this package are. */
export declare class WarpGridError extends Error {
    name: string;
    readonly code: string;
    readonly remedy: string;
    constructor(message: string, { code, remedy, cause }: Explanation);
}
/** The parts of an error of any driver's that are looked at. */
export interface Thrown {
    message?: string;
    code?: unknown;
    errors?: unknown[];
    [more: string]: unknown;
}
/** What was thrown, the last of them where all addresses of a name were tried. */
export declare function thrown(error: unknown): Thrown;
/** The remedy for an error of a connection, where it is one. */
export declare const connectionRemedy: (code: unknown) => string | undefined;
/** Whether it says that a connection was there, and is no more. */
export declare const isLost: (code: unknown) => boolean;
/** What is then to be said: which of these codes it was, depends on who noticed first. */
export declare const lost: (server: string, cause?: unknown) => [message: string, explanation: Explanation];
