/** What is thrown, as programs tell one error from the other. */
export function failing(work: () => unknown) {
  try {
    const value = work();
    return { value: typeof value, code: undefined };
  } catch (error: any) {
    return { name: error.name, code: error.code, message: error.message, reason: error.reason };
  }
}

/** The same of what is awaited. The Web's messages are nobody's standard; one of Node's names is none, either. */
export async function rejected(work: () => Promise<unknown>) {
  try {
    await work();
    return "fulfilled";
  } catch (error: any) {
    return error.name.replace("InvalidAccessException", "InvalidAccessError");
  }
}
