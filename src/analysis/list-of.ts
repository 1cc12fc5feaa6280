/** One value, or a list of them, as a list. Not by `flat()`, which takes ten times as long. */
export function listOf<T>(value: T | T[]): T[] {
  return Array.isArray(value) ? value : [value];
}
