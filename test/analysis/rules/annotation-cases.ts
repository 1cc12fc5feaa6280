import {
  annotated,
  arnOf,
  association,
  Case,
  Expected,
  pod,
  podIdentity,
  role,
  serviceAccount,
  trusting,
} from './support';
import { ACCOUNT } from '../../support';

const ROLE = { Role: role('api', [trusting()]) };
const ELSEWHERE = arnOf('api', '444455556666');
const KEY = 'eks.amazonaws.com/role-arn';
const account = (metadata: Record<string, unknown>) =>
  `---\n${JSON.stringify({
    apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'api', namespace: 'payments', ...metadata },
  })}\n`;
const deployment = (metadata: Record<string, unknown>, ofPods: Record<string, unknown> = {}) =>
  `---\n${JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'payments', ...metadata },
    spec: {
      template: {
        metadata: ofPods,
        spec: { serviceAccountName: 'web', containers: [{ name: 'main', image: 'main:1' }] },
      },
    },
  })}\n`;
const onAccount = (what: string): Expected[] => [{
  message: `ServiceAccount payments/api: has ${what}, which the webhook does not read.`,
  fix: `Use the annotation ${KEY}.`,
  at: 'sa.yaml:2:1',
}];
const onWorkload = (what: string): Expected[] => [{
  message: `Deployment payments/web: has ${what}, which the webhook does not read.`,
  fix: `Add the annotation ${KEY} to its ServiceAccount, payments/web.`,
  at: 'web.yaml:2:1',
}];
const also = ['undeclared-service-account'];
const withEnv = (...env: object[]) => ({
  'sa.yaml': annotated('payments/api', ELSEWHERE),
  'pod.yaml': pod('payments/main', {
    serviceAccountName: 'api', containers: [{ name: 'main', image: 'main:1', env }],
  }),
});
const beside = (what: string, them = 'it'): Expected[] => [{
  message: `Pod payments/main: container main sets ${what}, which SDKs prefer to the role of payments/api.`,
  fix: `Remove ${them}, or exclude the container with eks.amazonaws.com/skip-containers.`,
  at: 'pod.yaml:2:1',
}];

export const ANNOTATION_CASES: Case[] = [
  // misplaced-annotation
  ...([
    ['another key', { annotations: { 'eks.amazonaws.com/role': ELSEWHERE } }, 'the annotation eks.amazonaws.com/role'],
    ['a label', { labels: { [KEY]: 'api' } }, `the label ${KEY}`],
    ['of kube2iam', { annotations: { 'iam.amazonaws.com/role': 'api' } }, 'the annotation iam.amazonaws.com/role'],
  ] as [string, object, string][]).map(([name, metadata, what]): Case => ({
    rule: 'misplaced-annotation', name, manifests: { 'sa.yaml': account({ ...metadata }) }, expected: onAccount(what),
  })),
  {
    rule: 'misplaced-annotation',
    name: 'on a Deployment',
    manifests: { 'web.yaml': deployment({ annotations: { [KEY]: ELSEWHERE } }) },
    expected: onWorkload(`the annotation ${KEY}`),
    also,
  },
  {
    rule: 'misplaced-annotation',
    name: 'on its pods',
    manifests: { 'web.yaml': deployment({}, { annotations: { [KEY]: ELSEWHERE } }) },
    expected: onWorkload(`the pods' annotation ${KEY}`),
    also,
  },
  ...([
    ['right', account({ annotations: { [KEY]: ELSEWHERE } })],
    ['beside the right one', account({ annotations: { [KEY]: ELSEWHERE, 'eks.amazonaws.com/role': ELSEWHERE } })],
    ['other annotations', account({ annotations: { 'eks.amazonaws.com/audience': 'x' }, labels: { role: 'api' } })],
    ['kube2iam on pods', deployment({}, { annotations: { 'iam.amazonaws.com/role': 'web' } })],
  ] as [string, string][]).map(([name, text]): Case => ({
    rule: 'misplaced-annotation', name, manifests: { 'sa.yaml': text }, expected: [],
  })),

  // missing-annotation
  {
    rule: 'missing-annotation',
    name: 'a role trusts it by name',
    resources: ROLE,
    manifests: { 'sa.yaml': serviceAccount('payments/api') },
    expected: [{
      message: `ServiceAccount payments/api: role ${arnOf('api')} trusts it, but it has no annotation.`,
      fix: `Add the annotation ${KEY}: ${arnOf('api')}.`,
      at: 'sa.yaml:2:1',
    }],
  },
  ...([
    ['annotated', ROLE, { 'sa.yaml': annotated('payments/api', arnOf('api')) }],
    ['annotated elsewhere', ROLE, {
      'base.yaml': serviceAccount('payments/api'), 'overlay.yaml': annotated('payments/api', arnOf('api')),
    }],
    ['trusted by a pattern', { Role: role('api', [podIdentity()]) }, { 'sa.yaml': serviceAccount('payments/api') }],
    ['associated', { ...ROLE, Association: association(arnOf('other', ACCOUNT)) }, {
      'sa.yaml': serviceAccount('payments/api'),
    }],
    ['another name', ROLE, { 'sa.yaml': serviceAccount('payments/web') }],
  ] as [string, Record<string, any>, Record<string, string>][]).map(([name, resources, manifests]): Case => ({
    rule: 'missing-annotation', name, resources, manifests, expected: [],
  })),

  // static-credentials
  {
    rule: 'static-credentials',
    name: 'keys',
    manifests: withEnv({ name: 'AWS_ACCESS_KEY_ID', value: 'AKIA' }, { name: 'AWS_SECRET_ACCESS_KEY', valueFrom: {} }),
    expected: beside('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY', 'them'),
  },
  {
    rule: 'static-credentials',
    name: 'another role',
    manifests: withEnv({ name: 'AWS_ROLE_ARN', value: arnOf('other') }),
    expected: beside(`AWS_ROLE_ARN (${arnOf('other')})`),
  },
  ...([
    ['none', withEnv({ name: 'AWS_REGION', value: 'eu-west-1' })],
    ['the same role', withEnv({ name: 'AWS_ROLE_ARN', value: ELSEWHERE })],
    ['without a role', {
      'pod.yaml': pod('payments/main', {
        containers: [{ name: 'main', image: 'main:1', env: [{ name: 'AWS_ACCESS_KEY_ID', value: 'AKIA' }] }],
      }),
    }],
    ['left out by the webhook', {
      'sa.yaml': annotated('payments/api', ELSEWHERE),
      'pod.yaml': pod('payments/main', {
        serviceAccountName: 'api',
        containers: [{ name: 'main', image: 'main:1', env: [{ name: 'AWS_ACCESS_KEY_ID', value: 'AKIA' }] }],
      }, { 'eks.amazonaws.com/skip-containers': 'main' }),
    }],
  ] as [string, Record<string, string>][]).map(([name, manifests]): Case => ({
    rule: 'static-credentials', name, manifests, expected: [],
  })),
];
