/** What stands where a text should, as a text. JSON can hold `{ "toString": null }`, which is none by itself. */
export function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
