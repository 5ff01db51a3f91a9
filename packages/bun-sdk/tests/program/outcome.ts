// What came of something, as JSON: values with their types, errors with all they say.
import { WarpGridError } from "@warpgrid/bun-sdk";

export type Step = [what: string, work: () => unknown];

export async function outcomes(steps: Step[]): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const [what, work] of steps) {
    if (what in found) throw new Error(`there are two steps called ${what}`);
    try {
      found[what] = shown(await work());
    } catch (error) {
      found[what] = { thrown: shown(error) };
    }
  }
  return found;
}

function shown(value: any): unknown {
  if (value === undefined) return "undefined";
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (value instanceof Date) return { date: Number.isNaN(value.getTime()) ? "none" : value.toISOString() };
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (value instanceof WarpGridError) return { name: value.name, message: value.message, ...fields({ ...value, cause: value.cause === undefined ? "none" : "some", stack: undefined }) };
  if (value instanceof Error) return { name: value.name, message: value.message };
  if (Array.isArray(value)) return value.map(shown);
  return value !== null && typeof value === "object" ? fields(value) : value;
}

const fields = (value: object) => Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shown(one)]));
