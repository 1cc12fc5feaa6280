/**
 * Who can act as the service accounts of a running cluster: RBAC in a real API server, access entries and roles in an
 * endpoint that somebody else wrote. The answer is compared with what the API server lets each of them do, and with the
 * answer from the same YAML and template. Needs Kubernetes: `npx projen doctor-test`.
 */
import { readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { AssociateAccessPolicyCommand, CreateAccessEntryCommand } from '@aws-sdk/client-eks';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { parse } from 'yaml';
import { CLUSTER, ISSUER, Ran, World } from './world';
import { AccessMap } from '../../src/analysis/access-map';
import { accessMapOf } from '../../src/analysis/reading/access-map-reader';
import { readInput } from '../../src/analysis/reading/input';
import { readCluster } from '../../src/cli/doctor/doctor';
import { LISTS, qualifiedName } from '../../src/cli/doctor/live/api-lists';
import { liveMapOf } from '../../src/cli/doctor/live/live-map';
import { guardObjects } from '../../src/conventions/guard';
import { webIdentityTrust } from '../deploy/harness';
import { Manifest } from '../judges/kubernetes';

const ACCOUNT = '111122223333';
const RBAC = 'rbac.authorization.k8s.io';
const ARN = (resource: string) => `arn:aws:iam::${ACCOUNT}:${resource}`;
const EDIT = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy';
const ACCOUNTS = ['payments/api', 'payments/worker', 'shop/web'];
const SPEC = (serviceAccountName: string) =>
  ({ serviceAccountName, containers: [{ name: 'main', image: 'registry.example.com/main:1' }] });

const trust = (subject: string) => webIdentityTrust(ACCOUNT, ISSUER, [`system:serviceaccount:${subject}`]);
const TEMPLATE = {
  Resources: {
    Cluster: {
      Type: 'AWS::EKS::Cluster',
      Properties: {
        Name: CLUSTER,
        AccessConfig: { AuthenticationMode: 'API_AND_CONFIG_MAP', BootstrapClusterCreatorAdminPermissions: false },
      },
    },
    ...Object.fromEntries(['api', 'worker', 'web'].map(name => [name, {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: name,
        AssumeRolePolicyDocument: trust(`${name === 'web' ? 'shop' : 'payments'}:${name}`),
        Policies: [{
          PolicyName: 'own',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${name}/*` }],
          },
        }],
      },
    }])),
    Ops: {
      Type: 'AWS::EKS::AccessEntry',
      Properties: {
        ClusterName: CLUSTER,
        PrincipalArn: ARN('role/ops'),
        AccessPolicies: [{ PolicyArn: EDIT, AccessScope: { Type: 'namespace', Namespaces: ['payments'] } }],
      },
    },
    Jane: {
      Type: 'AWS::EKS::AccessEntry',
      Properties: { ClusterName: CLUSTER, PrincipalArn: ARN('user/jane'), KubernetesGroups: ['pods'] },
    },
    Node: {
      Type: 'AWS::EKS::AccessEntry',
      Properties: { ClusterName: CLUSTER, PrincipalArn: ARN('role/node'), Type: 'EC2_LINUX' },
    },
  },
};

interface Granted {
  readonly verbs: string[];
  readonly resources: string[];
  readonly apiGroups?: string[];
  readonly resourceNames?: string[];
}

/** What each group may do, by a Role in payments unless it says `cluster`. */
const GROUPS: Readonly<Record<string, Granted & { readonly cluster?: true; readonly namespace?: string }>> = {
  'pods': { verbs: ['create'], resources: ['pods'] },
  'pods-everywhere': { verbs: ['create'], resources: ['pods'], cluster: true },
  'pods-elsewhere': { verbs: ['create'], resources: ['pods'], namespace: 'empty' },
  'deployments': { verbs: ['create'], resources: ['deployments'], apiGroups: ['apps'] },
  'cron': { verbs: ['*'], resources: ['cronjobs'], apiGroups: ['batch'] },
  'controllers': { verbs: ['create'], resources: ['replicationcontrollers'] },
  'patch-deployments': { verbs: ['patch'], resources: ['deployments'], apiGroups: ['apps'] },
  'patch-front': { verbs: ['patch'], resources: ['deployments'], apiGroups: ['apps'], resourceNames: ['front'] },
  'patch-other': { verbs: ['patch'], resources: ['deployments'], apiGroups: ['apps'], resourceNames: ['other'] },
  'scale': { verbs: ['patch'], resources: ['deployments/scale'], apiGroups: ['apps'] },
  'exec': { verbs: ['create'], resources: ['pods/exec'] },
  'exec-get': { verbs: ['get'], resources: ['pods/exec'] },
  'exec-one': { verbs: ['create'], resources: ['pods/exec'], resourceNames: ['api-0'] },
  'any-exec': { verbs: ['create'], resources: ['*/exec'] },
  'no-pattern': { verbs: ['create'], resources: ['pods/*'] },
  'letter-case': { verbs: ['Create'], resources: ['Pods'] },
  'other-group': { verbs: ['create'], resources: ['pods'], apiGroups: ['v1'] },
  'named-create': { verbs: ['create'], resources: ['pods'], resourceNames: ['x'] },
  'empty-name': { verbs: ['create'], resources: ['pods'], resourceNames: [''] },
  'debug': { verbs: ['patch'], resources: ['pods/ephemeralcontainers'] },
  'images': { verbs: ['patch', 'update'], resources: ['pods'] },
  'tokens': { verbs: ['create'], resources: ['serviceaccounts/token'] },
  'token-of-api': { verbs: ['create'], resources: ['serviceaccounts/token'], resourceNames: ['api'] },
  'tokens-everywhere': { verbs: ['create'], resources: ['serviceaccounts/token'], cluster: true },
  'viewers': { verbs: ['get', 'list', 'watch'], resources: ['*'], apiGroups: ['*'] },
  'all-of-payments': { verbs: ['*'], resources: ['*'], apiGroups: ['*'] },
  'all': { verbs: ['*'], resources: ['*'], apiGroups: ['*'], cluster: true },
  'impersonators': { verbs: ['impersonate'], resources: ['serviceaccounts'], resourceNames: ['deployer'] },
};

const object = (kind: string, name: string, namespace: string | undefined, rest: object, version = `${RBAC}/v1`) =>
  ({ apiVersion: version, kind, metadata: { name, ...namespace !== undefined && { namespace } }, ...rest });
const bound = (name: string, kind: string, to: string, namespace: string | undefined, ...subjects: object[]) =>
  object(namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding', name, namespace, {
    roleRef: { apiGroup: RBAC, kind, name: to }, subjects,
  });
const group = (name: string) => ({ apiGroup: RBAC, kind: 'Group', name });

function manifests(): Manifest[] {
  return [
    ...['payments', 'shop', 'empty'].map(name => object('Namespace', name, undefined, {}, 'v1')),
    ...ACCOUNTS.map(account => account.split('/')).map(([namespace, name]) => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace, annotations: { 'eks.amazonaws.com/role-arn': ARN(`role/${name}`) } },
    })),
    object('ServiceAccount', 'deployer', 'payments', {}, 'v1'),
    ...Object.entries(GROUPS).flatMap(([name, { cluster, namespace = 'payments', ...granted }]) => {
      const rules = [{ apiGroups: [''], ...granted }];
      return cluster
        ? [object('ClusterRole', name, undefined, { rules }), bound(name, 'ClusterRole', name, undefined, group(name))]
        : [object('Role', name, namespace, { rules }), bound(name, 'Role', name, namespace, group(name))];
    }),
    bound('deployer', 'Role', 'pods', 'payments', { kind: 'ServiceAccount', name: 'deployer', namespace: 'payments' }),
    bound('eve', 'Role', 'pods', 'payments', { apiGroup: RBAC, kind: 'User', name: 'eve' }),
    bound('everywhere-in-shop', 'ClusterRole', 'pods-everywhere', 'shop', group('shop')),
    object('Pod', 'api-0', 'payments', { spec: SPEC('api') }, 'v1'),
    object('Pod', 'web-0', 'shop', { spec: SPEC('web') }, 'v1'),
    object('Pod', 'front-0', 'payments', { spec: SPEC('worker') }, 'v1'),
    object('Deployment', 'front', 'payments', {
      spec: {
        selector: { matchLabels: { app: 'front' } },
        template: { metadata: { labels: { app: 'front' } }, spec: SPEC('worker') },
      },
    }, 'apps/v1'),
  ];
}

let world: World;
let yamlFile: string;
let templateFile: string;

beforeAll(async () => {
  world = await World.empty();
  for (const manifest of manifests()) await world.apply(manifest);
  await deploy();
  yamlFile = join(world.work, 'rbac.json');
  templateFile = join(world.work, 'Stack.template.json');
  writeFileSync(yamlFile, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests() }));
  writeFileSync(templateFile, JSON.stringify(TEMPLATE));
}, 300_000);

afterAll(() => world?.stop());

/** The endpoint's CloudFormation does not know access entries: each resource by its own API call. */
async function deploy(): Promise<void> {
  const { iam, eks } = world.account;
  for (const { Type, Properties } of Object.values<any>(TEMPLATE.Resources)) {
    if (Type === 'AWS::IAM::Role') {
      const { RoleName, AssumeRolePolicyDocument, Policies: [{ PolicyName, PolicyDocument }] } = Properties;
      const json = JSON.stringify;
      await iam.send(
        new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: json(AssumeRolePolicyDocument) }),
      );
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: json(PolicyDocument) }));
    } else if (Type === 'AWS::EKS::AccessEntry') {
      const { PrincipalArn: principalArn, KubernetesGroups: kubernetesGroups, Type: type } = Properties;
      const policies: any[] = Properties.AccessPolicies ?? [];
      await eks.send(new CreateAccessEntryCommand({ clusterName: CLUSTER, principalArn, kubernetesGroups, type }));
      for (const { PolicyArn: policyArn, AccessScope: { Type: scope, Namespaces: namespaces } } of policies) {
        await eks.send(new AssociateAccessPolicyCommand({
          clusterName: CLUSTER, principalArn, policyArn, accessScope: { type: scope, namespaces },
        }));
      }
    }
  }
}

/** Who can act as whom, by which open ways that need nothing else: `Group pods > payments/api: create-pods`. */
function directWays({ reaches }: AccessMap, paths?: readonly string[]): string[] {
  return reaches.flatMap(({ actor: { kind, name }, namespace, serviceAccount, ways }) => ways
    .filter(({ steps, confidence, closedBy }) => steps.length === 1 && confidence !== 'unknown' && !closedBy)
    .filter(({ steps: [{ path }] }) => paths?.includes(path) !== false)
    .map(({ steps: [{ path }] }) => `${kind} ${name} > ${namespace}/${serviceAccount}: ${path}`))
    .filter(line => ACCOUNTS.some(account => line.includes(` > ${account}: `)))
    .sort();
}

async function live(): Promise<ReturnType<typeof liveMapOf>> {
  const before = { ...process.env };
  Object.assign(process.env, world.environment);
  try {
    return liveMapOf(await readCluster({
      cluster: CLUSTER,
      all: true,
      assume: false,
      awsOnly: false,
      contexts: [],
      watch: false,
      intervalSeconds: 0,
      format: 'json',
    }, { stdout: process.stdout, stderr: process.stderr }));
  } finally {
    process.env = before;
  }
}

function offline(): AccessMap {
  const { assembly, manifests: manifestTexts } = readInput([templateFile], [yamlFile]);
  return accessMapOf(assembly, { manifestTexts });
}

const bin = () => join(world.app, 'node_modules', 'cdk-irsa', 'bin', 'cdk-irsa');
const whoCan = (args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> =>
  world.run([bin(), 'who-can', ...args], env);
const LIVE = ['--live', '--cluster', CLUSTER];

/** A way that a request can try: what is asked, and for which objects. */
interface Probe {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly type?: string;
}

const dry = 'dryRun=All';
const PATCH = 'application/strategic-merge-patch+json';
const PODS: Readonly<Record<string, string>> = {
  'payments/api': 'api-0', 'payments/worker': 'front-0', 'shop/web': 'web-0',
};
const DEPLOYMENTS: Readonly<Record<string, string>> = { payments: 'front' };
const templated = (spec: object) => ({ metadata: { labels: { app: 'probe' } }, spec });
const selecting = (spec: object) => ({ selector: { matchLabels: { app: 'probe' } }, template: templated(spec) });

/** Each way of the table that the API server alone decides: at least one request has to be let through. */
const PROBES: Readonly<Record<string, (namespace: string, name: string) => Probe[]>> = {
  'create-pods': (namespace, name) => [{
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/pods?${dry}`,
    body: object('Pod', 'probe', namespace, { spec: SPEC(name) }, 'v1'),
  }],
  'create-workloads': (namespace, name) => [{
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/replicationcontrollers?${dry}`,
    body: object('ReplicationController', 'probe', namespace, {
      spec: { selector: { app: 'probe' }, template: templated(SPEC(name)) },
    }, 'v1'),
  }],
  'create-workloads-apps': (namespace, name) => ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].map(kind => ({
    method: 'POST',
    path: `/apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s?${dry}`,
    body: object(kind, 'probe', namespace, { spec: selecting(SPEC(name)) }, 'apps/v1'),
  })),
  'create-workloads-batch': (namespace, name) => {
    const jobSpec = { template: { spec: { ...SPEC(name), restartPolicy: 'Never' } } };
    const at = (plural: string) => `/apis/batch/v1/namespaces/${namespace}/${plural}?${dry}`;
    return [
      { method: 'POST', path: at('jobs'), body: object('Job', 'probe', namespace, { spec: jobSpec }, 'batch/v1') },
      {
        method: 'POST',
        path: at('cronjobs'),
        body: object('CronJob', 'probe', namespace, {
          spec: { schedule: '@daily', jobTemplate: { spec: jobSpec } },
        }, 'batch/v1'),
      },
    ];
  },
  'change-workloads-apps': (namespace, name) => (DEPLOYMENTS[namespace] === undefined ? [] : [{
    method: 'PATCH',
    path: `/apis/apps/v1/namespaces/${namespace}/deployments/${DEPLOYMENTS[namespace]}?${dry}`,
    body: { spec: { template: { spec: { serviceAccountName: name, containers: [{ name: 'main', image: 'b' }] } } } },
    type: PATCH,
  }]),
  'change-pods': ofPod((path): Probe => ({
    method: 'PATCH',
    path: `${path}?${dry}`,
    body: { spec: { containers: [{ name: 'main', image: 'b' }] } },
    type: PATCH,
  })),
  'ephemeral-containers': ofPod((path): Probe => ({
    method: 'PATCH',
    path: `${path}/ephemeralcontainers?${dry}`,
    body: { spec: { ephemeralContainers: [{ name: 'probe', image: 'b', targetContainerName: 'main' }] } },
    type: PATCH,
  })),
  'exec': ofPod((path): Probe => ({ method: 'POST', path: `${path}/exec?command=true&container=main` })),
  'exec-by-get': ofPod((path): Probe => ({ method: 'GET', path: `${path}/exec?command=true&container=main` })),
  'create-tokens': (namespace, name) => [{
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token?${dry}`,
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: ['sts.amazonaws.com'] } },
  }],
};

function ofPod(probe: (path: string) => Probe): (namespace: string, name: string) => Probe[] {
  return (namespace, name) => {
    const pod = PODS[`${namespace}/${name}`];
    return pod === undefined ? [] : [probe(`/api/v1/namespaces/${namespace}/pods/${pod}`)];
  };
}

/** No kubelet answers: what the API server does not forbid it lets through. */
const FORBIDDEN = 403;

async function allowedWays(actor: string, user: string, groups: string[]): Promise<string[]> {
  const lines: string[] = [];
  for (const account of ACCOUNTS) {
    const [namespace, name] = account.split('/');
    for (const [path, probesOf] of Object.entries(PROBES)) {
      const statuses: number[] = [];
      for (const probe of probesOf(namespace, name)) {
        const as = { ...probe, user, groups: [...groups, 'system:authenticated'] };
        statuses.push((await world.server.request(as)).status);
      }
      for (const status of statuses) expect([200, 201, 400, 403, 500]).toContain(status);
      if (statuses.some(status => status !== FORBIDDEN)) lines.push(`${actor} > ${account}: ${path}`);
    }
  }
  return lines;
}

/** What the API server lets through, of everybody whom it can tell. */
async function allAllowed(): Promise<string[]> {
  return [
    ...(await Promise.all([...Object.keys(GROUPS), 'shop'].map(name =>
      allowedWays(`Group ${name}`, `somebody-in-${name}`, [name])))).flat(),
    ...await allowedWays('User eve', 'eve', []),
    ...await allowedWays('ServiceAccount payments/deployer', 'system:serviceaccount:payments:deployer', [
      'system:serviceaccounts', 'system:serviceaccounts:payments',
    ]),
    ...await allowedWays(`IAM principal ${ARN('user/jane')}`, ARN('user/jane'), ['pods']),
  ].sort();
}

const probed = (map: AccessMap) => directWays(map, Object.keys(PROBES)).filter(line => !line.includes('role/ops'));

test('is what the API server lets each of them do, and nothing else', async () => {
  const { map, unread } = await live();
  expect(unread).toEqual([]);
  const theirs = await allAllowed();
  expect(probed(map)).toEqual(theirs);
  expect(theirs.length).toBeGreaterThan(60);
});

test('is what the same YAML and template say', async () => {
  const { map } = await live();
  expect(directWays(map)).toEqual(directWays(offline()));
  expect(directWays(map).filter(line => line.includes('role/ops'))).toContain(
    `IAM principal ${ARN('role/ops')} > payments/api: create-pods`,
  );
  expect(directWays(map).join()).not.toContain('role/node');
});

test('goes on from service accounts that somebody may impersonate', async () => {
  const { map } = await live();
  const reach = map.reaches.find(({ actor, namespace, serviceAccount }) =>
    actor.name === 'impersonators' && `${namespace}/${serviceAccount}` === 'payments/api')!;
  expect(reach.ways[0].steps.map(({ path }) => path)).toEqual(['impersonate-service-accounts', 'create-pods']);
  expect(await world.server.reviewAccess({
    user: 'somebody',
    groups: ['impersonators'],
    resourceAttributes: { verb: 'impersonate', resource: 'serviceaccounts', namespace: 'payments', name: 'deployer' },
  })).toBe(true);
});

test('the command says the same, and changes nothing', async () => {
  const versionOf = async () => (await world.server.document('/api/v1/namespaces/payments')).metadata.resourceVersion;
  const before = await versionOf();
  const { code, stdout, stderr } = await whoCan(['s3:GetObject', 'arn:aws:s3:::api/key', ...LIVE]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/payments\/api +api +can/);
  expect(stdout).not.toMatch(/payments\/worker +worker/);
  expect((await whoCan(['sqs:SendMessage', '*', ...LIVE])).code).toBe(1);
  expect(await versionOf()).toBe(before);
});

test('doctor --all adds it, as information', async () => {
  const { stdout } = await world.doctor(['--cluster', CLUSTER, '--all', '--format', 'json']);
  const { whoCanAct: { serviceAccounts, unreadable } } = JSON.parse(stdout);
  expect(unreadable).toEqual([]);
  const actorsOf = (name: string) => serviceAccounts.find(({ serviceAccount }: any) => serviceAccount === name).actors
    .map(({ kind, name: own }: any) => `${kind} ${own}`);
  expect(actorsOf('web')).toEqual([
    'Group all', 'Group pods-everywhere', 'Group shop', 'Group tokens-everywhere',
  ]);
  expect(actorsOf('api')).toContain(`IAM principal ${ARN('role/ops')}`);
  const { stdout: text } = await world.doctor(['--cluster', CLUSTER, '--all']);
  expect(text).toContain('\nWho can act as service accounts with a role\n');
  expect(text).toMatch(/ {2}all of them: group all \(create pods in all namespaces\)/);
  expect(text.split('\n').filter(line => line.length > 80 && !/arn:|oidc\./.test(line))).toEqual([]);
});

describe('with the documented permissions', () => {
  const text = readFileSync(join(__dirname, '..', '..', 'docs', 'public', 'cdk-irsa-live.yaml'), 'utf8');
  let reader: string;

  beforeAll(async () => {
    await world.apply(object('ServiceAccount', 'reader', 'empty', {}, 'v1'));
    await world.apply(parse(text));
    await world.apply(bound('reader', 'ClusterRole', 'cdk-irsa-live', undefined, {
      kind: 'ServiceAccount', name: 'reader', namespace: 'empty',
    }));
    const token = await world.server.mintToken('empty', 'reader', { audiences: [`https://${ISSUER}`] });
    reader = world.kubeConfig('reader', token);
  });

  test('everything can be read', async () => {
    const { code, stderr } = await whoCan(['s3:GetObject', 'arn:aws:s3:::api/key', ...LIVE], { KUBECONFIG: reader });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('without one of them, what is missing is named', async () => {
    for (const name of LISTS) {
      const role = parse(text);
      for (const rule of role.rules) rule.resources = rule.resources.filter((resource: string) => resource !== name);
      await world.apply({ ...role, rules: role.rules.filter(({ resources }: any) => resources.length > 0) });
      await settled(name);
      const { code, stderr } = await whoCan(['sqs:SendMessage', '*', ...LIVE], { KUBECONFIG: reader });
      expect({ name, code, stderr }).toEqual({
        name, code: 2, stderr: `Not read: ${qualifiedName(name)} (needs list on ${qualifiedName(name)}).\n`,
      });
    }
    await world.apply(parse(text));
  });

  /** Waits until the authorizer knows that a right is gone. */
  async function settled(name: string): Promise<void> {
    const [resource, ...ofGroup] = qualifiedName(name as typeof LISTS[number]).split('.');
    const attributes = { verb: 'list', resource, group: ofGroup.join('.') };
    const user = 'system:serviceaccount:empty:reader';
    while (await world.server.reviewAccess({ user, groups: [], resourceAttributes: attributes })) {
      await new Promise(waited => setTimeout(waited, 50));
    }
  }
});

describe('with the guard of an app', () => {
  const DENY = { mode: 'deny' as const, exceptions: { users: [], groups: ['cron'] } };
  const objects = (part: typeof DENY | { mode: 'warn'; exceptions: typeof DENY.exceptions }) => guardObjects({
    app: 'payments',
    accounts: ['api', 'worker'].map(name => ({ namespace: 'payments', name, isAnnotated: false })),
    clusters: [ISSUER],
    key: 'eks.amazonaws.com/role-arn',
    use: part,
    tokens: { ...part, audiences: ['sts.amazonaws.com'], isForAll: false },
    exec: { ...part, namespaces: ['payments'] },
  });
  const use: Manifest[] = [
    object('Role', 'use', 'payments', {
      rules: [{ apiGroups: [''], resources: ['serviceaccounts'], resourceNames: ['api'], verbs: ['use'] }],
    }),
    bound('use', 'Role', 'use', 'payments', group('pods')),
  ];
  /** A policy takes effect within a second. */
  const applied = async (all: readonly object[]) => {
    for (const own of all) await world.apply(own as Manifest);
    await new Promise(waited => setTimeout(waited, 3_000));
  };

  test('it is what the API server still lets each of them do', async () => {
    const before = await allAllowed();
    await applied([...use, ...objects(DENY)]);
    const theirs = await allAllowed();
    const { map } = await live();
    expect(map.otherPolicies).toEqual([]);
    expect(probed(map)).toEqual(theirs);
    expect(theirs.length).toBeLessThan(before.length - 30);
    expect(theirs).toContain(`IAM principal ${ARN('user/jane')} > payments/api: create-pods`);
    expect(theirs).not.toContain(`IAM principal ${ARN('user/jane')} > payments/worker: create-pods`);
    const { stdout } = await world.doctor(['--cluster', CLUSTER, '--all']);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(/payments\/worker: [^;]*; admission policies deny \d+ others/);
  });

  test('a policy that only warns closes nothing', async () => {
    await applied(objects({ ...DENY, mode: 'warn' }));
    const { map } = await live();
    expect(probed(map)).toEqual(await allAllowed());
    expect(map.guards).toEqual([]);
  });
});

test('nothing of it is a secret', async () => {
  const { map } = await live();
  expect(JSON.stringify(map)).not.toContain(world.server.adminToken);
  expect(JSON.stringify(map.workloads)).not.toContain('registry.example.com');
});
