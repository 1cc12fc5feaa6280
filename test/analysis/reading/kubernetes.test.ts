import { readManifests } from '../../../src/analysis/reading/kubernetes';
import { assemblyWith, folderWith, mapOf } from '../support';

const read = (text: string, namespace?: string) => readManifests({ text, place: { file: 'a.yaml' } }, { namespace });
const ARN = 'arn:aws:iam::111122223333:role/api';

const ACCOUNT_AND_POD = `# a comment
apiVersion: v1
kind: ServiceAccount
metadata:
  name: api
  namespace: payments
  annotations:
    eks.amazonaws.com/role-arn: ${ARN}
--- # the pod
apiVersion: v1
kind: Pod
metadata: { name: api, namespace: payments, annotations: {} }
spec:
  serviceAccountName: api
  containers:
    - name: text
      command: ["a
        --- b"]
    - name: api
`;

test('a ServiceAccount and a Pod, each with its place', () => {
  const objects = read(ACCOUNT_AND_POD);
  expect([...objects.serviceAccounts, ...objects.workloads].map(({ parts }) => parts?.())).toEqual([
    { 'eks.amazonaws.com/role-arn': { line: 8, column: 5 } },
    { serviceAccountName: { line: 14, column: 3 } },
  ]);
  expect(objects).toEqual({
    serviceAccounts: [
      {
        namespace: 'payments',
        name: 'api',
        roleArn: ARN,
        audience: 'sts.amazonaws.com',
        place: { file: 'a.yaml', line: 2, column: 1 },
        parts: expect.any(Function),
      },
    ],
    workloads: [
      {
        kind: 'Pod',
        name: 'api',
        namespace: 'payments',
        serviceAccount: 'api',
        annotations: {},
        place: { file: 'a.yaml', line: 10, column: 1 },
        spec: { serviceAccountName: 'api', containers: [{ name: 'text', command: ['a --- b'] }, { name: 'api' }] },
        parts: expect.any(Function),
      },
    ],
    impersonators: [],
    annotations: [],
    repeatedKeys: [],
    rbac: { roles: [], bindings: [], unknown: [] },
    awsAuth: [],
    owners: [],
    admission: [],
  });
});

describe('parts of an object', () => {
  const CRON_JOB = `apiVersion: batch/v1
kind: CronJob
metadata:
  name: nightly
  annotations:
    eks.amazonaws.com/role-arn: a
spec:
  jobTemplate:
    spec:
      template:
        metadata:
          annotations: { eks.amazonaws.com/role: b }
        spec:
          containers:
            - name: main
              env:
                - { name: OTHER, value: x }
                - name: AWS_ACCESS_KEY_ID
                  value: x
            - name: side
              env: &env
                - name: AWS_ROLE_ARN
                  value: c
            - name: same
              env: *env
          volumes:
            - name: cache
              emptyDir: {}
            - name: token
              projected:
                defaultMode: 0600
`;

  test('of what makes pods, whatever the depth', () => {
    const { workloads: [{ parts }] } = read(`# before\n---\n${CRON_JOB}`);
    expect(parts?.()).toEqual({
      'the annotation eks.amazonaws.com/role-arn': { line: 8, column: 5 },
      "the pods' annotation eks.amazonaws.com/role": { line: 14, column: 26 },
      'main/AWS_ACCESS_KEY_ID': { line: 20, column: 19 },
      'side/AWS_ROLE_ARN': { line: 24, column: 19 },
      'same/AWS_ROLE_ARN': { line: 24, column: 19 },
      'defaultMode': { line: 33, column: 17 },
    });
  });

  test('of a ServiceAccount in a List, of repeated keys the last', () => {
    const { serviceAccounts: [{ parts }] } = read(`apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: ServiceAccount
    metadata:
      name: api
      labels: { role-arn: x }
      annotations:
        eks.amazonaws.com/audience: x
        "eks.amazonaws.com/role-arn": a
        eks.amazonaws.com/role-arn: >-
          b
`);
    expect(parts?.()).toEqual({
      'eks.amazonaws.com/role-arn': { line: 12, column: 9 },
      'eks.amazonaws.com/audience': { line: 10, column: 9 },
      'the label role-arn': { line: 8, column: 17 },
    });
  });

  test('none in the text of a template', () => {
    const place = { file: 'Stack.template.json', stack: 'Stack', logicalId: 'Manifest' };
    const { workloads: [workload] } = readManifests({ text: CRON_JOB, place });
    expect(workload).toMatchObject({ place, misplaced: [expect.anything(), expect.anything()] });
    expect(workload.parts?.()).toEqual({});
  });
});

test.each([
  ['Windows line ends', ACCOUNT_AND_POD.replaceAll('\n', '\r\n'), 10],
  ['directives', `%YAML 1.1\n---\n${ACCOUNT_AND_POD}`, 12],
  ['ends of documents', ACCOUNT_AND_POD.replace('--- # the pod', '...\n---'), 11],
  ['a mark of byte order', `\ufeff${ACCOUNT_AND_POD}`, 10],
  ['nothing between documents', `---\n---\n${ACCOUNT_AND_POD}---\n# nothing\n---\nnull\n`, 12],
])('%s', (_, text, line) => {
  const { serviceAccounts, workloads } = read(text);
  expect([serviceAccounts.length, workloads.length, workloads[0].place.line]).toEqual([1, 1, line]);
});

test('annotations that are merged, as kubectl reads them', () => {
  const { serviceAccounts } = read(
    'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n  annotations: { <<: { eks.amazonaws.com/role-arn: '
      + `'${ARN}', x: y } }\n`,
  );
  expect(serviceAccounts[0].roleArn).toBe(ARN);
});

test('the items of a List', () => {
  const { serviceAccounts, workloads } = read(`apiVersion: v1
kind: List
items:
  - { apiVersion: v1, kind: ServiceAccount, metadata: { name: a, namespace: n } }
  - apiVersion: apps/v1
    kind: Deployment
    metadata: { name: d, namespace: n }
    spec: { template: { spec: { containers: [] } } }
  - null
`);
  expect(serviceAccounts.map(({ name, place }) => [name, place.line, place.column])).toEqual([['a', 4, 5]]);
  expect(workloads.map(({ name, serviceAccount, place }) => [name, serviceAccount, place.line, place.column])).toEqual([
    ['d', 'default', 5, 5],
  ]);
});

const POD = { spec: { serviceAccountName: 'sa', containers: [] } };
test.each([
  ['Deployment', { template: POD }],
  ['StatefulSet', { template: POD }],
  ['DaemonSet', { template: POD }],
  ['ReplicaSet', { template: POD }],
  ['Job', { template: POD }],
  ['ReplicationController', { template: POD }],
  ['Rollout', { template: POD }],
  ['CronJob', { jobTemplate: { spec: { template: POD } } }],
])('pods of a %s', (kind, spec) => {
  const { workloads } = read(
    JSON.stringify({ apiVersion: 'any/v1', kind, metadata: { name: 'w', namespace: 'n' }, spec }),
  );
  expect(workloads.map(one => [one.kind, one.name, one.serviceAccount])).toEqual([[kind, 'w', 'sa']]);
});

test('the old name of the field, and a name that is generated', () => {
  const {
    workloads: [pod],
  } = read('{ kind: Pod, metadata: { generateName: p- }, spec: { serviceAccount: old, containers: [] } }');
  expect([pod.name, pod.serviceAccount]).toEqual(['p-', 'old']);
});

test('a namespace that is not written is the one that is given, or nobody\'s', () => {
  const text = '{ apiVersion: v1, kind: ServiceAccount, metadata: { name: a } }';
  expect(read(text).serviceAccounts[0].namespace).toBe('⟨namespace of kubectl⟩');
  expect(read(text, 'payments').serviceAccounts[0].namespace).toBe('payments');
});

test('other objects, and no objects, are passed over', () => {
  const nothing = {
    serviceAccounts: [],
    workloads: [],
    impersonators: [],
    annotations: [],
    repeatedKeys: [],
    awsAuth: [],
    owners: [],
    admission: [],
    rbac: { roles: [], bindings: [], unknown: [] },
  };
  for (const text of [
    '',
    '\n',
    '# a\n',
    'text',
    '5',
    '[1, 2]',
    'null',
    '{ kind: ConfigMap, data: { kind: ServiceAccount } }',
    '{ kind: ServiceAccount, apiVersion: other/v1 }',
    '{ kind: Deployment }',
    '{ kind: List }',
    '{ kind: List, items: 5 }',
  ]) {
    expect(read(text)).toEqual(nothing);
  }
});

test.each([
  [
    'a bracket that stays open',
    'a: 1\n---\nb: [1,\n',
    /^a\.yaml:4:1: is not valid YAML: .+ Correct it, or exclude the file\.$/,
  ],
  ['a wrong indentation', 'kind: Pod\n---\na:\n   b: 1\n  c: 2\n', /^a\.yaml:5:1: is not valid YAML: /],
  [
    'a template of Helm',
    'a: 1\n---\n{{- if .Values.create }}\nkind: Pod\n',
    /^a\.yaml:\d+:\d+: is not valid YAML: .+ If it is a template, render it first: helm template <release> <chart>\.$/,
  ],
  [
    'a template of envsubst',
    'a: 1\n---\nb: ${B}\n  c: ${C}: d\n',
    /^a\.yaml:\d+:\d+: is not valid YAML: .+ render it first: flux build kustomization .+, or envsubst < <file>\.$/,
  ],
  [
    'a name that is a list',
    'kind: ServiceAccount\napiVersion: v1\nmetadata:\n  name: [a]\n',
    /^a\.yaml:1: metadata\.name must be a string, got: \["a"\]\. If it is a template, render it first\.$/,
  ],
  [
    'no name',
    '{ kind: Pod, metadata: {}, spec: { containers: [] } }',
    /^a\.yaml:1: metadata\.name must be a string, got: nothing\./,
  ],
  ['a tab', 'a:\n\tb: 1\n', /^a\.yaml:2:1: is not valid YAML: /],
  [
    'aliases of aliases',
    `a: &a [1,1,1,1,1,1,1,1,1,1]\n${'bcdefgh'
      .split('')
      .map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefgh'[index]}`).join(',')}]`)
      .join('\n')}\n`,
    /^a\.yaml:1: cannot be read: Excessive alias count/,
  ],
  ['an alias of nothing', 'a: *b\n', /^a\.yaml:1:?\d*: /],
])('%s is an error with its place', (_, text, message) => {
  expect(() => read(text)).toThrow(message);
});

test.each([
  ['${NAME}', '⟨${NAME}⟩'],
  ['${NAME:=api}-b', '⟨${NAME:=api}⟩-b'],
  ['a-$(NAME)', 'a-⟨$(NAME)⟩'],
  ['<your name>', '⟨<your name>⟩'],
  ['"{{ .Values.a }}-{{ .Values.b }}"', '⟨{{ .Values.a }}⟩-⟨{{ .Values.b }}⟩'],
  ['{{ .Values.name }}', '⟨{{ .Values.name }}⟩'],
  ['{{ include "chart.name" . }}', '⟨{{ include chart.name . }}⟩'],
  ['api', 'api'],
])('the placeholder %s is a stand-in', (written, expected) => {
  const { serviceAccounts: [account] } = read(`apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${written}
  namespace: ${written}
  annotations:
    eks.amazonaws.com/role-arn: ${written}
    eks.amazonaws.com/audience: ${written}
`);
  expect([account.name, account.namespace, account.roleArn, account.audience]).toEqual(Array(4).fill(expected));
  const { workloads: [pod] } = read(`kind: Pod
metadata:
  name: ${written}
  namespace: ${written}
spec:
  serviceAccountName: ${written}
  containers: []
`);
  expect([pod.name, pod.namespace, pod.serviceAccount]).toEqual(Array(3).fill(expected));
});

test.each(['{"a":null}', '{"{b}":1}', '{"{b}":null,"c":2}', '{}', '["{b}"]'])('%s is no placeholder', namespace => {
  const { serviceAccounts: [account] } = read(
    `{ kind: ServiceAccount, apiVersion: v1, metadata: { name: api, namespace: ${namespace} } }`,
  );
  expect(account.namespace).toBe(namespace);
});

test('thousands of documents take memory for the longest alone', () => {
  const text = Array.from(
    { length: 5000 },
    (_, index) => `kind: Pod\nmetadata: { name: p${index}, namespace: n }\nspec: { containers: [] }\n`,
  ).join('---\n');
  const { workloads } = read(text);
  expect(workloads).toHaveLength(5000);
  expect(workloads[4999].place).toEqual({ file: 'a.yaml', line: 4999 * 4 + 1, column: 1 });
});

test('a document over 16 MB is refused', () => {
  expect(() => read(`a: 1\n---\nb: "${'x'.repeat(17 * 1024 * 1024)}"\n`)).toThrow(
    'a.yaml:2: the document is larger than 16 MB. Split it.',
  );
});

describe('files and folders beside the assembly', () => {
  const assembly = assemblyWith({ A: {} });
  const account = (name: string) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'n' } });

  test('a folder with the name of a file is none', () => {
    expect(
      mapOf(assemblyWith({}), { manifests: [folderWith({ 'charts.yaml/notes.txt': '{', 'a.yaml': ACCOUNT_AND_POD })] })
        .serviceAccounts,
    ).toHaveLength(1);
  });

  test('are read, in the order of their names; other files are not', () => {
    const folder = folderWith({
      'b/2.yml': account('b2'),
      'b/1.yaml': account('b1'),
      'a.json': account('a'),
      'notes.md': '{{',
      '.git/x.yaml': '{{',
      'node_modules/y.yaml': '{{',
    });
    const { serviceAccounts } = mapOf(assembly, { manifests: [folder, `${folder}/b/2.yml`] });
    expect(serviceAccounts.map(({ name }) => name)).toEqual(['a', 'b1', 'b2']);
  });

  test.each<[string, Record<string, unknown>, string, string]>([
    ['missing', {}, 'none.yaml', 'none.yaml: cannot be read: no such file or directory.'],
    [
      'of other bytes',
      { 'a.yaml': Buffer.from([0xc3, 0x28]) },
      'a.yaml',
      'a.yaml: cannot be read: it is not UTF-8 text.',
    ],
    ['that is wrong, in a folder', { 'sub/a.yaml': 'a: [' }, '.', 'sub/a.yaml:1:5: is not valid YAML: '],
  ])('a file %s is an error', (_, files, name, message) => {
    const folder = folderWith({ ...files, 'there.txt': '' });
    expect(() => mapOf(assembly, { manifests: [`${folder}/${name}`] })).toThrow(message);
  });
});
