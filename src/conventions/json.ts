/**
 * Helpers for untrusted JSON: every property may be missing or have any type.
 */

export interface JsonObject {
  readonly [key: string]: unknown;
}

/** The properties that are read. All of them must have the type unknown. */
type Unchecked<T> = { readonly [K in keyof T]?: unknown extends T[K] ? unknown : never };

/** Whether a value is an object, but not a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the value as an object to read properties of, or an empty object if it is not an object. */
export function objectOf<T extends Unchecked<T> = JsonObject>(value: unknown): T {
  return (isObject(value) ? value : {}) as T;
}

/** Returns the property at the end of a path. Undefined if a part of the path is missing or not an object. */
export function propertyOf(value: unknown, ...path: string[]): unknown {
  let inner = value;
  for (let at = 0; at < path.length; at++) { // called millions of times, and for-of makes objects
    if (!isObject(inner)) return undefined;
    inner = inner[path[at]];
  }
  return inner;
}

/** Returns the value if it is a list, and otherwise an empty list. */
export function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
