/**
 * The worst that a deployment can make of a statement, by tables of statements and what they count as.
 */
import { CfnCondition, CfnMapping, CfnParameter, Fn, Lazy, Stack, Token } from 'aws-cdk-lib';
import { AnyPrincipal, CfnRole } from 'aws-cdk-lib/aws-iam';
import { TrustPolicy } from '../../../src';
import { preliminary, worstCase } from '../../../src/private/trust/worst-case';
import { SAFE_PATTERN } from '../../support';

const ANYTHING = '${anything}';
const NO_VALUE = { Ref: 'AWS::NoValue' };
const SAFE = { Ref: 'Safe' };
const OPEN = { Ref: 'Open' };
const IMPORTED = { 'Fn::ImportValue': 'Elsewhere' };
const join = (separator: string, ...parts: any[]) => ({ 'Fn::Join': [separator, parts] });
const choice = (yes: any, no: any) => ({ 'Fn::If': ['Prod', yes, no] });
const sub = (...argument: any[]) => ({ 'Fn::Sub': argument.length === 1 ? argument[0] : argument });

function scope(): Stack {
  const stack = new Stack();
  new CfnCondition(stack, 'Prod', { expression: Fn.conditionEquals('a', 'b') });
  new CfnParameter(stack, 'Open');
  new CfnParameter(stack, 'Safe', { allowedPattern: SAFE_PATTERN });
  new CfnMapping(stack, 'Names', { mapping: { a: { b: 'c' } } });
  new CfnMapping(stack, 'Stars', { mapping: { a: { b: '*' } } });
  new CfnRole(stack, 'Role', { assumeRolePolicyDocument: {} });
  return stack;
}

const valuesOf = (value: any, operator = 'StringEquals') => (
  worstCase(scope(), { Effect: 'Allow', Condition: { [operator]: { key: value } } }).Condition[operator].key);

describe('a value of a condition', () => {
  test.each<[string, any, string[]]>([
    ['a text', 'a', ['a']],
    ['an empty text', '', ['']],
    ['a number', 1, ['1']],
    ['null', null, ['null']],
    ['two texts', ['a', 'b'], ['a', 'b']],
    ['a text with a star', 'a*', ['a*']],
    ['a choice', choice('a', 'b'), ['a', 'b']],
    ['a choice within a choice', choice('a', choice('b', 'c')), ['a', 'b', 'c']],
    ['a parameter with a safe pattern', SAFE, ['⟨{"Ref":"Safe"}⟩']],
    ['a parameter without a pattern', OPEN, [ANYTHING]],
    ['a dynamic reference', 'x{{resolve:ssm:/x}}', [ANYTHING]],
    ['two braces', '{{x}}', ['{{x}}']],
    ['nothing', NO_VALUE, []],
    ['a token that resolves to nothing', Lazy.any({ produce: () => undefined }), []],
    ['a text or nothing', choice('a', NO_VALUE), []],
    ['two, each of which may be nothing', [choice('a', NO_VALUE), choice(NO_VALUE, 'b')], []],
    ['a text, beside one that may be nothing', ['a', choice('b', NO_VALUE)], ['a', 'b']],
    ['an object that is no function', { a: 'b' }, [ANYTHING]],
    ['an import', IMPORTED, ['⟨{"Fn::ImportValue":"Elsewhere"}⟩']],
    ['a reference with the marks of a stand-in', { Ref: 'a⟨b⟩' }, ['⟨{"Ref":"ab"}⟩']],
    ['a function that nobody knows', { 'Fn::Unheard': [] }, [ANYTHING]],
    ['a function that repeats nothing', { 'Fn::GetAZs': '' }, ['⟨{"Fn::GetAZs":""}⟩']],
    ['a mapping', { 'Fn::FindInMap': ['Names', 'a', 'b'] }, ['⟨{"Fn::FindInMap":["Names","a","b"]}⟩']],
    ['a mapping with a star', { 'Fn::FindInMap': ['Stars', 'a', 'b'] }, [ANYTHING]],
    ['an identifier', { Ref: 'AWS::AccountId' }, ['⟨{"Ref":"AWS::AccountId"}⟩']],
  ])('%s', (_, value, expected) => {
    expect(valuesOf(value)).toStrictEqual(expected);
  });

  test.each<[string, any, string[]]>([
    ['texts', join('', 'a', 'b'), ['ab']],
    ['a parameter behind a text', join('', 'a', SAFE), ['a⟨{"Ref":"Safe"}⟩']],
    ['an open parameter behind a text', join('', 'a', OPEN), [`a${ANYTHING}`]],
    ['nothing behind a text', join('', 'a', NO_VALUE), []],
    ['nothing before a text', join('', NO_VALUE, 'a'), []],
    ['nothing in a join of another separator', join('-', 'a', NO_VALUE), []],
    ['another separator', join('-', 'a', SAFE), ['⟨{"Fn::Join":["-",["a",{"Ref":"Safe"}]]}⟩']],
    ['another separator, and a star', join('-', '*', SAFE), [ANYTHING]],
    ['another separator, and a question mark', join('-', '?', SAFE), [ANYTHING]],
    ['another separator, and a dollar', join('-', '$', SAFE), [ANYTHING]],
    ['another separator, and a brace', join('-', '}', SAFE), [ANYTHING]],
    ['a list that is a parameter', { 'Fn::Join': ['', SAFE] }, ['⟨{"Fn::Join":["",{"Ref":"Safe"}]}⟩']],
    ['a list that is an open parameter', { 'Fn::Join': ['', OPEN] }, [ANYTHING]],
    ['a template', sub('x-${Safe}-y'), ['x-⟨{"Ref":"Safe"}⟩-y']],
    ['a template of one name', sub('${S}', { S: SAFE }), ['⟨{"Ref":"Safe"}⟩']],
    ['a template with a variable', sub('${A}${V}', { A: 'a', V: OPEN }), [`a${ANYTHING}`]],
    ['a template with a variable that hides a parameter', sub('${Open}', { Open: 'a' }), ['a']],
    ['a template with an open parameter', sub('x-${Open}'), [`x-${ANYTHING}`]],
    ['a template that may be nothing', sub('x${V}', { V: NO_VALUE }), []],
    ['a template with a literal variable', sub('${!a}-${!b}${Safe}'), ['${a}-${b}⟨{"Ref":"Safe"}⟩']],
    ['a template with an attribute', sub('${Role.Arn}'), ['⟨{"Fn::GetAtt":"Role.Arn"}⟩']],
    ['a template with a pseudo parameter', sub('${AWS::AccountId}:'), ['⟨{"Ref":"AWS::AccountId"}⟩:']],
    ['a template that is a list of one', sub(['a${Safe}']), ['a⟨{"Ref":"Safe"}⟩']],
    ['a template that is no text', sub({ Ref: 'Open' }), ['⟨{"Fn::Sub":{"Ref":"Open"}}⟩']],
    ['no template', { 'Fn::Sub': [] }, ['⟨{"Fn::Sub":[]}⟩']],
  ])('put together: %s', (_, value, expected) => {
    expect(valuesOf(value)).toStrictEqual(expected);
  });

  test.each([
    'StringLike', 'StringNotLike', 'ArnLike', 'ArnNotLike', 'ArnEquals', 'ArnNotEquals', 'ForAnyValue:StringLike',
    'stringlike',
  ])('of another app may be a pattern to %s', operator => {
    expect(valuesOf(IMPORTED, operator)).toEqual([ANYTHING]);
    expect(valuesOf(join('', 'a', IMPORTED), operator)).toEqual([ANYTHING]);
    expect(valuesOf(join('', IMPORTED, 'a'), operator)).toEqual([ANYTHING]);
    expect(valuesOf(join('-', 'a', IMPORTED), operator)).toEqual([ANYTHING]);
    expect(valuesOf(join('', SAFE, 'a'), operator)).toEqual(['⟨{"Ref":"Safe"}⟩a']);
    expect(valuesOf(['a*', SAFE], operator)).toEqual(['a*', '⟨{"Ref":"Safe"}⟩']);
  });

  test.each(['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'IpAddress', 'StringLikeX', 'ArnEqualsX'])(
    'of another app is one text to %s', operator => {
      expect(valuesOf(join('', IMPORTED, 'a'), operator)).toEqual(['⟨{"Fn::ImportValue":"Elsewhere"}⟩a']);
    });
});

describe('a statement', () => {
  test.each<[string, any, any]>([
    ['of nothing', {}, { Effect: 'Allow', Condition: {} }],
    ['that denies', { Effect: 'Deny' }, { Effect: 'Deny', Condition: {} }],
    ['that denies in both branches', { Effect: choice('Deny', 'Deny') }, { Effect: 'Deny', Condition: {} }],
    ['that denies in one branch', { Effect: choice('Deny', 'Allow') }, { Effect: 'Allow', Condition: {} }],
    ['that denies or is nothing', { Effect: choice('Deny', NO_VALUE) }, { Effect: 'Allow', Condition: {} }],
    ['with a deferred effect', { Effect: SAFE }, { Effect: 'Allow', Condition: {} }],
    ['with actions', { Action: ['a', 'b*'] }, { Effect: 'Allow', Action: ['a', 'b*'], Condition: {} }],
    ['with a choice of actions', { Action: choice('a', 'b') }, { Effect: 'Allow', Action: ['a', 'b'], Condition: {} }],
    ['with an action that may be missing', { Action: NO_VALUE }, { Effect: 'Allow', Action: ['*'], Condition: {} }],
    ['with a deferred action', { Action: SAFE }, { Effect: 'Allow', Action: ['*'], Condition: {} }],
    ['with an open action', { Action: join('', 'sts:', OPEN) }, { Effect: 'Allow', Action: ['*'], Condition: {} }],
    ['with everybody', { Principal: '*' }, { Effect: 'Allow', Principal: '*', Condition: {} }],
    ['with a principal that is a text', { Principal: 'x' }, { Effect: 'Allow', Principal: '*', Condition: {} }],
    ['with a principal that is null', { Principal: null }, { Effect: 'Allow', Principal: '*', Condition: {} }],
    ['with a deferred principal', { Principal: SAFE }, { Effect: 'Allow', Principal: '*', Condition: {} }],
    ['with principals', { Principal: { AWS: ['a', 'b'], Service: 'c' } },
      { Effect: 'Allow', Principal: { AWS: ['a', 'b'], Service: ['c'] }, Condition: {} }],
    ['with open principals', { Principal: { AWS: ['a', OPEN, SAFE, NO_VALUE] } },
      { Effect: 'Allow', Principal: { AWS: ['a', '*', '⟨{"Ref":"Safe"}⟩'] }, Condition: {} }],
    ['with a principal that a token makes', { Principal: Lazy.any({ produce: () => ({ AWS: 'a' }) }) },
      { Effect: 'Allow', Principal: { AWS: ['a'] }, Condition: {} }],
    ['that excludes', { NotPrincipal: { AWS: 'a' } },
      { Effect: 'Allow', NotPrincipal: { AWS: 'a' }, Condition: {} }],
    ['with a deferred condition', { Condition: choice({ StringEquals: { a: 'b' } }, NO_VALUE) },
      { Effect: 'Allow', Condition: {} }],
    ['with a condition of one function', { Condition: SAFE }, { Effect: 'Allow', Condition: {} }],
    ['with a condition that is a text', { Condition: 'x' }, { Effect: 'Allow', Condition: {} }],
    ['with a condition that is null', { Condition: null }, { Effect: 'Allow', Condition: {} }],
    ['with a condition that a token makes', { Condition: Lazy.any({ produce: () => ({ Bool: { a: true } }) }) },
      { Effect: 'Allow', Condition: { Bool: { a: ['true'] } } }],
    ['with keys of one operator that are deferred', { Condition: { StringEquals: SAFE, StringLike: { a: 'b' } } },
      { Effect: 'Allow', Condition: { StringEquals: {}, StringLike: { a: ['b'] } } }],
  ])('%s', (_, statement, expected) => {
    expect(worstCase(scope(), statement)).toStrictEqual(expected);
  });
});

describe('before the app is complete, a statement', () => {
  const token = Token.asString({ Ref: 'P' });
  const deferred = '⟨deferred⟩';

  test.each<[string, any, any]>([
    ['of nothing', {}, { Effect: 'Allow', Condition: {} }],
    ['of texts', { Effect: 'Deny', Action: 'a', Principal: { AWS: ['b', ''] }, Condition: { Bool: { c: true } } },
      { Effect: 'Deny', Action: ['a'], Principal: { AWS: ['b', ''] }, Condition: { Bool: { c: ['true'] } } }],
    ['with tokens', { Effect: token, Action: `sts:${token}`, Principal: { AWS: [`a${token}`, `${token}${token}b`] } },
      {
        Effect: 'Allow',
        Action: ['*'],
        Condition: {},
        Principal: { AWS: [`a${deferred}`, `${deferred}${deferred}b`] },
      }],
    ['with tokens that are no texts', { Condition: { NumericEquals: { a: Token.asNumber({ Ref: 'P' }), b: 7 } } },
      { Effect: 'Allow', Condition: { NumericEquals: { a: [deferred], b: ['7'] } } }],
    ['with functions', { Action: { Ref: 'P' }, Condition: { StringLike: { a: ['b*', { Ref: 'P' }, Fn.ref('P')] } } },
      { Effect: 'Allow', Action: ['*'], Condition: { StringLike: { a: ['b*', deferred, deferred] } } }],
    ['with a deferred principal', { Principal: Lazy.any({ produce: () => ({ AWS: 'a' }) }) },
      { Effect: 'Allow', Principal: '*', Condition: {} }],
    ['with a deferred condition', { Condition: Lazy.any({ produce: () => ({ Bool: { a: true } }) }) },
      { Effect: 'Allow', Condition: {} }],
  ])('%s', (_, statement, expected) => {
    expect(preliminary(statement)).toStrictEqual(expected);
  });
});

test('an empty account limits nobody, which is said where the principal is added', () => {
  const principal = new AnyPrincipal().withConditions({ StringEquals: { 'aws:PrincipalAccount': '' } });
  expect(() => new TrustPolicy().addPrincipal(principal))
    .toThrow('must not be everyone without a condition on the caller');
});
