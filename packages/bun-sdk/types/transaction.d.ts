/** How a connection does each step; a savepoint's name is given for one within another. */
export interface Steps {
    begin(): Promise<unknown>;
    commit(): Promise<unknown>;
    rollback(): Promise<unknown>;
}
export declare function transact<T>(steps: Steps, work: () => Promise<T>): Promise<T>;
