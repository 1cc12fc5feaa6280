/**
 * The example guarded-cluster on an API server: what the report shows as open is authorized and admitted there, what it
 * shows as closed is refused, and what it does not show is forbidden. Needs Kubernetes: `npx projen token-test`.
 */
import { execFileSync } from 'child_process';
import { mkdtempSync, readFileSync } from 'fs';
import { join } from 'path';
import { aggregateRoles } from './aggregation';
import { Answer, ApiServer, Clusters, machineOf, RequestAs } from './kubernetes-cluster';
import { exampleDir } from '../../scripts/examples';
import { AccessMap } from '../../src/analysis/access-map';
import { rulesOfAccessPolicy } from '../../src/analysis/rbac/access-policies';
import { PATHS } from '../../src/analysis/rbac/paths';
import { accessMapOf } from '../../src/analysis/reading/access-map-reader';
import { readAssembly } from '../../src/analysis/reading/assembly';
import { cli } from '../cli/support';
import { Manifest, parseManifests } from '../judges/kubernetes';

const machine = machineOf('guarded');
const clusters = new Clusters(machine);
jest.setTimeout(300_000);
afterAll(() => clusters.stop());

const ACCOUNTS = [{ namespace: 'payments', name: 'api' }, { namespace: 'shop', name: 'web' }];
type Account = typeof ACCOUNTS[number];

/** Who signs in to the cluster, as EKS names them: an IAM role is a session, with the groups of its access entry. */
const PEOPLE: Record<string, { readonly groups: string[]; readonly policy?: string; readonly namespace?: string }> = {
  'payments-developers': { groups: ['payments-developers'] },
  'shop-developers': { groups: [], policy: 'AmazonEKSEditPolicy', namespace: 'shop' },
  'on-call': { groups: ['on-call'] },
  'deployers': { groups: ['deployers'] },
  'platform-admins': { groups: [], policy: 'AmazonEKSClusterAdminPolicy' },
};
const userOf = (role: string) => `arn:aws:sts::111122223333:assumed-role/${role}/alice`;

type Request = Omit<RequestAs, 'user' | 'groups'>;
const DRY = 'dryRun=All';
const STRATEGIC = 'application/strategic-merge-patch+json';

const podSpec = (serviceAccountName: string, image = 'registry.example.com/other:1') =>
  ({ serviceAccountName, containers: [{ name: 'main', image }] });
const template = (name: string) => ({ metadata: { labels: { app: 'new' } }, spec: podSpec(name) });
const WORKLOADS: Record<string, { readonly api: string; readonly kind: string; spec(name: string): object }> = {
  replicationcontrollers: {
    api: 'api/v1',
    kind: 'ReplicationController',
    spec: name => ({ selector: { app: 'new' }, template: template(name) }),
  },
  ...Object.fromEntries(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].map(kind => [
    `${kind.toLowerCase()}s`,
    {
      api: 'apis/apps/v1',
      kind,
      spec: (name: string) => ({
        selector: { matchLabels: { app: 'new' } },
        template: template(name),
        ...kind === 'StatefulSet' && { serviceName: 'new' },
      }),
    },
  ])),
  jobs: {
    api: 'apis/batch/v1',
    kind: 'Job',
    spec: name => ({ template: { spec: { ...podSpec(name), restartPolicy: 'Never' } } }),
  },
  cronjobs: {
    api: 'apis/batch/v1',
    kind: 'CronJob',
    spec: name => ({
      schedule: '@daily', jobTemplate: { spec: { template: { spec: { ...podSpec(name), restartPolicy: 'Never' } } } },
    }),
  },
};

function workload(resource: string, { namespace, name }: Account, own: string): Manifest {
  const { api, kind, spec } = WORKLOADS[resource];
  return { apiVersion: api.replace(/^apis?\//, ''), kind, metadata: { name: own, namespace }, spec: spec(name) };
}

/** Creates a workload of a kind. */
const create = (resource: string, account: Account): Request => ({
  method: 'POST',
  path: `/${WORKLOADS[resource].api}/namespaces/${account.namespace}/${resource}?${DRY}`,
  body: workload(resource, account, 'new'),
});

/** Changes the image of the workload that is there. */
const change = (resource: string, { namespace }: Account): Request => {
  const containers = [{ name: 'main', image: 'registry.example.com/evil:1' }];
  const pods = { template: { spec: { containers } } };
  return {
    method: 'PATCH',
    path: `/${WORKLOADS[resource].api}/namespaces/${namespace}/${resource}/existing?${DRY}`,
    type: STRATEGIC,
    body: { spec: resource === 'cronjobs' ? { jobTemplate: { spec: pods } } : pods },
  };
};

const ofPod = (method: string, subresource: string, query = '') => ({ namespace }: Account): Request[] =>
  [{ method, path: `/api/v1/namespaces/${namespace}/pods/running/${subresource}${query}` }];

/** The requests that each path is: all that its rights allow. */
const REQUESTS: Record<string, (account: Account) => Request[]> = {
  'create-pods': ({ namespace, name }) => [{
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/pods?${DRY}`,
    body: { apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'new-', namespace }, spec: podSpec(name) },
  }],
  'create-workloads': account => [create('replicationcontrollers', account)],
  'create-workloads-apps': account =>
    ['deployments', 'statefulsets', 'daemonsets', 'replicasets'].map(resource => create(resource, account)),
  'create-workloads-batch': account => ['jobs', 'cronjobs'].map(resource => create(resource, account)),
  'change-workloads': account => [change('replicationcontrollers', account)],
  'change-workloads-apps': account =>
    ['deployments', 'statefulsets', 'daemonsets', 'replicasets'].map(resource => change(resource, account)),
  'change-workloads-batch': account => [change('cronjobs', account)],
  'replace-controller-revisions': ({ namespace }) => [{
    method: 'POST',
    path: `/apis/apps/v1/namespaces/${namespace}/controllerrevisions?${DRY}`,
    body: {
      apiVersion: 'apps/v1', kind: 'ControllerRevision', metadata: { name: 'new', namespace }, data: {}, revision: 1,
    },
  }],
  'change-pods': ({ namespace }) => [{
    method: 'PATCH',
    path: `/api/v1/namespaces/${namespace}/pods/running?${DRY}`,
    type: STRATEGIC,
    body: { spec: { containers: [{ name: 'main', image: 'registry.example.com/evil:1' }] } },
  }],
  'ephemeral-containers': ({ namespace }) => [{
    method: 'PATCH',
    path: `/api/v1/namespaces/${namespace}/pods/running/ephemeralcontainers?${DRY}`,
    type: STRATEGIC,
    body: { spec: { ephemeralContainers: [{ name: 'debug', image: 'registry.example.com/evil:1' }] } },
  }],
  'exec': ofPod('POST', 'exec', '?command=sh'),
  'exec-by-get': ofPod('GET', 'exec', '?command=sh'),
  'attach': account => ['POST', 'GET'].flatMap(method => ofPod(method, 'attach')(account)),
  'port-forward': account => ['POST', 'GET'].flatMap(method => ofPod(method, 'portforward')(account)),
  'talk-to-pods': account => ['POST', 'GET'].flatMap(method => ofPod(method, 'proxy')(account)),
  'create-tokens': ({ namespace, name }) => ['sts.amazonaws.com', 'pods.eks.amazonaws.com'].map(audience => ({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: [audience] } },
  })),
  'mutating-webhooks': () => [{
    method: 'POST',
    path: `/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations?${DRY}`,
    body: {
      apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration', metadata: { name: 'new' },
    },
  }],
  'node-proxy': () => [{ method: 'GET', path: '/api/v1/nodes/n1/proxy/pods' }],
};

/** The API is not enabled on this server. */
const NOT_SERVED = ['mutating-policies'];

/** Without nodes, nothing answers what the API server passes on: what is not forbidden ends in another error. */
function isAdmitted({ path }: Request, { status }: Answer): boolean {
  return status < 300 || (/\/(exec|attach|portforward|proxy)\b/.test(path) && [400, 404, 500, 503].includes(status));
}

function synthesize(...context: string[]): string {
  const outdir = mkdtempSync(join(machine.work, 'cdk.out-'));
  const cdk = join(__dirname, '..', '..', 'node_modules', 'aws-cdk', 'bin', 'cdk');
  execFileSync(process.execPath, [cdk, 'synth', '--quiet', '--no-notices', '--output', outdir, ...context], {
    cwd: exampleDir('guarded-cluster'), stdio: 'pipe',
  });
  return outdir;
}

async function startCluster(name: string, outdir: string): Promise<ApiServer> {
  const cluster = await clusters.start(name);
  await aggregateRoles(cluster); // there is no controller manager

  const manifests = parseManifests(readFileSync(join(outdir, 'Production.k8s.yaml'), 'utf8'));
  const isPolicy = ({ kind }: Manifest) => kind.startsWith('ValidatingAdmissionPolicy');
  for (const object of manifests.filter(manifest => !isPolicy(manifest))) await cluster.apply(object);
  for (const account of ACCOUNTS) {
    for (const resource of Object.keys(WORKLOADS)) await cluster.apply(workload(resource, account, 'existing'));
    await cluster.createPod(account.namespace, podSpec(account.name), 'running');
  }
  // EKS evaluates access policies itself. Here, roles have their rules.
  for (const [person, { policy, namespace }] of Object.entries(PEOPLE)) {
    if (policy !== undefined) await bindAccessPolicy(cluster, person, policy, namespace);
  }
  for (const object of manifests.filter(isPolicy)) await cluster.apply(object);
  return cluster;
}

async function bindAccessPolicy(cluster: ApiServer, person: string, policy: string, namespace?: string) {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const rules = rulesOfAccessPolicy(policy)!.rules.map(({ rule }) => ({
    ...rule, nonResourceURLs: undefined, resourceNames: undefined,
  }));
  await cluster.apply({ apiVersion, kind: 'ClusterRole', metadata: { name: policy }, rules });
  await cluster.apply({
    apiVersion,
    kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name: person, ...namespace !== undefined && { namespace } },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: policy },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: userOf(person) }],
  });
}

/** Policies and bindings take effect within a second. */
async function policiesTakeEffect(cluster: ApiServer): Promise<void> {
  const probes: Array<[person: string, path: string]> = [
    ['payments-developers', 'create-pods'], ['payments-developers', 'create-tokens'], ['payments-developers', 'exec'],
  ];
  for (const [person, path] of probes) {
    for (const deadline = Date.now() + 20_000; ;) {
      const [request] = REQUESTS[path](ACCOUNTS[0]);
      if ((await send(cluster, person, request)).status === 403) break;
      if (Date.now() > deadline) throw new Error(`The policy about ${path} took no effect within 20 seconds.`);
      await new Promise(waited => setTimeout(waited, 100));
    }
  }
}

function send(cluster: ApiServer, person: string, request: Request): Promise<Answer> {
  return cluster.request({
    ...request, user: userOf(person), groups: [...PEOPLE[person].groups, 'system:authenticated'],
  });
}

type State = 'open' | 'closed' | 'no right';

/** What the report says of a person, a service account and a path. */
function reported(map: AccessMap, person: string, { namespace, name }: Account, path: string): State {
  const ways = map.reaches
    .filter(({ actor }) => actor.kind === 'IAM principal' && actor.name.endsWith(`:role/${person}`))
    .filter(reach => reach.namespace === namespace && reach.serviceAccount === name)
    .flatMap(reach => reach.ways.filter(({ steps }) => steps.length === 1 && steps[0].path === path));
  if (ways.length === 0) return 'no right';
  return ways.some(({ closedBy = [] }) => closedBy.length === 0) ? 'open' : 'closed';
}

/** What the API server says. */
async function judged(cluster: ApiServer, person: string, requests: Request[]): Promise<State> {
  const answers: Array<[Request, Answer]> = [];
  for (const request of requests) answers.push([request, await send(cluster, person, request)]);
  if (answers.some(([request, answer]) => isAdmitted(request, answer))) return 'open';
  for (const [request, { status, text }] of answers) {
    if (status !== 403) throw new Error(`${person}, ${request.method} ${request.path}: ${status} ${text}`);
  }
  return answers.some(([, { text }]) => text.includes('ValidatingAdmissionPolicy')) ? 'closed' : 'no right';
}

const README = readFileSync(join(exampleDir('guarded-cluster'), 'README.md'), 'utf8');
const [before, after] = [...README.matchAll(/```mermaid\n(.*?)```/gs)].map(([, chart]) => chart);

describe.each([
  ['without the guard', ['-c', 'guard=off'], before],
  ['with the guard', [], after],
])('%s', (_, context, picture) => {
  let outdir: string;
  let map: AccessMap;
  let cluster: ApiServer;

  beforeAll(async () => {
    outdir = synthesize(...context);
    map = accessMapOf(readAssembly(outdir));
    cluster = await startCluster(context.length > 0 ? 'open' : 'guarded', outdir);
    if (context.length === 0) await policiesTakeEffect(cluster);
  });

  test('the report and the API server agree on every path', async () => {
    const differences: string[] = [];
    const counts: Record<State, number> = { 'open': 0, 'closed': 0, 'no right': 0 };
    for (const person of Object.keys(PEOPLE)) {
      for (const account of ACCOUNTS) {
        for (const [path, requests] of Object.entries(REQUESTS)) {
          const [says, is] = [reported(map, person, account, path), await judged(cluster, person, requests(account))];
          counts[is]++;
          if (says !== is) differences.push(`${person}, ${path}, ${account.namespace}: reported ${says}, is ${is}`);
        }
      }
    }
    expect(differences).toEqual([]);
    console.log(`${_}: ${JSON.stringify(counts)}`);
    expect(Math.min(counts.open, counts['no right'], context.length > 0 ? 1 : counts.closed)).toBeGreaterThan(0);
  });

  test('the picture in the README is that of the report', () => {
    expect(cli('report', outdir, '--format', 'mermaid').stdout).toBe(picture);
  });

  test('every way that the report shows is a path of this test', () => {
    const shown = map.reaches.flatMap(({ ways }) => ways.flatMap(({ steps }) => steps.map(({ path }) => path)));
    expect([...new Set(shown)].filter(path => !(path in REQUESTS) && !NOT_SERVED.includes(path))).toEqual([]);
  });
});

test('the paths of this test are paths of the report', () => {
  expect(Object.keys(REQUESTS).filter(id => !PATHS.some(path => path.id === id))).toEqual([]);
});
