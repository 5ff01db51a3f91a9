// A transaction over whichever connection: it is committed where the work succeeds,
// and undone where it throws.

/** How a connection does each step; a savepoint's name is given for one within another. */
export interface Steps {
  begin(): Promise<unknown>;
  commit(): Promise<unknown>;
  rollback(): Promise<unknown>;
}

export async function transact<T>(steps: Steps, work: () => Promise<T>): Promise<T> {
  await steps.begin();
  let result: T;
  try {
    result = await work();
  } catch (error) {
    // What made it fail is what the caller is to hear of.
    await steps.rollback().catch(() => {});
    throw error;
  }
  await steps.commit();
  return result;
}
