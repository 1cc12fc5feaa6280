import { csvRecord } from '../../src/conventions/csv-record';

/** The first eight as the webhook, which is written in Go, was measured with them. */
test.each<[string, string[] | undefined]>([
  ['a', ['a']],
  ['a,b', ['a', 'b']],
  ['"a","b"', ['a', 'b']],
  ['a\n', ['a']],
  ['a\nb', ['a']],
  ['\na', ['a']],
  ['a, b', ['a', ' b']],
  ['a, "b"', undefined],
  ['', undefined],
  ['\n', undefined],
  ['a\r\nb', ['a']],
  ['a\r', ['a']],
  ['a,', ['a', '']],
  ['"a""b",c', ['a"b', 'c']],
  ['"a,b"', ['a,b']],
  ['"a\nb",c', ['a\nb', 'c']],
  ['"a"b', undefined],
  ['"a', undefined],
  ['a"b', undefined],
])('%j is %j', (text, fields) => {
  expect(csvRecord(text)).toEqual(fields);
});
