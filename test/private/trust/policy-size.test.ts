/**
 * How many characters IAM counts. Every expected number is counted by hand: the JSON text without white space.
 */
import { CfnParameter, Fn, Lazy, Stack, Token } from 'aws-cdk-lib';
import { CfnOIDCProvider, CfnRole } from 'aws-cdk-lib/aws-iam';
import { policySize } from '../../../src/private/trust/policy-size';
import { agnosticStack, literalStack } from '../../support';

const exactly = (characters: number) => ({ characters, exact: true });
const about = (characters: number) => ({ characters, exact: false });
const REF = { Ref: 'AWS::StackName' };

describe('a document that synth knows', () => {
  test.each<[string, any, number]>([
    ['nothing', undefined, 0],
    ['an object without keys', {}, '{}'.length],
    ['an empty list', [], '[]'.length],
    ['an empty text', '', '""'.length],
    ['a text', 'abc', '"abc"'.length],
    ['a text with a quote and a backslash', '"\\', '"\\"\\\\"'.length],
    ['a number', 12345, '12345'.length],
    ['a negative number', -1, '-1'.length],
    ['true', true, 'true'.length],
    ['false', false, 'false'.length],
    ['null', null, 'null'.length],
    ['a list of one', ['a'], '["a"]'.length],
    ['a list of three', ['a', 2, null], '["a",2,null]'.length],
    ['an object with one key', { a: 'b' }, '{"a":"b"}'.length],
    ['an object with three keys', { a: 'b', c: 100, d: {} }, '{"a":"b","c":100,"d":{}}'.length],
    ['a key with a quote', { '"': 1 }, '{"\\"":1}'.length],
    ['lists in lists', [[], [[]]], '[[],[[]]]'.length],
  ])('is as long as its JSON text: %s', (_, document, characters) => {
    expect(policySize(literalStack(), document)).toEqual(exactly(characters));
  });

  test('is as long as without what is undefined', () => {
    expect(policySize(literalStack(), { a: undefined, b: 1, c: undefined })).toEqual(exactly('{"b":1}'.length));
    expect(policySize(literalStack(), { a: undefined })).toEqual(exactly('{}'.length));
  });

  test.each<[string, () => any, number]>([
    ['a text', () => Lazy.string({ produce: () => 'abc' }), '"abc"'.length],
    ['a text as an object', () => Lazy.any({ produce: () => 'abc' }), '"abc"'.length],
    ['a text inside of another', () => `x-${Lazy.string({ produce: () => '"' })}-y`, '"x-\\"-y"'.length],
    ['a number', () => Lazy.number({ produce: () => 12345 }), '12345'.length],
    ['a number inside of a text', () => `x-${Token.asString({ resolve: () => 12345, creationStack: [] })}`,
      '"x-12345"'.length],
    ['nothing inside of a text', () => `x-${Token.asString({ resolve: () => undefined, creationStack: [] })}`,
      '"x-"'.length],
    ['a list', () => Lazy.list({ produce: () => ['a', 'b'] }), '["a","b"]'.length],
    ['a list as an object', () => Lazy.any({ produce: () => ['a', 'b'] }), '["a","b"]'.length],
    ['an object', () => Lazy.any({ produce: () => ({ a: ['b'] }) }), '{"a":["b"]}'.length],
    ['a key', () => ({ [Lazy.string({ produce: () => 'abc' })]: 1 }), '{"abc":1}'.length],
    ['the account', () => Token.asString({ Ref: 'AWS::AccountId' }), '"111122223333"'.length],
  ])('is as long as what a token turns out to be: %s', (_, document, characters) => {
    const stack = literalStack();
    const value = document();
    expect(policySize(stack, value)).toEqual(exactly(characters));
    expect(policySize(stack, [value, value])).toEqual(exactly(2 * characters + '[,]'.length));
  });
});

describe('a document with parts that only the deployment knows', () => {
  test.each<[string, any, number]>([
    ['a partition', { Ref: 'AWS::Partition' }, 3],
    ['an account', { Ref: 'AWS::AccountId' }, 12],
    ['a region', { Ref: 'AWS::Region' }, 14],
    ['another reference', REF, 64],
    ['another function', { 'Fn::ImportValue': 'x' }, 64],
    ['the issuer in a URL', { 'Fn::Select': [1, { 'Fn::Split': ['//', REF] }] }, 73],
    ['a join', { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam']] }, 'arn:'.length + 3 + ':iam'.length],
    ['a join with a quote', { 'Fn::Join': ['', ['"', { Ref: 'AWS::Partition' }]] }, '\\"'.length + 3],
    ['a join with separators', { 'Fn::Join': ['::', ['a', { Ref: 'AWS::Region' }, 'b']] }, 'a::'.length + 14 + 3],
    ['a join of a deferred list', { 'Fn::Join': ['', { 'Fn::Split': [',', REF] }] }, 64],
  ])('is estimated: %s', (_, expression, characters) => {
    const stack = agnosticStack();
    expect(policySize(stack, expression)).toEqual(about(characters + 2));
    expect(policySize(stack, Token.asAny(expression))).toEqual(about(characters + 2));
    const text = Token.asString(expression);
    expect(policySize(stack, text)).toEqual(about(characters + 2));
    expect(policySize(stack, `x${text}yz`)).toEqual(about(characters + 5));
    expect(policySize(stack, { [text]: 1 })).toEqual(about(characters + '{"":1}'.length));
    expect(policySize(stack, ['a', text, 'b'])).toEqual(about(characters + '["a","","b"]'.length));
  });

  test('has literal parts that count to the letter', () => {
    const half = Token.asAny({ a: ['x', REF], b: 5 });
    expect(policySize(agnosticStack(), half)).toEqual(about('{"a":["x",""],"b":5}'.length + 64));
  });

  test('stays an estimate when exact parts follow', () => {
    expect(policySize(agnosticStack(), [{ Ref: 'AWS::Region' }, 'abc'])).toEqual(about('["","abc"]'.length + 14));
  });

  test.each<[string, (stack: Stack) => string, number]>([
    ['with a literal issuer', () => 'https://example.com/id/1', 'example.com/id/1'.length],
    ['with a deferred issuer', stack => new CfnParameter(stack, 'Url').valueAsString, 73],
  ])('holds the ARN of a provider %s', (_, url, issuer) => {
    const stack = agnosticStack();
    const { attrArn } = new CfnOIDCProvider(stack, 'Oidc', { url: url(stack) });
    const prefix = '"arn:aws:iam::123456789012:oidc-provider/"'.length;
    expect(policySize(stack, attrArn)).toEqual(about(prefix + issuer));
  });

  test('holds the ARN of a provider whose URL is not known yet', () => {
    const stack = agnosticStack();
    const { attrArn } = new CfnOIDCProvider(stack, 'Oidc');
    expect(policySize(stack, attrArn)).toEqual(about('"arn:aws:iam::123456789012:oidc-provider/"'.length + 73));
  });

  test('holds the ARN of another resource', () => {
    const stack = agnosticStack();
    const { attrArn } = new CfnRole(stack, 'Role', { assumeRolePolicyDocument: {} });
    expect(policySize(stack, attrArn)).toEqual(about('""'.length + 64));
  });

  test('holds a list that is a parameter', () => {
    expect(policySize(agnosticStack(), Fn.split(',', Token.asString(REF)))).toEqual(about('""'.length + 64));
  });
});
