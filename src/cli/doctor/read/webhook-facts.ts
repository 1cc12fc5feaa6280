/**
 * The pod identity webhook among the webhooks of a cluster, and whether the API server calls it for the pods in
 * question.
 */
import { arrayOf } from '../../../analysis/json-values';
import { PodObject, Webhook } from '../facts';

/** What EKS, its own manifests, Helm charts, kOps and OpenShift call it. */
const NAMES = /pod-identity-webhook|iam-for-pods/;

type Labels = { readonly [key: string]: string };

/** Whom the webhook has to take in. */
export interface WebhookScope {
  /** Undefined where they could not be read. */
  readonly namespaceLabels?: Labels;
  readonly pods: readonly PodObject[];
}

export function isWebhook(configuration: any, { name, clientConfig }: any): boolean {
  return [configuration.metadata?.name, name, clientConfig?.service?.name].some(text => NAMES.test(`${text}`));
}

export function webhookOf(configuration: any, webhook: any, scope: WebhookScope): Webhook {
  const { name, failurePolicy, clientConfig } = webhook;
  return {
    configuration: `${configuration.metadata.name}`,
    name: `${name}`,
    failurePolicy: failurePolicy === 'Ignore' ? 'Ignore' : 'Fail',
    target:
      clientConfig?.url === undefined
        ? `service ${clientConfig?.service?.namespace}/${clientConfig?.service?.name}`
        : `${clientConfig.url}`,
    selects: selects(webhook, scope),
    hasCaBundle: typeof clientConfig?.caBundle === 'string' && clientConfig.caBundle !== '',
  };
}

function selects(
  { rules, namespaceSelector, objectSelector, matchConditions }: any,
  { namespaceLabels, pods }: WebhookScope,
): boolean | string {
  if (!arrayOf(rules).some(takesInNewPods)) return false;
  if (namespaceLabels === undefined && !isEmpty(namespaceSelector)) {
    return 'it is called for some namespaces, by labels that could not be read';
  }
  if (!matches(namespaceSelector, namespaceLabels ?? {})) return false;
  if (pods.length > 0 ? !pods.some(({ labels }) => matches(objectSelector, labels)) : !matches(objectSelector, {})) {
    return pods.length > 0 ? false : 'it is called for pods with certain labels, and there are no pods to look at';
  }
  return arrayOf(matchConditions).length > 0 ? 'it has matchConditions, which only the API server can evaluate' : true;
}

function takesInNewPods({ apiGroups, resources, operations, scope }: any): boolean {
  const has = (list: any, ...values: string[]) => values.some(value => arrayOf(list).includes(value));
  return (
    has(apiGroups, '', '*')
    && has(resources, 'pods', '*', '*/*')
    && has(operations, 'CREATE', '*')
    && scope !== 'Cluster'
  );
}

function isEmpty(selector: any): boolean {
  return Object.keys(selector?.matchLabels ?? {}).length === 0 && arrayOf(selector?.matchExpressions).length === 0;
}

/** A label selector of Kubernetes; an empty one takes in everything. */
function matches(selector: any, labels: Labels): boolean {
  return Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value)
    && arrayOf(selector?.matchExpressions).every(expression => fulfils(expression, labels));
}

function fulfils({ key, operator, values }: any, labels: Labels): boolean {
  const isThere = Object.prototype.hasOwnProperty.call(labels, key);
  switch (operator) {
    case 'Exists': return isThere;
    case 'DoesNotExist': return !isThere;
    case 'In': return isThere && arrayOf(values).includes(labels[key]);
    case 'NotIn': return !isThere || !arrayOf(values).includes(labels[key]);
    default: return false;
  }
}
