/** Patterns against what regular expressions, and every short text there is, say of them. */
import * as fc from 'fast-check';
import { covers, literal, matches, overlap, pattern } from '../../../src/analysis/iam/patterns';
import { matchesPattern } from '../../../src/conventions/wildcards';

const RUNS = { numRuns: 5000, seed: 20260101 };
const wild = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 5 });
const plain = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 7 });
const expression = (text: string) => new RegExp(`^${text.replace(/\*/g, '.*').replace(/\?/g, '.')}$`);

/** Every text of a, b and c up to a length; whatever two patterns of five have in common, there is one of ten. */
const texts = (length: number): string[] =>
  length === 0 ? [''] : ['', ...texts(length - 1).flatMap(text => ['a', 'b', 'c'].map(one => one + text))];
const TEXTS = [...new Set(texts(6))];

test('a pattern matches what the regular expression does', () => {
  fc.assert(fc.property(wild, plain, (one, text) => {
    expect(matchesPattern(one, text)).toBe(expression(one).test(text));
    expect(matches(pattern(one), literal(text))).toBe(expression(one).test(text));
  }), RUNS);
});

test('two patterns overlap if some text matches both', () => {
  const short = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 4 });
  fc.assert(fc.property(short, short, (one, other) => {
    const [first, second] = [one, other].map(expression);
    const found = TEXTS.some(text => first.test(text) && second.test(text));
    if (found || one.length + other.length <= 6) expect([one, other, overlap(one, other)]).toEqual([one, other, found]);
    expect(overlap(one, other)).toBe(overlap(other, one));
  }), { ...RUNS, numRuns: 3000 });
});

test('what covers a pattern matches all that it matches', () => {
  fc.assert(fc.property(wild, wild, (wide, narrow) => {
    if (covers(wide, narrow)) {
      expect(TEXTS.filter(text => expression(narrow).test(text) && !expression(wide).test(text))).toEqual([]);
    }
  }), { ...RUNS, numRuns: 2000 });
  expect(['*', 'a*', '?b', 'a?'].map(wide => covers(wide, 'ab'))).toEqual([true, true, true, true]);
  expect(
    [
      ['a*', '*'],
      ['?', '*'],
      ['a', '?'],
      ['a', '⟨x⟩'],
      ['?', '⟨x⟩'],
    ].map(([wide, narrow]) => covers(pattern(wide), pattern(narrow))),
  ).toEqual(Array(5).fill(false));
  expect(covers(pattern('a⟨x⟩*'), pattern('a⟨x⟩/?*'))).toBe(true);
});

test('a stand-in answers only what holds whatever it stands for', () => {
  const withStandIns = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '⟨x⟩', '⟨y⟩'), maxLength: 5 });
  const textWithStandIns = fc.string({ unit: fc.constantFrom('a', 'b', '⟨x⟩', '⟨y⟩'), maxLength: 5 });
  const filled = (text: string, x: string, y: string) => text.replace(/⟨x⟩/g, x).replace(/⟨y⟩/g, y);
  fc.assert(fc.property(withStandIns, textWithStandIns, plain, plain, (one, text, x, y) => {
    const answer = matches(pattern(one), literal(text));
    if (answer !== undefined) expect(answer).toBe(expression(filled(one, x, y)).test(filled(text, x, y)));
  }), RUNS);
});
