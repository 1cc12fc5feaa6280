import { isMetadataKey } from '../../src/conventions/name-rules';

const LABEL = 'x'.repeat(63);

test.each([
  'a', 'A.b_c-1', 'example.com/a', `example.com/${LABEL}`, LABEL, `${'a.'.repeat(126)}b/c`,
])('a key of labels or annotations: %s', key => {
  expect(isMetadataKey(key)).toBe(true);
});

test.each([
  '', '/', 'a/', '/a', '-a', 'a-', 'a b', `${LABEL}x`, `example.com/${LABEL}x`, 'example.com/a/b', 'Example.com/a',
  `${'a.'.repeat(126)}bc/d`,
])('no key of labels or annotations: %s', key => {
  expect(isMetadataKey(key)).toBe(false);
});
