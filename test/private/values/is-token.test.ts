import { Aws, Lazy, Token } from 'aws-cdk-lib';
import { isToken } from '../../../src/private/values/is-token';

const NUMBER = Lazy.number({ produce: () => 5 });

test.each<[string, unknown, boolean]>([
  ['a text', 'api', false],
  ['a text that looks like a number', '-1.5e+28', false],
  ['a text that ends as a number token does', 'api-e+289', false],
  ['the mark of a token alone', 'Token[', false],
  ['nothing', undefined, false],
  ['a number', 5, false],
  ['a text token', Aws.REGION, true],
  ['a text token in a text', `api-${Aws.REGION}`, true],
  ['a number token', NUMBER, true],
  ['a list token', Token.asList({ Ref: 'List' }), true],
  ['an object token', Lazy.any({ produce: () => 5 }), true],
  ['a number token in a text', `api-${NUMBER}`, true],
])('%s', (_, value, expected) => {
  expect(isToken(value)).toBe(expected);
});

test('a number token in a text, with a version of the CDK that overlooks it', () => {
  const original = Token.isUnresolved;
  const overlook = (value: unknown) => (typeof value !== 'string' || value.includes('Token[')) && original(value);
  const spy = jest.spyOn(Token, 'isUnresolved').mockImplementation(overlook);
  try {
    expect(Token.isUnresolved(`api-${NUMBER}`)).toBe(false);
    expect(isToken(`api-${NUMBER}`)).toBe(true);
  } finally {
    spy.mockRestore();
  }
});
