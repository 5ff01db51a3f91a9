// What modules and globals hold: names, and of classes and objects the members.

export interface Entry {
  kind: "class" | "function" | "object" | "value";
  members: string[];
  /** It exists to say that it cannot be. */
  refuses: boolean;
}

export type Inventory = Record<string, Entry>;

/** What those say who refuse. */
const REFUSAL = /not implemented|does not exist in a component/;
/** What a function that refuses is written with. */
const REFUSING = /unsupported\(|NotImplemented/;

const names = (value: object) => Object.getOwnPropertyNames(value).filter((name) => !name.startsWith("_") && name !== "constructor");

/** Of the class and of what it extends. */
function membersOf(prototype: any): string[] {
  const found = new Set<string>();
  for (let at = prototype; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) for (const name of names(at)) found.add(name);
  return [...found].sort();
}

function refuses(call: () => any): boolean {
  try {
    call();
    return false;
  } catch (error: any) {
    return REFUSAL.test(String(error?.message));
  }
}

/** A member of Node's prototype may be a field here. */
function triedClass(value: any): Entry {
  const members = membersOf(value.prototype);
  const refused = refuses(() => {
    const one = new value();
    members.push(...names(one));
    one.destroy?.();
  });
  return { kind: "class", members, refuses: refused };
}

const isClass = (value: any) => typeof value === "function" && value.prototype && (membersOf(value.prototype).length > 0 || /^class\b/.test(Function.prototype.toString.call(value)));

function entry(value: any, tried: boolean): Entry {
  if (value?.__unenv__) return { kind: "function", members: [], refuses: true };
  if (isClass(value)) return tried ? triedClass(value) : { kind: "class", members: membersOf(value.prototype), refuses: false };
  if (typeof value === "function") return { kind: "function", members: [], refuses: tried && REFUSING.test(Function.prototype.toString.call(value)) && refuses(() => value()) };
  if (typeof value === "object" && value !== null) return { kind: "object", members: names(value).sort(), refuses: false };
  return { kind: "value", members: [], refuses: false };
}

/**
 * Names with an underscore are nobody's business.
 * @param tried whether functions and classes are called, to see whether they refuse
 */
export function inventory(holder: any, tried: boolean): Inventory {
  const found: Inventory = {};
  for (const name of names(holder).sort()) {
    const value = read(holder, name);
    if (value !== undefined) found[name] = entry(value, tried);
  }
  return found;
}

function read(holder: any, name: string): unknown {
  try {
    return holder[name];
  } catch {
    return undefined;
  }
}
