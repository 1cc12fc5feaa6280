import { skippedContainers } from '../../src/conventions/pod-spec';

/** As encoding/csv of Go 1.24 reads the first record. */
test.each<[string, string[] | undefined]>([
  ['', []],
  ['\n', []],
  ['a', ['a']],
  ['a,b', ['a', 'b']],
  ['a, b', ['a', ' b']],
  ['a,', ['a', '']],
  [',a', ['', 'a']],
  ['"a","b"', ['a', 'b']],
  ['"a,b",c', ['a,b', 'c']],
  ['"a""b"', ['a"b']],
  ['a\n', ['a']],
  ['\n\na\nb', ['a']],
  ['a\r\nb', ['a']],
  ['a\r', ['a']],
  ['"a\nb"', ['a\nb']],
  ['a, "b"', undefined],
  ['a"b', undefined],
  ['"a" ,b', undefined],
  ['"a', undefined],
])('%j is read as %j', (text, expected) => {
  expect(skippedContainers(text)).toEqual(expected);
});
