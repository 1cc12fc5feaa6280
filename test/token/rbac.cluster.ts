/**
 * RBAC as this project evaluates it, beside the API server: random objects and tens of thousands of
 * SubjectAccessReviews. Needs Kubernetes: `npx projen token-test`.
 */
import { readFileSync } from 'fs';
import { join } from 'path';
import { aggregateRoles } from './aggregation';
import { ApiServer, Clusters, machineOf } from './kubernetes-cluster';
import { KUBERNETES_VERSION } from '../../src/analysis/rbac/built-in-data';
import { builtInBindings, builtInRoles } from '../../src/analysis/rbac/built-in-roles';
import { Rbac, Requester } from '../../src/analysis/rbac/rbac';
import { RbacRequest } from '../../src/analysis/rbac/rule-match';
import { RbacObjects } from '../../src/analysis/rbac-objects';
import { noRbac, readRbac } from '../../src/analysis/reading/rbac';
import { NAMESPACES, randomWorld } from '../analysis/rbac/worlds';
import { Manifest } from '../judges/kubernetes';

const WORLDS = 7;
const REVIEWS_PER_WORLD = 3_000;
/** Requests at a time. */
const CONCURRENCY = 48;
const VERSION = 'rbac.authorization.k8s.io/v1';
const RBAC = `/apis/${VERSION}`;

const machine = machineOf('rbac');
const clusters = new Clusters(machine);
let cluster: ApiServer;

jest.setTimeout(180_000);
beforeAll(async () => {
  cluster = await clusters.start('rbac');
  for (const name of NAMESPACES) await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
});
afterAll(() => clusters.stop());

/** Does something with each item, some at a time. */
async function forEach<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items].reverse();
  await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
    for (let item = rest.pop(); item !== undefined; item = rest.pop()) await work(item);
  }));
}

function specOf({ user, groups }: Requester, request: RbacRequest): object {
  return { user, groups, resourceAttributes: request };
}

/** Waits until the authorizer has seen all that was written before. Each kind of object is watched by itself. */
async function settled(name: string): Promise<void> {
  const roleRef = (kind: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name });
  const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
  const metadata = { name, namespace: 'ops' };
  const object = (kind: string, rest: object) => cluster.apply({
    apiVersion: VERSION, kind, metadata: kind.startsWith('Cluster') ? { name } : metadata, ...rest,
  });
  await object('ClusterRole', { rules });
  await object('Role', { rules });
  const subjects = (suffix: string) => [{ kind: 'User', name: name + suffix }];
  await object('ClusterRoleBinding', { roleRef: roleRef('ClusterRole'), subjects: subjects('-1') });
  await object('RoleBinding', { roleRef: roleRef('Role'), subjects: subjects('-2') });
  for (const user of [`${name}-1`, `${name}-2`]) {
    const request = { verb: 'get', group: '', resource: 'pods', namespace: 'ops' };
    while (!await cluster.reviewAccess(specOf({ user, groups: [] }, request))) {
      await new Promise(waited => setTimeout(waited, 50));
    }
  }
}

/** All RBAC objects of the server, as our reader reads them. */
async function readFromServer(): Promise<RbacObjects> {
  const all = noRbac();
  for (const plural of ['clusterroles', 'roles', 'clusterrolebindings', 'rolebindings']) {
    const text = JSON.stringify(await cluster.document(`${RBAC}/${plural}`));
    const { roles, bindings, unknown } = readRbac({ text, place: { file: plural } });
    all.roles.push(...roles);
    all.bindings.push(...bindings);
    all.unknown.push(...unknown);
  }
  return all;
}

const sorted = (objects: ReadonlyArray<{ readonly place?: unknown }>) =>
  objects.map(({ place: _, ...object }) => JSON.stringify(object)).sort();

test('the roles and bindings that ship with this project are those of the API server', async () => {
  expect(readFileSync(join(machine.bin, 'kubernetes.version'), 'utf8')).toMatch(`${KUBERNETES_VERSION}.`);
  const { roles, bindings, unknown } = await readFromServer();
  expect(unknown).toEqual([]);
  expect(sorted(builtInRoles())).toEqual(sorted(roles));
  expect(sorted(builtInBindings())).toEqual(sorted(bindings));
  await aggregateRoles(cluster);
  const rbac = new Rbac(noRbac());
  const { items } = await cluster.document(`${RBAC}/clusterroles`);
  for (const name of ['admin', 'edit', 'view']) {
    const ours = rbac.roles.rulesOf({ kind: 'ClusterRole', name })!.rules.map(({ rule }) => asServed(rule));
    const theirs = items.find((item: Manifest) => item.metadata.name === name).rules;
    expect(theirs.length).toBeGreaterThan(10);
    expect(new Set(ours)).toEqual(new Set(theirs.map(asServed)));
  }
});

function asServed(rule: object): string {
  return JSON.stringify(Object.entries(rule).filter(([, list]) => list.length > 0).sort());
}

test(`${WORLDS * REVIEWS_PER_WORLD} SubjectAccessReviews over random objects, without a disagreement`, async () => {
  const written = noRbac();
  let allowed = 0;
  const disagreements: object[] = [];
  for (let seed = 1; seed <= WORLDS; seed++) {
    const world = randomWorld(seed, `w${seed}`);
    await forEach(world.objects, async object => void await cluster.apply(object));
    await aggregateRoles(cluster);
    await settled(`settled-${seed}`);
    // The objects of the earlier worlds are still there.
    const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: world.objects });
    const { roles, bindings, unknown } = readRbac({ text, place: { file: 'world' } });
    expect([roles.length + bindings.length, unknown]).toEqual([world.objects.length, []]);
    written.roles.push(...roles);
    written.bindings.push(...bindings);
    const rbac = new Rbac(written, { isComplete: true });
    const reviews = world.requests(REVIEWS_PER_WORLD).map((review, index) => ({ ...review, index }));
    await forEach(reviews, async ({ requester, request, index }) => {
      const theirs = await cluster.reviewAccess(specOf(requester, request));
      if (theirs) allowed++;
      const ours = rbac.may(requester, request);
      const isListed = () => rbac.whoMay(request).some(({ subject }) => names(requester, subject));
      const listed = index % 4 === 0 ? isListed() : theirs;
      if (ours !== theirs || listed !== theirs) disagreements.push({ seed, requester, request, theirs, ours, listed });
    });
  }
  expect(disagreements.slice(0, 5)).toEqual([]);
  expect(allowed).toBeGreaterThan(WORLDS * REVIEWS_PER_WORLD / 10);
  expect(allowed).toBeLessThan(WORLDS * REVIEWS_PER_WORLD * 0.9);
});

function names({ user, groups }: Requester, subject: RbacObjects['bindings'][number]['subjects'][number]): boolean {
  switch (subject.kind) {
    case 'Group': return groups.includes(subject.name);
    case 'User': return subject.name === user;
    default: return user === `system:serviceaccount:${subject.namespace}:${subject.name}`;
  }
}
