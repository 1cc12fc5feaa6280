/**
 * A healthy set-up, as the API server and the webhook make it, for tests to break one thing of.
 */
import { Facts, Question } from '../../../src/cli/doctor/facts';
import { podOf, serviceAccountOf } from '../../../src/cli/doctor/read/kubernetes-objects';
import { isWebhook, webhookOf } from '../../../src/cli/doctor/read/webhook-facts';
import { Manifest } from '../../judges/kubernetes';
import { injected } from '../../token/pod-identity-webhook';

export const ROLE = 'arn:aws:iam::111122223333:role/payments-api';
export const OTHER_ROLE = 'arn:aws:iam::111122223333:role/other';
export const QUESTION: Question = { clusterName: 'blue', namespace: 'payments', serviceAccount: 'api' };
export const POD_QUESTION: Question = { ...QUESTION, pod: 'api-1' };

/** What stands in the cluster. */
export interface Setup {
  readonly question: Question;
  readonly namespace: Manifest;
  readonly serviceAccount: Manifest;
  /** Before the webhook. */
  readonly pods: Manifest[];
  readonly webhooks: Manifest[];
}

export function serviceAccount(annotations: Record<string, string> = { 'eks.amazonaws.com/role-arn': ROLE }): Manifest {
  const keys = Object.keys(annotations).map(key => [`f:${key}`, {}]);
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      name: 'api',
      namespace: 'payments',
      creationTimestamp: '2026-01-01T00:00:00Z',
      uid: 'd0a1',
      resourceVersion: '7',
      annotations,
      managedFields: [{
        manager: 'kubectl',
        operation: 'Apply',
        apiVersion: 'v1',
        time: '2026-01-02T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:metadata': { 'f:annotations': { '.': {}, ...Object.fromEntries(keys) } } },
      }],
    },
  };
}

export function pod(spec: any = {}, metadata: any = {}): Manifest {
  const { containers = [{ name: 'main', image: 'registry.example.com/main:1' }], ...rest } = spec;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'api-1',
      namespace: 'payments',
      creationTimestamp: '2026-01-03T00:00:00Z',
      uid: 'd0a2',
      resourceVersion: '8',
      labels: { 'app': 'api', 'pod-template-hash': '5d4f' },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'api-5d4f', uid: 'd0a3', controller: true }],
      ...metadata,
    },
    spec: {
      serviceAccountName: 'api',
      serviceAccount: 'api',
      restartPolicy: 'Always',
      securityContext: {},
      ...rest,
      containers,
    },
    status: { phase: 'Running' },
  };
}

/** As EKS has it. */
export function webhook(changes: any = {}): Manifest {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'pod-identity-webhook' },
    webhooks: [
      {
        name: 'iam-for-pods.amazonaws.com',
        admissionReviewVersions: ['v1beta1'],
        clientConfig: { url: 'https://127.0.0.1:23443/mutate', caBundle: 'Q0E=' },
        failurePolicy: 'Ignore',
        matchPolicy: 'Equivalent',
        namespaceSelector: {},
        objectSelector: {
          matchExpressions: [{ key: 'eks.amazonaws.com/skip-pod-identity-webhook', operator: 'DoesNotExist' }],
        },
        reinvocationPolicy: 'IfNeeded',
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'], scope: '*' }],
        sideEffects: 'None',
        timeoutSeconds: 10,
        ...changes,
      },
    ],
  };
}

export function setup(changes: Partial<Setup> = {}): Setup {
  return {
    question: QUESTION,
    namespace: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'payments', labels: { 'kubernetes.io/metadata.name': 'payments' } },
    },
    serviceAccount: serviceAccount(),
    pods: [pod()],
    webhooks: [webhook()],
    ...changes,
  };
}

/** What the doctor reads of it, the webhook having been at work. */
export function factsOf(changes: Partial<Setup> = {}): Facts {
  const all = setup(changes);
  return factsOfPods(all, all.pods.map(one => injected(one, all.serviceAccount)));
}

/** The same with pods as they stand. */
export function factsOfPods(changes: Partial<Setup>, manifests: Manifest[]): Facts {
  const all = setup(changes);
  const pods = manifests.map(podOf);
  const scope = { namespaceLabels: all.namespace.metadata.labels, pods };
  const webhooks = all.webhooks.flatMap(configuration =>
    configuration.webhooks
      .filter((one: any) => isWebhook(configuration, one))
      .map((one: any) => webhookOf(configuration, one, scope)),
  );
  const nothing = { unknown: 'not asked' };
  return {
    question: all.question,
    now: new Date('2026-02-01T00:00:00Z'),
    region: 'eu-west-1',
    caller: nothing,
    roleCaller: nothing,
    cluster: nothing,
    providers: nothing,
    namespace: { value: { name: 'payments' } },
    serviceAccount: { value: serviceAccountOf(all.serviceAccount) },
    role: nothing,
    policies: nothing,
    webhooks: { value: webhooks },
    podIdentities: { value: [] },
    pods: { value: pods },
    trail: nothing,
  };
}

