/**
 * The doctor beside the SDKs: for each set-up, what `cdk-irsa doctor` says, and what a process with the variables and
 * the token of the pod gets from AWS, by the SDK for JavaScript and by boto3. Healthy exactly where it works.
 *
 * The doctor looks first, so that it finds no failed call in CloudTrail, and without `--assume`.
 */
import { execFileSync } from 'child_process';
import { mkdirSync, writeFileSync } from 'fs';
import { join } from 'path';
import { CreatePodIdentityAssociationCommand, DeletePodIdentityAssociationCommand } from '@aws-sdk/client-eks';
import {
  CreateOpenIDConnectProviderCommand, CreatePolicyCommand, CreateRoleCommand, PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { version as JAVASCRIPT_VERSION } from '@aws-sdk/client-sts/package.json';
import { Called, called, startedContainer } from './container-process';
import { BROKEN_IRSA, IRSA } from './irsa-setups';
import { PodIdentityAgent } from './pod-identity-agent';
import { BROKEN_POD_IDENTITY, POD_IDENTITY } from './pod-identity-setups';
import { ACCOUNT, arnOf, BARE, NEIGHBOR, OWN_AUDIENCE, Plan, RolePlan, Setup, State, STRICT } from './setups';
import { CLUSTER, ISSUER, World } from './world';
import { Account, ENDPOINT, REGION } from '../deploy/harness';
import { Manifest } from '../judges/kubernetes';
import { KubernetesError } from '../token/kubernetes-cluster';

const SETUPS = [...IRSA, ...BROKEN_IRSA, ...POD_IDENTITY, ...BROKEN_POD_IDENTITY];
const MIN_SETUPS = 60;
const SIDE_BY_SIDE = 3;
const PYTHON = process.env.DOCTOR_TEST_PYTHON!;
const PROGRAMS: Record<string, [program: string, script: string]> = {
  javascript: [process.execPath, join(__dirname, 'call-aws.js')],
  boto3: [PYTHON, join(__dirname, 'call-aws.py')],
};
const AGENT: Manifest = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'kube-system', name: '', labels: { 'app.kubernetes.io/name': 'eks-pod-identity-agent' } },
  spec: { containers: [{ name: 'agent', image: 'eks-pod-identity-agent' }] },
};

/** What the doctor said, and what the pod got. */
interface Compared {
  readonly setup: Setup;
  readonly outcome: string;
  readonly diagnosis: string | null;
  readonly inconclusive: readonly string[];
  readonly got: Record<string, Called>;
  readonly works: Record<string, boolean>;
}

const accounts = [NEIGHBOR, BARE, STRICT].map(id => new Account(id));
let world: World;
let agent: PodIdentityAgent;
/** Where it answers. */
let agentNodes: readonly string[] = [];
const compared: Compared[] = [];

/** The times of Kubernetes are whole seconds, and the API server notices a new webhook some time later. */
const later = () => new Promise(waited => setTimeout(waited, 1200));

beforeAll(async () => {
  world = await World.empty(accounts);
  agent = await PodIdentityAgent.start(world.server, CLUSTER, world.accounts);
  await Promise.all(Object.entries({
    [ACCOUNT]: ['sts.amazonaws.com', OWN_AUDIENCE], [NEIGHBOR]: ['sts.amazonaws.com'], [STRICT]: [OWN_AUDIENCE],
  }).map(([id, ClientIDList]) =>
    accountOf(id).iam.send(new CreateOpenIDConnectProviderCommand({ Url: `https://${ISSUER}`, ClientIDList }))));
  await world.server.apply({
    apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'kube-system', name: 'default' },
  });
  const plans = new Map(SETUPS.map((setup, index) => [setup, setup.plan(index)]));
  for (const state of new Set(SETUPS.map(setup => setup.state))) {
    const group = SETUPS.filter(setup => setup.state === state);
    await inState(state, () => compareAll(new Map(group.map(setup => [setup, plans.get(setup)!]))));
  }
  console.log(summary());
}, 900_000);

afterAll(async () => {
  await agent?.stop();
  await world?.stop();
});

function accountOf(id: string): Account {
  return world.accounts.find(account => account.id === id)!;
}

/** Brings the cluster into a state, and back. */
async function inState(state: State | undefined, look: () => Promise<void>): Promise<void> {
  const { server, webhook } = world;
  const configuration = (changes: any = {}) => webhook.configuration(changes);
  const nobody = { clientConfig: { ...configuration().webhooks[0].clientConfig, url: 'https://127.0.0.1:1/mutate' } };
  const left = { matchExpressions: [{ key: 'roles', operator: 'Exists' }] };
  if (state === 'no webhook') await server.remove(configuration());
  else if (state === 'webhook down') await server.apply(configuration(nobody));
  else if (state === 'webhook down, Fail') await server.apply(configuration({ ...nobody, failurePolicy: 'Fail' }));
  else if (state === 'namespace left out') await server.apply(configuration({ namespaceSelector: left }));
  else await server.apply(configuration());
  webhook.settings = {
    ...state === 'another prefix' && { prefix: 'iam.example.com' },
    ...state === 'another audience' && { audience: 'api.example.com' },
  };
  agentNodes = state === 'no agent' ? [] : ['node-1'];
  await applyAgents(state === 'no agent' ? [] : ['node-1', 'node-3']);
  await later();
  await look();
}

/** Has agents run on the nodes, of which the third one is not ready. */
async function applyAgents(nodes: readonly string[]): Promise<void> {
  for (const node of ['node-1', 'node-3']) {
    const pod: Manifest = {
      ...AGENT, metadata: { ...AGENT.metadata, name: `agent-${node}` }, spec: { ...AGENT.spec, nodeName: node },
    };
    if (!nodes.includes(node)) {
      await world.server.remove(pod);
      continue;
    }
    const status = node === 'node-3' ? 'False' : 'True';
    await world.server.setStatus(await world.server.apply(pod), {
      phase: 'Running', conditions: [{ type: 'Ready', status }],
    });
  }
}

async function compareAll(plans: ReadonlyMap<Setup, Plan>): Promise<void> {
  const early = [...plans.values()].filter(({ isPodFirst }) => isPodFirst);
  for (const plan of plans.values()) await prepare(plan);
  if (early.length > 0) await later();
  const pods = new Map<Setup, Manifest | undefined>();
  for (const [setup, plan] of plans) pods.set(setup, await complete(plan));
  const waiting = [...plans];
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      compared.push(await compare(next[0], next[1], pods.get(next[0])));
    }
  }));
}

function serviceAccount({ namespace, annotations }: Plan, name = 'app'): Manifest {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name, annotations } };
}

/** Everything but what a pod may come before. */
async function prepare(plan: Plan): Promise<void> {
  const { namespace, role, via, objects, pod, isPodFirst, isRoleMissing } = plan;
  await world.server.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await world.apply(serviceAccount({ ...plan, annotations: {} }, 'default'));
  for (const object of objects) await world.server.apply(object);
  for (const one of [...isRoleMissing ? [] : [role], ...via ? [via] : []]) await createRole(one);
  if (!isPodFirst) return;
  // Where there are both, the pod was to have IRSA.
  await world.apply(serviceAccount(plan.association ? plan : { ...plan, annotations: {} }));
  await world.server.apply(pod);
}

/** The annotation, the association, and the pod, as the API server holds it; none where it was refused. */
async function complete(plan: Plan): Promise<Manifest | undefined> {
  const { association, isAssociationDeleted, isPodFirst, pod } = plan;
  const { eks } = world.account;
  let id: string | undefined;
  if (!isPodFirst || !association) await world.apply(serviceAccount(plan));
  if (association) {
    const made = await eks.send(new CreatePodIdentityAssociationCommand({ clusterName: CLUSTER, ...association }));
    id = made.association!.associationId;
    world.webhook.associate(association.namespace, association.serviceAccount);
  }
  if (!isPodFirst) {
    const refused = await world.server.apply(pod).then(() => undefined, error => error);
    if (refused instanceof KubernetesError && /failed calling webhook/.test(refused.message)) return undefined;
    if (refused) throw refused;
  }
  if (isAssociationDeleted) {
    await eks.send(new DeletePodIdentityAssociationCommand({ clusterName: CLUSTER, associationId: id }));
  }
  return world.server.read(pod);
}

async function createRole({ account, name, path, trust, policy, boundary }: RolePlan): Promise<void> {
  const { iam } = accountOf(account);
  const limit = boundary && await iam.send(
    new CreatePolicyCommand({ PolicyName: `${name}-boundary`, PolicyDocument: JSON.stringify(boundary) }),
  );
  await iam.send(new CreateRoleCommand({
    RoleName: name,
    Path: path,
    AssumeRolePolicyDocument: JSON.stringify(trust),
    ...limit && { PermissionsBoundary: limit.Policy!.Arn },
  }));
  await iam.send(
    new PutRolePolicyCommand({ RoleName: name, PolicyName: 'own', PolicyDocument: JSON.stringify(policy) }),
  );
}

async function compare(setup: Setup, plan: Plan, pod: Manifest | undefined): Promise<Compared> {
  const { namespace, options, asksAction = false, role } = plan;
  const { stdout, stderr } = await world.doctor(
    ['--cluster', CLUSTER, '--namespace', namespace, '--service-account', 'app', '--format', 'json', ...options],
    { AWS_CONFIG_FILE: profiles() },
  );
  if (stdout === '') throw new Error(`${setup.name}: ${stderr}`);
  const { outcome, diagnosis, inconclusive } = JSON.parse(stdout);
  const got = pod ? await callsOf(pod, asksAction) : {};
  const session = `${arnOf(role).replace(/:iam:(.*):role\/.*/, ':sts:$1:assumed-role/')}${role.name}/`;
  const works = Object.fromEntries(Object.keys(PROGRAMS).map(sdk => {
    const { identity, action } = got[sdk] ?? {};
    return [sdk, identity?.startsWith(session) === true && (!asksAction || action === 'allowed')];
  }));
  return { setup, outcome, diagnosis, inconclusive, got, works };
}

function profiles(): string {
  const file = join(world.work, 'profiles');
  const lines = world.accounts.map(({ id }) =>
    `[profile ${id}]\naws_access_key_id = ${id}\naws_secret_access_key = none\nregion = ${REGION}\n`);
  writeFileSync(file, lines.join('\n'));
  return file;
}

async function callsOf(pod: Manifest, asksAction: boolean): Promise<Record<string, Called>> {
  const folder = join(world.work, pod.metadata.namespace);
  mkdirSync(folder);
  const env = await startedContainer(world.server, pod, {
    folder,
    ...agentNodes.includes(pod.spec.nodeName) && { agentHost: agent.host },
    environment: {
      PATH: process.env.PATH,
      HOME: folder,
      AWS_ENDPOINT_URL: ENDPOINT,
      AWS_ENDPOINT_URL_STS: world.sts.url,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      PYTHONDONTWRITEBYTECODE: '1',
    },
  });
  const args = asksAction ? [CLUSTER] : [];
  const calls = Object.entries(PROGRAMS).map(async ([sdk, [program, script]]) =>
    [sdk, await called(program, [script, ...args], env)]);
  return Object.fromEntries(await Promise.all(calls));
}

function isWorking({ works }: Compared): boolean {
  return Object.values(works).every(Boolean);
}

function named(all: readonly Compared[]): object[] {
  return all.map(({ setup, outcome, diagnosis, inconclusive, got }) =>
    ({ name: setup.name, outcome, diagnosis, inconclusive, got }));
}

function having(wanted: string): Compared[] {
  return compared.filter(({ outcome }) => outcome === wanted);
}

function summary(): string {
  const boto3 = execFileSync(PYTHON, ['-c', 'import boto3; print(boto3.__version__)'], { encoding: 'utf8' }).trim();
  const broken = compared.filter(one => !isWorking(one));
  const unknown = having('unknown');
  const line = (one: Compared) => {
    const { setup, outcome, diagnosis, inconclusive } = one;
    return `  ${outcome}, ${isWorking(one) ? 'works' : 'broken'}: ${setup.name} (${diagnosis ?? inconclusive})`;
  };
  return [
    `${compared.length} set-ups, ${broken.length} broken; ${wronglyJudged().length} disagreements, `
      + `${unknown.length} inconclusive. @aws-sdk/client-sts ${JAVASCRIPT_VERSION}, boto3 ${boto3}.`,
    ...(process.env.DOCTOR_TEST_VERBOSE ? compared : unknown).map(line),
  ].join('\n');
}

function wronglyJudged(): Compared[] {
  return [...having('healthy').filter(one => !isWorking(one)), ...having('unhealthy').filter(isWorking)];
}

test('at least 60 set-ups were compared, half of them broken', () => {
  expect(compared.length).toBe(SETUPS.length);
  expect(compared.length).toBeGreaterThanOrEqual(MIN_SETUPS);
  expect(compared.filter(one => !isWorking(one)).length).toBeGreaterThanOrEqual(compared.length / 2);
});

test('the two SDKs get the same, but where a difference is known', () => {
  const differing = compared.filter(({ works }) => new Set(Object.values(works)).size > 1);
  expect(named(differing.filter(({ setup }) => setup.differs === undefined))).toEqual([]);
  expect(differing.map(({ setup }) => setup.name))
    .toEqual(SETUPS.filter(({ differs }) => differs).map(({ name }) => name));
});

test('each set-up works, or does not, as the rules say', () => {
  expect(named(compared.filter(one => isWorking(one) !== one.setup.works))).toEqual([]);
});

test('the two judges of trust policies agree', () => {
  expect(world.sts.disputes).toEqual([]);
});

test('healthy is what works', () => {
  expect(named(having('healthy').filter(one => !isWorking(one)))).toEqual([]);
});

test('broken is what does not work', () => {
  expect(named(having('unhealthy').filter(isWorking))).toEqual([]);
});

test('inconclusive are the few that nothing can tell', () => {
  expect(having('unknown').map(({ setup }) => setup.name).sort())
    .toEqual(SETUPS.filter(({ inconclusive }) => inconclusive).map(({ name }) => name).sort());
});

test('of two breaks, one is the diagnosis', () => {
  const diagnosisOf = (wanted: string) => compared.find(({ setup }) => setup.name === wanted)!.diagnosis;
  const others = compared.filter(({ setup: { breaks }, diagnosis }) =>
    breaks && !breaks.map(diagnosisOf).includes(diagnosis));
  expect(named(others)).toEqual([]);
});
