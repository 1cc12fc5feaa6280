/**
 * Which ways of a map the guard of the same app closes: for whom, in which cluster, and when not.
 */
import {
  App, CfnCondition, CfnParameter, CfnResource, Fn, ICfnConditionExpression, Stack,
} from 'aws-cdk-lib';
import { stringify } from 'yaml';
import {
  ClusterOidcProvider, GuardMode, IrsaRole, IrsaServiceAccount, IrsaServiceAccountProps, KubernetesSubject,
  PodIdentityServiceAccount, ServiceAccountSubject, TrustPolicy, WorkloadIdentityGuard, WorkloadIdentityGuardProps,
} from '../../../src';
import { AccessMap } from '../../../src/analysis/access-map';
import { closedByGuards } from '../../../src/analysis/guard/closed-by';
import { Requester } from '../../../src/analysis/rbac/rbac';
import { accessMapOf } from '../../../src/analysis/reading/access-map-reader';
import { readAssembly } from '../../../src/analysis/reading/assembly';
import { ACCOUNT, ISSUER_URL, REGION } from '../../support';

const RBAC = 'rbac.authorization.k8s.io';

/** A Role, and who has it. */
function grant(name: string, namespace: string | undefined, rules: object[], ...subjects: object[]): object[] {
  const [role, binding] = namespace === undefined ? ['ClusterRole', 'ClusterRoleBinding'] : ['Role', 'RoleBinding'];
  const metadata = { name, ...namespace !== undefined && { namespace } };
  return [
    { apiVersion: `${RBAC}/v1`, kind: role, metadata, rules },
    { apiVersion: `${RBAC}/v1`, kind: binding, metadata, roleRef: { apiGroup: RBAC, kind: role, name }, subjects },
  ];
}

const rule = (verbs: string, group: string, ...resources: string[]) =>
  ({ verbs: verbs.split(' '), apiGroups: [group], resources });
const group = (name: string) => ({ apiGroup: RBAC, kind: 'Group', name });
const user = (name: string) => ({ apiGroup: RBAC, kind: 'User', name });
const account = (namespace: string, name: string) => ({ kind: 'ServiceAccount', namespace, name });

interface World {
  /** Undefined without a guard. */
  readonly guard?: Partial<WorkloadIdentityGuardProps>;
  readonly rbac: object[];
  /** Changes the objects of the guard. */
  readonly edit?: (object: any) => object[];
  /** Adds to the stack of the guard. */
  readonly more?: (stack: Stack) => void;
  /** Adds to the app. */
  readonly others?: (app: App) => void;
}

const oidc = (stack: Stack, url = ISSUER_URL) => ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', url);

function shop(stack: Stack, id: string, props: Partial<IrsaServiceAccountProps> = {}): IrsaServiceAccount {
  return new IrsaServiceAccount(stack, id, {
    oidcProvider: stack.node.tryFindChild('Oidc') as any ?? oidc(stack),
    namespace: 'shop',
    serviceAccountName: id,
    ...props,
  });
}

const inAccount = (app: App, id: string) => new Stack(app, id, { env: { account: ACCOUNT, region: REGION } });

/** The map of an app with a guard, and of RBAC beside it. */
function mapOf({ guard, rbac, more, others, edit = object => [object] }: World): AccessMap {
  const app = new App();
  const stack = inAccount(app, 'Shop');
  shop(stack, 'api');
  if (more) more(stack);
  if (others) others(app);
  const objects = guard === undefined ? [] : new WorkloadIdentityGuard(stack, 'Guard', {
    appName: 'shop', mode: GuardMode.DENY, addToManifests: false, ...guard,
  }).toManifests();
  const text = [...rbac, ...objects.flatMap(edit)].map(object => `---\n${stringify(object)}`).join('');
  const { directory } = app.synth();
  return accessMapOf(readAssembly(directory), { manifestTexts: [{ text, place: { file: 'rbac.yaml' } }] });
}

/** How an actor reaches a service account: the paths, with the policies that close them. */
function waysTo(map: AccessMap, actor: string, serviceAccount: string): Record<string, readonly string[]> {
  const reaches = map.reaches.filter(reach =>
    reach.actor.name === actor && `${reach.namespace}/${reach.serviceAccount}` === serviceAccount);
  return Object.fromEntries(reaches.flatMap(({ ways }) => ways.map(({ steps, closedBy = [] }) =>
    [steps.map(({ path }) => path).join(' > '), closedBy])));
}

const USE = ['shop-guard-use'];
const TOKENS = ['shop-guard-tokens'];
const EXEC = ['shop-guard-exec'];
const WORKLOADS = [
  rule('create patch', '', 'pods', 'replicationcontrollers'), rule('create patch', 'apps', 'deployments'),
  rule('create patch', 'batch', 'jobs'),
];
const ALL_WAYS = [
  ...WORKLOADS, rule('patch', '', 'pods/ephemeralcontainers'), rule('create get', '', 'pods/exec', 'pods/attach'),
  rule('create', '', 'serviceaccounts/token', 'pods/portforward'), rule('get', '', 'nodes/proxy'),
  rule('create', 'admissionregistration.k8s.io', 'mutatingwebhookconfigurations'),
];

test('each way is closed by its policy, and what no policy sees stays open', () => {
  const map = mapOf({ guard: { exec: {} }, rbac: grant('all', undefined, ALL_WAYS, group('dev')) });
  expect(map.otherPolicies).toEqual([]);
  expect(waysTo(map, 'dev', 'shop/api')).toEqual({
    'create-pods': USE,
    'create-workloads': USE,
    'create-workloads-apps': USE,
    'create-workloads-batch': USE,
    'change-workloads': USE,
    'change-workloads-apps': USE,
    'change-workloads-batch': USE,
    'change-pods': USE,
    'ephemeral-containers': USE,
    'exec': EXEC,
    'exec-by-get': EXEC,
    'attach': EXEC,
    'create-tokens': TOKENS,
    'port-forward': [],
    'node-proxy': [],
    'mutating-webhooks': [],
    // As a controller of Kubernetes, whose pods the policy lets pass: the rights are for all namespaces.
    'create-pods > create-workloads-batch': [],
  });
});

const DEV = grant('dev', 'shop', [...WORKLOADS, rule('create', '', 'serviceaccounts/token')], group('dev'));
const guardedWays = (map: AccessMap, actor = 'dev') => {
  const { 'create-pods': pods, 'create-tokens': tokens } = waysTo(map, actor, 'shop/api');
  return { pods, tokens };
};
const CLOSED = { pods: USE, tokens: TOKENS };
const OPEN = { pods: [], tokens: [] };

test.each<[string, World, ReturnType<typeof guardedWays>]>([
  ['a guard that denies', { guard: {}, rbac: DEV }, CLOSED],
  ['no guard', { rbac: DEV }, OPEN],
  ['a guard that warns', { guard: { mode: GuardMode.WARN }, rbac: DEV }, OPEN],
  ['a guard that audits', { guard: { mode: GuardMode.AUDIT }, rbac: DEV }, OPEN],
  ['no policy on use', { guard: { use: { mode: GuardMode.OFF } }, rbac: DEV }, { pods: [], tokens: TOKENS }],
  ['no policy on tokens', { guard: { tokens: { mode: GuardMode.OFF } }, rbac: DEV }, { pods: USE, tokens: [] }],
  ['who may use it', {
    guard: {}, rbac: [...DEV, ...grant('use', 'shop', [rule('use', '', 'serviceaccounts')], group('dev'))],
  }, { pods: [], tokens: TOKENS }],
  ['who may use another one', {
    guard: {},
    rbac: [...DEV, ...grant('use', 'shop', [
      { ...rule('use', '', 'serviceaccounts'), resourceNames: ['web'] },
    ], group('dev'))],
  }, CLOSED],
  ['who may do everything', {
    guard: {}, rbac: [...DEV, ...grant('use', 'shop', [rule('*', '*', '*')], group('dev'))],
  }, { pods: [], tokens: TOKENS }],
  ['deployers', { guard: { deployers: [KubernetesSubject.group('dev')] }, rbac: DEV }, { pods: [], tokens: TOKENS }],
  ['exceptions', { guard: { exceptions: [KubernetesSubject.group('dev')] }, rbac: DEV }, OPEN],
  ['exceptions of one policy', {
    guard: { tokens: { exceptions: [KubernetesSubject.group('dev')] } }, rbac: DEV,
  }, { pods: USE, tokens: [] }],
  ['exceptions that are others', { guard: { exceptions: [KubernetesSubject.group('ops')] }, rbac: DEV }, CLOSED],
  ['a binding that warns', {
    guard: {},
    rbac: DEV,
    edit: object => [object.spec?.policyName
      ? { ...object, spec: { ...object.spec, validationActions: ['Warn'] } } : object],
  }, OPEN],
  ['no bindings', { guard: {}, rbac: DEV, edit: object => (object.spec?.policyName ? [] : [object]) }, OPEN],
  ['a role that trusts another audience, too', {
    guard: {},
    rbac: DEV,
    more: stack => (stack.node.findChild('api') as IrsaServiceAccount).trust.addServiceAccounts(
      oidcProviderOf(stack), [ServiceAccountSubject.exact('shop', 'api')], { audience: 'other' },
    ),
  }, { pods: USE, tokens: [] }],
  ['a custom audience of the app', {
    guard: {},
    rbac: DEV,
    more: stack => (stack.node.findChild('api') as IrsaServiceAccount).trust.addServiceAccounts(
      oidcProviderOf(stack), [ServiceAccountSubject.exact('shop', 'api')], { audience: 'vault' },
    ) && shop(stack, 'vault', { audience: 'vault' }),
  }, CLOSED],
  ['a pattern that another role trusts with another audience', {
    guard: {},
    rbac: DEV,
    more: stack => new IrsaRole(stack, 'Any', {
      trust: new TrustPolicy().addServiceAccounts(
        oidcProviderOf(stack), [ServiceAccountSubject.anyInNamespace('shop')], { audience: 'other' },
      ),
    }),
  }, { pods: USE, tokens: [] }],
  ['a second cluster of the app without a guard', {
    guard: {},
    rbac: DEV,
    others: app => {
      const green = inAccount(app, 'Green');
      oidc(green, `${ISSUER_URL}2`);
      shop(green, 'api');
    },
  }, OPEN],
  ['another service account in a second cluster', {
    guard: {},
    rbac: DEV,
    others: app => {
      const green = inAccount(app, 'Green');
      oidc(green, `${ISSUER_URL}2`);
      shop(green, 'other');
    },
  }, CLOSED],
])('%s', (_, world, expected) => {
  expect(guardedWays(mapOf(world))).toEqual(expected);
});

function oidcProviderOf(stack: Stack): any {
  return stack.node.findChild('Oidc');
}

test('service accounts and users that are exceptions', () => {
  const rules = [...WORKLOADS, rule('create', '', 'serviceaccounts/token')];
  const subjects = [account('ci', 'argo-cd'), account('ci', 'other'), user('alice'), user('bob'),
    group('system:serviceaccounts:ci'), group('system:nodes')];
  const map = mapOf({
    guard: { exceptions: [KubernetesSubject.serviceAccount('ci', 'argo-cd'), KubernetesSubject.user('alice')] },
    rbac: grant('dev', 'shop', rules, ...subjects),
  });
  expect(Object.fromEntries(['ci/argo-cd', 'ci/other', 'alice', 'bob', 'system:serviceaccounts:ci', 'system:nodes']
    .map(actor => [actor, guardedWays(map, actor)]))).toEqual({
    'ci/argo-cd': OPEN,
    'ci/other': CLOSED,
    'alice': OPEN,
    'bob': CLOSED,
    'system:serviceaccounts:ci': OPEN,
    'system:nodes': OPEN,
  });
});

test('who may change the policies, give itself the verb, or act as an exception is not kept out', () => {
  const isOpen = (more: object[]) => {
    const map = mapOf({
      guard: { exceptions: [KubernetesSubject.user('break-glass')] },
      rbac: [...DEV, ...grant('break-glass', 'shop', WORKLOADS, user('break-glass')), ...more],
    });
    return Object.values(waysTo(map, 'dev', 'shop/api')).some(closedBy => closedBy.length === 0);
  };
  const cluster = (...rules: object[]) => grant('more', undefined, rules, group('dev'));
  expect(isOpen([])).toBe(false);
  expect(isOpen(cluster(rule('get', '', 'pods')))).toBe(false);
  const admission = 'admissionregistration.k8s.io';
  expect(isOpen(cluster(rule('delete', admission, 'validatingadmissionpolicybindings')))).toBe(true);
  expect(isOpen(cluster(rule('patch', admission, 'validatingadmissionpolicies')))).toBe(true);
  expect(isOpen(cluster(rule('impersonate', '', 'users')))).toBe(true);
  expect(isOpen(cluster(rule('bind escalate update', RBAC, 'roles')))).toBe(true);
  // The controllers of Kubernetes.
  expect(isOpen(cluster(rule('impersonate', '', 'serviceaccounts')))).toBe(true);
});

test('Pod Identity: tokens and use, of the cluster of the association', () => {
  const map = mapOf({
    guard: {},
    rbac: DEV,
    more: stack => new PodIdentityServiceAccount(stack, 'worker', {
      clusterName: 'live', namespace: 'shop', serviceAccountName: 'worker',
    }),
  });
  expect(waysTo(map, 'dev', 'shop/worker')).toMatchObject({ 'create-pods': USE, 'create-tokens': TOKENS });
  expect(waysTo(map, 'dev', 'shop/api')).toMatchObject({ 'create-pods': USE, 'create-tokens': TOKENS });
});

test('the guard that synth writes is read with the assembly', () => {
  const app = new App();
  const stack = inAccount(app, 'Shop');
  shop(stack, 'api');
  new WorkloadIdentityGuard(stack, 'Guard', { appName: 'shop', mode: GuardMode.DENY });
  const { directory } = app.synth();
  const text = DEV.map(object => `---\n${stringify(object)}`).join('');
  const map = accessMapOf(readAssembly(directory), { manifestTexts: [{ text, place: { file: 'rbac.yaml' } }] });
  expect(map.guards!.map(({ name }) => name)).toEqual(['integrity', 'use', 'tokens'].map(kind => `shop-guard-${kind}`));
  expect(guardedWays(map)).toEqual(CLOSED);
});

describe('IAM principals', () => {
  const access = [{
    cluster: 'issuer',
    namespace: 'shop',
    serviceAccount: 'api',
    audience: 'sts.amazonaws.com',
    via: 'irsa' as const,
    role: 'arn',
    used: true,
  }];
  const closing = (exceptions: string[], requester: Requester) => closedByGuards([{
    name: 'use',
    facts: { kind: 'use', app: 'shop', accounts: { shop: ['api'] }, exceptions: { users: [], groups: exceptions } },
    clusters: ['issuer'],
    place: { file: 'guard.yaml' },
  }], { access, principals: [], clusters: [] })!({
    path: 'create-pods', namespace: 'shop', serviceAccount: 'api', requester, may: () => false,
  });
  const binding = { kind: 'RoleBinding', name: 'b', role: { kind: 'Role', name: 'r' }, subjects: [] } as const;
  const byGroup = (name: string) => ({ grant: { subject: { kind: 'Group', name }, binding }, truth: true } as const);

  test.each<[string, Requester, boolean]>([
    ['mapped once', { user: 'ops', groups: ['ops'], own: [] }, true],
    ['with a grant of its own group', { user: 'ops', groups: ['ops'], own: [byGroup('ops')] }, true],
    ['with a grant of another mapping', { user: 'ops', groups: ['ops'], own: [byGroup('dev')] }, false],
    ['whose user name is not known', { groups: ['ops'], own: [] }, false],
  ])('%s', (_, requester, isClosed) => {
    expect(closing(['admins'], requester)).toEqual(isClosed ? ['use'] : []);
    expect(closing([], requester)).toEqual(['use']);
  });
});

test('without a guard, nobody is asked', () => {
  expect(closedByGuards([], { access: [], principals: [], clusters: [] })).toBe(undefined);
});

/** Applied by a template, perhaps on a condition. */
const appliedBy = (
  stack: Stack, objects: object[], condition?: ICfnConditionExpression, ClusterName = 'live',
) => {
  const applied = new CfnResource(stack, 'Applied', {
    type: 'Custom::AWSCDK-EKS-KubernetesResource',
    properties: { ClusterName, Manifest: JSON.stringify(objects) },
  });
  if (condition) applied.cfnOptions.condition = new CfnCondition(stack, 'Wanted', { expression: condition });
};
const parameter = (stack: Stack) => new CfnParameter(stack, 'Guarded').valueAsString;

test.each<[string, (stack: Stack) => ICfnConditionExpression | undefined, typeof CLOSED]>([
  ['no condition', () => undefined, CLOSED],
  ['a condition that is true', () => Fn.conditionEquals('a', 'a'), CLOSED],
  ['a condition that only the deployment knows', stack => Fn.conditionEquals(parameter(stack), 'yes'), OPEN],
])('a guard that a template applies: %s', (_name, condition, expected) => {
  const map = mapOf({
    rbac: DEV,
    more: stack => appliedBy(stack, new WorkloadIdentityGuard(stack, 'Guard', {
      appName: 'shop', mode: GuardMode.DENY, addToManifests: false,
    }).toManifests(), condition(stack)),
  });
  expect(guardedWays(map)).toEqual(expected);
  expect([...new Set(map.otherPolicies?.map(({ reason }) => reason))])
    .toEqual(expected === OPEN ? ['a condition in its template determines whether it is created'] : []);
});

test.each([
  ['live', USE], ['other', []],
])('a guard that a template applies to the cluster %s', (ClusterName, closedBy) => {
  const map = mapOf({
    rbac: DEV,
    more: stack => {
      new PodIdentityServiceAccount(stack, 'Worker', {
        clusterName: 'live', namespace: 'shop', serviceAccountName: 'worker',
      });
      appliedBy(stack, new WorkloadIdentityGuard(stack, 'Guard', {
        appName: 'shop', mode: GuardMode.DENY, addToManifests: false,
      }).toManifests(), undefined, ClusterName);
    },
  });
  expect(waysTo(map, 'dev', 'shop/worker')).toMatchObject({ 'create-pods': closedBy });
});
