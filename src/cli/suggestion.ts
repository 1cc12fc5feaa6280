import { likeness, nearest } from '../conventions/nearest';

const MIN_LIKENESS = 0.5;

/** A suggestion for a mistyped text: ` Did you mean <candidate>?`, or nothing if no candidate is similar. */
export function didYouMean(text: string, candidates: readonly string[]): string {
  const similar = similarTo(text, candidates);
  return similar === undefined ? '' : ` Did you mean ${similar}?`;
}

/** The most similar candidate, if any is similar enough. */
export function similarTo(text: string, candidates: readonly string[]): string | undefined {
  return nearest(text, candidates).find(candidate => likeness(candidate, text) >= MIN_LIKENESS);
}
