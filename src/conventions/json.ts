/**
 * Reading JSON that somebody else wrote: every property may be missing, or have any type.
 */

export interface JsonObject {
  readonly [key: string]: unknown;
}

/** The properties that are read. None of them may promise a type. */
type Unchecked<T> = { readonly [K in keyof T]?: unknown extends T[K] ? unknown : never };

/** Whether a value is an object, and not a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value to read properties of; an empty object if it is not an object. */
export function objectOf<T extends Unchecked<T> = JsonObject>(value: unknown): T {
  return (isObject(value) ? value : {}) as T;
}

/** The property at the end of a path; undefined if anything on the way is missing or not an object. */
export function propertyOf(value: unknown, ...path: string[]): unknown {
  let inner = value;
  for (let at = 0; at < path.length; at++) { // called millions of times, and for-of makes objects
    if (!isObject(inner)) return undefined;
    inner = inner[path[at]];
  }
  return inner;
}

/** The value if it is a list, otherwise an empty list. */
export function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
