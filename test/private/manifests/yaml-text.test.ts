/**
 * Manifests are printed as cdk8s prints them, whichever library does it.
 */
import { Yaml } from 'cdk8s';
import fc from 'fast-check';
import { yamlText } from '../../../src/private/manifests/yaml-text';

/** Texts that some version of YAML, or some printer, treats in its own way. */
const ODD = [
  'null', 'yes', 'No', 'ON', 'y', 'N', 'true', 'False', 'TRUE', 'e5', 'E1', 'e+5', 'e-5', '1e3', '0x1f', '0b1', '0o7',
  '1_000', '12:30', '12:30:45', '.5', '-.inf', '.nan', '~', '=', '<<', '-', '--', '---', '...', 'a:', 'a: b', 'a #b',
  '#', 'a#b', '&a', '*a', '!t', '|', '>', '%', '@', '`', '"', '\'', '{', '}', '[', ']', ',', ' a', 'a ', 'a b', '',
  '2020-01-01', '_a', '/a', 'a/', 'a,b', 'a=b', '0', '00', '07', '123', '-1', '+1', '1.5', 'a:b', '::', 'a::b', '/:',
  'inf', 'nan', 'Infinity', 'NaN', 'e', 'Y1', '1a', '0a', 'a..', 'é', 'a\nb', 'a\tb', 'offset', 'nose', 'a+b', 'a@b',
];
const oddText = fc.oneof(
  fc.constantFrom(...ODD),
  fc.tuple(fc.constantFrom(...ODD), fc.constantFrom(...ODD)).map(parts => parts.join('')),
  fc.stringMatching(/^[\w./@=,+:\- ]{0,12}$/),
  fc.string(),
);
const oddKey = oddText.filter(key => key !== '__proto__');
const plainKey = fc.stringMatching(/^[a-z][\w./-]{0,150}$/);
const plainText = fc.oneof(
  fc.stringMatching(/^[a-zA-Z/][\w./@=,+:-]{0,14}$/),
  fc.constantFrom('true', '0', '3600', 'arn:aws:iam::111122223333:role/x'),
);

function objects(key: fc.Arbitrary<string>, ...leaves: Array<fc.Arbitrary<unknown>>) {
  const { value } = fc.letrec(tie => ({
    value: fc.oneof(
      { maxDepth: 5 },
      ...leaves,
      fc.integer(),
      fc.boolean(),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    ),
  }));
  return fc.array(fc.dictionary(key, value, { maxKeys: 5 }), { minLength: 1, maxLength: 3 });
}

test.each([
  ['odd', objects(oddKey, oddText, fc.double(), fc.constantFrom(null, -0, 2 ** 60))],
  ['plain', objects(plainKey, plainText)],
])('random %s objects are the bytes of cdk8s', (_, some) => {
  fc.assert(
    fc.property(some, documents => expect(yamlText(documents)).toBe(Yaml.stringify(...documents))),
    { numRuns: 1_500 },
  );
});

test('each odd text is the bytes of cdk8s, as key and as value', () => {
  for (const text of ODD) {
    const document = { [text]: text, list: [text] };
    expect(yamlText([document])).toBe(Yaml.stringify(document));
  }
});

test('the fast printer prints a ServiceAccount, and no text that it may write differently', () => {
  const slow = jest.spyOn(Yaml, 'stringify');
  const serviceAccount = (annotation: string) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'api', namespace: 'payments', annotations: { 'eks.amazonaws.com/token-expiration': annotation } },
  });
  yamlText([serviceAccount('3600')]);
  expect(slow).not.toHaveBeenCalled();
  yamlText([serviceAccount('1_000')]);
  expect(slow).toHaveBeenCalledTimes(1);
});

test('a part that occurs twice is printed twice', () => {
  const shared = ['a b'];
  expect(yamlText([{ first: shared, second: { shared } }]))
    .toBe('first:\n  - a b\nsecond:\n  shared:\n    - a b\n');
});
