import { CfnParameter, CfnParameterProps, Fn, Stack, Token } from 'aws-cdk-lib';
import { isSafePattern, parameterProblem } from '../../../src/private/values/parameter-safety';
import { embeddedProblems } from '../../../src/private/values/value-safety';

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
    [
      'no pattern',
      {},
      'have an allowedPattern, anchored by ^ and $, that cannot match quotes, backslashes, line breaks, *, ?, $ or '
        + 'braces, got: nothing.',
    ],
    ['a loose pattern', { allowedPattern: '.*' }, 'got: ".*".'],
    ['a quote among its values', { allowedValues: ['a', '"'] }, 'have an allowedPattern'],
    ['the name of a key pair', { type: 'AWS::EC2::KeyPair::KeyName' }, 'have an allowedPattern'],
    ['the name of a security group', { type: 'AWS::EC2::SecurityGroup::GroupName' }, 'have an allowedPattern'],
    ['no values', { allowedValues: [] }, 'have an allowedPattern'],
    [
      'a value from Parameter Store, whatever its pattern',
      { type: 'AWS::SSM::Parameter::Value<String>', allowedPattern: '^[a-z]+$' },
      'be a parameter whose value the template restricts',
    ],
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
    expect(
      problemsOf({}, parameter => Fn.join('-', ['a', Fn.select(0, Fn.split('/', parameter.valueAsString))])),
    ).toHaveLength(1);
  });
});

describe('a character that no parameter may bring', () => {
  const controls = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code));
  const forbidden = [...'"\'\\*?${}', ...controls, '\u007f', '\u0085', '\u2028', '\u2029', '\u00e9'];
  const found = (props: CfnParameterProps) => {
    const stack = new Stack();
    return parameterProblem('namespace', new CfnParameter(stack, 'P', props));
  };

  test.each(forbidden)('%j is refused among values and in a class', character => {
    expect(found({ allowedValues: ['a', `a${character}b`] })).toContain('have an allowedPattern');
    expect(isSafePattern(`^[a-z${character === '\\' ? '\\\\' : character}]+$`)).toBe(false);
  });

  test.each([...' !#%&()+,-./:;<=>@[]^_`|~', 'a', 'Z', '0'])('%j is none of them', character => {
    expect(found({ allowedValues: ['a', `a${character}b`] })).toBeUndefined();
  });

  test.each<[string, CfnParameterProps, string | undefined]>([
    ['a number', { type: 'Number' }, undefined],
    ['a hosted zone', { type: 'AWS::Route53::HostedZone::Id' }, undefined],
    ['a subnet', { type: 'AWS::EC2::Subnet::Id' }, undefined],
    ['the name of a parameter', { type: 'AWS::SSM::Parameter::Name' }, undefined],
    ['numbers', { type: 'List<Number>' }, 'have an allowedPattern'],
    ['a type that begins like a number', { type: 'Numbers' }, 'have an allowedPattern'],
    ['a type that ends like a number', { type: 'My::Number' }, 'have an allowedPattern'],
    ['subnets', { type: 'List<AWS::EC2::Subnet::Id>' }, 'have an allowedPattern'],
    ['a type that begins like a hosted zone', { type: 'AWS::Route53::HostedZone::Ids' }, 'have an allowedPattern'],
    ['EC2 without a kind', { type: 'AWS::EC2::::Id' }, 'have an allowedPattern'],
    ['a safe value of the Parameter Store', { type: 'AWS::SSM::Parameter::Value<String>', allowedValues: ['a'] },
      'be a parameter whose value the template restricts, got: "AWS::SSM::Parameter::Value<String>"'],
    ['a type that holds one of the Parameter Store',
      { type: 'List<AWS::SSM::Parameter::Value<String>>', allowedValues: ['a'] }, undefined],
    ['one bad value of several', { allowedValues: ['"', 'a'] }, 'have an allowedPattern'],
    ['values that only the deployment knows', { allowedValues: Token.asList({ Ref: 'Q' }) }, 'have an allowedPattern'],
    ['one value that only the deployment knows', { allowedValues: ['a', Fn.ref('Q')] }, 'have an allowedPattern'],
    ['a pattern that only the deployment knows', { allowedPattern: `^${Fn.ref('Q')}$` }, 'have an allowedPattern'],
    ['no values, and a safe pattern', { allowedValues: [], allowedPattern: '^a$' }, undefined],
    ['bad values, and a safe pattern', { allowedValues: ['"'], allowedPattern: '^a$' }, undefined],
    ['safe values, and a bad pattern', { allowedValues: ['a'], allowedPattern: '.*' }, undefined],
    ['an empty pattern', { allowedPattern: '' }, 'got: "".'],
  ])('is brought, or not, by %s', (_, props, message) => {
    if (message === undefined) expect(found(props)).toBeUndefined();
    else expect(found(props)).toContain(message);
  });
});

test.each([
  '^$', '^(a|b)$', '^(a|(b|c))$', '^(?:a)?$', '^(?:a)??$', '^a*?b+?c??$', '^a{2}$', '^a{2,}$', '^a{2,3}?$',
  '^a{12,34}b$', '^[(]$', '^[)]a$', '^[|]$', '^[a-]$', '^[\\-a]$', '^[\\w.]$',
  '^\\w\\d\\.\\/\\_\\:\\@\\=\\+\\,\\~\\-$',
  '^ $', '^a b,c$',
])('%s is safe', pattern => {
  expect(isSafePattern(pattern)).toBe(true);
});

test.each([
  'a$', '^a', '^a\\$', '$^', '^(a$', '^a)$', '^)($', '^(a))((b)$', '^a|b$', '^a(b|c)|d$', '^[^a]$', '^[:a]$', '^[a$',
  '^a]$', '^[]$', '^[a[b]]$', '^[a&]$',
  '^(?!a)b$', '^(?<n>a)$', '^a{$', '^a}$', '^a{,3}$', '^a{x}$', '^.$', '^a^b$', '^a$b$',
  '^\\s$', '^\\b$', '^\\x61$', '^a\\nb$', '^[\\W]$', '^\\(a|b\\)$', '^\\(a$', '^[\\]]$', '^[a\\$]$', '^(a)*?*"$',
])('%s is not safe', pattern => {
  expect(isSafePattern(pattern)).toBe(false);
});
