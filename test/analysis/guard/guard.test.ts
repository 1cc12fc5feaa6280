/**
 * Policies that are read back: only what closes a way for certain counts as a guard.
 */
import { parseAllDocuments, stringify } from 'yaml';
import { AdmissionObject } from '../../../src/analysis/admission-objects';
import { recognizeGuards } from '../../../src/analysis/guard/guard';
import { admissionObjectsOf } from '../../../src/analysis/reading/admission-policies';
import { manifestObjects } from '../../../src/analysis/reading/manifest-objects';
import { GuardInput, GuardObject, guardObjects } from '../../../src/conventions/guard';
import { GUARD_KINDS } from '../../../src/conventions/guard-policies';

const NOBODY = { users: [], groups: [] };
const ROLE = 'arn:aws:iam::111122223333:role/';
const DENY = { mode: 'deny' as const, exceptions: NOBODY };
const INPUT: GuardInput = {
  app: 'shop',
  accounts: [
    { namespace: 'shop', name: 'worker', isAnnotated: false },
    { namespace: 'shop', name: 'api', isAnnotated: true, roleArn: `${ROLE}api` },
    { namespace: '10', name: 'later', isAnnotated: true },
  ],
  clusters: ['oidc.example.com/id/B', 'oidc.example.com/id/A', 'oidc.example.com/id/A'],
  key: 'eks.amazonaws.com/role-arn',
  integrity: DENY,
  unlisted: { mode: 'deny', exceptions: { users: ['u"\\'], groups: ['g'] } },
  use: DENY,
  tokens: { ...DENY, audiences: ['sts.amazonaws.com'], isForAll: false },
  exec: { ...DENY, namespaces: ['shop', 'a'] },
};

/** As manifests are read. */
function read(objects: readonly object[], write: (object: object) => string = stringify): AdmissionObject[] {
  const text = objects.map(object => `---\n${write(object)}`).join('\n');
  expect(parseAllDocuments(text).flatMap(({ errors }) => errors)).toEqual([]);
  return [...manifestObjects({ text, place: { file: 'guard.yaml' } })].flatMap(found => admissionObjectsOf(found));
}

const recognized = (objects: readonly object[]) => recognizeGuards(read(objects));
const namesOf = (objects: readonly object[]) => recognized(objects).guards.map(({ name }) => name);
const reasonsOf = (objects: readonly object[]) => recognized(objects).others.map(({ object, reason }) =>
  `${object}: ${reason}`);
const pair = (kind: string): GuardObject[] => guardObjects(INPUT).filter(({ metadata }) =>
  metadata.name === `shop-guard-${kind}`);
const edited = (objects: readonly GuardObject[], edit: (policy: any, binding: any) => void) => {
  const [policy, binding] = structuredClone(objects) as any[];
  edit(policy, binding);
  return [policy, binding];
};

test('a namespace may be called like a property of objects', () => {
  const accounts = [{ namespace: 'constructor', name: 'api', isAnnotated: true, roleArn: `${ROLE}api` }];
  const { guards, others } = recognized(guardObjects({ ...INPUT, accounts }));
  expect(others).toEqual([]);
  expect(guards.find(({ facts }) => facts.kind === 'use')?.facts).toMatchObject({ accounts: { constructor: ['api'] } });
});

test.each<[string, string, string]>([
  ['helm.sh/hook', 'test', 'Helm applies it only as a hook'],
  ['config.kubernetes.io/local-config', 'true', 'it is marked as local-config'],
])('what is not applied closes nothing: %s', (key, value, reason) => {
  const annotate = (object: any) => {
    const { metadata } = object;
    object.metadata = { ...metadata, annotations: { ...metadata.annotations, [key]: value } };
  };
  const [ofPolicy, ofBinding] = [
    edited(pair('use'), policy => annotate(policy)), edited(pair('use'), (_, binding) => annotate(binding)),
  ];
  expect([namesOf(ofPolicy), namesOf(ofBinding)]).toEqual([[], []]);
  expect(reasonsOf(ofPolicy)).toContain(`ValidatingAdmissionPolicy shop-guard-use: ${reason}`);
  expect(reasonsOf(ofBinding)).toContain(`ValidatingAdmissionPolicyBinding shop-guard-use: ${reason}`);
});

test('a binding may have a name of its own', () => {
  const own = recognized(edited(pair('use'), (_, binding) =>
    binding.metadata = { ...binding.metadata, name: 'renamed' }));
  expect(own.others).toEqual([]);
  const [guard] = own.guards;
  expect([guard.name, guard.bindings]).toEqual(['shop-guard-use', ['renamed']]);
});

test('everything that is in a policy is read back', () => {
  const { guards, others } = recognized(guardObjects(INPUT));
  expect(others).toEqual([]);
  expect(Object.fromEntries(guards.map(({ name, facts }) => [name, facts]))).toEqual({
    'shop-guard-integrity': {
      kind: 'integrity', app: 'shop', exceptions: NOBODY, key: INPUT.key, roles: { 'shop.api': `${ROLE}api` },
    },
    'shop-guard-unlisted': {
      kind: 'unlisted',
      app: 'shop',
      exceptions: { users: ['u"\\'], groups: ['g'] },
      key: INPUT.key,
      accounts: { 10: ['later'], shop: ['api'] },
    },
    'shop-guard-use': {
      kind: 'use', app: 'shop', exceptions: NOBODY, accounts: { 10: ['later'], shop: ['api', 'worker'] },
    },
    'shop-guard-tokens': {
      kind: 'tokens',
      app: 'shop',
      exceptions: NOBODY,
      audiences: ['sts.amazonaws.com'],
      accounts: { 10: ['later'], shop: ['api', 'worker'] },
    },
    'shop-guard-exec': { kind: 'exec', app: 'shop', exceptions: NOBODY, namespaces: ['a', 'shop'] },
  });
  expect(guards.map(({ clusters }) => clusters)).toEqual(guards.map(() =>
    ['oidc.example.com/id/A', 'oidc.example.com/id/B']));
  expect(guards[0].place).toEqual({ file: 'guard.yaml', line: 2, column: 1 });
});

test('thousands of accounts, in several maps and policies', () => {
  const accounts = Array.from({ length: 5_000 }, (_, index) => (
    { namespace: `n${index % 7}`, name: `a${index}`, isAnnotated: true, roleArn: `${ROLE}r${index % 4_000}` }));
  const objects = guardObjects({ ...INPUT, accounts });
  expect(namesOf(objects).length).toBe(objects.length / 2);
  const { guards } = recognized(objects);
  const roles = guards.flatMap(({ facts }) => (facts.kind === 'integrity' ? [facts.roles] : []));
  expect(roles.length).toBeGreaterThan(1);
  expect(Object.assign({}, ...roles)).toEqual(
    Object.fromEntries(accounts.map(({ namespace, name, roleArn }) => [`${namespace}.${name}`, roleArn])));
  // Whoever may have a role is in the policy that decides on it.
  const distinct = roles.flatMap(own => [...new Set(Object.values(own))]);
  expect(distinct.length).toBe(new Set(distinct).size);
});

test('the order of the accounts does not matter', () => {
  expect(guardObjects({ ...INPUT, accounts: [...INPUT.accounts].reverse() })).toEqual(guardObjects(INPUT));
});

test('what the API server adds does not matter', () => {
  const served = guardObjects(INPUT).map((object: any) => {
    const { spec } = object;
    const metadata = { ...object.metadata, uid: '1', generation: 1, resourceVersion: '5' };
    if (spec.matchConstraints === undefined) return { ...object, metadata };
    const { resourceRules } = spec.matchConstraints;
    const matchConstraints = {
      namespaceSelector: {},
      objectSelector: {},
      matchPolicy: 'Equivalent',
      resourceRules: resourceRules.map((rule: object) => ({ ...rule, scope: '*' })),
    };
    return { ...object, metadata, spec: { ...spec, matchConstraints }, status: { observedGeneration: 1 } };
  });
  expect(namesOf(served)).toEqual(GUARD_KINDS.map(kind => `shop-guard-${kind}`));
});

/** All places of a value that hold a text, a list or an object. */
function* pathsIn(value: unknown, path: Array<string | number> = []): Generator<Array<string | number>> {
  if (path.length > 0) yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    yield* pathsIn((value as any)[key], [...path, Array.isArray(value) ? Number(key) : key]);
  }
}

const change = (object: any, path: Array<string | number>, make: (old: unknown) => unknown) => {
  const parent = path.slice(0, -1).reduce((value: any, key) => value[key], object);
  const key = path[path.length - 1];
  const value = make(parent[key]);
  if (value === undefined) Array.isArray(parent) ? parent.splice(key as number, 1) : delete parent[key];
  else parent[key] = value;
};

describe.each(GUARD_KINDS)('a changed policy: %s', kind => {
  const [policy, binding] = pair(kind) as any[];
  const [{ facts }] = recognized([policy, binding]).guards;

  test.each<[string, (old: unknown) => unknown]>([
    ['removed', () => undefined],
    ['another text', old => (typeof old === 'string' ? `${old} ` : old)],
    ['weakened', old => (typeof old === 'string' && / \|\| /.test(old) ? `${old} || true` : old)],
    ['emptied', old => (Array.isArray(old) ? [] : typeof old === 'object' ? {} : '')],
    ['doubled', old => (Array.isArray(old) ? [...old, ...old] : old)],
    ['another type', () => 7],
  ])('%s, anywhere in it', (_, make) => {
    let changes = 0;
    for (const path of pathsIn(policy.spec, ['spec'])) {
      const copy = structuredClone(policy);
      change(copy, path, make);
      if (JSON.stringify(copy) === JSON.stringify(policy)) continue;
      changes++;
      const { guards } = recognized([copy, binding]);
      // A literal may differ: then the policy is another one of the same making.
      const other = guards.filter(guard => JSON.stringify(guard.facts) === JSON.stringify(facts));
      expect([path, other]).toEqual([path, []]);
      if (guards.length > 0) expect(JSON.stringify(path)).toMatch(/^\["spec","variables",\d+,"expression"\]$/);
    }
    expect(changes).toBeGreaterThan(0);
  });
});

test.each<[string, (policy: any, binding: any) => void, string]>([
  ['warns', (_, binding) => binding.spec.validationActions = ['Warn', 'Audit'], 'does not deny: Warn, Audit'],
  ['audits', (_, binding) => binding.spec.validationActions = ['Audit'], 'does not deny: Audit'],
  ['does nothing', (_, binding) => delete binding.spec.validationActions, 'does not deny: no action'],
  ['is for some namespaces', (_, binding) => binding.spec.matchResources = { namespaceSelector: { matchLabels: {} } },
    'does not apply to everything'],
  ['excludes something', (_, binding) => binding.spec.matchResources = { excludeResourceRules: [{}] },
    'does not apply to everything'],
  ['has a parameter', (_, binding) => binding.spec.paramRef = { name: 'x' }, 'does not apply to everything'],
  ['has a field that is not known', (_, binding) => binding.spec.other = 1, 'does not apply to everything'],
  ['is of an old version', (_, binding) => binding.apiVersion = 'admissionregistration.k8s.io/v1beta1',
    'ValidatingAdmissionPolicy shop-guard-use: the apiVersion of its binding shop-guard-use is not v1'],
])('a binding that %s', (_, edit, reason) => {
  const objects = edited(pair('use'), edit);
  expect(namesOf(objects)).toEqual([]);
  expect(reasonsOf(objects).join()).toContain(reason);
});

test.each<[string, (policy: any, binding: any) => void]>([
  ['also audits', (_, binding) => binding.spec.validationActions = ['Deny', 'Audit']],
  ['has an empty selector', (_, binding) => binding.spec.matchResources = {
    namespaceSelector: {}, objectSelector: {}, matchPolicy: 'Equivalent',
  }],
])('a binding that %s denies all the same', (_, edit) => {
  expect(namesOf(edited(pair('use'), edit))).toEqual(['shop-guard-use']);
});

test('one binding that denies is enough, beside one that warns', () => {
  const [policy, binding] = pair('use') as any[];
  const warning = {
    ...binding,
    metadata: { ...binding.metadata, name: 'warn' },
    spec: { ...binding.spec, validationActions: ['Warn'] },
  };
  expect(namesOf([warning, policy, binding])).toEqual(['shop-guard-use']);
});

test('policies without a binding, bindings without a policy, and policies of others are named', () => {
  const [policy, binding] = pair('use') as any[];
  expect(reasonsOf([policy])).toEqual(['ValidatingAdmissionPolicy shop-guard-use: it has no binding in the input']);
  expect(reasonsOf([binding])).toEqual([
    'ValidatingAdmissionPolicyBinding shop-guard-use: its policy shop-guard-use is not in the input',
  ]);
  const foreign = {
    ...policy, metadata: { name: 'other' }, spec: { validations: [{ expression: 'false' }] },
  };
  expect(reasonsOf([foreign])).toEqual(['ValidatingAdmissionPolicy other: it is not a policy of '
    + 'WorkloadIdentityGuard']);
  expect(reasonsOf([{ ...policy, apiVersion: 'admissionregistration.k8s.io/v1alpha1' }, binding])).toEqual([
    'ValidatingAdmissionPolicy shop-guard-use: its apiVersion is not v1',
  ]);
  expect(reasonsOf([{ ...policy, apiVersion: 'example.com/v1' }])).toEqual([]);
});

test('an object that is there twice counts if it is the same', () => {
  const [policy, binding] = pair('use') as any[];
  expect(namesOf([policy, binding, binding, policy])).toEqual(['shop-guard-use']);
  const [other] = edited([policy, binding], own => own.spec.variables[0].expression = '"web"');
  expect(namesOf([policy, binding, other])).toEqual([]);
  const weak = { ...binding, spec: { ...binding.spec, validationActions: ['Warn'] } };
  expect(namesOf([policy, binding, weak])).toEqual([]);
});

test('the policies of two clusters are two policies', () => {
  const green = guardObjects({ ...INPUT, accounts: INPUT.accounts.slice(0, 1), clusters: ['green'] });
  const blue = guardObjects({ ...INPUT, clusters: ['blue'] });
  const { guards } = recognized([...blue, ...green]);
  expect(guards.filter(({ name }) => name === 'shop-guard-use').map(({ clusters }) => clusters))
    .toEqual([['blue'], ['green']]);
  const weakGreen = green.map((object: any) => (
    object.kind.endsWith('Binding') ? { ...object, spec: { ...object.spec, validationActions: ['Warn'] } } : object));
  expect(recognized([...blue, ...weakGreen]).guards.map(({ clusters }) => clusters))
    .toEqual(GUARD_KINDS.map(() => ['blue']));
});

test('names of JavaScript in a policy do no harm', () => {
  const [policy, binding] = edited(pair('use'), own => {
    const accounts = own.spec.variables.find(({ name }: any) => name === 'accounts0');
    accounts.expression = '{"__proto__":["api"],"constructor":["x"]}';
  });
  expect(namesOf([policy, binding])).toEqual([]);
});

test('kustomize may change metadata', () => {
  const [policy, binding] = pair('use') as any[];
  const named = (object: any) => (
    { ...object, metadata: { ...object.metadata, name: 'prefix-use', labels: { a: 'b' } } });
  expect(namesOf([named(policy), { ...named(binding), spec: { ...binding.spec, policyName: 'prefix-use' } }]))
    .toEqual(['prefix-use']);
});
