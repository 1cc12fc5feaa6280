/**
 * The policies of `WorkloadIdentityGuard`, as synth writes them, on an API server: what they refuse, and what not.
 * Needs Kubernetes: `npx projen token-test`.
 */
import { readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { Answer, ApiServer, Clusters, machineOf, RequestAs } from './kubernetes-cluster';
import {
  ClusterOidcProvider, GuardMode, IrsaServiceAccount, KubernetesSubject, PodIdentityServiceAccount,
  UnlistedServiceAccounts, WorkloadIdentityGuard, WorkloadIdentityGuardProps,
} from '../../src';
import { GuardObject, guardObjects, sizeOf } from '../../src/conventions/guard';
import { Manifest, parseManifests } from '../judges/kubernetes';
import { ACCOUNT, ISSUER_URL, REGION } from '../support';

const machine = machineOf('guard');
const auditLog = join(machine.work, 'audit.log');
const clusters = new Clusters(machine);
let cluster: ApiServer;

jest.setTimeout(180_000);
beforeAll(async () => {
  const auditPolicy = join(machine.work, 'audit.yaml');
  writeFileSync(auditPolicy, JSON.stringify({
    apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [{ level: 'Metadata', verbs: ['create'] }],
  }));
  cluster = await clusters.start('guard', [
    '--enable-admission-plugins=NodeRestriction', `--audit-policy-file=${auditPolicy}`, `--audit-log-path=${auditLog}`,
  ]);
});
afterAll(() => clusters.stop());

const roleArn = (app: string, name: string) => `arn:aws:iam::${ACCOUNT}:role/${app}-${name}`;

/** The objects that synth writes for an app with service accounts in a namespace of its own, and a guard. */
function manifestsOf(app: string, props: Partial<WorkloadIdentityGuardProps> = {}): Manifest[] {
  const root = new App();
  const stack = new Stack(root, app, { env: { account: ACCOUNT, region: REGION } });
  new WorkloadIdentityGuard(stack, 'Guard', { appName: app, mode: GuardMode.DENY, ...props });
  const oidcProvider = ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', ISSUER_URL);
  // The guard counts what is added after it.
  for (const name of ['api', 'later', 'custom']) {
    new IrsaServiceAccount(stack, name, {
      oidcProvider,
      namespace: app,
      serviceAccountName: name,
      roleName: `${app}-${name}`,
      createNamespace: true,
      ...name === 'custom' && { audience: 'vault.example.com' },
    });
  }
  new PodIdentityServiceAccount(stack, 'worker', { clusterName: 'live', namespace: app, serviceAccountName: 'worker' });
  const { directory } = root.synth();
  return parseManifests(readFileSync(join(directory, `${app}.k8s.yaml`), 'utf8'));
}

const SHOP: Partial<WorkloadIdentityGuardProps> = {
  deployers: [KubernetesSubject.group('deployers'), KubernetesSubject.serviceAccount('ci', 'argo-cd')],
  exceptions: [KubernetesSubject.user('break-glass')],
  tokens: { exceptions: [KubernetesSubject.serviceAccount('kube-system', 'csi-provider')] },
  exec: { exceptions: [KubernetesSubject.group('on-call')] },
};

/** Who sends requests. */
const WHO = {
  admin: {},
  dev: { user: 'dev@example.com', groups: ['dev'] },
  deployer: { user: 'dora@example.com', groups: ['dev', 'deployers'] },
  argoCd: { user: 'system:serviceaccount:ci:argo-cd', groups: ['dev', 'system:serviceaccounts'] },
  plainAccount: { user: 'system:serviceaccount:shop:plain', groups: ['dev', 'system:serviceaccounts'] },
  breakGlass: { user: 'break-glass', groups: ['dev'] },
  onCall: { user: 'otto@example.com', groups: ['dev', 'on-call'] },
  csiProvider: { user: 'system:serviceaccount:kube-system:csi-provider', groups: ['dev'] },
  kubelet: { user: 'system:node:n1', groups: ['dev', 'system:nodes'] },
  falseKubelet: { user: 'mallory', groups: ['dev', 'system:nodes'] },
  controller: { user: 'system:serviceaccount:kube-system:replicaset-controller', groups: ['dev'] },
} as const;
type Who = keyof typeof WHO;

const AS_DEV = 'dev';
const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const JSON_PATCH = 'application/json-patch+json';
const APPLY = 'application/apply-patch+yaml';
const KEY = 'eks.amazonaws.com/role-arn';
const DRY = 'dryRun=All';

interface Case {
  readonly name: string;
  readonly who: Who;
  readonly request: Omit<RequestAs, 'user' | 'groups'>;
  readonly isAllowed: boolean;
}

const counts = { allowed: 0, denied: 0 };
const wrong: string[] = [];

async function send(who: Who, request: Omit<RequestAs, 'user' | 'groups'>): Promise<Answer> {
  return cluster.request({ ...request, ...WHO[who] });
}

/** A policy has refused it, and said so by its name. */
function isRefused({ status, text }: Answer): boolean {
  return status === 403 && text.includes('ValidatingAdmissionPolicy');
}

async function judge(cases: readonly Case[]): Promise<void> {
  for (const { name, who, request, isAllowed } of cases) {
    const answer = await send(who, request);
    // Without a kubelet, nothing answers exec: what is not refused ends in another error.
    const passed = answer.status < 300
      || (/\/(exec|attach|portforward)\b/.test(request.path) && [400, 500].includes(answer.status));
    if (isAllowed ? !passed : !isRefused(answer)) {
      wrong.push(`${who}: ${name}: ${answer.status} ${answer.text.slice(0, 400)}`);
    }
    counts[isAllowed ? 'allowed' : 'denied']++;
  }
}

const allow = (who: Who, name: string, request: Case['request']): Case => ({ who, name, request, isAllowed: true });
const deny = (who: Who, name: string, request: Case['request']): Case => ({ who, name, request, isAllowed: false });

async function until(isReady: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; !await isReady();) {
    if (Date.now() > deadline) throw new Error('The policies took no effect within 20 seconds.');
    await new Promise(waited => setTimeout(waited, 100));
  }
}

const accountsPath = (namespace: string, name?: string) =>
  `/api/v1/namespaces/${namespace}/serviceaccounts${name === undefined ? '' : `/${name}`}`;

const account = (namespace: string, metadata: object, annotations?: object | null): Manifest => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { namespace, ...metadata, ...annotations !== undefined && { annotations } },
});

const createAccount = (namespace: string, name: string, role?: string): Case['request'] => ({
  method: 'POST',
  path: `${accountsPath(namespace)}?${DRY}`,
  body: account(namespace, { name }, role === undefined ? undefined : { [KEY]: role }),
});

const patchAccount = (namespace: string, name: string, type: string, body: object): Case['request'] => ({
  method: 'PATCH',
  path: `${accountsPath(namespace, name)}?${DRY}${type === APPLY ? '&fieldManager=other&force=true' : ''}`,
  type,
  body,
});

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];

beforeAll(async () => {
  const rules = [
    { apiGroups: ['', 'apps', 'batch'], resources: ['*'], verbs: VERBS },
    { apiGroups: [''], resources: ['serviceaccounts/token', 'pods/exec', 'pods/attach'], verbs: VERBS },
  ];
  for (const name of ['ci', 'plain']) await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const rbac = 'rbac.authorization.k8s.io/v1';
  await cluster.apply({ apiVersion: rbac, kind: 'ClusterRole', metadata: { name: 'dev' }, rules });
  await cluster.apply({
    apiVersion: rbac,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'dev' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'dev' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'dev' }],
  });
  for (const name of ['shop', 'web']) await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  // What is there before the guard.
  for (const namespace of ['shop', 'web', 'plain']) {
    for (const name of ['default', 'plain']) await cluster.apply(account(namespace, { name }));
  }
  await cluster.apply(account('plain', { name: 'legacy' }, { [KEY]: roleArn('shop', 'api') }));
  await cluster.apply(account('web', { name: 'api' }));
});

test('the policies of two apps are accepted as synth writes them, and take effect', async () => {
  for (const object of [...manifestsOf('shop', SHOP), ...manifestsOf('web')]) await cluster.apply(object);
  for (const app of ['shop', 'web']) {
    for (const request of [
      createAccount(app, 'other', roleArn(app, 'api')), createOf('Pod', app, 'worker'), tokenOf(app, 'api'),
    ]) {
      await until(async () => isRefused(await send(AS_DEV, request)));
    }
  }
  await until(async () => isRefused(await send(AS_DEV, execOf('POST', 'shop', 'some'))));
  const pod = createOf('Pod', 'shop', 'api');
  await until(async () => (await send('deployer', pod)).status < 300);
});

test('integrity: role annotations are those of the app', async () => {
  const [right, other, foreign] = [roleArn('shop', 'api'), roleArn('shop', 'later'), roleArn('somebody', 'else')];
  const annotate = (value: string | null) => ({ metadata: { annotations: { [KEY]: value } } });
  const pointer = `/metadata/annotations/${KEY.replace('/', '~1')}`;
  const live = await cluster.read(account('shop', { name: 'api' }));
  const put = (annotations: object): Case['request'] => ({
    method: 'PUT',
    path: `${accountsPath('shop', 'api')}?${DRY}`,
    body: { ...live, metadata: { ...live.metadata, annotations } },
  });
  const applied = (value: string) => account('shop', { name: 'api' }, { [KEY]: value });
  const label = { metadata: { labels: { team: 'a' } } };
  const change = (type: string, value: string): Case['request'] => (type === 'PUT' ? put({ [KEY]: value })
    : patchAccount('shop', 'api', type, type === JSON_PATCH ? [{ op: 'replace', path: pointer, value }]
      : type === APPLY ? applied(value) : annotate(value)));
  const ways = [MERGE, STRATEGIC, JSON_PATCH, 'PUT', APPLY];
  await judge([
    ...ways.flatMap(type => [
      deny(AS_DEV, `${type} of another role of the app`, change(type, other)),
      deny(AS_DEV, `${type} of a foreign role`, change(type, foreign)),
      deny('admin', `${type} of a foreign role`, change(type, foreign)),
      allow(AS_DEV, `${type} of the right role`, change(type, right)),
      allow('breakGlass', `${type} of a foreign role`, change(type, foreign)),
    ]),
    deny('deployer', 'who may use it may not annotate it', change(MERGE, foreign)),
    deny(AS_DEV, 'removal by merge patch', patchAccount('shop', 'api', MERGE, annotate(null))),
    deny(AS_DEV, 'removal of all annotations', patchAccount('shop', 'api', MERGE, { metadata: { annotations: null } })),
    deny(AS_DEV, 'removal by JSON patch', patchAccount('shop', 'api', JSON_PATCH, [{ op: 'remove', path: pointer }])),
    deny(AS_DEV, 'removal by PUT', put({})),
    deny(AS_DEV, 'an empty value', change(MERGE, '')),
    deny(AS_DEV, 'a trailing blank', change(MERGE, `${right} `)),
    deny(AS_DEV, 'another letter case', change(MERGE, right.toUpperCase())),
    deny(AS_DEV, 'create with the wrong role', createAccount('shop', 'new-later', other)),
    deny('plainAccount', 'create with the role of another', createAccount('shop', 'plain-2', right)),
    deny(AS_DEV, 'the same name in another namespace', createAccount('plain', 'api', right)),
    deny('admin', 'the same name in another namespace, as admin', createAccount('plain', 'api', right)),
    deny(AS_DEV, 'generateName', {
      method: 'POST',
      path: `${accountsPath('shop')}?${DRY}`,
      body: account('shop', { generateName: 'a-' }, { [KEY]: right }),
    }),
    deny(AS_DEV, 'server-side apply that creates',
      patchAccount('plain', 'new', APPLY, account('plain', { name: 'new' }, { [KEY]: right }))),
    deny(AS_DEV, 'an unlisted one gets a role of the app', patchAccount('shop', 'plain', MERGE, annotate(right))),
    deny(AS_DEV, 'an unlisted one changes to a role of the app',
      patchAccount('plain', 'legacy', MERGE, annotate(other))),
    deny(AS_DEV, 'the role of the other app', createAccount('shop', 'x', roleArn('web', 'api'))),
    deny(AS_DEV, 'the other app takes a role of this one', patchAccount('web', 'api', MERGE, annotate(right))),
    deny(AS_DEV, 'Pod Identity accounts take no role of the app',
      patchAccount('shop', 'worker', MERGE, annotate(right))),

    allow(AS_DEV, 'create without a role', createAccount('shop', 'new')),
    allow(AS_DEV, 'create with a foreign role', createAccount('shop', 'new', foreign)),
    allow(AS_DEV, 'create with a foreign role elsewhere', createAccount('plain', 'api', foreign)),
    allow(AS_DEV, 'an unlisted one gets a foreign role', patchAccount('plain', 'plain', MERGE, annotate(foreign))),
    allow(AS_DEV, 'label by merge patch', patchAccount('shop', 'api', MERGE, label)),
    allow(AS_DEV, 'label by strategic patch', patchAccount('shop', 'api', STRATEGIC, label)),
    allow(AS_DEV, 'label by server-side apply',
      patchAccount('shop', 'api', APPLY, account('shop', { name: 'api', ...label.metadata }))),
    allow(AS_DEV, 'another annotation',
      patchAccount('shop', 'api', MERGE, { metadata: { annotations: { note: 'x' } } })),
    allow(AS_DEV, 'the key in another letter case', patchAccount('shop', 'plain', MERGE, {
      metadata: { annotations: { 'EKS.amazonaws.com/role-arn': right } },
    })),
    allow(AS_DEV, 'label of one that had a role of the app before', patchAccount('plain', 'legacy', MERGE, label)),
    allow(AS_DEV, 'removal of a role that was wrong', patchAccount('plain', 'legacy', MERGE, annotate(null))),
    allow(AS_DEV, 'generateName without a role', {
      method: 'POST', path: `${accountsPath('shop')}?${DRY}`, body: account('shop', { generateName: 'a-' }),
    }),
    allow(AS_DEV, 'deletecollection', {
      method: 'DELETE', path: `${accountsPath('shop')}?${DRY}&fieldSelector=metadata.name%3Dapi`,
    }),
    allow(AS_DEV, 'delete', { method: 'DELETE', path: `${accountsPath('shop', 'api')}?${DRY}` }),
    allow('breakGlass', 'an exception', createAccount('shop', 'x', right)),
  ]);
  // Really deleted and created again.
  await cluster.remove(account('shop', { name: 'later' }));
  await judge([
    deny(AS_DEV, 'created again with another role', createAccount('shop', 'later', right)),
    allow(AS_DEV, 'created again without a role', createAccount('shop', 'later')),
    allow(AS_DEV, 'created again with its role', createAccount('shop', 'later', other)),
  ]);
  await cluster.apply(account('shop', { name: 'later' }, { [KEY]: other }));
  expect(wrong).toEqual([]);
});

const KINDS = {
  Pod: ['/api/v1', 'pods', 'v1'],
  ReplicationController: ['/api/v1', 'replicationcontrollers', 'v1'],
  Deployment: ['/apis/apps/v1', 'deployments', 'apps/v1'],
  StatefulSet: ['/apis/apps/v1', 'statefulsets', 'apps/v1'],
  DaemonSet: ['/apis/apps/v1', 'daemonsets', 'apps/v1'],
  ReplicaSet: ['/apis/apps/v1', 'replicasets', 'apps/v1'],
  Job: ['/apis/batch/v1', 'jobs', 'batch/v1'],
  CronJob: ['/apis/batch/v1', 'cronjobs', 'batch/v1'],
} as const;
type Kind = keyof typeof KINDS;

function workload(kind: Kind, namespace: string, name: string, podSpec: object): Manifest {
  const labels = { app: name };
  const spec = { containers: [{ name: 'c', image: 'image:1' }], ...podSpec };
  const restarts = kind === 'Job' || kind === 'CronJob' ? { restartPolicy: 'Never' } : {};
  const template = { metadata: { labels }, spec: { ...spec, ...restarts } };
  const specs: Record<Kind, object> = {
    Pod: spec,
    ReplicationController: { selector: labels, template },
    Deployment: { selector: { matchLabels: labels }, template },
    StatefulSet: { selector: { matchLabels: labels }, serviceName: 's', template },
    DaemonSet: { selector: { matchLabels: labels }, template },
    ReplicaSet: { selector: { matchLabels: labels }, template },
    Job: { template },
    CronJob: { schedule: '0 0 * * *', jobTemplate: { spec: { template } } },
  };
  return { apiVersion: KINDS[kind][2], kind, metadata: { name, namespace, labels }, spec: specs[kind] };
}

function pathOf(kind: Kind, namespace: string, name?: string): string {
  const [root, plural] = KINDS[kind];
  return `${root}/namespaces/${namespace}/${plural}${name === undefined ? '' : `/${name}`}`;
}

function createOf(kind: Kind, namespace: string, serviceAccountName?: string, podSpec: object = {}): Case['request'] {
  return {
    method: 'POST',
    path: `${pathOf(kind, namespace)}?${DRY}`,
    body: workload(kind, namespace, 'new', {
      ...serviceAccountName !== undefined && { serviceAccountName }, ...podSpec,
    }),
  };
}

function patchOf(kind: Kind, name: string, body: object, type = MERGE, subresource = ''): Case['request'] {
  const query = type === APPLY ? '&fieldManager=other&force=true' : '';
  return { method: 'PATCH', path: `${pathOf(kind, 'shop', name)}${subresource}?${DRY}${query}`, type, body };
}

test('use: pods run as a service account of the app only for those who may use it', async () => {
  const kinds = Object.keys(KINDS) as Kind[];
  const duplicate = ['a', roleArn('shop', 'api')].map(value => ({ name: 'AWS_ROLE_ARN', value }));
  await judge([
    ...kinds.flatMap(kind => [
      deny(AS_DEV, `create ${kind}`, createOf(kind, 'shop', 'api')),
      deny(AS_DEV, `create ${kind} by the old field`, createOf(kind, 'shop', undefined, { serviceAccount: 'api' })),
      deny('plainAccount', `create ${kind} with Pod Identity`, createOf(kind, 'shop', 'worker')),
      allow('deployer', `create ${kind}`, createOf(kind, 'shop', 'api')),
      allow('argoCd', `create ${kind}`, createOf(kind, 'shop', 'worker')),
      allow(AS_DEV, `create ${kind} of another account`, createOf(kind, 'shop', 'plain')),
      allow('controller', `create ${kind}`, createOf(kind, 'shop', 'api')),
    ]),
    allow(AS_DEV, 'create Pod with the default account', createOf('Pod', 'shop')),
    allow('admin', 'who has all verbs has use', createOf('Deployment', 'shop', 'api')),
    allow('breakGlass', 'an exception', createOf('Deployment', 'shop', 'api')),
    deny('falseKubelet', 'a group alone makes no kubelet', createOf('Pod', 'shop', 'api')),
    deny('onCall', 'an exception of another policy', createOf('Pod', 'shop', 'api')),
    deny('deployer', 'use in one app is not use in the other', createOf('Pod', 'web', 'api')),
    deny(AS_DEV, 'generateName', {
      method: 'POST',
      path: `${pathOf('Pod', 'shop')}?${DRY}`,
      body: {
        ...workload('Pod', 'shop', 'x', { serviceAccountName: 'api' }),
        metadata: { generateName: 'x-', namespace: 'shop' },
      },
    }),
    deny(AS_DEV, 'a variable twice', createOf('Pod', 'shop', 'api', {
      containers: [{ name: 'c', image: 'i', env: duplicate }],
    })),
    deny(AS_DEV, 'server-side apply that creates', {
      ...patchOf('Deployment', 'new', workload('Deployment', 'shop', 'new', { serviceAccountName: 'api' }), APPLY),
    }),
  ]);
  // Workloads that are there.
  for (const kind of ['Deployment', 'Pod', 'CronJob', 'StatefulSet'] as const) {
    await cluster.apply(workload(kind, 'shop', 'app', { serviceAccountName: 'api' }));
    await cluster.apply(workload(kind, 'shop', 'plain', { serviceAccountName: 'plain' }));
  }
  const template = (spec: object) => ({ spec: { template: { spec } } });
  const image = { containers: [{ name: 'c', image: 'evil:1' }] };
  const imagePath = '/spec/template/spec/containers/0/image';
  const deployment = await cluster.read(workload('Deployment', 'shop', 'app', {}));
  const container = { ephemeralContainers: [{ name: 'debug', image: 'evil:1' }] };
  const changed = structuredClone(deployment);
  changed.spec.template.spec.containers[0].image = 'evil:1';
  await judge([
    ...[MERGE, STRATEGIC].flatMap(type => [
      deny(AS_DEV, `${type} of the image`, patchOf('Deployment', 'app', template(image), type)),
      deny(AS_DEV, `${type} to the account`,
        patchOf('Deployment', 'plain', template({ serviceAccountName: 'api' }), type)),
      allow('deployer', `${type} of the image`, patchOf('Deployment', 'app', template(image), type)),
      allow(AS_DEV, `${type} of the image of another`, patchOf('Deployment', 'plain', template(image), type)),
      allow(AS_DEV, `${type} of replicas`, patchOf('Deployment', 'app', { spec: { replicas: 3 } }, type)),
      allow(AS_DEV, `${type} of a label`, patchOf('Deployment', 'app', { metadata: { labels: { a: 'b' } } }, type)),
    ]),
    deny(AS_DEV, 'JSON patch of the image', patchOf('Deployment', 'app',
      [{ op: 'replace', path: imagePath, value: 'evil:1' }], JSON_PATCH)),
    deny(AS_DEV, 'PUT of the image',
      { method: 'PUT', path: `${pathOf('Deployment', 'shop', 'app')}?${DRY}`, body: changed }),
    deny(AS_DEV, 'server-side apply of the image', patchOf('Deployment', 'app',
      workload('Deployment', 'shop', 'app', { serviceAccountName: 'api', ...image }), APPLY)),
    deny(AS_DEV, 'to the account by the old field', patchOf('Deployment', 'plain',
      template({ serviceAccount: 'api', serviceAccountName: null }))),
    deny(AS_DEV, 'the schedule stays, the image changes', patchOf('CronJob', 'app',
      { spec: { jobTemplate: { spec: { template: { spec: image } } } } })),
    deny(AS_DEV, 'a host namespace', patchOf('StatefulSet', 'app', template({ hostPID: true }))),
    deny(AS_DEV, 'the image of a running pod', patchOf('Pod', 'app', { spec: image }, STRATEGIC)),
    deny(AS_DEV, 'an ephemeral container',
      patchOf('Pod', 'app', { spec: container }, STRATEGIC, '/ephemeralcontainers')),
    allow('deployer', 'the image of a running pod', patchOf('Pod', 'app', { spec: image }, STRATEGIC)),
    allow('deployer', 'an ephemeral container',
      patchOf('Pod', 'app', { spec: container }, STRATEGIC, '/ephemeralcontainers')),
    allow(AS_DEV, 'an ephemeral container of another',
      patchOf('Pod', 'plain', { spec: container }, STRATEGIC, '/ephemeralcontainers')),
    allow(AS_DEV, 'a label of a pod', patchOf('Pod', 'app', { metadata: { labels: { a: 'b' } } })),
    allow(AS_DEV, 'the schedule', patchOf('CronJob', 'app', { spec: { schedule: '1 1 * * *' } })),
    allow(AS_DEV, 'suspension', patchOf('CronJob', 'app', { spec: { suspend: true } })),
    allow(AS_DEV, 'scaling', patchOf('Deployment', 'app', { spec: { replicas: 5 } }, MERGE, '/scale')),
    allow(AS_DEV, 'scaling of a StatefulSet',
      patchOf('StatefulSet', 'app', { spec: { replicas: 5 } }, MERGE, '/scale')),
    allow(AS_DEV, 'restart', patchOf('Deployment', 'app', {
      spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-01-01' } } } },
    }, STRATEGIC)),
    allow(AS_DEV, 'server-side apply of what it is', patchOf('Deployment', 'app',
      workload('Deployment', 'shop', 'app', { serviceAccountName: 'api' }), APPLY)),
    allow(AS_DEV, 'delete', { method: 'DELETE', path: `${pathOf('Deployment', 'shop', 'app')}?${DRY}` }),
    allow(AS_DEV, 'deletecollection', { method: 'DELETE', path: `${pathOf('Deployment', 'shop')}?${DRY}` }),
  ]);
  expect(wrong).toEqual([]);
});

function tokenOf(
  namespace: string, name: string, audiences: readonly string[] = ['sts.amazonaws.com'],
): Case['request'] {
  return {
    method: 'POST',
    path: `${accountsPath(namespace, name)}/token?${DRY}`,
    body: {
      apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences, expirationSeconds: 600 },
    },
  };
}

test('tokens: those for AWS are for kubelets and exceptions', async () => {
  const [sts, pods, custom] = ['sts.amazonaws.com', 'pods.eks.amazonaws.com', 'vault.example.com'];
  await judge([
    ...([[sts], [pods], [custom], ['x', sts], [sts, 'x'], ['x', 'y', pods]]).flatMap(audiences => [
      deny(AS_DEV, `${audiences}`, tokenOf('shop', 'api', audiences)),
      allow('csiProvider', `${audiences}`, tokenOf('shop', 'api', audiences)),
    ]),
    deny('admin', 'system:masters', tokenOf('shop', 'api')),
    deny('deployer', 'who may use it', tokenOf('shop', 'api')),
    deny('argoCd', 'a service account that is no exception', tokenOf('shop', 'worker', [pods])),
    deny('plainAccount', 'a service account of the namespace', tokenOf('shop', 'api')),
    deny('onCall', 'an exception of another policy', tokenOf('shop', 'api')),
    deny('falseKubelet', 'a group alone makes no kubelet', tokenOf('shop', 'api')),
    deny(AS_DEV, 'really', { ...tokenOf('shop', 'api'), path: `${accountsPath('shop', 'api')}/token` }),
    deny('csiProvider', 'an exception of one app in the other', tokenOf('web', 'api')),
    allow('breakGlass', 'an exception', tokenOf('shop', 'api')),
    allow(AS_DEV, 'no audience', tokenOf('shop', 'api', [])),
    allow(AS_DEV, 'another audience', tokenOf('shop', 'api', ['https://oidc.example.com'])),
    allow(AS_DEV, 'another letter case is another audience', tokenOf('shop', 'api', ['STS.amazonaws.com'])),
    allow(AS_DEV, 'another service account', tokenOf('shop', 'plain')),
    allow(AS_DEV, 'the same name in another namespace', tokenOf('plain', 'legacy')),
  ]);
  const pod = await cluster.read(workload('Pod', 'shop', 'app', {}));
  const bound = tokenOf('shop', 'api').body as { spec: object };
  const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: 'app', uid: pod.metadata.uid };
  const forPod = { ...tokenOf('shop', 'api'), body: { ...bound, spec: { ...bound.spec, boundObjectRef } } };
  await judge([deny(AS_DEV, 'bound to a pod', forPod), allow('breakGlass', 'bound to a pod', forPod)]);
  // NodeRestriction limits a real kubelet to pods of its node, so it answers here; the policy does not.
  const answer = await send('kubelet', tokenOf('shop', 'api'));
  expect(answer.status).toBe(403);
  expect(answer.text).not.toContain('ValidatingAdmissionPolicy');
  expect(wrong).toEqual([]);
});

function execOf(method: string, namespace: string, pod: string, subresource = 'exec'): Case['request'] {
  return { method, path: `${pathOf('Pod', namespace, pod)}/${subresource}?command=id&container=c&stdout=true` };
}

test('exec: in the namespaces of the app, for exceptions only', async () => {
  await cluster.apply(workload('Pod', 'web', 'app', { serviceAccountName: 'plain' }));
  await judge(['POST', 'GET'].flatMap(method => [
    ...['exec', 'attach'].flatMap(subresource => [
      deny(AS_DEV, `${method} ${subresource}`, execOf(method, 'shop', 'app', subresource)),
      deny('admin', `${method} ${subresource}`, execOf(method, 'shop', 'app', subresource)),
      allow('onCall', `${method} ${subresource}`, execOf(method, 'shop', 'app', subresource)),
      allow(AS_DEV, `${method} ${subresource} in another namespace`, execOf(method, 'web', 'app', subresource)),
    ]),
    allow(AS_DEV, `${method} portforward`, execOf(method, 'shop', 'app', 'portforward')),
  ]));
  expect(wrong).toEqual([]);
});

test('messages name the app, and what to do', async () => {
  const messageOf = async (request: Case['request']) => JSON.parse((await send(AS_DEV, request)).text).message;
  expect(await messageOf(createAccount('shop', 'api', roleArn('x', 'y')))).toBe(
    'serviceaccounts "api" is forbidden: ValidatingAdmissionPolicy \'shop-guard-integrity\' with binding '
    + `'shop-guard-integrity' denied request: ServiceAccount shop/api of the app shop may only have the role ${
      roleArn('shop', 'api')}, not ${roleArn('x', 'y')}: change the CDK app, not the annotation`);
  expect(await messageOf(createAccount('plain', 'api', roleArn('shop', 'api')))).toContain(
    'ServiceAccount plain/api may not have the role');
  expect(await messageOf(createOf('Pod', 'shop', 'api'))).toContain(
    'dev@example.com may not run pods as ServiceAccount shop/api of the app shop: ask its owners for the verb use');
  expect(await messageOf(tokenOf('shop', 'api'))).toContain(
    'dev@example.com may not create tokens for AWS as ServiceAccount shop/api: ask the owners of the app shop');
  expect(await messageOf(execOf('POST', 'shop', 'app'))).toContain(
    'dev@example.com may not run commands in pods of the namespace shop: ask the owners of the app shop');
});

test('at least 150 requests were judged, as many allowed as denied, more or less', () => {
  process.stdout.write(`guard: ${counts.allowed} requests allowed, ${counts.denied} denied\n`);
  expect(counts.allowed + counts.denied).toBeGreaterThanOrEqual(150);
  expect(Math.min(counts.allowed, counts.denied) / Math.max(counts.allowed, counts.denied)).toBeGreaterThan(0.7);
});

test('warn and audit: the request passes, and is noticed', async () => {
  const [one, two] = [createOf('Pod', 'shop', 'api'), createAccount('shop', 'x', roleArn('shop', 'api'))];
  const passes = async (hasWarning: boolean) => {
    const answers = [await send(AS_DEV, one), await send(AS_DEV, two)];
    return answers.every(({ status, warning }) => status < 300 && (warning !== '') === hasWarning);
  };
  for (const object of manifestsOf('shop', { ...SHOP, mode: GuardMode.WARN })) await cluster.apply(object);
  await until(() => passes(true));
  const { warning } = await send(AS_DEV, one);
  expect(warning).toContain('dev@example.com may not run pods as ServiceAccount shop/api');
  for (const object of manifestsOf('shop', { ...SHOP, mode: GuardMode.AUDIT })) await cluster.apply(object);
  await until(() => passes(false));
  const before = readFileSync(auditLog, 'utf8').length;
  await send(AS_DEV, one);
  await until(async () => readFileSync(auditLog, 'utf8').slice(before)
    .includes('validation.policy.admission.k8s.io/validation_failure'));
});

test('unlisted ServiceAccounts: no role at all, or a warning', async () => {
  const isForeign = createAccount('plain', 'x', roleArn('somebody', 'else'));
  const apply = async (unlisted: UnlistedServiceAccounts) => {
    for (const object of manifestsOf('shop', { ...SHOP, integrity: { unlisted } })) await cluster.apply(object);
  };
  await apply(UnlistedServiceAccounts.DENY_ALL_ROLES);
  await until(async () => isRefused(await send(AS_DEV, isForeign)));
  await judge([
    deny(AS_DEV, 'a foreign role', isForeign),
    deny(AS_DEV, 'a Pod Identity account', createAccount('shop', 'worker', roleArn('somebody', 'else'))),
    allow(AS_DEV, 'a listed one', patchAccount('shop', 'custom', APPLY,
      account('shop', { name: 'custom' }, { [KEY]: roleArn('shop', 'custom') }))),
    allow(AS_DEV, 'one without a role', createAccount('plain', 'x')),
    allow(AS_DEV, 'one that had it before',
      patchAccount('plain', 'legacy', MERGE, { metadata: { labels: { a: 'b' } } })),
  ]);
  await apply(UnlistedServiceAccounts.WARN);
  await until(async () => (await send(AS_DEV, isForeign)).warning !== '');
  expect((await send(AS_DEV, isForeign)).status).toBe(201);
  expect(isRefused(await send(AS_DEV, createAccount('plain', 'x', roleArn('shop', 'api'))))).toBe(true);
  expect(wrong).toEqual([]);
});

test('tokens of all service accounts', async () => {
  const tokens = { ...SHOP.tokens, allServiceAccounts: true };
  for (const object of manifestsOf('shop', { ...SHOP, tokens })) await cluster.apply(object);
  await until(async () => isRefused(await send(AS_DEV, tokenOf('plain', 'legacy'))));
  await judge([
    deny(AS_DEV, 'another service account', tokenOf('plain', 'plain')),
    allow('csiProvider', 'another service account', tokenOf('plain', 'plain')),
    allow(AS_DEV, 'another audience', tokenOf('plain', 'plain', ['x'])),
  ]);
  expect(wrong).toEqual([]);
});

/** How long requests take: what 10 %, 50 % and 95 % of them take at most. On a busy machine, the first tells most. */
async function latency(who: Who, request: Case['request']): Promise<string> {
  const times: number[] = [];
  for (let index = 0; index < WARM_UP + MEASURED; index++) {
    const start = performance.now();
    const { status, text } = await send(who, request);
    times.push(performance.now() - start);
    if (status >= 300) throw new Error(`${status}: ${text}`);
  }
  const sorted = times.slice(WARM_UP).sort((one, other) => one - other);
  return [0.1, 0.5, 0.95].map(part => sorted[Math.floor(MEASURED * part)].toFixed(2)).join(', ');
}
const WARM_UP = 50;
const MEASURED = 400;

const NOBODY = { users: [], groups: [] };

/** The policies of a large app. */
function benchObjects(count: number): GuardObject[] {
  const part = { mode: 'deny', exceptions: NOBODY } as const;
  return guardObjects({
    app: 'bench',
    accounts: Array.from({ length: count }, (_, index) => ({
      namespace: `team-${index % 40}`,
      name: `service-${index}`,
      isAnnotated: true,
      roleArn: `arn:aws:iam::${ACCOUNT}:role/team-${index % 40}-service-${index}-8a2d4c1f`,
    })),
    clusters: [],
    key: KEY,
    integrity: part,
    use: part,
    tokens: { ...part, audiences: ['sts.amazonaws.com'], isForAll: false },
  });
}

test('how large policies are, and how long requests take: printed, not judged', async () => {
  const { items } = await cluster.document('/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings');
  for (const { metadata: { name } } of items) {
    for (const kind of ['ValidatingAdmissionPolicyBinding', 'ValidatingAdmissionPolicy']) {
      await cluster.remove({ apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name } });
    }
  }
  await until(async () => (await send(AS_DEV, createOf('Pod', 'shop', 'api'))).status < 300);
  const lines: string[] = [];
  for (const count of [0, 1_000, 10_000]) {
    const objects = count === 0 ? [] : benchObjects(count);
    const started = performance.now();
    for (const object of objects) await cluster.apply(object as unknown as Manifest);
    const applied = performance.now() - started;
    const foreign = createAccount('team-0', `service-${count - 40}`, roleArn('x', 'y'));
    if (count > 0) {
      await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-0' } });
      await until(async () => isRefused(await send(AS_DEV, foreign)));
    }
    const annotated = createAccount('plain', 'new', roleArn('x', 'y'));
    const sizes = objects.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy').map(sizeOf);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    lines.push(
      `${count} service accounts: ${sizes.length} policies, ${total} bytes, the largest ${Math.max(0, ...sizes)}, `
        + `applied in ${applied.toFixed(0)} ms`,
      `  create ServiceAccount with a role: ${await latency(AS_DEV, annotated)} ms`,
      `  create ServiceAccount: ${await latency(AS_DEV, createAccount('plain', 'new'))} ms`,
      `  create token: ${await latency(AS_DEV, tokenOf('plain', 'plain'))} ms`,
      `  create Pod: ${await latency(AS_DEV, createOf('Pod', 'plain', 'plain'))} ms`,
      `  create Deployment: ${await latency(AS_DEV, createOf('Deployment', 'plain', 'plain'))} ms`,
    );
  }
  process.stdout.write(`${lines.join('\n')}\n`);
});
