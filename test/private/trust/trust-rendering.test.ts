/**
 * What a trust document is made of, at its boundaries. The variables of a deferred one are put in by the deployment.
 */
import { CfnParameter, Fn, Lazy, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { ClusterOidcProvider, IrsaRole, ServiceAccountSubject, TrustPolicy } from '../../../src';
import {
  hasDeferredKey,
  settledCopy,
  sorted,
  textsIn,
  withoutRepeats,
} from '../../../src/private/trust/trust-document';
import { deployed } from '../../judges/deployment';
import {
  ACCOUNT, agnosticStack, appWith, cluster, deferredProvider, ISSUER_URL, literalProvider, literalStack, PROVIDER_ARN,
  trustPolicy, warnings,
} from '../../support';

const ONE = ServiceAccountSubject.exact('payments', 'api');
const REF = { Ref: 'AWS::StackName' };
const token = (value: any = REF) => Token.asAny(value) as any;
const keyToken = () => Token.asString(REF);

function deferredRole(stack: Stack, conditions: any = {}): iam.Role {
  const trust = new TrustPolicy().addServiceAccounts(deferredProvider(stack), [ONE]);
  const role = new IrsaRole(stack, 'Role', { trust });
  role.assumeRolePolicy!.addStatements(new iam.PolicyStatement({
    actions: ['sts:AssumeRole'], principals: [new iam.AccountRootPrincipal()], conditions,
  }));
  return role;
}

describe('values of a condition', () => {
  test.each<[string[], string[]]>([
    [[], []],
    [['b'], ['b']],
    [['b', 'a'], ['a', 'b']],
    [['a', 'b'], ['a', 'b']],
    [['a', 'a'], ['a']],
    [['c', 'a', 'B', 'b', 'a'], ['B', 'a', 'b', 'c']],
  ])('%j are put in order, once each', (values, expected) => {
    expect(sorted(values)).toEqual(expected);
    expect(sorted(values, literalStack())).toEqual(expected);
  });

  test('are one if a token turns out to be the literal beside it', () => {
    const lazy = Lazy.string({ produce: () => 'a' });
    expect(sorted(['a', lazy], literalStack())).toEqual([lazy]);
    expect(sorted(['a', lazy])).toHaveLength(2);
  });
});

describe('statements', () => {
  const statement = (condition: any) => ({ Effect: 'Allow', Condition: condition });

  test.each<[string, any, any]>([
    ['lists', { a: ['x', 'y'] }, { a: ['x', 'z'] }],
    ['the order of lists', { a: ['x', 'y'] }, { a: ['y', 'x'] }],
    ['keys', { a: 'x' }, { b: 'x' }],
    ['values', { a: 'x' }, { a: 'y' }],
    ['null and the text of it', { a: null }, { a: 'null' }],
    ['numbers and their text', { a: 5 }, { a: '5' }],
    ['a list and an object', { a: ['x'] }, { a: { 0: 'x' } }],
    ['nesting', { a: [['x'], 'y'] }, { a: [['x', 'y']] }],
  ])('that differ in %s stay two', (_, left, right) => {
    const two = [statement(left), statement(right)];
    expect(withoutRepeats(literalStack(), two)).toEqual(two);
    expect(withoutRepeats(undefined, two)).toEqual(two);
  });

  test.each<[string, () => any, () => any]>([
    ['as written', () => ({ a: [null, 5, 'x'] }), () => ({ a: [null, 5, 'x'] })],
    ['by a token for a value', () => ({ a: 'x' }), () => ({ a: Lazy.string({ produce: () => 'x' }) })],
    ['by a token in a list', () => ({ a: ['x', 'y'] }), () => ({ a: ['x', Lazy.string({ produce: () => 'y' })] })],
    ['by a token for a list', () => ({ a: ['x', 'y'] }), () => ({ a: Lazy.any({ produce: () => ['x', 'y'] }) })],
    ['by a deferred key', () => ({ [keyToken()]: 'x' }), () => ({ [Token.asString({ Ref: 'AWS::StackName' })]: 'x' })],
  ])('that are equal %s are one, the first of them', (_, left, right) => {
    const first = statement(left());
    const kept = withoutRepeats(literalStack(), [first, statement(right()), statement(left())]);
    expect(kept).toHaveLength(1);
    expect(kept[0]).toBe(first);
    expect(withoutRepeats(literalStack(), [first, statement(right())])).toHaveLength(1);
  });
});

describe('a copy that is settled', () => {
  test.each([
    null, undefined, 5, 0, true, false, '', 'x', [], {}, [null, [1]], { a: null, b: [true, { c: 5 }] },
  ])('keeps %j', value => {
    expect(settledCopy(literalStack(), value)).toEqual(value);
  });

  test('holds what synth knows as a literal, in keys and values, and the other tokens as they are', () => {
    const known = Lazy.string({ produce: () => ACCOUNT });
    const deferred = keyToken();
    const half = token({ a: ['x', REF] });
    expect(settledCopy(literalStack(), {
      [known]: [known, `x-${known}`, deferred], [deferred]: Lazy.any({ produce: () => ({ b: null, c: ['x'] }) }), half,
    })).toEqual({ [ACCOUNT]: [ACCOUNT, `x-${ACCOUNT}`, deferred], [deferred]: { b: null, c: ['x'] }, half });
  });

  test('holds a token object as a literal, even if every text is known only at deployment', () => {
    const deferred = keyToken();
    const known = Lazy.any({ produce: () => ({ c: ['x'] }) });
    expect(settledCopy(literalStack(), { [deferred]: deferred, a: { b: known } }))
      .toEqual({ [deferred]: deferred, a: { b: { c: ['x'] } } });
  });

  test('does not lose one of two keys that turn out to be the same', () => {
    const value = { a: 1, [Lazy.string({ produce: () => 'a' })]: 2 };
    expect(() => settledCopy(literalStack(), { x: value })).toThrow(
      '[Stack] `assumeRolePolicy` must contain each key only once, got: ["a","a"]. Two keys resolve to the same '
        + 'text. Merge');
  });
});

describe('the keys and texts of a value', () => {
  test.each<[string, () => any, boolean]>([
    ['nothing', () => null, false],
    ['a literal', () => 'x', false],
    ['a number', () => 5, false],
    ['literal keys', () => ({ a: 'x', b: { c: ['x', null] } }), false],
    ['a token for a value', () => ({ a: token(), b: keyToken() }), false],
    ['a token for a list', () => ({ a: Fn.split(',', keyToken()) }), false],
    ['a token alone', () => token({ [keyToken()]: 'x' }), false],
    ['one key of two', () => ({ a: 'x', [keyToken()]: 'x' }), true],
    ['a key with text around it', () => ({ [`a${keyToken()}`]: 'x' }), true],
    ['a key in a list', () => ({ a: ['x', { [keyToken()]: 'x' }] }), true],
  ])('are known by synth or not: %s', (_, value, expected) => {
    expect(hasDeferredKey(value())).toBe(expected);
  });

  test('are found in every depth', () => {
    const deferred = token();
    const list = Fn.split(',', keyToken());
    expect(textsIn({ a: 'x', b: ['y', { c: null, d: 5 }], e: deferred, f: list }))
      .toEqual(['a', 'x', 'b', 'y', 'c', null, 'd', 5, 'e', deferred, 'f', list]);
    expect([textsIn(null), textsIn('x'), textsIn([])]).toEqual([[null], ['x'], []]);
  });
});

describe('the text of a deferred policy', () => {
  const rendered = (conditions: any) => {
    const stack = agnosticStack();
    deferredRole(stack, conditions);
    const [text, variables] = trustPolicy(stack)['Fn::Sub'];
    return { condition: JSON.parse(text).Statement[1].Condition.StringEquals, text, variables };
  };

  test.each<[string, any, any]>([
    ['Fn::Split', Token.asAny({ 'Fn::Split': [',', REF] }), { 'Fn::Split': [',', REF] }],
    ['Fn::GetAZs', Token.asAny({ 'Fn::GetAZs': '' }), { 'Fn::GetAZs': '' }],
    ['Fn::Cidr', Token.asAny({ 'Fn::Cidr': ['10.0.0.0/16', 2, 8] }), { 'Fn::Cidr': ['10.0.0.0/16', 2, 8] }],
  ])('holds the items of %s, joined', (_, value, list) => {
    const { condition, variables } = rendered({ StringEquals: { 'aws:x': value } });
    const [[, name]] = [/^\$\{(.*)\}$/.exec(condition['aws:x'][0])!];
    expect(condition['aws:x']).toHaveLength(1);
    expect(variables[name]).toEqual({ 'Fn::Join': ['","', list] });
  });

  test('holds one value of a function in quotes, and literals as they are', () => {
    const select = { 'Fn::Select': [0, { 'Fn::Split': [',', REF] }] };
    const { condition, variables } = rendered({
      StringEquals: { a: token(), b: 'x', c: ['x', 'y'], d: token(select) },
    });
    const variable = (value: any) => {
      const found = Object.keys(variables).find(key => JSON.stringify(variables[key]) === JSON.stringify(value));
      return `\${${found}}`;
    };
    expect(condition).toEqual({ a: variable(REF), b: 'x', c: ['x', 'y'], d: variable(select) });
  });

  test('leaves out what is undefined, and keeps what is empty', () => {
    const { condition } = rendered({ StringEquals: { 'aws:x': 'y', 'aws:z': undefined, 'aws:a': '', 'aws:b': null } });
    expect(condition).toEqual({ 'aws:x': 'y', 'aws:a': '', 'aws:b': null });
  });

  const known = (value: any) => Token.asString({ resolve: () => value, creationStack: [] });

  test.each<[string, () => any, any]>([
    ['literals that touch', () => `a${known('b')}c-${keyToken()}`, 'abc-prod'],
    ['a variable in two parts', () => `${known('$')}{aws:username}-${keyToken()}`, '${aws:username}-prod'],
    ['a variable of the policy in two tokens', () => `${keyToken()}${known('x$')}${known('{y}')}`, 'prodx${y}'],
    ['numbers beside texts', () => `${known(5)}-${known(6)}${known(7)}${keyToken()}`, '5-67prod'],
    ['two values', () => `${keyToken()}${keyToken()}`, 'prodprod'],
    ['a quote', () => `"${keyToken()}\\`, '"prod\\'],
    ['a token that is a list in part', () => token(['x', REF, `y-${keyToken()}`]), ['x', 'prod', 'y-prod']],
    ['a token that is an object in part', () => token({ a: [REF], b: { c: REF } }), { a: ['prod'], b: { c: 'prod' } }],
    ['a lazy list of imports', () => Lazy.any({ produce: () => ['x', Fn.importValue('X')] }), ['x', 'imported']],
  ])('is, deployed, what was written: %s', (_, value, expected) => {
    const stack = agnosticStack();
    deferredRole(stack, { StringLike: { 'aws:x': value() } });
    const text = deployed(trustPolicy(stack), {
      values: {
        'AWS::StackName': 'prod',
        'AWS::AccountId': ACCOUNT,
        'AWS::Partition': 'aws',
        'Oidc70BFA75F.Arn': PROVIDER_ARN,
        'Cluster.OpenIdConnectIssuerUrl': ISSUER_URL,
      },
      exports: { X: 'imported' },
    });
    expect(JSON.parse(text).Statement[1].Condition).toEqual({ StringLike: { 'aws:x': expected } });
  });

  test('takes a parameter inside of a list only with a pattern', () => {
    const stack = agnosticStack();
    const open = new CfnParameter(stack, 'P').valueAsString;
    deferredRole(stack, { StringLike: { 'aws:x': Lazy.any({ produce: () => ['x', open] }) } });
    expect(() => Template.fromStack(stack)).toThrow('parameter Stack/P)` must have an allowedPattern');
  });

  test('has one variable for equal values', () => {
    const { variables } = rendered({ StringEquals: { 'aws:x': keyToken(), 'aws:y': `a-${keyToken()}` } });
    expect(Object.values(variables).filter(value => JSON.stringify(value) === JSON.stringify(REF))).toHaveLength(1);
  });

  test('names equal values once, by their first place, and numbers the others', () => {
    const stack = agnosticStack();
    const parameter = new CfnParameter(stack, 'P', { allowedPattern: '^[a-z]+$' }).valueAsString;
    const trust = new TrustPolicy();
    ['A', 'B', 'C'].forEach(id => trust.addServiceAccounts(
      new ClusterOidcProvider(stack, `Oidc${id}`, { issuerUrl: cluster(stack, id).attrOpenIdConnectIssuerUrl }),
      [ServiceAccountSubject.exact(parameter, parameter)]));
    new IrsaRole(stack, 'Role', { trust });
    expect(Object.keys(trustPolicy(stack)['Fn::Sub'][1]).sort())
      .toEqual(['Issuer', 'Issuer2', 'Issuer3', 'Namespace', 'ProviderArn', 'ProviderArn2', 'ProviderArn3']);
  });
});

describe('the document of a role', () => {
  test('counts the statements of both sides, and is never empty: IAM takes no role without one', () => {
    const stack = literalStack();
    const trust = new TrustPolicy();
    const document = new IrsaRole(stack, 'Role', { trust }).assumeRolePolicy!;
    expect([document.isEmpty, document.statementCount]).toEqual([false, 0]);
    expect(document.toJSON().Statement).toEqual([]);
    document.addStatements(new iam.PolicyStatement({
      actions: ['sts:AssumeRole'], principals: [new iam.AccountRootPrincipal()],
    }));
    expect([document.isEmpty, document.statementCount]).toEqual([false, 1]);
    trust.addServiceAccounts(literalProvider(stack), [ONE]);
    expect([document.isEmpty, document.statementCount]).toEqual([false, 2]);
    expect(document.toJSON().Statement.map(({ Action }: any) => Action))
      .toEqual(['sts:AssumeRoleWithWebIdentity', 'sts:AssumeRole']);
    expect(trustPolicy(stack).Version).toBe('2012-10-17');
  });

  test('of a plain role, without anybody in it, is an error', () => {
    const stack = literalStack();
    const assumeRolePolicyDocument = new TrustPolicy().toPolicyDocument();
    expect(assumeRolePolicyDocument.isEmpty).toBe(false);
    new iam.CfnRole(stack, 'Plain', { assumeRolePolicyDocument });
    expect(() => Template.fromStack(stack))
      .toThrow('[Stack/Plain] `trust` must allow at least one principal, got: "an empty trust policy"');
  });
});

test('statements that CDK merges are measured as one', () => {
  const stack = literalStack(appWith({ '@aws-cdk/aws-iam:minimizePolicies': true }));
  const document = new TrustPolicy().addServiceAccounts(literalProvider(stack), [ONE]).toPolicyDocument();
  const arns = Array.from({ length: 25 }, (_, index) => `arn:aws:iam::${ACCOUNT}:role/some-role-${index}`);
  for (const arn of arns) {
    document.addStatements(new iam.PolicyStatement({
      actions: ['sts:AssumeRole'], principals: [new iam.ArnPrincipal(arn)],
    }));
  }
  new iam.CfnRole(stack, 'Role', { assumeRolePolicyDocument: document });
  expect(warnings(stack)).toEqual([]);
  expect(trustPolicy(stack).Statement).toHaveLength(2);
});
