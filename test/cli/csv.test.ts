import { csv } from '../../src/cli/csv';

test.each([
  ['plain', 'plain'],
  ['', ''],
  ['a,b', '"a,b"'],
  ['say "no"', '"say ""no"""'],
  [' blank ', '" blank "'],
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  [' =1', '\' =1'],
  ['＝1', "'＝1"],
  ['=HYPERLINK("https://evil.example","x")', '"\'=HYPERLINK(""https://evil.example"",""x"")"'],
  ['\t=1', '\\u0009=1'],
  ['a\r\nb', 'a\\u000d\\u000ab'],
  ['a-b=c', 'a-b=c'],
])('%j is the field %s', (text, field) => {
  expect(csv(['head'], [[text]])).toBe(`head\r\n${field}\r\n`);
});

test('a row for each, with headers', () => {
  expect(csv(['a', 'b'], [['1', '2'], ['3', '4']])).toBe('a,b\r\n1,2\r\n3,4\r\n');
});
