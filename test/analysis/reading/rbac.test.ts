import { readRbac } from '../../../src/analysis/reading/rbac';

const read = (text: string, namespace?: string) => readRbac({ text, place: { file: 'a.yaml' } }, namespace);

const ALL = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: reader
  namespace: payments
rules:
  - apiGroups: [""]
    resources: [pods, pods/log]
    verbs: [get]
    resourceNames: [api]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: all
  namespace: ignored
  labels: { team: a }
aggregationRule:
  clusterRoleSelectors:
    - matchLabels: { team: b }
    - matchExpressions: [{ key: team, operator: Exists }]
rules: []
---
apiVersion: v1
kind: ConfigMap
metadata: { name: other }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: readers }
roleRef: { kind: Role, name: reader }
subjects:
  - { kind: User, name: alice, apiGroup: rbac.authorization.k8s.io }
  - { kind: Group, name: dev }
  - { kind: ServiceAccount, name: api }
  - { kind: ServiceAccount, name: api, namespace: ops }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: nobody }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: all }
`;

test('roles and bindings, each with its place', () => {
  expect(read(ALL, 'payments')).toEqual({
    roles: [
      {
        kind: 'Role',
        namespace: 'payments',
        name: 'reader',
        rules: [{
          verbs: ['get'],
          apiGroups: [''],
          resources: ['pods', 'pods/log'],
          resourceNames: ['api'],
          nonResourceURLs: [],
        }],
        labels: {},
        place: { file: 'a.yaml', line: 1, column: 1 },
      },
      {
        kind: 'ClusterRole',
        name: 'all',
        rules: [],
        labels: { team: 'a' },
        aggregation: [{ matchLabels: { team: 'b' } }, { matchExpressions: [{ key: 'team', operator: 'Exists' }] }],
        place: { file: 'a.yaml', line: 12, column: 1 },
      },
    ],
    bindings: [
      {
        kind: 'RoleBinding',
        namespace: 'payments',
        name: 'readers',
        role: { kind: 'Role', name: 'reader' },
        subjects: [
          { kind: 'User', name: 'alice' },
          { kind: 'Group', name: 'dev' },
          { kind: 'ServiceAccount', namespace: 'payments', name: 'api' },
          { kind: 'ServiceAccount', namespace: 'ops', name: 'api' },
        ],
        place: { file: 'a.yaml', line: 28, column: 1 },
      },
      {
        kind: 'ClusterRoleBinding',
        name: 'nobody',
        role: { kind: 'ClusterRole', name: 'all' },
        subjects: [],
        place: { file: 'a.yaml', line: 38, column: 1 },
      },
    ],
    unknown: [],
  });
});

test.each(['List', 'RoleList'])('the items of a %s', kind => {
  const item = { metadata: { name: 'a', namespace: 'x' }, rules: [] };
  const own = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' };
  const text = JSON.stringify({
    apiVersion: kind === 'List' ? 'v1' : own.apiVersion, kind, items: [kind === 'List' ? { ...own, ...item } : item, 1],
  });
  expect(read(text).roles.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(['x/a']);
});

test('kinds of the same name in other groups are something else', () => {
  const text = ['iam.services.k8s.aws/v1alpha1', 'v1', 'example.com/v1']
    .map(apiVersion => JSON.stringify({ apiVersion, kind: 'Role', metadata: {}, rules: 1 })).join('\n---\n');
  expect(read(text)).toEqual({ roles: [], bindings: [], unknown: [] });
});

test('names that only the deployment, or a renderer, knows', () => {
  const { roles: [role], bindings: [binding], unknown } = read(`
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { generateName: reader- }
rules:
  - { apiGroups: [""], resources: ["\${RESOURCE}"], verbs: {{ .Values.verbs }} }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: a, namespace: "{{ .Release.Namespace }}" }
roleRef: { kind: ClusterRole, name: "\${ROLE}" }
subjects: [{ kind: ServiceAccount, name: "\${NAME}" }]
`);
  expect([role.namespace, role.name]).toEqual(['⟨namespace of kubectl⟩', 'reader-⟨generated⟩']);
  expect(role.rules[0]).toMatchObject({ resources: ['⟨${RESOURCE}⟩'], verbs: ['⟨{{ .Values.verbs }}⟩'] });
  expect([binding.namespace, binding.role.name, binding.subjects]).toEqual([
    '⟨{{ .Release.Namespace }}⟩', '⟨${ROLE}⟩',
    [{ kind: 'ServiceAccount', namespace: '⟨{{ .Release.Namespace }}⟩', name: '⟨${NAME}⟩' }],
  ]);
  expect(unknown).toEqual([]);
});

describe('what Kubernetes refuses is listed, and the rest counts', () => {
  const RULE = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
  const REF = { kind: 'ClusterRole', name: 'view' };
  const object = (kind: string, rest: object, metadata: object = { name: 'a', namespace: 'x' }) =>
    JSON.stringify({ apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata, ...rest }, undefined, 1);
  const problems = (text: string) => read(text).unknown.map(({ path, problem }) => `${path} ${problem}`);

  test.each<[text: string, problem: string]>([
    [object('Role', { apiVersion: 'rbac.authorization.k8s.io/v1beta1' }),
      'apiVersion must be rbac.authorization.k8s.io/v1, got: rbac.authorization.k8s.io/v1beta1'],
    [object('Role', {}, {}), 'metadata.name must be a name without / or %'],
    [object('Role', {}, { name: 'a/b' }), 'metadata.name must be a name without / or %'],
    [object('Role', {}, { name: 1 }), 'metadata.name must be a name without / or %'],
    [object('Role', {}, { name: 'a', namespace: 'A' }), 'metadata.namespace must be the name of a namespace, got: A'],
    [object('Role', { aggregationRule: {} }), 'aggregationRule is only allowed in ClusterRoles'],
    [object('RoleBinding', {}), 'roleRef.kind must be ClusterRole or Role, got: nothing'],
    [object('RoleBinding', { roleRef: { kind: 'Group', name: 'a' } }),
      'roleRef.kind must be ClusterRole or Role, got: Group'],
    [object('ClusterRoleBinding', { roleRef: { kind: 'Role', name: 'a' } }),
      'roleRef.kind must be ClusterRole, got: Role'],
    [object('RoleBinding', { roleRef: { kind: 'Role' } }), 'roleRef.name must be the name of a role, got: nothing'],
    [object('RoleBinding', { roleRef: { ...REF, apiGroup: 'v1' } }),
      'roleRef.apiGroup must be rbac.authorization.k8s.io, got: v1'],
    [object('RoleBinding', { roleRef: REF, subjects: {} }), 'subjects must be a list, got: {}'],
  ])('%s', (text, problem) => {
    expect(problems(text)).toEqual([problem]);
  });

  test.each<[subject: unknown, problem: string]>([
    ['alice', ' must be an object, got: alice'],
    [{ kind: 'user', name: 'a' }, '.kind must be User, Group or ServiceAccount, got: user'],
    [{ name: 'a' }, '.kind must be User, Group or ServiceAccount, got: nothing'],
    [{ kind: 'User' }, '.name must be a name, got: nothing'],
    [{ kind: 'User', name: 'a', apiGroup: 'v1' }, '.apiGroup must be rbac.authorization.k8s.io, got: v1'],
    [{ kind: 'Group', name: 'a', apiGroup: 'v1' }, '.apiGroup must be rbac.authorization.k8s.io, got: v1'],
    [{ kind: 'ServiceAccount', name: 'a', namespace: 'x', apiGroup: 'rbac.authorization.k8s.io' },
      '.apiGroup must be empty, got: rbac.authorization.k8s.io'],
    [{ kind: 'ServiceAccount', name: 'a' }, '.namespace must be the namespace of the service account, got: nothing'],
  ])('the subject %j', (subject, problem) => {
    const good = { kind: 'User', name: 'bob' };
    const text = object('ClusterRoleBinding', { roleRef: REF, subjects: [good, subject, good] });
    expect(problems(text)).toEqual([`subjects[1]${problem}`]);
    expect(read(text).bindings.map(({ subjects }) => subjects)).toEqual([[good, good]]);
  });

  test('* is no name of a service account', () => {
    const subjects = [{ kind: 'ServiceAccount', name: '*', namespace: 'x' }];
    expect(problems(object('RoleBinding', { roleRef: REF, subjects }))).toEqual([
      expect.stringMatching(/^subjects\[0\]\.name must be a DNS-1123 subdomain.*, got: \*$/),
    ]);
  });

  test.each<[rule: unknown, problem: string]>([
    [1, ' must be an object, got: 1'],
    [{ ...RULE, verbs: [] }, '.verbs must not be empty'],
    [{ ...RULE, verbs: 'get' }, '.verbs must be a list, got: get'],
    [{ ...RULE, verbs: ['get', 1] }, '.verbs[1] must be a string, got: 1'],
    [{ ...RULE, apiGroups: undefined }, '.apiGroups must not be empty'],
    [{ ...RULE, resources: [] }, '.resources must not be empty'],
    [{ ...RULE, nonResourceURLs: ['/x'] }, '.nonResourceURLs cannot be combined with resources'],
  ])('the rule %j', (rule, problem) => {
    const text = object('ClusterRole', { rules: [RULE, rule, RULE] });
    const { roles: [role] } = read(text);
    expect(problems(text)).toEqual([`rules[1]${problem}`]);
    expect([role.rules.length, role.doubt]).toEqual([2, 'a part of ClusterRole a cannot be read']);
  });

  test('URLs are for ClusterRoles', () => {
    const rules = [{ verbs: ['get'], nonResourceURLs: ['/x'] }];
    expect(problems(object('Role', { rules }))).toEqual(['rules[0].nonResourceURLs are only allowed in ClusterRoles']);
    expect(problems(object('ClusterRole', { rules }))).toEqual([]);
  });

  test.each<[selectors: unknown, problem: string]>([
    [[], ' must be a list with a label selector'],
    [[{ matchLabels: { a: true } }], '[0].matchLabels must be a map of strings, got: {"a":true}'],
    [[{}, { matchExpressions: [{ key: 'a', operator: 'Is' }] }],
      '[1].matchExpressions must be a list of expressions, got: [{"key":"a","operator":"Is"}]'],
    [[{ matchExpressions: [{ key: 'a', operator: 'In' }] }],
      '[0].matchExpressions must be a list of expressions, got: [{"key":"a","operator":"In"}]'],
  ])('the selectors %j', (clusterRoleSelectors, problem) => {
    const text = object('ClusterRole', { aggregationRule: { clusterRoleSelectors } });
    expect(problems(text)).toEqual([`aggregationRule.clusterRoleSelectors${problem}`]);
    expect(read(text).roles[0]).toMatchObject({ aggregation: expect.any(Array), doubt: expect.any(String) });
  });

  test('a label that is no string still counts', () => {
    const text = object('ClusterRole', { rules: [RULE] }, { name: 'a', labels: { b: true } });
    expect(problems(text)).toEqual(['metadata.labels.b must be a string, got: true']);
    expect(read(text).roles[0].labels).toEqual({ b: 'true' });
  });

  test('the place of the part', () => {
    const text = `# comment\n---\n${ALL.replace('name: dev', 'name: ""')}`;
    expect(read(text, 'payments').unknown).toEqual([{
      object: 'RoleBinding payments/readers',
      path: 'subjects[1].name',
      problem: 'must be a name, got: nothing',
      place: { file: 'a.yaml', line: 36, column: 20 },
    }]);
  });
});

test('thousands of bindings take time in proportion', () => {
  const one = (index: number) => `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: b${index}
  namespace: n${index}
roleRef:
  kind: ClusterRole
  name: edit
subjects:
- kind: ${index % 2 === 0 ? 'Group' : 'Robot'}
  name: dev
`;
  const text = (count: number) => Array.from({ length: count }, (_, index) => one(index)).join('---\n');
  const { bindings, unknown } = read(text(4000));
  expect([bindings.length, unknown.length, unknown.at(-1)!.place.line]).toEqual([4000, 2000, 3999 * 12 + 10]);
}, 20_000);
