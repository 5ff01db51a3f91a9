// Results with the types that JSON has not.
export function shown(value: any): unknown {
  if (value instanceof Date) return `Date ${Number.isNaN(value.getTime()) ? "invalid" : value.toISOString()}`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} ${Array.from(value as Uint8Array)}`;
  if (typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value))) return `${typeof value} ${value}`;
  if (Array.isArray(value)) return "count" in value ? result(value) : value.map(shown);
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shown(one)]));
  return value;
}

function result(value: any) {
  const { count, command, affectedRows, lastInsertRowid } = value;
  return { rows: [...value].map(shown), count, command, affectedRows, lastInsertRowid: shown(lastInsertRowid) };
}

export const failure = ({ name, message, code, errno, sqlState }: any) => ({ failed: { name, message, code, errno, sqlState } });

/** What each gives, one after the other. */
export async function answers(asked: Record<string, () => unknown>) {
  const given: Record<string, unknown> = {};
  for (const [name, ask] of Object.entries(asked)) {
    try {
      given[name] = shown(await ask()) ?? null;
    } catch (error) {
      given[name] = failure(error);
    }
  }
  return given;
}
