/**
 * Suggestions for mistyped text.
 */
import { matchesPattern } from './wildcards';

/** Returns the candidates, with the most similar first. */
export function nearest(text: string, candidates: readonly string[]): string[] {
  return [...candidates].sort((left, right) => likeness(right, text) - likeness(left, text));
}

/**
 * Returns how much two texts have in common at both ends, from 0 to 1. Returns 2 if they differ only in case, or if the
 * candidate is an IAM pattern that matches the text.
 */
export function likeness(candidate: string, text: string): number {
  if (candidate === '' || text === '') return 0;
  const [left, right] = [candidate.toLowerCase(), text.toLowerCase()];
  if (matchesPattern(left, right)) return 2;
  const shorter = Math.min(left.length, right.length);
  let [start, end] = [0, 0];
  while (start < shorter && left[start] === right[start]) start++;
  while (end < shorter - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end++;
  return (start + end) / Math.max(left.length, right.length);
}
