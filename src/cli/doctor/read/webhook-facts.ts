/**
 * Finds the pod identity webhook of a cluster, and whether the API server calls it for the pods in question.
 */
import { arrayOf, objectOf, propertyOf } from '../../../analysis/json-values';
import { selectorMatches } from '../../../conventions/label-selector';
import { PodObject, Webhook } from '../facts';

/** Its names in EKS, its own manifests, Helm charts, kOps and OpenShift. */
const NAMES = /pod-identity-webhook|iam-for-pods/;

/** The pods that the webhook must select. */
export interface WebhookScope {
  /** Undefined if they could not be read. */
  readonly namespaceLabels?: PodObject['labels'];
  readonly pods: readonly PodObject[];
}

export function isWebhook(configuration: unknown, webhook: unknown): boolean {
  const names = [
    propertyOf(configuration, 'metadata', 'name'),
    propertyOf(webhook, 'name'),
    propertyOf(webhook, 'clientConfig', 'service', 'name'),
  ];
  return names.some(name => NAMES.test(`${name}`));
}

export function webhookOf(configuration: unknown, webhook: unknown, scope: WebhookScope): Webhook {
  const { name, failurePolicy, clientConfig, objectSelector } = objectOf(webhook);
  const { url, service, caBundle } = objectOf(clientConfig);
  return {
    configuration: `${propertyOf(configuration, 'metadata', 'name')}`,
    name: `${name}`,
    failurePolicy: failurePolicy === 'Ignore' ? 'Ignore' : 'Fail',
    target:
      url === undefined ? `service ${propertyOf(service, 'namespace')}/${propertyOf(service, 'name')}` : `${url}`,
    selects: selects(webhook, scope),
    leavesOut: scope.pods.filter(({ labels }) => !selectorMatches(objectSelector, labels)).map(pod => pod.name),
    hasCaBundle: typeof caBundle === 'string' && caBundle !== '',
  };
}

function selects(webhook: unknown, { namespaceLabels, pods }: WebhookScope): boolean | string {
  const { rules, namespaceSelector, objectSelector, matchConditions } = objectOf(webhook);
  if (!arrayOf(rules).some(includesNewPods)) return false;
  if (namespaceLabels === undefined && !isEmpty(namespaceSelector)) {
    return 'its namespaceSelector selects labels that could not be read';
  }
  if (!selectorMatches(namespaceSelector, namespaceLabels ?? {})) return false;
  const isSelected = (labels: PodObject['labels']) => selectorMatches(objectSelector, labels);
  if (pods.length > 0 ? !pods.some(({ labels }) => isSelected(labels)) : !isSelected({})) {
    return pods.length > 0 ? false : 'its objectSelector selects pods by labels, and there are no pods';
  }
  return arrayOf(matchConditions).length > 0 ? 'it has matchConditions, which only the API server can evaluate' : true;
}

function includesNewPods(rule: unknown): boolean {
  const { apiGroups, resources, operations, scope } = objectOf(rule);
  const has = (list: unknown, ...values: string[]) => values.some(value => arrayOf(list).includes(value));
  return (
    has(apiGroups, '', '*')
    && has(resources, 'pods', '*', '*/*')
    && has(operations, 'CREATE', '*')
    && scope !== 'Cluster'
  );
}

function isEmpty(selector: unknown): boolean {
  const { matchLabels, matchExpressions } = objectOf(selector);
  return Object.keys(matchLabels ?? {}).length === 0 && arrayOf(matchExpressions).length === 0;
}
