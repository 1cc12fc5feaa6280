/**
 * Patterns with IAM wildcards.
 */

/**
 * Whether text matches an IAM pattern: `*` matches any text, `?` one character. A regular expression could take
 * exponential time with many `*`. Here, only the last `*` has to backtrack.
 *
 * @param fits whether a character of the pattern, other than `*`, matches a character of the text
 */
export function matchesPattern(
  pattern: ArrayLike<string>,
  text: ArrayLike<string>,
  fits: (symbol: string, character: string) => boolean = fitsOne,
): boolean {
  if (pattern === text) return true;
  let at = 0;
  let position = 0;
  let star = -1;
  let resume = 0;
  while (position < text.length) {
    if (pattern[at] === '*') {
      star = at++;
      resume = position;
    } else if (at < pattern.length && fits(pattern[at], text[position])) {
      at++;
      position++;
    } else if (star >= 0) {
      at = star + 1;
      position = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

function fitsOne(one: string, character: string): boolean {
  return one === '?' || one === character;
}
