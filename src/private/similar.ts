/** The candidate that differs least from a text, upper and lower case being one; undefined where there is none. */
export function mostSimilar(text: string, candidates: string[]): string | undefined {
  const distances = candidates.map(candidate => distance(text.toLowerCase(), candidate.toLowerCase()));
  return candidates[distances.indexOf(Math.min(...distances))];
}

/** How many characters to add, remove or replace (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [at, character] of one.split('').entries()) {
    const next = [at + 1];
    for (let index = 0; index < other.length; index++) {
      next.push(Math.min(next[index] + 1, row[index + 1] + 1, row[index] + (character === other[index] ? 0 : 1)));
    }
    row = next;
  }
  return row[other.length];
}
