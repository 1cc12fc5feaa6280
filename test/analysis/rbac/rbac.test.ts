/**
 * The semantics of RBAC, one trap each. `test/token/rbac.cluster.ts` compares them with an API server.
 */
import * as fc from 'fast-check';
import { randomWorld } from './worlds';
import { Rbac, Requester, requesterOf, requesterOfUser } from '../../../src/analysis/rbac/rbac';
import { RbacRequest } from '../../../src/analysis/rbac/rule-match';
import { readRbac } from '../../../src/analysis/reading/rbac';

const read = (objects: object[]) =>
  readRbac({ text: JSON.stringify({ kind: 'List', items: objects }), place: { file: 'a.yaml' } }, 'ns');
const rbacOf = (objects: object[], isComplete = true) => new Rbac(read(objects), { isComplete });
const object = (kind: string, name: string, rest: object, metadata: object = {}) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind,
  metadata: { name, ...kind.startsWith('Cluster') ? {} : { namespace: 'payments' }, ...metadata },
  ...rest,
});
const rule = (verbs: string, apiGroups: string, resources: string, resourceNames?: string[]) => ({
  verbs: verbs.split(' '),
  apiGroups: apiGroups.split(' '),
  resources: resources.split(' '),
  ...resourceNames && { resourceNames },
});
const binding = (kind: string, roleKind: string, role: string, subjects: object[], name = role) =>
  object(kind, name, { roleRef: { kind: roleKind, name: role }, subjects });
const ALICE = { kind: 'User', name: 'alice' };
const alice = requesterOfUser('alice');
const memberOf = (name: string) => requesterOf({ kind: 'Group', name });
const OPS_API = requesterOf({ kind: 'ServiceAccount', namespace: 'ops', name: 'api' });

/** `verb group/resource/subresource#name@namespace`. */
function request(text: string): RbacRequest {
  const [, verb, group, resource, subresource, name, namespace] =
    /^(\S+) ([^/ ]*)\/([^/#@ ]+)(?:\/([^#@]+))?(?:#([^@]*))?(?:@(.*))?$/.exec(text)!;
  return {
    verb, group, resource, ...subresource && { subresource }, ...name && { name }, ...namespace && { namespace },
  };
}

test.each<[rule: object, allowed: string[], refused: string[]]>([
  [rule('get', '', 'pods'), ['get /pods', 'get /pods#a'], [
    'get /pods/exec', 'list /pods', 'GET /pods', 'get /Pods', 'get apps/pods', 'get v1/pods', 'get /pod',
  ]],
  [rule('*', '', 'pods'), ['get /pods', 'use /pods'], ['get /pods/log']],
  [rule('get', '*', '*'), ['get /pods', 'get /pods/exec', 'get argoproj.io/applications'], ['list /pods']],
  [rule('create', '', '*/exec'), ['create /pods/exec', 'create /jobs/exec'], [
    'create /pods', 'create /pods/xexec', 'create /pods/attach',
  ]],
  [rule('create', '', 'pods/*'), [], ['create /pods/exec', 'create /pods', 'create /pods/log']],
  [rule('create', '', 'pods/exec'), ['create /pods/exec#a'], ['create /pods', 'create /deployments/exec']],
  [rule('Create', '', 'Pods'), ['Create /Pods'], ['create /pods', 'create /Pods']],
  [rule('get', 'v1', 'pods'), [], ['get /pods']],
  [rule('create', 'extensions', 'deployments'), [], ['create apps/deployments']],
  [rule('*', '', 'pods', ['api']), ['get /pods#api', 'delete /pods#api'], [
    'create /pods', 'list /pods', 'get /pods#Api', 'deletecollection /pods',
  ]],
  [rule('create', '', 'serviceaccounts/token', ['api']), ['create /serviceaccounts/token#api'], [
    'create /serviceaccounts/token#other',
  ]],
  [rule('create', '', 'pods', ['']), ['create /pods'], ['create /pods#api']],
  [rule('get', '', 'pods', ['*']), ['get /pods#*'], ['get /pods#api', 'get /pods']],
  [rule('get', '', 'pods', []), ['get /pods#api'], []],
  [rule('get', '', '*/*'), ['get /pods/*'], ['get /pods/exec']],
  [rule('get list', ' apps', 'pods deployments'), ['list apps/deployments', 'get /pods'], ['list batch/deployments']],
])('the rule %j', (own, allowed, refused) => {
  const rbac = rbacOf([
    object('ClusterRole', 'own', { rules: [own] }), binding('ClusterRoleBinding', 'ClusterRole', 'own', [ALICE]),
  ]);
  for (const text of allowed) expect([text, rbac.may(alice, request(text))]).toEqual([text, true]);
  for (const text of refused) expect([text, rbac.may(alice, request(text))]).toEqual([text, false]);
});

test('only as many rules as there are: the last one counts, and none gives nothing', () => {
  const rules = [rule('get', '', 'nodes'), rule('get', '', 'pods'), rule('get', '', 'secrets')];
  const of = (list: object[]) => rbacOf([
    object('ClusterRole', 'own', { rules: list }),
    binding('ClusterRoleBinding', 'ClusterRole', 'own', [{ kind: 'User', name: 'bob' }, ALICE]),
  ]).may(alice, request('get /secrets@x'));
  expect([of(rules), of(rules.slice(0, 2)), of([])]).toEqual([true, false, false]);
});

describe('bindings', () => {
  const PODS = { rules: [rule('get', '', 'pods'), rule('get', '', 'nodes')] };
  const roles = [object('ClusterRole', 'reader', PODS), object('Role', 'reader', PODS)];

  test.each([
    ['RoleBinding', 'ClusterRole', [true, false, false]],
    ['RoleBinding', 'Role', [true, false, false]],
    ['ClusterRoleBinding', 'ClusterRole', [true, true, true]],
  ])('a %s of a %s', (kind, roleKind, expected) => {
    const rbac = rbacOf([...roles, binding(kind, roleKind, 'reader', [ALICE])]);
    const answers = ['get /pods@payments', 'get /pods@ops', 'get /nodes'].map(text => rbac.may(alice, request(text)));
    expect(answers).toEqual(expected);
  });

  test('a Role is looked for in the namespace of its binding', () => {
    const elsewhere = object('Role', 'reader', PODS, { namespace: 'ops' });
    const rbac = rbacOf([elsewhere, binding('RoleBinding', 'Role', 'reader', [ALICE])]);
    const answers = ['payments', 'ops'].map(namespace => rbac.may(alice, request(`get /pods@${namespace}`)));
    expect(answers).toEqual([false, false]);
  });

  test('a missing role gives nothing where all objects are known, and may give anything elsewhere', () => {
    const dangling = [binding('RoleBinding', 'ClusterRole', 'missing', [ALICE])];
    const answers = (isComplete: boolean, namespace: string) =>
      rbacOf(dangling, isComplete).may(alice, request(`get /pods@${namespace}`));
    expect(answers(true, 'payments')).toBe(false);
    expect(answers(false, 'payments')).toBe('ClusterRole missing was not found');
    expect(answers(false, 'ops')).toBe(false);
    expect(rbacOf(dangling).danglingBindings().map(({ name }) => name)).toEqual(['missing']);
    expect(rbacOf([...dangling, object('ClusterRole', 'missing', PODS)]).danglingBindings()).toEqual([]);
  });

  test.each<[subject: object, requester: Requester, may: boolean]>([
    [{ kind: 'Group', name: 'dev' }, { user: 'x', groups: ['ops', 'dev'] }, true],
    [{ kind: 'Group', name: 'dev' }, { user: 'dev', groups: ['Dev'] }, false],
    [{ kind: 'User', name: 'dev' }, { user: 'x', groups: ['dev'] }, false],
    [{ kind: 'User', name: 'Alice' }, alice, false],
    [{ kind: 'User', name: '*' }, alice, false],
    [{ kind: 'ServiceAccount', name: 'api', namespace: 'ops' }, requesterOfUser('system:serviceaccount:ops:api'), true],
    [{ kind: 'ServiceAccount', name: 'api' }, requesterOfUser('system:serviceaccount:payments:api'), true],
    [{ kind: 'ServiceAccount', name: 'api' }, requesterOfUser('system:serviceaccount:ops:api'), false],
    [{ kind: 'User', name: 'system:serviceaccount:ops:api' }, OPS_API, true],
    [{ kind: 'Group', name: 'system:serviceaccounts' }, OPS_API, true],
    [{ kind: 'Group', name: 'system:serviceaccounts:ops' }, OPS_API, true],
    [{ kind: 'Group', name: 'system:serviceaccounts:payments' }, OPS_API, false],
    [{ kind: 'Group', name: 'system:authenticated' }, alice, true],
    [{ kind: 'Group', name: 'system:authenticated' }, { user: 'alice', groups: [] }, false],
    [{ kind: 'Group', name: 'system:authenticated' }, requesterOf({ kind: 'User', name: 'system:anonymous' }), false],
    [{ kind: 'Group', name: 'system:unauthenticated' }, requesterOf({ kind: 'User', name: 'system:anonymous' }), true],
    [{ kind: 'Group', name: 'system:serviceaccounts' }, memberOf('system:serviceaccounts:ops'), true],
    [{ kind: 'Group', name: 'system:authenticated' }, memberOf('system:unauthenticated'), false],
  ])('the subject %j and %j', (subject, requester, may) => {
    const rbac = rbacOf([...roles, binding('RoleBinding', 'ClusterRole', 'reader', [subject])]);
    expect(rbac.may(requester, request('get /pods@payments'))).toBe(may);
  });

  test('members of system:masters may do everything, and no object says so', () => {
    const rbac = new Rbac(read([]), { builtIn: false, isComplete: true });
    expect(rbac.may({ user: 'x', groups: ['system:masters'] }, request('use x/y/z#a@b'))).toBe(true);
    expect(rbac.may({ user: 'system:masters', groups: ['system:master'] }, request('get /pods@b'))).toBe(false);
  });

  test('who may: by which binding, role and rule, as bound', () => {
    const rbac = new Rbac(read([
      ...roles,
      binding('RoleBinding', 'Role', 'reader', [ALICE, { kind: 'ServiceAccount', name: 'api' }], 'first'),
      binding('ClusterRoleBinding', 'ClusterRole', 'reader', [{ kind: 'Group', name: 'dev' }], 'second'),
      object('RoleBinding', 'elsewhere', { roleRef: { kind: 'ClusterRole', name: 'reader' }, subjects: [ALICE] }, {
        namespace: 'ops',
      }),
    ]), { builtIn: false });
    expect(rbac.whoMay(request('get /pods#x@payments')).map(({ subject, binding: own, rule: found, truth }) =>
      [subject.kind, subject.name, own?.name, found?.source.kind, found?.source.place?.file, truth])).toEqual([
      ['Group', 'system:masters', undefined, undefined, undefined, true],
      ['User', 'alice', 'first', 'Role', 'a.yaml', true],
      ['ServiceAccount', 'api', 'first', 'Role', 'a.yaml', true],
      ['Group', 'dev', 'second', 'ClusterRole', 'a.yaml', true],
    ]);
    expect(rbac.whoMay(request('get /nodes')).map(({ subject }) => subject.name)).toEqual(['system:masters', 'dev']);
    expect(rbac.whoMay(request('list /pods@payments')).map(({ subject }) => subject.name)).toEqual(['system:masters']);
  });
});

describe('aggregation', () => {
  const LABEL = 'rbac.authorization.k8s.io/aggregate-to-edit';
  const aggregated = (name: string, selectors: object[], metadata: object = {}, rules: object[] = []) =>
    object('ClusterRole', name, { aggregationRule: { clusterRoleSelectors: selectors }, rules }, metadata);
  const plain = (name: string, resource: string, labels: object) =>
    object('ClusterRole', name, { rules: [rule('get', '', resource)] }, { labels });
  const may = (roles: object[], resource: string, name = 'all') =>
    rbacOf([...roles, binding('ClusterRoleBinding', 'ClusterRole', name, [ALICE], 'own')])
      .may(alice, request(`get /${resource}@x`));

  test('labels of a selector are all needed, one selector is enough', () => {
    const roles = [
      aggregated('all', [{ matchLabels: { a: '1', b: '1' } }, { matchLabels: { c: '1' } }]),
      plain('both', 'both', { a: '1', b: '1' }), plain('one', 'one', { a: '1' }), plain('c', 'c', { c: '1', a: '2' }),
    ];
    expect(['both', 'one', 'c'].map(resource => may(roles, resource))).toEqual([true, false, true]);
  });

  test('nested, whatever the order; its own rules are ignored, and it does not take itself', () => {
    const roles = [
      aggregated('all', [{ matchLabels: { top: '1' } }], { labels: { top: '1' } }, [rule('get', '', 'written')]),
      aggregated('middle', [{ matchLabels: { low: '1' } }], { labels: { top: '1' } }, [rule('get', '', 'ignored')]),
      plain('low', 'low', { low: '1' }),
    ];
    for (const order of [roles, [...roles].reverse()]) {
      expect(['low', 'written', 'ignored'].map(resource => may(order, resource))).toEqual([true, false, false]);
    }
  });

  test('a cycle ends, and may keep what is written in it', () => {
    const roles = [
      aggregated('all', [{ matchLabels: { a: '1' } }], { labels: { b: '1' } }),
      aggregated('other', [{ matchLabels: { b: '1' } }], { labels: { a: '1' } }, [rule('get', '', 'written')]),
      plain('low', 'low', { b: '1' }),
      aggregated('outside', [{ matchLabels: { a: '1' } }], {}, [rule('get', '', 'lost')]),
    ];
    expect(['low', 'none'].map(resource => may(roles, resource))).toEqual([true, false]);
    expect(may(roles, 'written')).toBe('ClusterRole other is aggregated in a cycle and may keep its own rules');
    expect(may(roles, 'lost', 'outside')).toBe(false);
  });

  test('a label widens edit and admin, but not view', () => {
    const roles = [plain('chart', 'widgets', { [LABEL]: 'true' }), plain('wrong', 'gadgets', { [LABEL]: 'false' })];
    expect(['edit', 'admin', 'view'].map(name => may(roles, 'widgets', name))).toEqual([true, true, false]);
    expect(may(roles, 'gadgets', 'edit')).toBe(false);
  });

  test('an empty selector takes every role', () => {
    expect(may([aggregated('all', [{}]), plain('low', 'low', {})], 'low')).toBe(true);
  });

  test('a label that is not rendered yet', () => {
    const roles = [
      aggregated('all', [{ matchLabels: { a: '1' } }]), plain('open', 'open', { a: '${A}' }),
      plain('chart', 'chart', { app: '${A}' }),
    ];
    expect(may(roles, 'open')).toBe('whether the label a matches the selector cannot be determined yet');
    expect(may(roles, 'chart')).toBe(false);
  });

  test('thousands of roles and bindings', () => {
    const nested = Array.from({ length: 300 }, (_, index) =>
      aggregated(`a${index}`, [{ matchLabels: { chain: `${index + 1}` } }], { labels: { chain: `${index}` } }));
    const bindings = Array.from({ length: 6000 }, (_, index) => {
      const subject = { kind: 'User', name: `u${index}` };
      return binding('ClusterRoleBinding', 'ClusterRole', `a${index % 300}`, [subject], `${index}`);
    });
    const rbac = rbacOf([...nested, ...bindings, plain('low', 'low', { chain: '300' })]);
    const started = Date.now();
    for (const index of [0, 299, 5999]) {
      expect(rbac.may(requesterOfUser(`u${index}`), request('get /low'))).toBe(true);
    }
    expect(rbac.whoMay(request('get /low')).filter(({ subject }) => /^u\d/.test(subject.name)).length).toBe(6000);
    expect(Date.now() - started).toBeLessThan(5_000);
  });
});

test('the built-in roles', () => {
  const rbac = (role: string) => rbacOf([binding('RoleBinding', 'ClusterRole', role, [ALICE])]);
  const may = (role: string, text: string) => rbac(role).may(alice, request(`${text}@payments`));
  for (const text of ['create /pods', 'create /pods/exec', 'get /pods/exec', 'create /serviceaccounts/token',
    'patch apps/deployments', 'create batch/jobs', 'impersonate /serviceaccounts', 'get /secrets']) {
    expect([text, may('edit', text), may('admin', text), may('view', text)]).toEqual([text, true, true, false]);
  }
  expect(may('admin', 'create rbac.authorization.k8s.io/rolebindings')).toBe(true);
  expect(may('edit', 'create rbac.authorization.k8s.io/rolebindings')).toBe(false);
  for (const text of ['patch /pods/ephemeralcontainers', 'bind rbac.authorization.k8s.io/clusterroles']) {
    expect([text, may('admin', text), may('cluster-admin', text)]).toEqual([text, false, true]);
  }
  expect(may('view', 'get /pods')).toBe(true);
});

test('a role that is defined twice', () => {
  const role = (resource: string) => object('ClusterRole', 'own', { rules: [rule('get', '', resource)] });
  const may = (...roles: object[]) =>
    rbacOf([...roles, binding('ClusterRoleBinding', 'ClusterRole', 'own', [ALICE])]).may(alice, request('get /a'));
  expect(may(role('a'), role('a'))).toBe(true);
  expect(may(role('a'), role('b'))).toBe('ClusterRole own is defined more than once');
  expect(may(role('c'), role('b'))).toBe(false);
});

describe('random clusters', () => {
  const CASES = { numRuns: 30 };
  const jsonOf = (seed: number) => randomWorld(seed, 'w');

  test('whoever is listed may, and nobody else', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1e6 }), seed => {
      const world = jsonOf(seed);
      const rbac = rbacOf(world.objects);
      for (const { requester, request: own } of world.requests(60)) {
        const keys = [`User ${requester.user}`, ...requester.groups.map(group => `Group ${group}`)];
        const listed = rbac.whoMay(own).some(({ subject }) => keys.includes(subject.kind === 'ServiceAccount'
          ? `User system:serviceaccount:${subject.namespace}:${subject.name}` : `${subject.kind} ${subject.name}`));
        expect(listed).toBe(rbac.may(requester, own));
      }
    }), CASES);
  });

  test('yes and no stay so, whatever placeholders become', () => {
    let [known, unknown] = [0, 0];
    fc.assert(fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 2, max: 9 }), (seed, modulus) => {
      const world = jsonOf(seed);
      const rendered = rbacOf(world.objects);
      const texts = new Map<string, number>();
      const hide = (value: any, key?: string): any => {
        if (Array.isArray(value)) return value.map(item => hide(item, key));
        if (typeof value === 'object') {
          return Object.fromEntries(Object.entries(value).map(([name, item]) =>
            [name, ['apiVersion', 'kind', 'apiGroup', 'operator', 'key', 'labels', 'namespace'].includes(name)
              ? item : hide(item, name)]));
        }
        if (!texts.has(value)) texts.set(value, texts.size);
        return (texts.get(value)! + seed) % modulus === 0 ? `\${V${texts.get(value)}}` : value;
      };
      const open = rbacOf(hide(world.objects));
      for (const { requester, request: own } of world.requests(40)) {
        const answer = open.may(requester, own);
        if (typeof answer === 'string') {unknown++;} else {
          known++;
          expect(answer).toBe(rendered.may(requester, own));
        }
      }
    }), CASES);
    expect(Math.min(known, unknown)).toBeGreaterThan(50);
  });

  test('one more binding takes nothing away', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1e6 }), seed => {
      const world = jsonOf(seed);
      const [less, more] = [rbacOf(world.objects.slice(0, -1)), rbacOf(world.objects)];
      for (const { requester, request: own } of world.requests(40)) {
        if (less.may(requester, own) === true) expect(more.may(requester, own)).toBe(true);
      }
    }), CASES);
  });
});
