/**
 * Helpers for untrusted JSON.
 */
export { arrayOf, isObject, type JsonObject, objectOf, propertyOf } from '../conventions/json';

/** Converts any value to text. JSON may contain `{ "toString": null }`, which `String()` cannot convert. */
export function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Converts one value or a list to a list. Not by `flat()`, which is ten times slower. */
export function listOf<T>(value: T | T[]): T[] {
  return Array.isArray(value) ? value : [value];
}

/** Converts one text, a list of texts, or undefined to a list. */
export function textsOf(value: unknown): string[] {
  return typeof value === 'string' ? [value] : listOf(value ?? []).map(textOf);
}

/** Converts to a map of texts, such as labels and annotations; empty if it is not a map. */
export function textMapOf(map: unknown): Record<string, string> {
  if (typeof map !== 'object' || map === null) return {};
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, textOf(value)]));
}

/** Computes a value of an immutable object only once. */
export function once<T>(known: WeakMap<object, T>, of: unknown, make: () => T): T {
  if (typeof of !== 'object' || of === null) return make();
  const found = known.get(of) ?? make();
  known.set(of, found);
  return found;
}

/** Groups items by key, in their original order. */
export function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
