/**
 * Converts API objects into the form that the doctor keeps, without anything that may be secret.
 */
import { EgressPolicy, EgressRule, NetworkPlugins, Owner, PodObject, ServiceAccountObject } from '../facts';
import { KubernetesProblem, NO_OBJECT } from './kubernetes-client';
import { withoutValues } from './pod-without-values';
import { arrayOf, isObject, JsonObject, objectOf, propertyOf, textMapOf } from '../../../analysis/json-values';
import { ROLE_ARN_ANNOTATION } from '../../../conventions/webhook-annotations';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'; // repeats the whole object

const OWNED_ANNOTATION = ['f:metadata', 'f:annotations', `f:${ROLE_ARN_ANNOTATION}`];

/** Variable of the VPC CNI; `strict` if it is not set. */
const SECURITY_GROUP_MODE = 'POD_SECURITY_GROUP_ENFORCING_MODE';

/** An API object. Only its name is validated. */
export interface ApiObject {
  readonly metadata: JsonObject & { readonly name: string };
  readonly spec?: unknown;
  readonly status?: unknown;
}

export function serviceAccountOf(value: unknown): ServiceAccountObject {
  const { metadata } = objectIn(value);
  const { [LAST_APPLIED]: _, ...annotations } = textMapOf(metadata.annotations);
  return {
    namespace: `${metadata.namespace}`,
    name: `${metadata.name}`,
    annotations,
    created: dateOf(metadata.creationTimestamp),
    ...annotatedAt(metadata),
  };
}

/** When a manager of the annotation last changed the object, and whether that change must be the annotation. */
function annotatedAt(
  { managedFields, creationTimestamp }: JsonObject,
): Pick<ServiceAccountObject, 'annotated' | 'isAnnotatedExact'> {
  const [last] = arrayOf(managedFields)
    .filter(entry => propertyOf(entry, 'fieldsV1', ...OWNED_ANNOTATION) !== undefined)
    .map(entry => ({ entry, time: Date.parse(`${propertyOf(entry, 'time')}`) }))
    .filter(({ time }) => !Number.isNaN(time))
    .sort((left, right) => right.time - left.time);
  if (last === undefined) return {};
  const isExact = last.time === dateOf(creationTimestamp).getTime()
    || ownsNothingElse(propertyOf(last.entry, 'fieldsV1'));
  return { annotated: new Date(last.time), ...isExact && { isAnnotatedExact: true } };
}

/** A manager has one time for all its fields. */
function ownsNothingElse(fields: unknown): boolean {
  const [metadata, annotations] = OWNED_ANNOTATION;
  const owned = propertyOf(fields, metadata, annotations);
  return [fields, propertyOf(fields, metadata)].every(level => Object.keys(objectOf(level)).length === 1)
    && Object.keys(objectOf(owned)).every(key => key === '.' || key === OWNED_ANNOTATION[2]);
}

export function podOf(value: unknown): PodObject {
  const { metadata, spec, status } = objectIn(value);
  const annotations = Object.entries(textMapOf(metadata.annotations)).filter(([key]) =>
    /^[\w.-]*amazonaws\.com\//.test(key),
  );
  const labels = textMapOf(metadata.labels);
  const node = propertyOf(spec, 'nodeName');
  const owner = ownerIn(metadata.ownerReferences, labels);
  return {
    namespace: `${metadata.namespace}`,
    name: `${metadata.name}`,
    created: dateOf(metadata.creationTimestamp),
    labels,
    annotations: Object.fromEntries(annotations),
    serviceAccount: `${propertyOf(spec, 'serviceAccountName') ?? 'default'}`,
    ...typeof node === 'string' && { node },
    ...owner && { owner },
    spec: withoutValues(spec),
    // As kubectl shows it: a pod that is being deleted keeps its phase.
    phase: metadata.deletionTimestamp === undefined ? `${propertyOf(status, 'phase') ?? 'Unknown'}` : 'Terminating',
  };
}

/** The controller of a pod. A Deployment names its ReplicaSets after itself and the label. */
function ownerIn(references: unknown, labels: PodObject['labels']): Owner | undefined {
  const hash = labels['pod-template-hash'];
  const controller = arrayOf(references).filter(isObject).find(reference => reference.controller === true);
  if (controller === undefined) return undefined;
  const [kind, name] = [`${controller.kind}`, `${controller.name}`];
  const isOfDeployment = kind === 'ReplicaSet' && hash !== undefined && name.endsWith(`-${hash}`);
  return isOfDeployment ? { kind: 'Deployment', name: name.slice(0, -hash.length - 1) } : { kind, name };
}

/** What the pods of network plugins show. During a rollout of the VPC CNI, the stricter mode counts. */
export function networkPluginsOf(pods: readonly ApiObject[]): NetworkPlugins {
  const isCilium = ({ metadata }: ApiObject) => propertyOf(metadata.labels, 'k8s-app') === 'cilium';
  const modes = pods.filter(pod => !isCilium(pod)).map(({ spec }) => {
    const variables = arrayOf(propertyOf(spec, 'containers')).flatMap(item => arrayOf(propertyOf(item, 'env')));
    const variable = variables.find(item => propertyOf(item, 'name') === SECURITY_GROUP_MODE);
    return `${propertyOf(variable, 'value') ?? 'strict'}`;
  });
  const securityGroupMode = modes.find(mode => mode !== 'standard') ?? modes[0];
  return { hasCilium: pods.some(isCilium), ...securityGroupMode !== undefined && { securityGroupMode } };
}

/**
 * Undefined if the policy does not limit egress. Without `policyTypes` it does if it has rules for egress.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function egressPolicyOf(value: unknown): EgressPolicy | undefined {
  const { metadata: { name }, spec } = objectIn(value);
  const egress = arrayOf(propertyOf(spec, 'egress')) as EgressRule[];
  const types = propertyOf(spec, 'policyTypes');
  const limitsEgress = Array.isArray(types) ? types.includes('Egress') : egress.length > 0;
  return limitsEgress ? { name, podSelector: propertyOf(spec, 'podSelector'), egress } : undefined;
}

export function objectIn(value: unknown): ApiObject {
  if (typeof propertyOf(value, 'metadata', 'name') !== 'string') {
    throw new KubernetesProblem(NO_OBJECT);
  }
  return value as ApiObject;
}

function dateOf(text: unknown): Date {
  const date = new Date(text as string);
  return Number.isNaN(date.getTime()) ? new Date(0) : date;
}
