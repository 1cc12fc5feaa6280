import { annotated, arnOf, association, Case, pod, podIdentity, role, serviceAccount, trusting } from './support';

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
        fix: 'Correct serviceAccountName, or add the ServiceAccount; irsaServiceAccount.applyTo(deployment) names the '
          + 'right one.',
        at: 'pod.yaml:2:1',
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
        fix: 'Correct serviceAccountName, or add the ServiceAccount; irsaServiceAccount.applyTo(deployment) names the '
          + 'right one.',
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
        fix: 'Correct serviceAccountName, or add the ServiceAccount; irsaServiceAccount.applyTo(deployment) names the '
          + 'right one.',
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
    name: 'forgotten',
    resources: API,
    manifests: { 'sa.yaml': SA, 'pod.yaml': pod('payments/main', {}) },
    expected: [
      {
        message:
          'Pod payments/main: names no service account and gets ServiceAccount default; in its namespace api has a '
            + 'role.',
        fix: 'Name the one that is meant, serviceAccountName: api, or say that it needs none: '
          + 'automountServiceAccountToken: false.',
        at: 'pod.yaml:2:1',
      },
    ],
  },
  {
    rule: 'default-service-account',
    name: 'forgotten, with an association',
    also: ['open-pod-identity'],
    resources: { Role: role('api', [podIdentity()]), Association: association(arnOf('api')) },
    manifests: { 'pod.yaml': pod('payments/main', {}) },
    expected: [
      {
        message:
          'Pod payments/main: names no service account and gets ServiceAccount default; in its namespace api has a '
            + 'role.',
        fix: 'Name the one that is meant, serviceAccountName: api, or say that it needs none: '
          + 'automountServiceAccountToken: false.',
        at: 'pod.yaml:2:1',
      },
    ],
  },
  {
    rule: 'default-service-account',
    name: 'named',
    resources: API,
    manifests: { 'sa.yaml': SA, 'pod.yaml': pod('payments/main', { serviceAccountName: 'default' }) },
    expected: [
      {
        severity: 'info',
        message: 'Pod payments/main: names the ServiceAccount default.',
        fix: 'Name the one that is meant, serviceAccountName: <name>, or say that it needs none: '
          + 'automountServiceAccountToken: false.',
        at: 'pod.yaml:2:1',
      },
    ],
  },
  {
    rule: 'default-service-account',
    name: 'elsewhere',
    resources: API,
    manifests: { 'sa.yaml': SA, 'pod.yaml': pod('orders/main', {}) },
    expected: [
      {
        severity: 'info',
        message: 'Pod orders/main: names no service account and gets ServiceAccount default.',
        fix: 'Name the one that is meant, serviceAccountName: <name>, or say that it needs none: '
          + 'automountServiceAccountToken: false.',
        at: 'pod.yaml:2:1',
      },
    ],
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
    name: 'the pod is non-root',
    resources: API,
    manifests: { 'sa.yaml': SA, 'pod.yaml': pod('payments/main', { ...USES_API, ...NON_ROOT }) },
    expected: [
      {
        message:
          'Pod payments/main: container main runs as non-root, and the pod has no fsGroup: it cannot read the token '
            + 'of api.',
        fix: 'Add securityContext: { fsGroup: 65534 } to the pod, as irsaServiceAccount.applyTo(deployment) does.',
        at: 'pod.yaml:2:1',
      },
    ],
  },
  {
    rule: 'missing-fs-group',
    name: 'a container is',
    resources: API,
    manifests: {
      'sa.yaml': SA,
      'pod.yaml': pod('payments/main', {
        ...USES_API,
        containers: [container('proxy', { runAsUser: 0 }), container('main', { runAsUser: 1000 })],
      }),
    },
    expected: [
      {
        message:
          'Pod payments/main: container main runs as non-root, and the pod has no fsGroup: it cannot read the token '
            + 'of api.',
        fix: 'Add securityContext: { fsGroup: 65534 } to the pod, as irsaServiceAccount.applyTo(deployment) does.',
        at: 'pod.yaml:2:1',
      },
    ],
  },
  {
    rule: 'missing-fs-group',
    name: 'a container that runs before',
    resources: API,
    manifests: {
      'sa.yaml': SA,
      'pod.yaml': pod('payments/main', { ...USES_API, initContainers: [container('init', { runAsUser: 1000 })] }),
    },
    expected: [
      {
        message:
          'Pod payments/main: container init runs as non-root, and the pod has no fsGroup: it cannot read the token '
            + 'of api.',
        fix: 'Add securityContext: { fsGroup: 65534 } to the pod, as irsaServiceAccount.applyTo(deployment) does.',
        at: 'pod.yaml:2:1',
      },
    ],
  },
  {
    rule: 'missing-fs-group',
    name: 'with one',
    resources: API,
    manifests: {
      'sa.yaml': SA,
      'pod.yaml': pod('payments/main', { ...USES_API, securityContext: { runAsNonRoot: true, fsGroup: 1000 } }),
    },
    expected: [],
  },
  {
    rule: 'missing-fs-group',
    name: 'root',
    resources: API,
    manifests: { 'sa.yaml': SA, 'pod.yaml': pod('payments/main', USES_API) },
    expected: [],
  },
  {
    rule: 'missing-fs-group',
    name: 'on Windows',
    resources: API,
    manifests: {
      'sa.yaml': SA,
      'pod.yaml': pod('payments/main', { ...USES_API, ...NON_ROOT, os: { name: 'windows' } }),
    },
    expected: [],
  },
  {
    rule: 'missing-fs-group',
    name: 'skipped',
    resources: API,
    manifests: {
      'sa.yaml': SA,
      'pod.yaml': pod(
        'payments/main',
        { ...USES_API, containers: [container('main'), container('proxy', { runAsUser: 1000 })] },
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
      'pod.yaml': pod('payments/main', { ...USES_API, ...NON_ROOT }),
    },
    expected: [],
  },
  {
    rule: 'missing-fs-group',
    name: 'of what is no container',
    resources: API,
    manifests: {
      'sa.yaml': SA,
      'pod.yaml': pod('payments/main', {
        ...USES_API,
        containers: [null, container('main', 'x')],
        initContainers: 'x',
        securityContext: 1,
      }),
    },
    expected: [],
  },
];
