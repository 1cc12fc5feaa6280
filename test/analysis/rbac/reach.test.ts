/**
 * Which service accounts a subject reaches: each way of the table, where it leads and where it does not.
 */
import { PATHS } from '../../../src/analysis/rbac/paths';
import { Rbac } from '../../../src/analysis/rbac/rbac';
import { Reach, reachableServiceAccounts, ReachedAccount, ReachWorld } from '../../../src/analysis/rbac/reach';
import { Subject } from '../../../src/analysis/rbac-objects';
import { readRbac } from '../../../src/analysis/reading/rbac';

const VERSION = 'rbac.authorization.k8s.io/v1';
const ALICE: Subject = { kind: 'User', name: 'alice' };
const DEPLOYER: Subject = { kind: 'ServiceAccount', namespace: 'ops', name: 'deployer' };
const ACCOUNTS = [
  { namespace: 'payments', name: 'api' },
  { namespace: 'payments', name: 'batch' },
  { namespace: 'ops', name: 'deployer' },
];
const WORKLOADS = [{ kind: 'Deployment', name: 'api', namespace: 'payments', serviceAccount: 'api' }];

/** `verbs group/resources names` */
function rule(text: string): object {
  const [verbs, target, names] = text.split(' ');
  const [group, ...resources] = target.split('/');
  return {
    verbs: verbs.split(','),
    apiGroups: [group],
    resources: resources.join('/').split(','),
    ...names !== undefined && { resourceNames: names === '""' ? [''] : names.split(',') },
  };
}

/** A role and its binding, in a namespace or in the whole cluster. */
function given(namespace: string | undefined, rules: string[], subject: Subject = ALICE, name = 'own'): object[] {
  const kind = namespace === undefined ? 'ClusterRole' : 'Role';
  const metadata = { name, ...namespace !== undefined && { namespace } };
  return [
    { apiVersion: VERSION, kind, metadata, rules: rules.map(rule) },
    { apiVersion: VERSION, kind: `${kind}Binding`, metadata, roleRef: { kind, name }, subjects: [subject] },
  ];
}

function worldOf(objects: object[], more: Partial<ReachWorld> = {}): ReachWorld {
  const rbac = new Rbac(readRbac({ text: JSON.stringify({ kind: 'List', items: objects }), place: { file: 'a' } }));
  return { rbac, serviceAccounts: ACCOUNTS, workloads: WORKLOADS, ...more };
}

const reachOf = (objects: object[], subject: Subject = ALICE, more: Partial<ReachWorld> = {}): Reach =>
  reachableServiceAccounts(worldOf(objects, more), subject);

/** `role payments/api certain: create-pods`, those of `ACCOUNTS` only. */
function inShort({ accounts }: Reach): string[] {
  const isOwn = ({ namespace, name }: ReachedAccount) =>
    ACCOUNTS.some(account => account.namespace === namespace && account.name === name);
  return accounts.filter(isOwn).map(({ namespace, name, gets, confidence, steps }) =>
    `${gets} ${namespace}/${name} ${confidence}: ${steps.map(({ path }) => path.id).join(' ')}`);
}

const of = (path: string, confidence = 'certain', other = confidence) =>
  [`role payments/api ${confidence}: ${path}`, `role payments/batch ${other}: ${path}`];

test.each<[rules: string[], expected: string[]]>([
  [['create /pods'], of('create-pods')],
  [['create /pods ""'], of('create-pods')],
  [['create /pods api'], []],
  [['get,list,delete /pods'], []],
  [['create apps/deployments'], of('create-workloads-apps')],
  [['create apps/daemonsets'], of('create-workloads-apps')],
  [['create apps/replicasets'], of('create-workloads-apps')],
  [['create apps/statefulsets'], of('create-workloads-apps')],
  [['create batch/jobs'], of('create-workloads-batch')],
  [['create batch/cronjobs'], of('create-workloads-batch')],
  [['create /replicationcontrollers'], of('create-workloads')],
  [['create /deployments'], []],
  [['create extensions/deployments'], []],
  [['patch apps/deployments'], of('change-workloads-apps')],
  [['update apps/deployments api'], of('change-workloads-apps')],
  [['patch apps/deployments other'], of('change-workloads-apps', 'unknown')],
  [['patch batch/jobs'], of('change-workloads-batch', 'unknown')],
  [['patch apps/deployments/scale'], []],
  [['patch /pods'], of('change-pods', 'high', 'unknown')],
  [['patch /pods/ephemeralcontainers'], of('ephemeral-containers', 'certain', 'unknown')],
  [['create /pods/ephemeralcontainers'], []],
  [['create /pods/exec'], of('exec', 'certain', 'unknown')],
  [['get /pods/exec'], of('exec-by-get', 'high', 'unknown')],
  [['create /*/exec'], of('exec', 'certain', 'unknown')],
  [['create /pods/*'], []],
  [['create /pods/exec api-0'], of('exec', 'unknown')],
  [['get /pods/attach'], of('attach', 'low', 'unknown')],
  [['create /pods/portforward'], of('port-forward', 'low', 'unknown')],
  [['get /services/proxy'], of('talk-to-pods', 'low', 'unknown')],
  [['get /pods/log'], []],
  [['create /serviceaccounts/token'], of('create-tokens')],
  [['create /serviceaccounts/token api'], of('create-tokens').slice(0, 1)],
  [['get /serviceaccounts/token'], []],
  [['impersonate /serviceaccounts batch'], ['rights payments/batch certain: impersonate-service-accounts']],
  [['impersonate /users', 'impersonate /groups'], []],
  [['get /secrets'], [
    'rights payments/api low: read-secrets', 'rights payments/batch low: read-secrets',
  ]],
  [['create /secrets'], []],
  [['create,get /secrets'], [
    'rights payments/api high: create-secrets', 'rights payments/batch high: create-secrets',
  ]],
  [[`create,patch ${VERSION.slice(0, -3)}/roles,rolebindings`], []],
  [[`bind ${VERSION.slice(0, -3)}/clusterroles`], []],
  [['create /pods/eviction,pods/binding', 'create autoscaling/horizontalpodautoscalers', 'create /podtemplates'], []],
  [['get /nodes/proxy', 'create admissionregistration.k8s.io/mutatingwebhookconfigurations'], []],
])('in a namespace: %j', (rules, expected) => {
  expect(inShort(reachOf(given('payments', rules)))).toEqual(expected);
});

const RBAC = 'rbac.authorization.k8s.io';
const ALL = ['payments/api', 'payments/batch', 'ops/deployer'];

const IN_CLUSTER: Array<[rules: string[], path: string | undefined, confidence?: string, ofRunning?: string]> = [
  [['create /pods'], 'create-pods', 'certain'],
  [['create admissionregistration.k8s.io/mutatingwebhookconfigurations'], 'mutating-webhooks', 'high'],
  [['patch admissionregistration.k8s.io/mutatingwebhookconfigurations a'], 'mutating-webhooks', 'high'],
  [['create admissionregistration.k8s.io/validatingwebhookconfigurations'], undefined],
  [['create admissionregistration.k8s.io/mutatingadmissionpolicies,mutatingadmissionpolicybindings'],
    'mutating-policies', 'unknown'],
  [['create admissionregistration.k8s.io/mutatingadmissionpolicies'], undefined],
  [['get /nodes/proxy'], 'node-proxy', 'unknown', 'high'],
  [['impersonate /users', 'impersonate /groups'], 'impersonate-groups-with-users create-pods', 'certain'],
  [['impersonate /users alice', 'impersonate /groups system:masters'],
    'impersonate-groups-with-users create-pods', 'certain'],
  [['impersonate /users alice', 'impersonate /groups dev'], undefined],
  [['impersonate /groups'], undefined],
  [[`bind ${RBAC}/clusterroles cluster-admin`, `create ${RBAC}/clusterrolebindings`],
    'bind-in-cluster create-pods', 'certain'],
  [[`bind ${RBAC}/clusterroles cluster-admin`, `create ${RBAC}/rolebindings`],
    'bind-clusterroles create-pods', 'certain'],
  [[`bind ${RBAC}/clusterroles cluster-admin`, `patch ${RBAC}/clusterrolebindings`],
    'bind-in-cluster-again create-pods', 'certain'],
  [[`bind ${RBAC}/clusterroles view`, `create ${RBAC}/clusterrolebindings`], undefined],
  [[`bind ${RBAC}/clusterroles cluster-admin`], undefined],
  [[`create ${RBAC}/clusterrolebindings`], undefined],
  [[`escalate,patch ${RBAC}/clusterroles`], 'escalate-clusterroles create-pods', 'certain'],
  [[`escalate,patch ${RBAC}/clusterroles other`], undefined],
  [[`escalate ${RBAC}/clusterroles`], undefined],
  [[`escalate,create,bind ${RBAC}/clusterroles`, `create ${RBAC}/clusterrolebindings`],
    'bind-in-cluster create-pods', 'certain'],
  [['create,update certificates.k8s.io/certificatesigningrequests,certificatesigningrequests/approval'], undefined],
];

test.each(IN_CLUSTER.map(([rules, ...expected]) => ({ rules, expected })))('in the whole cluster: $rules', one => {
  const { rules, expected: [path, confidence, ofRunning = confidence] } = one;
  const others = confidence === ofRunning ? ALL : ALL.slice(1);
  const expected = path === undefined ? [] : [
    ...ALL.filter(account => !others.includes(account)).map(account => `role ${account} ${ofRunning}: ${path}`),
    ...others.map(account => `role ${account} ${confidence}: ${path}`),
  ];
  const reach = inShort(reachOf(given(undefined, rules)));
  expect(reach).toEqual(expected);
});

describe('RBAC that grants itself rights', () => {
  const dev = (...rules: string[]) => given('payments', rules, { kind: 'Group', name: 'dev' }, 'dev');
  const paths = (objects: object[]) => [...new Set(inShort(reachOf(objects)).map(line => line.split(': ')[1]))];
  const NEW = [`escalate,create,bind ${RBAC}/roles`, `create ${RBAC}/rolebindings`];
  const OF_CLUSTER = [`escalate,create,bind ${RBAC}/clusterroles`, `create ${RBAC}/clusterrolebindings`];

  test.each<[name: string, objects: object[], expected: string[]]>([
    ['escalate-roles: the own Role', given('payments', [`escalate,patch ${RBAC}/roles`]),
      ['escalate-roles create-pods']],
    ['by its name', given('payments', [`escalate,update ${RBAC}/roles own`]), ['escalate-roles create-pods']],
    ['not another Role', given('payments', [`escalate,patch ${RBAC}/roles other`]), []],
    ['not without changing it', given('payments', [`escalate ${RBAC}/roles`]), []],
    ['not without escalate', given('payments', [`patch ${RBAC}/roles`]), []],
    ['escalate-and-bind-roles: a new Role', given('payments', NEW), ['escalate-and-bind-roles create-pods']],
    ['not without a binding', given('payments', NEW.slice(0, 1)), []],
    ['not without bind', given('payments', [`escalate,create ${RBAC}/roles`, NEW[1]]), []],
    ['not in another namespace', [
      ...given('payments', NEW.slice(0, 1), ALICE, 'first'), ...given('ops', NEW.slice(1), ALICE, 'second'),
    ], []],
    ['bind-roles: a Role of the namespace', [
      ...given('payments', [`bind ${RBAC}/roles dev`, `create ${RBAC}/rolebindings`]), ...dev('create /pods'),
    ], ['bind-roles create-pods']],
    ['not one of another name', [
      ...given('payments', [`bind ${RBAC}/roles other`, `create ${RBAC}/rolebindings`]), ...dev('create /pods'),
    ], []],
    ['bind-roles-again: an existing RoleBinding', [
      ...given('payments', [`bind ${RBAC}/roles dev`, `patch ${RBAC}/rolebindings`]), ...dev('create /pods'),
    ], ['bind-roles-again create-pods']],
    ['not without one', [
      ...given('payments', [`bind ${RBAC}/roles dev`, `patch ${RBAC}/rolebindings`]),
      ...dev('create /pods').slice(0, 1),
    ], []],
    ['impersonate-groups-with-serviceaccounts', [
      ...given(undefined, ['impersonate /groups dev'], ALICE, 'first'),
      ...given('ops', ['impersonate /serviceaccounts deployer'], ALICE, 'second'), ...dev('create /pods'),
    ], ['impersonate-service-accounts', 'impersonate-groups-with-serviceaccounts create-pods']],
    ['not another group', [
      ...given(undefined, ['impersonate /groups ops'], ALICE, 'first'),
      ...given('ops', ['impersonate /serviceaccounts deployer'], ALICE, 'second'), ...dev('create /pods'),
    ], ['impersonate-service-accounts']],
  ])('%s', (_, objects, expected) => {
    expect(paths(objects)).toEqual(expected);
  });

  test('escalate-and-bind-clusterroles is every right, by the path that needs no role that is known', () => {
    const rbac = new Rbac(readRbac({
      text: JSON.stringify({ kind: 'List', items: given(undefined, OF_CLUSTER) }), place: { file: 'a' },
    }), { builtIn: false });
    const { accounts } = reachableServiceAccounts({ rbac, serviceAccounts: ACCOUNTS, workloads: [] }, ALICE);
    expect(accounts.filter(({ name }) => name === 'api').map(({ steps }) => steps.map(({ path }) => path.id)))
      .toEqual([['escalate-and-bind-clusterroles', 'create-pods']]);
  });
});

test('a client certificate of anybody, but for system:masters', () => {
  const signers = (name: string) => [
    'create certificates.k8s.io/certificatesigningrequests',
    'update certificates.k8s.io/certificatesigningrequests/approval',
    `approve certificates.k8s.io/signers ${name}`,
  ];
  const dev = given('payments', ['create /pods'], { kind: 'Group', name: 'dev' }, 'dev');
  const signed = (name: string) => inShort(reachOf([...given(undefined, signers(name)), ...dev]));
  expect(signed('kubernetes.io/kube-apiserver-client')).toEqual(expect.arrayContaining([
    expect.stringMatching(/^role payments\/api unknown: sign-certificates /),
    expect.stringMatching(/^role payments\/batch unknown: sign-certificates /),
  ]));
  expect(signed('kubernetes.io/kubelet-serving')).toEqual([]);
});

test('through the rights of service accounts, with the binding of each step', () => {
  const objects = [
    ...given('ops', ['create /serviceaccounts/token deployer'], ALICE, 'first'),
    ...given('payments', ['create batch/jobs'], DEPLOYER, 'second'),
  ];
  const reach = reachOf(objects);
  expect(inShort(reach)).toEqual([
    'role ops/deployer certain: create-tokens',
    'role payments/api certain: create-tokens create-workloads-batch',
    'role payments/batch certain: create-tokens create-workloads-batch',
  ]);
  const { steps } = reach.accounts.find(({ name }) => name === 'batch')!;
  expect(steps.map(({ grants: [{ subject, binding }], namespace, to }) => [subject.name, binding!.name, namespace, to]))
    .toEqual([
      ['alice', 'first', 'ops', { kind: 'ServiceAccount', namespace: 'ops', name: 'deployer' }],
      ['deployer', 'second', 'payments', { kind: 'ServiceAccount', namespace: 'payments', name: 'batch' }],
    ]);
});

test('impersonation gives rights and not the role, and rights lead on', () => {
  const objects = [
    ...given('ops', ['impersonate /serviceaccounts'], ALICE, 'first'),
    ...given('payments', ['create /pods'], { kind: 'ServiceAccount', namespace: 'ops', name: 'deployer' }, 'second'),
  ];
  expect(inShort(reachOf(objects))).toEqual([
    'rights ops/deployer certain: impersonate-service-accounts',
    'role payments/api certain: impersonate-service-accounts create-pods',
    'role payments/batch certain: impersonate-service-accounts create-pods',
  ]);
});

test('rights of several accounts count together, in one namespace', () => {
  const parts = (first: string, second: string) => inShort(reachOf([
    ...given(first, ['create /secrets'], ALICE, 'first'), ...given(second, ['get /secrets'], ALICE, 'second'),
  ]));
  expect(parts('payments', 'payments')[0]).toBe('rights payments/api high: create-secrets');
  expect(parts('payments', 'ops')).toEqual(['rights ops/deployer low: read-secrets']);
});

test('who reaches each other ends', () => {
  const account = (namespace: string, name: string): Subject => ({ kind: 'ServiceAccount', namespace, name });
  const objects = [
    ...given('payments', ['create /pods'], account('ops', 'deployer'), 'a'),
    ...given('ops', ['create /pods'], account('payments', 'api'), 'b'),
  ];
  expect(inShort(reachOf(objects, account('payments', 'api')))).toEqual([
    'role ops/deployer certain: create-pods', 'role payments/api certain: create-pods create-pods',
    'role payments/batch certain: create-pods create-pods',
  ]);
});

test('edit in a namespace reaches all of its roles, view none; edit in kube-system reaches everything', () => {
  const bound = (role: string, namespace: string) => reachOf([{
    apiVersion: VERSION,
    kind: 'RoleBinding',
    metadata: { name: 'a', namespace },
    roleRef: { kind: 'ClusterRole', name: role },
    subjects: [ALICE],
  }]);
  expect(inShort(bound('edit', 'payments'))).toEqual(of('create-pods'));
  expect(inShort(bound('view', 'payments'))).toEqual([]);
  expect(inShort(bound('edit', 'kube-system')).map(line => line.split(':')[0])).toEqual(
    expect.arrayContaining(ALL.map(account => `role ${account} certain`)));
});

test('system:masters, and members of groups', () => {
  expect(inShort(reachOf([], { kind: 'Group', name: 'system:masters' })).length).toBe(3);
  const everyone = given('payments', ['create /pods'], { kind: 'Group', name: 'system:authenticated' });
  expect(inShort(reachOf(everyone))).toEqual(of('create-pods'));
  expect(inShort(reachOf(everyone, { kind: 'Group', name: 'system:unauthenticated' }))).toEqual([]);
});

test('custom resources, missing roles and aws-auth are unknown', () => {
  const reasons = (objects: object[]) => reachOf(objects).unknown.map(({ reason }) => reason);
  expect(reasons(given('payments', ['create argoproj.io/applications', 'get a.example.com/things']))).toEqual([
    'a controller of applications.argoproj.io may run pods',
  ]);
  expect(reasons(given('payments', ['patch */widgets,pods']))).toEqual(['a controller of widgets may run pods']);
  expect(reasons(given('payments', ['create networking.k8s.io/ingresses', 'create apps/deployments']))).toEqual([]);
  expect(reasons(given('payments', []).slice(1))).toEqual(['Role own was not found']);
  const awsAuth = (namespace: string, names: string) =>
    inShort(reachOf(given(namespace, [`patch /configmaps${names}`]))).map(line => line.split(': ')[1]);
  expect(awsAuth('kube-system', ' aws-auth')).toEqual(Array(3).fill('aws-auth create-pods'));
  expect(awsAuth('kube-system', '').length).toBe(3);
  expect([awsAuth('kube-system', ' other'), awsAuth('payments', '')]).toEqual([[], []]);
  const replaced = (...rules: string[]) =>
    inShort(reachOf(given('kube-system', rules))).map(line => line.split(': ')[1]);
  expect(replaced('create /configmaps', 'delete /configmaps aws-auth'))
    .toEqual(Array(3).fill('replace-aws-auth create-pods'));
  expect(replaced('create /configmaps', 'delete /configmaps leader')).toEqual([]);
  expect([replaced('create /configmaps'), replaced('delete /configmaps')]).toEqual([[], []]);
});

test('revisions of a StatefulSet are replaced by two rights together', () => {
  const [create, remove] = ['create', 'delete'].map(verb => `${verb} apps/controllerrevisions`);
  expect(inShort(reachOf(given('payments', [create, remove])))).toEqual(of('replace-controller-revisions', 'unknown'));
  expect([create, remove].flatMap(own => inShort(reachOf(given('payments', [own]))))).toEqual([]);
});

test('what only helps is told apart', () => {
  const others = reachOf(given(undefined, [
    'patch /namespaces,serviceaccounts', 'create /serviceaccounts',
    'delete admissionregistration.k8s.io/validatingadmissionpolicies',
  ])).others.map(({ path }) => path.id);
  expect(new Set(others)).toEqual(new Set([
    'change-namespaces', 'change-service-accounts', 'create-service-accounts', 'change-policies',
  ]));
  // A new policy closes ways, and opens none.
  expect(reachOf(given(undefined, ['create admissionregistration.k8s.io/validatingadmissionpolicies'])).others)
    .toEqual([]);
  expect(reachOf(given('ops', ['create /pods'])).others.map(({ path, namespace }) => [path.id, namespace]))
    .toEqual([['privileged-pods', 'ops']]);
});

test('a placeholder in a rule makes it unknown', () => {
  expect(inShort(reachOf(given('payments', ['${VERB} /pods']))).filter(line => line.endsWith(': create-pods')))
    .toEqual(of('create-pods', 'unknown'));
  expect(inShort(reachOf(given('payments', ['create /${X}', 'create /pods'])))).toEqual(of('create-pods'));
});

test('the best way wins: unknown rights do not hide certain ones', () => {
  const objects = [
    ...given('payments', ['patch batch/jobs'], ALICE, 'first'), ...given('payments', ['create /pods'], ALICE, 'second'),
  ];
  expect(inShort(reachOf(objects))).toEqual(of('create-pods'));
});

test('thousands of bindings', () => {
  const objects = Array.from({ length: 1500 }, (_, index) => given(`n${index}`, ['create /pods'], ALICE, 'own')).flat();
  const serviceAccounts = Array.from({ length: 1500 }, (_, index) => ({ namespace: `n${index}`, name: 'api' }));
  const world = worldOf(objects, { serviceAccounts });
  const started = Date.now();
  const { accounts } = reachableServiceAccounts(world, ALICE);
  expect(accounts.filter(({ name }) => name === 'api').length).toBe(1500);
  expect(Date.now() - started).toBeLessThan(10_000);
}, 30_000);

test('the table: every way has its own name, a source and an explanation', () => {
  expect(new Set(PATHS.map(({ id }) => id)).size).toBe(PATHS.length);
  for (const { source, text } of PATHS) {
    expect(source).toMatch(/^https:\/\/(kubernetes\.io|docs\.aws\.amazon\.com)\//);
    expect(text).toMatch(/^[A-Z].*\.$/);
  }
});
