/**
 * Shortens long lists for display: the first items, and how many more there are.
 */

/** `a, b and 3 more`. */
export function listInShort(items: readonly string[], limit: number): string {
  return `${items.slice(0, limit).join(', ')}${andMore(items.length - limit)}`;
}

/** The first lines, and `and 3 more` as the last one. */
export function linesInShort(lines: readonly string[], limit: number): string[] {
  return [...lines.slice(0, limit), ...lines.length > limit ? [`and ${lines.length - limit} more`] : []];
}

/** ` and 3 more`, or nothing. */
export function andMore(count: number): string {
  return count > 0 ? ` and ${count} more` : '';
}
