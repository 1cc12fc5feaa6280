import {
  annotated, arnOf, association, Case, Expected, pod, podIdentity, role, serviceAccount, trusting,
} from './support';

const API = { Role: role('api', [trusting()]) };
const SA = annotated('payments/api', arnOf('api'));
const USES_API = { serviceAccountName: 'api' };
const NON_ROOT = { securityContext: { runAsNonRoot: true } };
const container = (name: string, securityContext?: any) => ({ name, image: 'main:1.0.0', securityContext });
const cronJob = `---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: nightly
  namespace: payments
spec:
  jobTemplate:
    spec:
      template:
        spec:
          serviceAccountName: apo
          containers:
            - name: main
              image: main:1.0.0
`;

export const POD_CASES: Case[] = [
  // undeclared-service-account
  {
    rule: 'undeclared-service-account',
    name: 'a wrong name',
    resources: API,
    manifests: { 'sa.yaml': SA, 'pod.yaml': cronJob },
    expected: [
      {
        message:
          'CronJob payments/nightly: uses ServiceAccount payments/apo, which no manifest declares and no role trusts.',
        fix: 'Correct serviceAccountName, or add the ServiceAccount. irsaServiceAccount.applyTo(deployment) sets the '
          + 'right name.',
        at: 'pod.yaml:12:3',
      },
    ],
  },
  {
    rule: 'undeclared-service-account',
    name: 'a wrong namespace',
    resources: API,
    manifests: { 'sa.yaml': SA, 'pod.yaml': pod('payment/main', USES_API) },
    expected: [
      {
        message: 'Pod payment/main: uses ServiceAccount payment/api, which no manifest declares and no role trusts.',
        fix: 'Correct serviceAccountName, or add the ServiceAccount. irsaServiceAccount.applyTo(deployment) sets the '
          + 'right name.',
        at: 'pod.yaml:2:1',
      },
    ],
  },
  {
    rule: 'undeclared-service-account',
    name: 'a role that trusts a pattern',
    resources: { Role: role('api', [trusting('payments:*')]) },
    manifests: { 'pod.yaml': pod('payments/main', USES_API) },
    also: ['wildcard-under-string-equals'],
    expected: [
      {
        message: 'Pod payments/main: uses ServiceAccount payments/api, which no manifest declares and no role trusts.',
        fix: 'Correct serviceAccountName, or add the ServiceAccount. irsaServiceAccount.applyTo(deployment) sets the '
          + 'right name.',
        at: 'pod.yaml:2:1',
      },
    ],
  },
  {
    rule: 'undeclared-service-account',
    name: 'declared',
    resources: API,
    manifests: { 'sa.yaml': SA, 'pod.yaml': pod('payments/main', USES_API) },
    expected: [],
  },
  {
    rule: 'undeclared-service-account',
    name: 'declared without a role',
    manifests: { 'sa.yaml': serviceAccount('payments/api'), 'pod.yaml': pod('payments/main', USES_API) },
    expected: [],
  },
  {
    rule: 'undeclared-service-account',
    name: 'of a Helm chart: a role trusts it',
    resources: API,
    manifests: { 'pod.yaml': pod('payments/main', USES_API) },
    expected: [],
  },
  {
    rule: 'undeclared-service-account',
    name: 'of a Helm chart: it is associated',
    resources: { Role: role('api', [podIdentity()]), Association: association(arnOf('api')) },
    manifests: { 'pod.yaml': pod('payments/main', USES_API) },
    expected: [],
  },
  {
    rule: 'undeclared-service-account',
    name: 'declared without a namespace',
    manifests: { 'sa.yaml': serviceAccount('api'), 'pod.yaml': pod('payments/main', USES_API) },
    expected: [],
  },
  {
    rule: 'undeclared-service-account',
    name: 'a pod without a namespace',
    manifests: {
      'sa.yaml': serviceAccount('payments/api'),
      'pod.yaml': pod('payments/main', USES_API).replace(',"namespace":"payments"', ''),
    },
    expected: [],
  },

  // default-service-account
  {
    rule: 'default-service-account',
    name: 'forgotten, beside a service account of somebody else with a role',
    resources: API,
    manifests: { 'sa.yaml': SA, 'pod.yaml': pod('payments/mysql', {}) },
    expected: [defaults('payments', '1 workload uses', 'Pod mysql')],
  },
  {
    rule: 'default-service-account',
    name: 'forgotten, with an association',
    also: ['open-pod-identity'],
    resources: { Role: role('api', [podIdentity()]), Association: association(arnOf('api')) },
    manifests: { 'pod.yaml': pod('payments/main', {}) },
    expected: [defaults('payments', '1 workload uses', 'Pod main')],
  },
  {
    rule: 'default-service-account',
    name: 'named, and forgotten, in two namespaces',
    manifests: {
      'pod.yaml': pod('payments/a', { serviceAccountName: 'default' }) + pod('orders/e', {})
        + ['payments/b', 'payments/c', 'payments/d', 'payments/e'].map(name => pod(name, {})).join(''),
    },
    expected: [
      defaults('payments', '5 workloads use', 'Pod a, Pod b, Pod c and 2 more'),
      { ...defaults('orders', '1 workload uses', 'Pod e'), at: 'pod.yaml:4:1' },
    ],
  },
  {
    rule: 'default-service-account',
    name: 'a workload that gets no token',
    manifests: { 'pod.yaml': pod('payments/main', { automountServiceAccountToken: false }) },
    expected: [],
  },
  {
    rule: 'default-service-account',
    name: 'another',
    resources: API,
    manifests: { 'sa.yaml': SA, 'pod.yaml': pod('payments/main', USES_API) },
    expected: [],
  },
  {
    rule: 'default-service-account',
    name: 'that has the role: another rule says so',
    resources: { Role: role('api', [trusting('payments:default')]) },
    manifests: { 'sa.yaml': annotated('payments/default', arnOf('api')), 'pod.yaml': pod('payments/main', {}) },
    expected: [],
  },

  // missing-fs-group
  {
    rule: 'missing-fs-group',
    name: 'a volume in the place of the webhook\'s, and the user is the image\'s',
    resources: API,
    manifests: {
      'sa.yaml': SA,
      'pod.yaml': pod('payments/main', { ...USES_API, ...NON_ROOT, volumes: [tokenVolume('aws-iam-token', 0o400)] }),
    },
    expected: [unreadable('main', '0400')],
  },
  {
    rule: 'missing-fs-group',
    name: 'a volume in the place of the webhook\'s, and two users',
    resources: API,
    manifests: {
      'sa.yaml': SA,
      'pod.yaml': pod('payments/main', {
        ...USES_API,
        initContainers: [container('init', { runAsUser: 1000 })],
        containers: [container('main', { runAsUser: 1001 })],
        volumes: [tokenVolume('aws-iam-token', 0o640)],
      }),
    },
    expected: [unreadable('main', '0640')],
  },
  {
    rule: 'missing-fs-group',
    name: 'a volume of one\'s own, in octal notation, without the webhook',
    manifests: { 'pod.yaml': ownVolume('0600') },
    expected: [unreadable('main', '0600', 14)],
  },
  {
    rule: 'missing-fs-group',
    name: 'only the container that evidently runs as non-root counts',
    resources: API,
    manifests: {
      'sa.yaml': SA,
      'pod.yaml': pod('payments/main', {
        ...USES_API,
        containers: [container('proxy', { runAsUser: 0 }), container('main', { runAsUser: 1000 })],
        volumes: [tokenVolume('aws-iam-token', 0o400)],
      }),
    },
    expected: [unreadable('main', '0400')],
  },
  ...silentTokens({
    'the volume of the webhook, and the user is the image\'s': { ...NON_ROOT },
    'the volume of the webhook, and one user': { securityContext: { runAsNonRoot: true, runAsUser: 1000 } },
    'the volume of the webhook, and two users': {
      containers: [container('a', { runAsUser: 1 }), container('b', { runAsUser: 2 })],
    },
    'one user of all containers': {
      initContainers: [container('init', { runAsUser: 1000 })],
      containers: [container('main', { runAsUser: 1000 })],
      volumes: [tokenVolume('aws-iam-token', 0o400)],
    },
    'one user of the pod': { securityContext: { runAsUser: 1000 }, volumes: [tokenVolume('aws-iam-token', 0o400)] },
    'a group': {
      securityContext: { runAsNonRoot: true, fsGroup: 1000 },
      volumes: [tokenVolume('aws-iam-token', 0o400)],
    },
    'a mode that lets everyone read': { ...NON_ROOT, volumes: [tokenVolume('aws-iam-token', 0o444)] },
    'a volume without a mode': { ...NON_ROOT, volumes: [tokenVolume('aws-iam-token')] },
    'another volume, which the SDK does not read': { ...NON_ROOT, volumes: [tokenVolume('vault', 0o400)] },
    'a token file elsewhere': {
      ...NON_ROOT,
      containers: [{ ...container('main'), env: [{ name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: '/tmp/token' }] }],
      volumes: [tokenVolume('aws-iam-token', 0o400)],
    },
    'root': { volumes: [tokenVolume('aws-iam-token', 0o400)] },
    'Windows': { ...NON_ROOT, os: { name: 'windows' }, volumes: [tokenVolume('aws-iam-token', 0o400)] },
    'what is no container': {
      containers: [null, container('main', 'x')], initContainers: 'x', securityContext: 1, volumes: [null, 'x'],
    },
  }),
  {
    rule: 'missing-fs-group',
    name: 'octal notation that lets everyone read',
    manifests: { 'pod.yaml': ownVolume('0755') },
    expected: [],
  },
  {
    rule: 'missing-fs-group',
    name: 'a container that the webhook skips',
    resources: API,
    manifests: {
      'sa.yaml': SA,
      'pod.yaml': pod(
        'payments/main',
        {
          ...USES_API,
          containers: [container('main'), container('proxy', { runAsUser: 1000 })],
          volumes: [tokenVolume('aws-iam-token', 0o400)],
        },
        { 'eks.amazonaws.com/skip-containers': 'proxy' },
      ),
    },
    expected: [],
  },
  {
    rule: 'missing-fs-group',
    name: 'no role',
    manifests: {
      'sa.yaml': serviceAccount('payments/api'),
      'pod.yaml': pod('payments/main', { ...USES_API, ...NON_ROOT, volumes: [tokenVolume('aws-iam-token', 0o400)] }),
    },
    expected: [],
  },
];

function defaults(namespace: string, count: string, names: string): Expected {
  return {
    message: `Namespace ${namespace}: ${count} the ServiceAccount default: ${names}.`,
    fix: 'Give each workload that calls AWS its own ServiceAccount (serviceAccountName). The others are fine; to '
      + 'remove them from this note, set automountServiceAccountToken: false.',
    at: 'pod.yaml:2:1',
  };
}

function tokenVolume(name: string, defaultMode?: number): object {
  return { name, projected: { defaultMode, sources: [{ serviceAccountToken: { path: 'token' } }] } };
}

/** A pod that reads a token by itself; the mode in the notation of YAML. */
function ownVolume(mode: string): string {
  return `---
apiVersion: v1
kind: Pod
metadata: { name: main, namespace: payments }
spec:
  securityContext: { runAsNonRoot: true }
  containers:
    - name: main
      env: [{ name: AWS_WEB_IDENTITY_TOKEN_FILE, value: /var/run/aws/token }]
      volumeMounts: [{ name: aws, mountPath: /var/run/aws/ }]
  volumes:
    - name: aws
      projected:
        defaultMode: ${mode}
        sources: [{ serviceAccountToken: { path: token, audience: sts.amazonaws.com } }]
`;
}

function unreadable(name: string, mode: string, line = 2): Expected {
  return {
    message: `Pod payments/main: container ${name} runs as non-root and cannot read its token: the volume has `
      + `defaultMode ${mode}, the pod has no fsGroup, and its containers do not all set the same runAsUser.`,
    fix: 'Remove defaultMode from the projected volume, or set fsGroup in the pod\'s securityContext.',
    at: `pod.yaml:${line}:1`,
  };
}

/** Pods that can read their token. */
function silentTokens(specs: Record<string, Record<string, unknown>>): Case[] {
  return Object.entries(specs).map(([name, spec]) => ({
    rule: 'missing-fs-group',
    name,
    resources: API,
    manifests: { 'sa.yaml': SA, 'pod.yaml': pod('payments/main', { ...USES_API, ...spec }) },
    expected: [],
  }));
}
