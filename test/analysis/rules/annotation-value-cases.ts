import { annotated, arnOf, Case, Expected, pod, role, trusting } from './support';

const ELSEWHERE = arnOf('api', '444455556666');
const key = (name: string) => `eks.amazonaws.com/${name}`;
const account = (annotations: string, more = '') => `apiVersion: v1
kind: ServiceAccount
metadata:
  name: api
  namespace: payments
${more}  annotations:
    eks.amazonaws.com/role-arn: ${ELSEWHERE}
    ${annotations}
`;
const deployment = (own: string, ofPods: string) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: payments
  annotations: ${own}
spec:
  template:
    metadata:
      annotations: ${ofPods}
    spec:
      automountServiceAccountToken: false
      initContainers: [{ name: setup }]
      containers: [{ name: main }, { name: proxy }]
`;
const notAString = (what: string, value: string, at: string, object = 'ServiceAccount payments/api'): Expected => ({
  message: `${object}: the ${what} is ${value}, which is not a string, so the API server rejects the object.`,
  fix: `Quote the value: ${JSON.stringify(value)}.`,
  at,
});
const ignored = (name: string, words: string, fix: string, more: Partial<Expected> = {}): Expected => ({
  message: `ServiceAccount payments/api: the annotation ${key(name)} ${words}.`,
  fix,
  at: `sa.yaml:8:${5 + key(name).length + 2}`,
  ...more,
});
const SOON = `{ ${key('token-expiration')}: "900" }`;
const SECONDS = 'Write a number of seconds from 600 to 86400, in quotes.';
const ofSkipList = (value: string, what: string, fix: string): Expected[] => [{
  message: `Deployment payments/web: the annotation ${key('skip-containers')} is ${JSON.stringify(value)}, ${what}.`,
  fix: `Write "${fix}".`,
  at: 'web.yaml:10:57',
}];
const skipping = (list: string) => ({ 'web.yaml': deployment('{}', `{ ${key('skip-containers')}: ${list} }`) });

export const ANNOTATION_VALUE_CASES: Case[] = [
  // annotation-not-a-string
  ...([
    ['a boolean', 'sts-regional-endpoints', 'true', 'true'],
    ['a boolean of YAML 1.1', 'sts-regional-endpoints', 'yes', 'true'],
    ['a number', 'token-expiration', '3600', '3600'],
    ['a list', 'audience', '[sts.amazonaws.com]', '["sts.amazonaws.com"]'],
  ] as [string, string, string, string][]).map(([name, annotation, written, value]): Case => ({
    rule: 'annotation-not-a-string',
    name,
    manifests: { 'sa.yaml': account(`${key(annotation)}: ${written}`) },
    expected: [notAString(`annotation ${key(annotation)}`, value, `sa.yaml:8:${5 + key(annotation).length + 2}`)],
  })),
  {
    rule: 'annotation-not-a-string',
    name: 'a label, and any annotation of a workload and of its pods',
    manifests: {
      'sa.yaml': account('a: b', '  labels: { version: 1.5 }\n'),
      'web.yaml': deployment('{ a: 1 }', '{ b: false }'),
    },
    expected: [
      notAString('label version', '1.5', 'sa.yaml:6:22'),
      notAString('annotation a', '1', 'web.yaml:6:21', 'Deployment payments/web'),
      notAString('annotation b', 'false', 'web.yaml:10:25', 'Deployment payments/web'),
    ],
  },
  {
    rule: 'annotation-not-a-string',
    name: 'merged from elsewhere',
    manifests: { 'sa.yaml': account('<<: { a: 1 }') },
    expected: [notAString('annotation a', '1', 'sa.yaml:1:1')],
  },
  ...([
    ['in quotes', account(`${key('token-expiration')}: "3600"`)],
    ['empty', account('a:')],
    ['not rendered yet', account('a: {{ .Values.a }}')],
    ['another object', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, annotations: { a: 1 } }\n'],
  ] as [string, string][]).map(([name, text]): Case => ({
    rule: 'annotation-not-a-string', name, manifests: { 'sa.yaml': text }, expected: [],
  })),

  // repeated-key
  {
    rule: 'repeated-key',
    name: 'of a ServiceAccount: the last one is judged',
    resources: { Role: role('api', [trusting('payments:web')]) },
    manifests: { 'sa.yaml': account(`${key('role-arn')}: ${arnOf('api')}`) },
    expected: [{
      message: `ServiceAccount payments/api: the key ${key('role-arn')} occurs twice in one map; the last value wins.`,
      fix: 'Remove the duplicate. Kustomize and strict decoding reject the file.',
      at: 'sa.yaml:8:5',
    }],
    also: ['role-does-not-trust'],
  },
  {
    rule: 'repeated-key',
    name: 'deep in a workload, in a List',
    manifests: {
      'web.yaml': 'apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Pod\n    metadata: { name: a, '
        + 'namespace: b }\n    spec:\n      automountServiceAccountToken: false\n      containers:\n'
        + '        - name: main\n          image: one\n          image: other\n          image: third\n',
    },
    expected: [12, 13].map(line => ({
      message: 'Pod b/a: the key image occurs twice in one map; the last value wins.',
      fix: 'Remove the duplicate. Kustomize and strict decoding reject the file.',
      at: `web.yaml:${line}:11`,
    })),
  },
  ...([
    ['in two maps', account('a: b', '  labels: { a: b }\n')],
    ['merged twice', account('<<: { a: b }\n    <<: { c: d }')],
    ['of another object', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { a: b, a: c }\n'],
  ] as [string, string][]).map(([name, text]): Case => ({
    rule: 'repeated-key', name, manifests: { 'sa.yaml': text }, expected: [],
  })),

  // ignored-annotation
  ...([
    ['not a boolean', 'sts-regional-endpoints', '"regional"', [
      ignored('sts-regional-endpoints', 'is "regional", which is not a boolean, so the webhook ignores it',
        'Write "true" or "false".'),
    ]],
    ['an empty boolean', 'sts-regional-endpoints', '""', [
      ignored('sts-regional-endpoints', 'is "", which is not a boolean, so the webhook ignores it',
        'Write "true" or "false".'),
    ]],
    ['not a number', 'token-expiration', '"1h"', [
      ignored('token-expiration', 'is "1h", which is not a whole number of seconds, so the webhook ignores it',
        SECONDS),
    ]],
    ['not a whole number', 'token-expiration', '"3600.5"', [
      ignored('token-expiration', 'is "3600.5", which is not a whole number of seconds, so the webhook ignores it',
        SECONDS),
    ]],
    ['too short', 'token-expiration', '"599"', [
      ignored('token-expiration', 'is "599": the webhook uses at least 600 seconds', SECONDS, { severity: 'note' }),
    ]],
    ['too long', 'token-expiration', '"86401"', [
      ignored('token-expiration', 'is "86401": EKS allows at most 86400 seconds', SECONDS, { severity: 'note' }),
    ]],
    ['on a ServiceAccount', 'skip-containers', 'main', [
      ignored('skip-containers', 'is on a ServiceAccount, where the webhook does not read it', 'Move it to the pods.'),
    ]],
    ['an empty audience', 'audience', '""', [
      ignored('audience', 'is empty, so its tokens are for the API server and STS rejects them',
        'Remove the annotation, or set it to sts.amazonaws.com.', { at: 'sa.yaml:1:1' }),
    ]],
  ] as [string, string, string, Expected[]][]).map(([name, annotation, value, expected]): Case => ({
    rule: 'ignored-annotation',
    name,
    manifests: { 'sa.yaml': account(`${key(annotation)}: ${value}`) },
    expected,
  })),
  {
    rule: 'ignored-annotation',
    name: 'on a workload, and on pods',
    manifests: {
      'web.yaml': deployment(`{ ${key('token-expiration')}: "900" }`, `{ ${key('sts-regional-endpoints')}: "true" }`),
    },
    expected: [
      {
        message: `Deployment payments/web: the annotation ${key('token-expiration')} is on a workload, where the `
          + 'webhook does not read it.',
        fix: 'Move it to the ServiceAccount or the pods.',
        at: 'web.yaml:6:54',
      },
      {
        message: `Deployment payments/web: the annotation ${key('sts-regional-endpoints')} is on pods, where the `
          + 'webhook does not read it.',
        fix: 'Move it to the ServiceAccount.',
        at: 'web.yaml:10:64',
      },
    ],
  },
  ...([
    ['blanks', '"main, proxy"', 'main, proxy', 'which does not skip proxy: whitespace and quotes are part of the '
      + 'name', 'main,proxy'],
    ['blanks, of an init container', '"setup ,main"', 'setup ,main',
      'which does not skip setup: whitespace and quotes are part of the name', 'setup,main'],
    ['no CSV', "'main, \"proxy\"'", 'main, "proxy"', 'which is not valid CSV, so the webhook skips no container',
      'main,proxy'],
  ] as [string, string, string, string, string][]).map(([name, written, value, what, fix]): Case => ({
    rule: 'ignored-annotation',
    name: `skip-containers with ${name}`,
    manifests: skipping(written),
    expected: ofSkipList(value, what, fix),
  })),
  ...([
    ['as it should be', {
      'sa.yaml': account([
        `${key('sts-regional-endpoints')}: "True"`, `${key('token-expiration')}: "600"`,
        `${key('audience')}: sts.amazonaws.com`,
      ].join('\n    ')),
    }],
    ['the longest expiration, on pods', { 'web.yaml': deployment('{}', `{ ${key('token-expiration')}: "86400" }`) }],
    ['in quotes of CSV', skipping("'\"main\",\"proxy\"'")],
    ['a sidecar that another webhook injects', skipping('main,istio-proxy')],
    ['at a second place', { 'web.yaml': deployment(SOON, SOON) }],
    ['not rendered yet', { 'sa.yaml': account(`${key('token-expiration')}: \${SECONDS}`) }],
    ['an audience without a role', {
      'sa.yaml': account(`${key('audience')}: ""`).replace(/ +eks.amazonaws.com\/role-arn.*\n/, ''),
    }],
  ] as [string, Record<string, string>][]).map(([name, manifests]): Case => ({
    rule: 'ignored-annotation', name, manifests, expected: [],
  })),
  {
    rule: 'ignored-annotation',
    name: 'an empty audience, of which another rule speaks',
    resources: { Role: role('api', [trusting()]) },
    manifests: { 'sa.yaml': account(`${key('audience')}: ""`).replace(ELSEWHERE, arnOf('api')) },
    expected: [],
  },

  // static-credentials: skip-containers is CSV
  {
    rule: 'static-credentials',
    name: 'left out in quotes',
    manifests: {
      'sa.yaml': annotated('payments/api', ELSEWHERE),
      'pod.yaml': pod('payments/main', {
        serviceAccountName: 'api',
        containers: [{ name: 'main', image: 'main:1', env: [{ name: 'AWS_ACCESS_KEY_ID', value: 'AKIA' }] }],
      }, { [key('skip-containers')]: '"main"' }),
    },
    expected: [],
  },
];
