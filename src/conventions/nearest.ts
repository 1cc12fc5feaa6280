/**
 * Which of several texts somebody may have meant.
 */
import { matchesPattern } from './wildcards';

/** The candidates, the most similar first. */
export function nearest(text: string, candidates: readonly string[]): string[] {
  return [...candidates].sort((left, right) => likeness(right, text) - likeness(left, text));
}

/**
 * How much two texts have in common at both ends, from 0 to 1; 2 if they differ only in upper and lower case, or if the
 * candidate is a pattern of IAM for the text.
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
