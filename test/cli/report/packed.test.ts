import * as fc from 'fast-check';
import { pack, unpack } from '../../../src/cli/report/packed';

const overJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test.each<[string, unknown, string]>([
  ['numbers', [0, 1, 0, -1.5], '{"keys":[],"shared":[0,1,-1.5],"root":[0,0,1,0,2]}'],
  ['a long text that occurs twice', ['team-a', 'team-b', 'team-a'],
    '{"keys":[],"shared":["team-a"],"root":[0,0,"team-b",0]}'],
  ['a short text that occurs twice', ['a', 'a'], '{"keys":[],"shared":[],"root":[0,"a","a"]}'],
  ['objects with the same keys', [{ a: true }, { a: null }],
    '{"keys":[["a"]],"shared":[],"root":[0,[1,true],[1,null]]}'],
  ['an object that occurs twice', [{ a: ['x', 'y'] }, { b: { a: ['x', 'y'] } }],
    '{"keys":[["a"],["b"]],"shared":[[1,[0,"x","y"]]],"root":[0,0,[2,0]]}'],
  ['a property that is undefined', { a: undefined, b: 'x' }, '{"keys":[["b"]],"shared":[],"root":[1,"x"]}'],
])('%s', (_, value, text) => {
  expect(JSON.stringify(pack(value))).toBe(text);
  expect(unpack(JSON.parse(text))).toEqual(overJson(value));
});

test('any JSON comes back as it was', () => {
  const keys = fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'constructor', '0', '1'), fc.string());
  const { value } = fc.letrec(tie => ({
    value: fc.oneof({ maxDepth: 4 }, fc.constantFrom('text', 'other text', '', '0', 1, 2, true, null), fc.double(),
      fc.string(), fc.array(tie('value')), fc.dictionary(keys, tie('value'))),
  }));
  fc.assert(fc.property(value, given => {
    const expected = overJson(given);
    const unpacked = unpack(overJson(pack(given)) as ReturnType<typeof pack>);
    expect(JSON.stringify(unpacked)).toBe(JSON.stringify(expected));
    expect(unpacked).toEqual(expected);
  }), { numRuns: 5_000 });
});
