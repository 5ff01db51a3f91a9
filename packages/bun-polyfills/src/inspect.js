/** What Bun prints and compares: by node-compat's util, in Node's form. */
import * as util from "@warpgrid/node-compat/util";

const { format, inspect: inspectOf } = /** @type {any} */ (util);

export const inspect = Object.assign((/** @type {any} */ value, /** @type {any} */ options) => inspectOf(value, options), {
  custom: Symbol.for("nodejs.util.inspect.custom"),
  /** @param {any} rows */
  table: (rows) => format("%O", rows),
});

/** @param {any} value */
const isObject = (value) => typeof value === "object" && value !== null;
/** @param {any} value @param {boolean} strict */
const keysOf = (value, strict) => Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key) && (strict || value[key] !== undefined));

/**
 * As `expect(a).toEqual(b)`, or, strictly, `toStrictEqual`.
 * @param {any} a
 * @param {any} b
 * @param {boolean} [strict]
 * @param {[any, any][]} [seen]
 * @returns {boolean}
 */
export function deepEquals(a, b, strict = false, seen = []) {
  if (Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (seen.some(([one, other]) => one === a && other === b)) return true;
  const within = [...seen, /** @type {[any, any]} */ ([a, b])];
  const same = (/** @type {any} */ one, /** @type {any} */ other) => deepEquals(one, other, strict, within);
  if (Array.isArray(a) !== Array.isArray(b) || Object.prototype.toString.call(a) !== Object.prototype.toString.call(b)) return false;
  if (strict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date || a instanceof Number || a instanceof String || a instanceof Boolean) return Object.is(a.valueOf(), b.valueOf());
  if (a instanceof RegExp) return String(a) === String(b);
  if (a instanceof Error) return a.name === b.name && a.message === b.message;
  if (a instanceof ArrayBuffer) return same(new Uint8Array(a), new Uint8Array(b));
  if (ArrayBuffer.isView(a)) return a.byteLength === b.byteLength && Array.from(/** @type {any} */ (a)).every((one, i) => Object.is(one, b[i]));
  if (a instanceof Map) return a.size === b.size && matching([...a], [...b], same);
  if (a instanceof Set) return a.size === b.size && matching([...a], [...b], same);
  if (Array.isArray(a)) {
    if (a.length !== b.length || (strict && Array.from(a).some((_, i) => i in a !== i in b))) return false;
    return Array.from(a).every((one, i) => same(one, b[i]));
  }
  const [mine, others] = [keysOf(a, strict), keysOf(b, strict)];
  return mine.length === others.length && mine.every((key) => others.includes(key) && same(a[key], b[key]));
}

/** Each has one that is the same, whatever the order. @param {any[]} mine @param {any[]} others @param {(a: any, b: any) => boolean} same */
function matching(mine, others, same) {
  const left = [...others];
  return mine.every((one) => {
    const at = left.findIndex((other) => same(one, other));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

/** Whether all that `subset` has is in `whole`. @param {any} subset @param {any} whole @returns {boolean} */
export function deepMatch(subset, whole) {
  if (!isObject(subset) || !isObject(whole) || subset instanceof Date || subset instanceof Map || subset instanceof Set) return deepEquals(subset, whole);
  if (Array.isArray(subset)) return Array.isArray(whole) && subset.length === whole.length && subset.every((one, i) => deepMatch(one, whole[i]));
  return keysOf(subset, true).every((key) => key in whole && deepMatch(subset[key], whole[key]));
}

/** @param {string} text */
export const stripANSI = (text) => /** @type {any} */ (util).stripVTControlCharacters(text);
