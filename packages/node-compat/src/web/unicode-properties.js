/**
 * RegExp with `\p{…}` in patterns that are put together at run time: the engine has
 * no properties. The packer finds which ones a program's strings name, and gives
 * the characters of each.
 */

/**
 * The inside of a class, by the property's name; `^` before it is the complement.
 * @type {Record<string, string>}
 */
const classes = /** @type {any} */ (globalThis).__unicodeProperties;

const PROPERTY = /\\([pP])\{([^}]*)\}/y;

/** @param {string} pattern */
function lower(pattern) {
  let lowered = "";
  let inClass = false;
  for (let at = 0; at < pattern.length; ) {
    PROPERTY.lastIndex = at;
    const property = PROPERTY.exec(pattern);
    if (property) {
      const [whole, kind, name] = property;
      const inside = classes[kind === "P" ? `^${name}` : name];
      if (inside === undefined) {
        throw new SyntaxError(`Invalid regular expression: /${pattern}/: no characters of ${whole} are in the component: name it in a pattern of the program's source`);
      }
      lowered += inClass ? inside : `[${inside}]`;
      at += whole.length;
      continue;
    }
    const length = pattern[at] === "\\" ? 2 : 1;
    if (pattern[at] === "[") inClass = true;
    if (pattern[at] === "]") inClass = false;
    lowered += pattern.slice(at, at + length);
    at += length;
  }
  return lowered;
}

/** @param {any[]} args */
function lowered([pattern, flags, ...rest]) {
  if (typeof pattern !== "string" || !/[uv]/.test(String(flags ?? "")) || !/\\[pP]\{/.test(pattern)) return [pattern, flags, ...rest];
  return [lower(pattern), String(flags).replace("v", "u"), ...rest];
}

const Native = RegExp;
const Lowering = new Proxy(Native, {
  construct: (target, args, newTarget) => Reflect.construct(target, lowered(args), newTarget),
  apply: (target, self, args) => Reflect.apply(target, self, lowered(args)),
  // `RegExp.$1` and the like ask for the engine's own object.
  get: (target, name) => Reflect.get(target, name),
});
Object.defineProperty(Native.prototype, "constructor", { value: Lowering, writable: true, configurable: true });
globalThis.RegExp = Lowering;
