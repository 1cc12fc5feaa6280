import { columnWidths, rowLines, wrapped } from '../../src/cli/text-table';

const plain = (_: unknown, text: string) => text;
const cells = (...texts: string[]) => texts.map(text => ({ lines: text.split('\n') }));

test.each<[string, number, string[]]>([
  ['', 10, ['']],
  ['short', 10, ['short']],
  ['exactly 10', 10, ['exactly 10']],
  ['two words here', 10, ['two words', '  here']],
  ['payments/a-very-long-name', 14, ['payments/a-', '  very-long-', '  name']],
  ['abcdefghijklmnopqrstuvwxyz', 10, ['abcdefghij', '  klmnopqr', '  stuvwxyz']],
  ['a\u202eb', 10, ['a\\u202eb']],
])('%j within %i columns', (text, width, lines) => {
  expect(wrapped(text, width)).toEqual(lines);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
});

test('narrow columns get what they need, wide ones share the rest', () => {
  const rows = [cells('id', 'x'.repeat(100), 'y'.repeat(100)), cells('a', 'b', 'c')];
  expect(columnWidths(rows, 80)).toEqual([2, 37, 37]);
  expect(columnWidths(rows, 300)).toEqual([2, 100, 100]);
  expect(columnWidths([], 80)).toEqual([]);
});

test('a row is as high as its highest cell, without blanks at the end', () => {
  expect(rowLines(cells('a', 'one\ntwo', 'b'), [10, 10, 10], plain)).toEqual([
    'a           one         b',
    '            two',
  ]);
  expect(rowLines(cells('', ''), [10, 10], plain)).toEqual(['']);
});

test('colors take no room', () => {
  const paint = (_: unknown, text: string) => `<${text}>`;
  expect(rowLines([{ lines: ['a'], style: 'red' }, { lines: ['b'] }], [3, 3], paint)).toEqual(['<a>    b']);
});
