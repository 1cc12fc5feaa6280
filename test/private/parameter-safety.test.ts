import { CfnParameter, CfnParameterProps, Fn, Stack, Token } from 'aws-cdk-lib';
import { isSafePattern } from '../../src/private/parameter-safety';
import { embeddedProblems } from '../../src/private/value-safety';

test.each([
  '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
  '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$',
  '^(?:dev|test|prod)$',
  '^https://[\\w.-]+(/[\\w.-]+)*$',
  '^arn:aws[a-z-]*:iam::\\d{12}:role/[A-Za-z0-9_+=,.@/-]+$',
  '^default$',
  '^[a-z]+?$',
  '^a{1,3}\\.b\\-c\\_d$',
])('safe: %s', pattern => {
  expect(isSafePattern(pattern)).toBe(true);
});

test.each([
  ['no anchors', '[a-z]+'],
  ['no first anchor', '[a-z]+$'],
  ['no last anchor', '^[a-z]+'],
  ['an escaped last anchor', '^[a-z]+\\$'],
  ['an alternative that escapes the anchors', '^[a-z]+|[a-z]+$'],
  ['anything', '^.*$'],
  ['anything, later', '^[a-z]+.$'],
  ['a negated class', '^[^*]+$'],
  ['a range over the quote', '^[!-~]+$'],
  ['a quote', '^["a-z]+$'],
  ['a lone quote', '^"$'],
  ['a single quote', '^[a-z\']+$'],
  ['a backslash', '^[a-z\\\\]+$'],
  ['an escaped backslash', '^\\\\$'],
  ['a star', '^[a-z*]+$'],
  ['an escaped star', '^[a-z]\\*$'],
  ['a question mark', '^[a-z?]+$'],
  ['a dollar', '^[$a-z]+$'],
  ['braces', '^[{}]+$'],
  ['not blank', '^\\S+$'],
  ['blank', '^[a-z\\s]+$'],
  ['not a word', '^\\W+$'],
  ['not a digit', '^[\\D]+$'],
  ['a tab', '^a\\t$'],
  ['a line break in a range', '^[\\n-a]+$'],
  ['a Java quotation', '^\\Q"\\E$'],
  ['a Unicode escape', '^\\u0022$'],
  ['a hexadecimal escape', '^\\x22$'],
  ['a property', '^\\p{Punct}$'],
  ['a POSIX class', '^[[:punct:]]+$'],
  ['a union of classes', '^[a-z[^b]]+$'],
  ['an intersection', '^[a-z&&[^b]]+$'],
  ['a look-ahead', '^(?=a)[a-z]+$'],
  ['a flag', '^(?s)[a-z]+$'],
  ['a back reference', '^([a-z])\\1$'],
  ['beyond ASCII', '^[a-é]+$'],
  ['a lone parenthesis', '^)a($'],
  ['a class that is none', '^[z-a]+$'],
  ['nothing', ''],
])('unsafe: %s', (_, pattern) => {
  expect(isSafePattern(pattern)).toBe(false);
});

describe('a parameter', () => {
  const problemsOf = (props: CfnParameterProps, use = (parameter: CfnParameter) => parameter.valueAsString) => {
    const stack = new Stack();
    return embeddedProblems(stack, 'namespace', use(new CfnParameter(stack, 'P', props)));
  };

  test.each<[string, CfnParameterProps]>([
    ['a safe pattern', { allowedPattern: '^[a-z]+$' }],
    ['allowed values', { allowedValues: ['dev', 'prod'] }],
    ['a type that holds an identifier', { type: 'AWS::EC2::VPC::Id' }],
  ])('passes with %s', (_, props) => {
    expect(problemsOf(props)).toEqual([]);
  });

  test('passes as a number', () => {
    expect(problemsOf({ type: 'Number' }, parameter => `x-${parameter.valueAsNumber}`)).toEqual([]);
  });

  test.each<[string, CfnParameterProps, string]>([
    ['no pattern', {}, 'have an allowedPattern, anchored by ^ and $, that cannot match quotes, backslashes, line breaks, *, ?, $ or braces, got: nothing.'],
    ['a loose pattern', { allowedPattern: '.*' }, 'got: ".*".'],
    ['a quote among its values', { allowedValues: ['a', '"'] }, 'have an allowedPattern'],
    ['the name of a key pair', { type: 'AWS::EC2::KeyPair::KeyName' }, 'have an allowedPattern'],
    ['the name of a security group', { type: 'AWS::EC2::SecurityGroup::GroupName' }, 'have an allowedPattern'],
    ['no values', { allowedValues: [] }, 'have an allowedPattern'],
    ['a value from Parameter Store, whatever its pattern', { type: 'AWS::SSM::Parameter::Value<String>', allowedPattern: '^[a-z]+$' }, 'be a parameter whose value the template restricts'],
  ])('fails with %s', (_, props, message) => {
    const [found] = problemsOf(props);
    expect(found).toContain('`namespace (parameter Default/P)` must');
    expect(found).toContain(message);
  });

  test.each<[string, (name: string) => string]>([
    ['Fn.ref', name => Fn.ref(name)],
    ['Fn.sub', name => Fn.sub(`x-\${${name}}`)],
    ['a raw intrinsic', name => Token.asString({ 'Fn::Select': [0, { 'Fn::Split': ['/', { Ref: name }] }] })],
  ])('is found when its logical id is written by hand: %s', (_, use) => {
    expect(problemsOf({}, () => use('P'))).toHaveLength(1);
    expect(problemsOf({ allowedPattern: '^[a-z]+$' }, () => use('P'))).toEqual([]);
    expect(problemsOf({}, () => use('Other'))).toEqual([]);
  });

  test('is found inside functions', () => {
    expect(problemsOf({}, parameter => Fn.join('-', ['a', Fn.select(0, Fn.split('/', parameter.valueAsString))]))).toHaveLength(1);
  });
});
