/**
 * The engine's `console.assert` takes only `true` for true.
 * https://console.spec.whatwg.org/#assert
 */
const { warn } = console;

console.assert = (/** @type {unknown} */ condition, /** @type {unknown[]} */ ...data) => {
  if (condition) return;
  const [first, ...others] = data;
  if (typeof first === "string") warn(`Assertion failed: ${first}`, ...others);
  else warn("Assertion failed", ...data);
};
