import { matchesPattern } from '../../src/conventions/wildcards';

test.each([
  ['', ''],
  ['a', 'a'],
  ['*', ''],
  ['*', 'a*b'],
  ['**', 'a'],
  ['a*', 'a'],
  ['*a', 'ba'],
  ['a*c', 'abbc'],
  ['a*b*c', 'a-b-b-c'],
  ['*ab', 'aab'],
  ['a?c', 'abc'],
  ['?', '*'],
  ['*?', 'a'],
])('%s matches "%s"', (pattern, text) => {
  expect(matchesPattern(pattern, text)).toBe(true);
});

test.each([
  ['', 'a'],
  ['a', ''],
  ['b', 'ab'],
  ['a', 'ab'],
  ['bc', 'abc'],
  ['a', 'A'],
  ['?', ''],
  ['?', 'ab'],
  ['*?', ''],
  ['a*', 'ba'],
  ['*a', 'ab'],
  ['a*b*c', 'a-c-b'],
  ['a.c', 'abc'],
])('%s does not match "%s"', (pattern, text) => {
  expect(matchesPattern(pattern, text)).toBe(false);
});

test('compares characters as it is told, only inside of the pattern', () => {
  const pairs: string[] = [];
  const fits = (one: string, character: string) => {
    pairs.push(`${one}${character}`);
    return one.toLowerCase() === character;
  };
  expect(matchesPattern('A*C', 'abc', fits)).toBe(true);
  expect(matchesPattern('A', 'ab', fits)).toBe(false);
  expect(pairs).toEqual(['Aa', 'Cb', 'Cc', 'Aa']);
});
