import { Aws, CfnParameter, Fn, Lazy, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { IrsaRole, ServiceAccountSubject, TrustPolicy } from '../src';
import { agnosticStack, literalProvider, literalStack, SAFE_PATTERN, trustPolicy } from './support';

function conditionFor(...subjects: ServiceAccountSubject[]): any {
  const stack = literalStack();
  new IrsaRole(stack, 'Role', { trust: new TrustPolicy().addServiceAccounts(literalProvider(stack), subjects) });
  return trustPolicy(stack).Statement[0].Condition;
}

const longest = { namespace: 'a'.repeat(63), name: `${'a'.repeat(63)}.${'b'.repeat(189)}` };

describe('exact', () => {
  test.each([
    ['a', 'b'],
    ['default', 'my-service-account'],
    ['0', '0'],
    [longest.namespace, longest.name],
    ['kube-system', 'a.b-c.d'],
  ])('takes %s/%s', (namespace, name) => {
    expect(conditionFor(ServiceAccountSubject.exact(namespace, name))).toMatchObject({
      StringEquals: {
        [Object.keys(conditionFor(ServiceAccountSubject.exact(namespace, name)).StringEquals)[1]]:
          `system:serviceaccount:${namespace}:${name}`,
      },
    });
  });

  test.each([
    '',
    '-a',
    'a-',
    'A',
    'a.b',
    'a_b',
    'a b',
    'a:b',
    'a/b',
    '*',
    'a*',
    'a?',
    'ä',
    'a\n',
    '"',
    `${'a'.repeat(64)}`,
    '${aws:userid}',
  ])('refuses the namespace %j', namespace => {
    expect(() => ServiceAccountSubject.exact(namespace, 'sa')).toThrow(
      /^\[ServiceAccountSubject\.exact\] `namespace` must be a DNS-1123 label: at most 63.*, got: "/,
    );
    expect(() => ServiceAccountSubject.anyInNamespace(namespace)).toThrow(
      /^\[ServiceAccountSubject\.anyInNamespace\] `namespace` must be a DNS-1123 label/,
    );
  });

  test.each([
    '',
    '-a',
    'a-',
    'A',
    'a..b',
    '.a',
    'a.',
    'a.-b',
    'a_b',
    'a:b',
    '*',
    'my-*',
    'my-?',
    'a\n',
    '"',
    'a'.repeat(254),
  ])('refuses the name %j', name => {
    expect(() => ServiceAccountSubject.exact('ns', name)).toThrow(
      /^\[ServiceAccountSubject\.exact\] `name` must be a DNS-1123 subdomain: at most 253.*, got: "/,
    );
  });
});

describe('matching', () => {
  test.each([
    ['*', '*'],
    ['team-?', 'deployer'],
    ['a', 'b.*'],
    ['?'.repeat(63), '*'.repeat(253)],
  ])('takes %s/%s', (namespace, name) => {
    const condition = conditionFor(ServiceAccountSubject.matching(namespace, name));
    expect(Object.values(condition.StringLike)).toEqual([`system:serviceaccount:${namespace}:${name}`]);
    expect(Object.values(condition.StringEquals)).toEqual(['sts.amazonaws.com']);
  });

  test.each(['', 'A*', 'a.*', 'a:*', '$*', '[a]', '*'.repeat(64)])('refuses the namespace pattern %j', pattern => {
    expect(() => ServiceAccountSubject.matching(pattern, 'sa')).toThrow(
      '[ServiceAccountSubject.matching] `namespace` must be a pattern of a-z, 0-9, -, * and ?, at most 63',
    );
  });

  test.each(['', 'A*', 'a:*', '"', '*'.repeat(254)])('refuses the name pattern %j', pattern => {
    expect(() => ServiceAccountSubject.matching('ns', pattern)).toThrow(
      '[ServiceAccountSubject.matching] `name` must be a pattern of a-z, 0-9, -, ., * and ?, at most 253',
    );
  });
});

test('anyInNamespace is a pattern for the name alone', () => {
  const condition = conditionFor(ServiceAccountSubject.anyInNamespace('batch'));
  expect(Object.values(condition.StringLike)).toEqual(['system:serviceaccount:batch:*']);
});

describe('a deferred name', () => {
  const roleFor = (subject: (value: string) => ServiceAccountSubject, value: string, stack = agnosticStack()) => {
    new IrsaRole(stack, 'Role', {
      trust: new TrustPolicy().addServiceAccounts(literalProvider(stack), [subject(value)]),
    });
    return stack;
  };

  test.each([
    [
      'exact',
      (value: string) => ServiceAccountSubject.exact('ns', value),
      'serviceAccountName',
      'be a DNS-1123 subdomain',
    ],
    ['exact', (value: string) => ServiceAccountSubject.exact(value, 'sa'), 'namespace', 'be a DNS-1123 label'],
    [
      'anyInNamespace',
      (value: string) => ServiceAccountSubject.anyInNamespace(value),
      'namespace',
      'be a DNS-1123 label',
    ],
    ['matching', (value: string) => ServiceAccountSubject.matching(value, 'sa'), 'namespace', 'be a pattern'],
  ])('that turns out literal is checked at synth: %s', (_, subject, property, rule) => {
    const stack = roleFor(subject, Lazy.string({ produce: () => 'No Such Name' }));
    expect(() => Template.fromStack(stack)).toThrow(`[Stack/Role] \`${property}\` must ${rule}`);
  });

  test.each<[string, (value: string) => ServiceAccountSubject]>([
    ['a wildcard in anyInNamespace', value => ServiceAccountSubject.anyInNamespace(`*${value}`)],
    ['a wildcard after it', value => ServiceAccountSubject.anyInNamespace(`${value}*`)],
    ['a wildcard in exact', value => ServiceAccountSubject.exact('ns', `${value}*`)],
    ['a colon', value => ServiceAccountSubject.exact(`a:${value}`, 'sa')],
    ['upper case', value => ServiceAccountSubject.matching(`A${value}`, '*')],
    ['a wildcard in Fn::Sub', () => ServiceAccountSubject.anyInNamespace(Fn.sub('*${AWS::StackName}'))],
    ['a wildcard as delimiter', value => ServiceAccountSubject.anyInNamespace(Fn.join('*', [value, value]))],
    [
      'a wildcard in a choice',
      () => ServiceAccountSubject.anyInNamespace(Token.asString({ 'Fn::Select': [{ Ref: 'N' }, ['*', 'a']] })),
    ],
    [
      'a wildcard in a split',
      () => ServiceAccountSubject.anyInNamespace(Fn.select(0, Fn.split('-', Fn.join('', ['*-', Aws.STACK_NAME])))),
    ],
    [
      'a wildcard in a branch, beside something',
      value => ServiceAccountSubject.anyInNamespace(`a${Fn.conditionIf('C', '*', value)}`),
    ],
  ])('cannot be put together with %s', (_, subject) => {
    const stack = agnosticStack();
    roleFor(subject, new CfnParameter(stack, 'P', { allowedPattern: SAFE_PATTERN }).valueAsString, stack);
    expect(() => Template.fromStack(stack)).toThrow(
      'must contain only valid characters around the parts that are known only at deployment, got: "',
    );
  });

  test.each<[string, (value: string) => ServiceAccountSubject, string]>([
    [
      'a mapping',
      () => ServiceAccountSubject.anyInNamespace(Fn.findInMap('M', Aws.REGION, 'x')),
      'got: "Fn::FindInMap"',
    ],
    [
      'a branch that is a wildcard',
      value => ServiceAccountSubject.anyInNamespace(Fn.conditionIf('C', '*', value).toString()),
      'be a DNS-1123 label: at most 63 characters from a-z, 0-9 and -, with a letter or digit at both ends, got: "*"',
    ],
  ])('cannot be %s', (_, subject, rule) => {
    const stack = agnosticStack();
    roleFor(subject, new CfnParameter(stack, 'P', { allowedPattern: SAFE_PATTERN }).valueAsString, stack);
    expect(() => Template.fromStack(stack)).toThrow(rule);
  });

  test('can be put together with a prefix', () => {
    const stack = agnosticStack();
    roleFor(
      value => ServiceAccountSubject.exact('ns', `team-${value}`),
      new CfnParameter(stack, 'P', { allowedPattern: SAFE_PATTERN }).valueAsString,
      stack,
    );
    expect(JSON.stringify(trustPolicy(stack))).toContain('"system:serviceaccount:ns:team-",{"Ref":"P"}');
  });

  test('that turns out literal and right is literal in the template', () => {
    const stack = roleFor(value => ServiceAccountSubject.exact('ns', value), Lazy.string({ produce: () => 'fine' }));
    expect(Object.values(trustPolicy(stack).Statement[0].Condition.StringEquals)).toContain(
      'system:serviceaccount:ns:fine',
    );
  });

  test.each([
    ['exact', (value: string) => ServiceAccountSubject.exact('ns', value)],
    ['anyInNamespace', (value: string) => ServiceAccountSubject.anyInNamespace(value)],
  ])('from a parameter: its pattern decides, for %s', (_, subject) => {
    const open = agnosticStack();
    roleFor(subject, new CfnParameter(open, 'Name').valueAsString, open);
    expect(() => Template.fromStack(open)).toThrow(
      /\(parameter Stack\/Name\)` must have an allowedPattern, anchored by \^ and \$/,
    );

    const closed = agnosticStack();
    roleFor(subject, new CfnParameter(closed, 'Name', { allowedPattern: SAFE_PATTERN }).valueAsString, closed);
    expect(JSON.stringify(trustPolicy(closed))).toContain('{"Ref":"Name"}');
  });
});
