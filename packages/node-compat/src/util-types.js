/** node:util/types, as far as a program can tell what a value is. */
import { KeyObject } from "./crypto/key-object.js";

/** @typedef {(value: any) => boolean} Is */

/** @param {unknown} value */
const tag = (value) => Object.prototype.toString.call(value).slice(8, -1);
/** @param {unknown} value @returns {value is object} */
const isObject = (value) => typeof value === "object" && value !== null;

/**
 * Whether the getter, which looks at what is inside the object, works on it.
 * @param {any} prototype
 * @param {string | symbol} name
 * @returns {Is}
 */
function holds(prototype, name) {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  const read = descriptor?.get ?? descriptor?.value;
  return (value) => {
    if (!isObject(value)) return false;
    try {
      read.call(value);
      return true;
    } catch {
      return false;
    }
  };
}

/** Whether a method that asks for a key works. @param {Function} method @returns {Is} */
const looksUp = (method) => (value) => {
  if (!isObject(value)) return false;
  try {
    method.call(value, {});
    return true;
  } catch {
    return false;
  }
};

const typedArrayTag = /** @type {any} */ (Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)).get;
/** @param {string} name @returns {Is} */
const typedArray = (name) => (value) => typedArrayTag.call(value) === name;

export const isDate = holds(Date.prototype, "getTime");
export const isRegExp = holds(RegExp.prototype, "source");
export const isMap = holds(Map.prototype, "size");
export const isSet = holds(Set.prototype, "size");
export const isWeakMap = looksUp(WeakMap.prototype.has);
export const isWeakSet = looksUp(WeakSet.prototype.has);
export const isArrayBuffer = holds(ArrayBuffer.prototype, "byteLength");
export const isDataView = holds(DataView.prototype, "byteLength");
export const isBigIntObject = holds(BigInt.prototype, "valueOf");
export const isBooleanObject = holds(Boolean.prototype, "valueOf");
export const isNumberObject = holds(Number.prototype, "valueOf");
export const isStringObject = holds(String.prototype, "valueOf");
export const isSymbolObject = holds(Symbol.prototype, "valueOf");

/** @type {Is} */
export const isBoxedPrimitive = (value) => [isBigIntObject, isBooleanObject, isNumberObject, isStringObject, isSymbolObject].some((is) => is(value));
/** There are no threads to share memory with. @type {Is} */
export const isSharedArrayBuffer = () => false;
export const isAnyArrayBuffer = isArrayBuffer;
/** @type {Is} */
export const isArrayBufferView = (value) => ArrayBuffer.isView(value);
/** @type {Is} */
export const isTypedArray = (value) => typedArrayTag.call(value) !== undefined;
export const isUint8Array = typedArray("Uint8Array");
export const isUint8ClampedArray = typedArray("Uint8ClampedArray");
export const isUint16Array = typedArray("Uint16Array");
export const isUint32Array = typedArray("Uint32Array");
export const isInt8Array = typedArray("Int8Array");
export const isInt16Array = typedArray("Int16Array");
export const isInt32Array = typedArray("Int32Array");
export const isFloat16Array = typedArray("Float16Array");
export const isFloat32Array = typedArray("Float32Array");
export const isFloat64Array = typedArray("Float64Array");
export const isBigInt64Array = typedArray("BigInt64Array");
export const isBigUint64Array = typedArray("BigUint64Array");

/** @type {Is} */
export const isNativeError = (value) => value instanceof Error || (isObject(value) && tag(value) === "Error");
/** @type {Is} */
export const isPromise = (value) => value instanceof Promise;
/** @type {Is} */
export const isAsyncFunction = (value) => typeof value === "function" && tag(value).startsWith("Async");
/** @type {Is} */
export const isGeneratorFunction = (value) => typeof value === "function" && tag(value).endsWith("GeneratorFunction");
/** @type {Is} */
export const isGeneratorObject = (value) => isObject(value) && /Generator$/.test(tag(value));
/** @type {Is} */
export const isMapIterator = (value) => isObject(value) && tag(value) === "Map Iterator";
/** @type {Is} */
export const isSetIterator = (value) => isObject(value) && tag(value) === "Set Iterator";
/** @type {Is} */
export const isArgumentsObject = (value) => isObject(value) && tag(value) === "Arguments";
/** @type {Is} */
export const isModuleNamespaceObject = (value) => isObject(value) && tag(value) === "Module";
/** A program cannot tell. @type {Is} */
export const isProxy = () => false;
/** @type {Is} */
export const isExternal = () => false;
/** @type {Is} */
export const isKeyObject = (value) => value instanceof KeyObject;
/** @type {Is} */
export const isCryptoKey = (value) => value instanceof CryptoKey;

export default {
  isAnyArrayBuffer, isArgumentsObject, isArrayBuffer, isArrayBufferView, isAsyncFunction, isBigInt64Array, isBigIntObject, isBigUint64Array,
  isBooleanObject, isBoxedPrimitive, isCryptoKey, isDataView, isDate, isExternal, isFloat16Array, isFloat32Array, isFloat64Array,
  isGeneratorFunction, isGeneratorObject, isInt16Array, isInt32Array, isInt8Array, isKeyObject, isMap, isMapIterator, isModuleNamespaceObject,
  isNativeError, isNumberObject, isPromise, isProxy, isRegExp, isSet, isSetIterator, isSharedArrayBuffer, isStringObject, isSymbolObject,
  isTypedArray, isUint16Array, isUint32Array, isUint8Array, isUint8ClampedArray, isWeakMap, isWeakSet,
};
