/**
 * JSON of others, whatever shape it has.
 */
export { arrayOf, isObject, type JsonObject, objectOf, propertyOf } from '../conventions/json';

/** What stands where a text should, as a text. JSON can hold `{ "toString": null }`, which is none by itself. */
export function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** One value, or a list of them, as a list. Not by `flat()`, which takes ten times as long. */
export function listOf<T>(value: T | T[]): T[] {
  return Array.isArray(value) ? value : [value];
}

/** One text, a list of them, or nothing. */
export function textsOf(value: unknown): string[] {
  return typeof value === 'string' ? [value] : listOf(value ?? []).map(textOf);
}

/** A map of texts, such as labels and annotations; empty if there is none. */
export function textMapOf(map: unknown): Record<string, string> {
  if (typeof map !== 'object' || map === null) return {};
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, textOf(value)]));
}

/** What is made of an object that does not change, once, however many ask. */
export function once<T>(known: WeakMap<object, T>, of: unknown, make: () => T): T {
  if (typeof of !== 'object' || of === null) return make();
  const found = known.get(of) ?? make();
  known.set(of, found);
  return found;
}

/** Items that share a key, in the order in which they came. */
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
