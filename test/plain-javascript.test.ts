/**
 * Callers without types: a missing or wrong property gets the message that everybody gets, and no message stringifies a
 * construct.
 */
import { App, Stack } from 'aws-cdk-lib';
import * as library from '../src';

const untyped: any = library;
const stack = () => new Stack(new App(), 'Stack');
const MESSAGE = /^\[[^\]]+\] `[^`]+` must [^]+, got: [^]+\. [A-Z`']/;

function failure(call: () => unknown): Error | undefined {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  return undefined;
}

const NAMES = { namespace: 'payments', serviceAccountName: 'api' };

test.each<[string, any, string]>([
  ['IrsaServiceAccount', undefined, '`props` must be given, got: nothing.'],
  ['IrsaServiceAccount', {}, '`namespace` must be given, got: nothing.'],
  ['IrsaServiceAccount', NAMES, '`oidcProvider` must be given, got: nothing. Pass the OIDC provider of the cluster'],
  ['IrsaServiceAccount', { ...NAMES, oidcProvider: null }, '`oidcProvider` must be given, got: nothing.'],
  [
    'IrsaServiceAccount',
    { ...NAMES, oidcProvider: 'arn:aws:iam::111122223333:oidc-provider/x' },
    '`oidcProvider` must be an OIDC provider, got: "arn:aws:iam::111122223333:oidc-provider/x".',
  ],
  ['IrsaServiceAccount', { ...NAMES, oidcProvider: {} }, '`oidcProvider` must be an OIDC provider, got: {}.'],
  ['IrsaServiceAccount', { ...NAMES, role: 'arn' }, '`role` must be a role, got: "arn".'],
  ['PodIdentityServiceAccount', undefined, '`props` must be given, got: nothing.'],
  [
    'PodIdentityServiceAccount',
    NAMES,
    '`clusterName` must be the name of an EKS cluster: at most 100 letters, digits, - and _, got: nothing.',
  ],
  [
    'PodIdentityServiceAccount',
    { ...NAMES, clusterName: null },
    '`clusterName` must be the name of an EKS cluster: at most 100 letters, digits, - and _, got: null.',
  ],
  [
    'PodIdentityServiceAccount',
    { ...NAMES, clusterName: 'blue', targetRole: 'arn' },
    '`targetRole` must be a role, got: "arn".',
  ],
  ['IrsaRole', undefined, '`trust` must be given, got: nothing.'],
  ['IrsaRole', {}, '`trust` must be given, got: nothing.'],
  ['IrsaRole', { trust: {} }, '`trust` must be a TrustPolicy, got: {}.'],
  ['ClusterOidcProvider', undefined, '`issuerUrl` must start with https://, got: nothing.'],
  ['ClusterOidcProvider', {}, '`issuerUrl` must start with https://, got: nothing.'],
  ['WorkloadIdentityGuard', undefined, '`props` must be given, got: nothing.'],
  ['WorkloadIdentityGuard', {}, '`appName` must be a DNS-1123 label'],
  [
    'WorkloadIdentityGuard',
    { appName: 'a', mode: 'block' },
    '`mode` must be one of off, audit, warn, deny, got: "block".',
  ],
  [
    'WorkloadIdentityGuard',
    { appName: 'a', deployers: ['dev'] },
    '`deployers` must contain only KubernetesSubjects, got: "dev". Use the factories of KubernetesSubject.',
  ],
  ['WorkloadIdentityGuard', { appName: 'a', use: null }, '`use` must be an object, got: null.'],
  ['SelfHostedIssuer', undefined, '`publicKeys` must contain 1 to 100 keys, got: nothing.'],
  ['SelfHostedIssuer', { publicKeys: 'PEM' }, '`publicKeys` must contain 1 to 100 keys, got: "PEM".'],
])('%s of %j', (name, props, message) => {
  expect(failure(() => new untyped[name](stack(), 'Api', props))?.message).toContain(`[Stack/Api] ${message}`);
});

test.each<[string, (trust: any) => void, string]>([
  ['addServiceAccounts', trust => trust.addServiceAccounts(), '`provider` must be given, got: nothing.'],
  [
    'addServiceAccounts',
    trust => trust.addServiceAccounts(provider()),
    '`subjects` must name at least one service account, got: nothing.',
  ],
  [
    'addServiceAccounts',
    trust => trust.addServiceAccounts(provider(), ['payments/api']),
    '`subjects` must contain only ServiceAccountSubjects, got: "payments/api".',
  ],
  [
    'addServiceAccounts',
    trust => trust.addServiceAccounts(provider(), [undefined]),
    '`subjects` must contain only ServiceAccountSubjects, got: nothing.',
  ],
  ['addPodIdentity', trust => trust.addPodIdentity(), '`options` must be given, got: nothing.'],
  [
    'addPodIdentity',
    trust => trust.addPodIdentity({ subjects: [library.ServiceAccountSubject.exact('a', 'b')] }),
    '`clusterArn` must be the ARN of an EKS cluster: arn:<partition>:eks:<region>:<account>:cluster/<name>, got: '
      + 'nothing.',
  ],
  ['addPrincipal', trust => trust.addPrincipal(), '`principal` must be given, got: nothing.'],
  [
    'addPrincipal',
    trust => trust.addPrincipal('arn:aws:iam::111122223333:root'),
    '`principal` must be a principal, got: "arn:aws:iam::111122223333:root".',
  ],
])('TrustPolicy.%s', (method, call, message) => {
  expect(failure(() => call(new untyped.TrustPolicy()))?.message).toContain(`[TrustPolicy.${method}] ${message}`);
});

const provider = () => library.ClusterOidcProvider.fromIssuerUrl(stack(), 'Oidc', 'https://example.com');

const WITH_FACTORIES = ['Controller', 'AckService', 'IssuerHosting', 'KubernetesSubject', 'ServiceAccountSubject'];
const FACTORIES = WITH_FACTORIES.flatMap(name =>
  Object.getOwnPropertyNames(untyped[name])
    .filter(factory => typeof untyped[name][factory] === 'function')
    .map((factory): [string, string] => [name, factory]),
);

test('there are factories to ask', () => {
  expect(FACTORIES.length).toBeGreaterThan(40);
});

test.each(FACTORIES)('%s.%s without its options says what it needs, or needs nothing', (name, factory) => {
  for (const options of [undefined, {}]) {
    const error = failure(() => untyped[name][factory](options));
    if (error) expect(error.message).toMatch(MESSAGE);
  }
});

test.each(['fromIssuerUrl', 'fromProviderArn', 'fromLookup', 'lookupIssuerUrl'])(
  'ClusterOidcProvider.%s without its argument',
  method => {
    expect(failure(() => untyped.ClusterOidcProvider[method](stack(), 'Oidc'))?.message).toMatch(MESSAGE);
  },
);

describe('no message stringifies a construct', () => {
  const construct = () => new Stack(new App(), 'Given');

  test.each<[string, () => unknown]>([
    ['a namespace', () => library.ServiceAccountSubject.exact(construct() as any, 'api')],
    [
      'a name',
      () => library.ServiceAccountSubject.exact('payments', { toString: () => 'x', stack: construct() } as any),
    ],
    [
      'an audience',
      () =>
        new library.TrustPolicy().addServiceAccounts(provider(), [library.ServiceAccountSubject.exact('a', 'b')], {
          audience: construct() as any,
        }),
    ],
    ['an issuer', () => new library.ClusterOidcProvider(stack(), 'Oidc', { issuerUrl: construct() as any })],
    [
      'a cluster',
      () => new library.PodIdentityServiceAccount(stack(), 'Sa', { ...NAMES, clusterName: construct() as any }),
    ],
    ['a provider', () => new library.IrsaServiceAccount(stack(), 'Sa', { ...NAMES, oidcProvider: construct() as any })],
    ['a trust policy', () => new library.IrsaRole(stack(), 'Role', { trust: construct() as any })],
    [
      'a role',
      () =>
        new library.IrsaServiceAccount(stack(), 'Sa', { ...NAMES, oidcProvider: provider(), role: construct() as any }),
    ],
    ['subjects', () => new library.TrustPolicy().addServiceAccounts(provider(), [construct()] as any)],
    ['a principal', () => new library.TrustPolicy().addPrincipal(construct() as any)],
    [
      'audiences',
      () =>
        new library.ClusterOidcProvider(stack(), 'Oidc', {
          issuerUrl: 'https://example.com',
          audiences: [construct()] as any,
        }),
    ],
  ])('%s', (_, call) => {
    const { message } = failure(call)!;
    expect(message).toMatch(MESSAGE);
    expect(message).toContain('construct Given');
  });

  test('nor an object that holds itself', () => {
    const circle: any = { list: [1n] };
    circle.list.push(circle);
    expect(failure(() => library.ServiceAccountSubject.exact(circle, 'api'))?.message).toContain(
      'got: {"list":["1","<itself>"]}.',
    );
  });
});
