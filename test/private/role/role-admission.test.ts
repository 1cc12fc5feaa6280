/**
 * Whether a shared role certainly does not admit a service account: a value that only the deployment knows may be the
 * right one.
 */
import { Aws, CfnParameter, Lazy, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import {
  IrsaRole,
  IrsaServiceAccount,
  PodIdentityServiceAccount,
  ServiceAccountSubject,
  TrustPolicy,
} from '../../../src';
import { refuses } from '../../../src/private/role/role-admission';
import {
  ACCOUNT, agnosticStack, cluster, deferredProvider, ISSUER, literalProvider, literalStack, PROVIDER_ARN, REGION,
  SAFE_PATTERN,
} from '../../support';

const { exact, anyInNamespace, matching } = ServiceAccountSubject;
const AUDIENCE = 'sts.amazonaws.com';
const ARN = `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/`;
const parameter = (stack: Stack, id: string) => (
  new CfnParameter(stack, id, { allowedPattern: SAFE_PATTERN }).valueAsString);

/** What the service account says of the role, when it is told to use it. */
function lacks(sharing: IrsaServiceAccount | PodIdentityServiceAccount): boolean {
  return sharing.node.validate().some(message => message.includes('`role` must allow'));
}

interface Shared {
  readonly stack: Stack;
  readonly role: iam.Role;
  readonly one: string;
  readonly two: string;
}

describe('by web identity, a role', () => {
  const asked = (
    subjects: (one: string, two: string) => ServiceAccountSubject[],
    { name = () => ['payments', 'api'], audience, ask, add = () => {} }: {
      name?: (one: string, two: string) => string[];
      audience?: (one: string) => string;
      ask?: string;
      add?: (shared: Shared) => void;
    } = {},
  ) => {
    const stack = literalStack();
    const [one, two] = [parameter(stack, 'One'), parameter(stack, 'Two')];
    const oidcProvider = literalProvider(stack);
    const trust = new TrustPolicy().addServiceAccounts(oidcProvider, subjects(one, two), { audience: audience?.(one) });
    const role = new IrsaRole(stack, 'Role', { trust });
    add({ stack, role, one, two });
    const [namespace, serviceAccountName] = name(one, two);
    return lacks(new IrsaServiceAccount(stack, 'Sa', {
      oidcProvider, namespace, serviceAccountName, role, audience: ask, createServiceAccount: false,
    }));
  };
  const statement = (sub: any, rest: any = {}) => ({ role }: Shared) => {
    const StringEquals = { [`${ISSUER}:aud`]: AUDIENCE, [`${ISSUER}:sub`]: sub };
    role.assumeRolePolicy!.addStatements(iam.PolicyStatement.fromJson({
      Effect: 'Allow',
      Principal: { Federated: PROVIDER_ARN },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals },
      ...rest,
    }));
  };
  const sub = 'system:serviceaccount:payments:api';

  test.each<[string, Parameters<typeof asked>, boolean]>([
    ['of the same name', [() => [exact('payments', 'api')]], false],
    ['of another name', [() => [exact('payments', 'web')]], true],
    ['of another namespace', [() => [exact('other', 'api')]], true],
    ['of all names of the namespace', [() => [anyInNamespace('payments')]], false],
    ['of another audience', [() => [exact('payments', 'api')], { ask: 'vault' }], true],
    ['of a deferred audience', [() => [exact('payments', 'api')], { audience: one => one }], false],
    ['of a deferred namespace', [one => [exact(one, 'api')]], true],
    ['of a deferred name', [one => [exact('payments', one)]], true],
    ['of a deferred name, beside its own', [one => [exact('payments', one), exact('payments', 'api')]], false],
    ['of a deferred pattern', [one => [matching(one, 'a*')]], false],
    ['of its own deferred names', [(one, two) => [exact(one, two)], { name: (one, two) => [one, two] }], false],
    ['of other deferred names', [(one, two) => [exact(one, two)], { name: (one, two) => [two, one] }], true],
    ['of the deferred namespace, and another name', [one => [exact(one, 'a')], { name: one => [one, 'b'] }], true],
    ['with a statement of the user', [() => [exact('x', 'y')], { add: statement(sub) }], false],
    ['with a list of the user', [() => [exact('x', 'y')], { add: statement(['a', sub]) }], false],
    ['with a statement of the user for another', [() => [exact('x', 'y')], { add: statement(`${sub}2`) }], true],
    ['with a Deny of the user', [() => [exact('payments', 'api')], { add: statement(sub, { Effect: 'Deny' }) }], true],
    ['with a Deny of all', [() => [exact('payments', 'api')],
      { add: statement(sub, { Effect: 'Deny', Condition: undefined }) }], true],
    ['with a Deny of another', [() => [exact('payments', 'api')],
      { add: statement(`${sub}2`, { Effect: 'Deny' }) }], false],
    ['with a deferred name of the user', [() => [exact('x', 'y')],
      { add: shared => statement(`system:serviceaccount:${shared.one}:api`)(shared) }], false],
    ['with a join of the user', [() => [exact('x', 'y')],
      { add: statement({ 'Fn::Join': [':', ['system', 'serviceaccount', 'payments', 'web']] }) }], false],
    ['with a join of literals for another', [() => [exact('x', 'y')],
      { add: statement({ 'Fn::Join': ['', ['system:serviceaccount:', 'payments:web']] }) }], true],
    ['with a text that a token makes', [() => [exact('x', 'y')],
      { add: statement(Lazy.string({ produce: () => sub })) }], false],
    ['with a text that a token makes, for another', [() => [exact('x', 'y')],
      { add: statement(Lazy.string({ produce: () => `${sub}2` })) }], true],
  ])('%s', (_, [subjects, options], refused) => {
    expect(asked(subjects, options)).toBe(refused);
  });

  test('of a deferred provider lets in those of the provider, and no other name', () => {
    const stack = agnosticStack();
    const oidcProvider = deferredProvider(stack);
    const trust = new TrustPolicy().addServiceAccounts(oidcProvider, [exact('payments', 'api')]);
    const role = new IrsaRole(stack, 'Role', { trust });
    const ask = (serviceAccountName: string) => lacks(new IrsaServiceAccount(stack, serviceAccountName, {
      oidcProvider, namespace: 'payments', serviceAccountName, role, createServiceAccount: false,
    }));
    expect(['api', 'web'].map(ask)).toEqual([false, true]);
  });
});

test('by web identity and Pod Identity, a role must let in by both', () => {
  const stack = literalStack();
  const oidcProvider = literalProvider(stack);
  const subjects = [exact('payments', 'api')];
  const trust = new TrustPolicy().addServiceAccounts(oidcProvider, subjects);
  const role = new IrsaRole(stack, 'Role', { trust });
  const sharing = new IrsaServiceAccount(stack, 'Sa', {
    oidcProvider,
    namespace: 'payments',
    serviceAccountName: 'api',
    role,
    createServiceAccount: false,
    podIdentity: { clusterName: 'blue' },
  });
  expect(lacks(sharing)).toBe(true);
  trust.addPodIdentity({ clusterArn: `${ARN}blue`, subjects });
  expect(lacks(sharing)).toBe(false);
});

describe('by Pod Identity, a role', () => {
  type Names = (stack: Stack) => { clusterArn: string; clusterName: string; subjects?: ServiceAccountSubject[] };
  const asked = (names: Names) => {
    const stack = agnosticStack();
    const { clusterArn, clusterName, subjects = [exact('payments', 'api')] } = names(stack);
    const role = new IrsaRole(stack, 'Role', { trust: new TrustPolicy().addPodIdentity({ clusterArn, subjects }) });
    return lacks(new PodIdentityServiceAccount(stack, 'Sa', {
      clusterName, namespace: 'payments', serviceAccountName: 'api', role, createServiceAccount: false,
    }));
  };
  const arnOf = (stack: Stack, name: string) => (
    `arn:${Aws.PARTITION}:eks:${Aws.REGION}:${stack.account}:cluster/${name}`);
  const literal = { clusterArn: `${ARN}blue`, clusterName: 'blue' };

  test.each<[string, Names, boolean]>([
    ['of the same names', () => literal, false],
    ['of another cluster', () => ({ ...literal, clusterName: 'green' }), true],
    ['of another name', () => ({ ...literal, subjects: [exact('payments', 'web')] }), true],
    ['of a deferred namespace', stack => ({ ...literal, subjects: [exact(parameter(stack, 'P'), 'api')] }), true],
    ['of a deferred name', stack => ({ ...literal, subjects: [exact('payments', parameter(stack, 'P'))] }), true],
    ['of a deferred name, beside its own',
      stack => ({ ...literal, subjects: [exact('payments', parameter(stack, 'P')), exact('payments', 'api')] }), false],
    ['of a cluster from a parameter',
      stack => ({ clusterArn: arnOf(stack, parameter(stack, 'P')), clusterName: 'blue' }), false],
    ['of two parameters',
      stack => ({ clusterArn: arnOf(stack, parameter(stack, 'P')), clusterName: parameter(stack, 'Q') }), false],
    ['of a cluster of the app, asked by a parameter',
      stack => ({ clusterArn: arnOf(stack, cluster(stack).ref), clusterName: parameter(stack, 'P') }), false],
    ['of a parameter, asked by a cluster of the app',
      stack => ({ clusterArn: arnOf(stack, parameter(stack, 'P')), clusterName: cluster(stack).ref }), false],
    ['of a cluster of the app', stack => {
      const { ref } = cluster(stack);
      return { clusterArn: arnOf(stack, ref), clusterName: ref };
    }, false],
    ['of two clusters of the app',
      stack => ({ clusterArn: arnOf(stack, cluster(stack, 'A').ref), clusterName: cluster(stack, 'B').ref }), true],
  ])('%s', (_, names, refused) => {
    expect(asked(names)).toBe(refused);
  });
});

describe('a document', () => {
  const asking = { subject: exact('payments', 'api'), providerArn: PROVIDER_ARN, issuer: ISSUER, audience: AUDIENCE };
  const allowed = (Condition: any) => (
    { Effect: 'Allow', Principal: { Federated: PROVIDER_ARN }, Action: 'sts:AssumeRoleWithWebIdentity', Condition });
  const bySub = (sub: any) => allowed({ StringEquals: { [`${ISSUER}:aud`]: AUDIENCE, [`${ISSUER}:sub`]: sub } });
  const good = bySub('system:serviceaccount:payments:api');
  const open = allowed(undefined);

  test.each<[string, any, any[], boolean]>([
    ['without statements', {}, [], true],
    ['of one statement', { Statement: good }, [], false],
    ['of statements', { Statement: [good] }, [good], false],
    ['of a statement without a condition that is its own', { Statement: [open] }, [open], false],
    ['of another version', { Version: '2012-10-17', Statement: [good] }, [], false],
  ])('%s', (_, document, written, refused) => {
    expect(refuses(new Stack(), { Version: '2012-10-17', ...document }, written, asking)).toBe(refused);
  });

  test.each<[string, any, boolean]>([
    ['a parameter', Token.asString({ Ref: 'P' }), false],
    ['a function', { Ref: 'P' }, false],
    ['a list of functions', [{ Ref: 'P' }, 'x'], false],
    ['a list that a token makes', Lazy.list({ produce: () => ['x', 'system:serviceaccount:payments:api'] }), false],
    ['a list that a token makes, of others', Lazy.list({ produce: () => ['x', 'y'] }), true],
    ['a list with null that a token makes',
      Lazy.any({ produce: () => [null, 'system:serviceaccount:payments:api'] }), false],
    ['another name', 'x', true],
    ['a join of another separator', { 'Fn::Join': ['-', ['a', 'b']] }, false],
    ['a join of literals', { 'Fn::Join': ['', ['a', 'b']] }, true],
    ['a join of a deferred list', { 'Fn::Join': ['', { Ref: 'P' }] }, false],
    ['a deferred part that cannot fit', { 'Fn::Join': ['', ['a:', { Ref: 'P' }]] }, true],
    ['a policy variable', 'system:serviceaccount:payments:${aws:userid}', false],
    ['null', null, false],
  ])('of the user whose sub is %s', (_, sub, refused) => {
    const document = { Version: '2012-10-17', Statement: [bySub(sub)] };
    expect(refuses(new Stack(), document, [], asking)).toBe(refused);
  });

  test.each([['api', false], ['web', true]])('whose condition a token makes, for %s', (name, refused) => {
    const { Condition } = bySub(`system:serviceaccount:payments:${name}`);
    const Statement = [allowed(Lazy.any({ produce: () => Condition }))];
    expect(refuses(new Stack(), { Version: '2012-10-17', Statement }, [], asking)).toBe(refused);
  });

  test('without a version takes a policy variable for a text', () => {
    const Statement = [bySub('system:serviceaccount:payments:${aws:userid}')];
    expect(refuses(new Stack(), { Statement }, [], asking)).toBe(true);
  });
});
