/** Statistics of the benchmarks. */

export function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)];
}

/** The median, and in parentheses the smallest and the largest value. */
export function spread(values: readonly number[], digits = 0, unit = ''): string {
  const text = (value: number) => value.toFixed(digits);
  return `${text(median(values))}${unit} (${text(Math.min(...values))} to ${text(Math.max(...values))})`;
}
