/**
 * Reads ServiceAccounts, pods and other relevant objects from Kubernetes manifests, each with its place.
 */
import { admissionObjectsOf } from './admission-policies';
import { AwsAuth, awsAuthOf } from './aws-auth';
import { accountsNamedIn, isCustom, NamedObject } from './custom-resources';
import { accountsMadeBy, mayHoldRoles } from './helm-values';
import { metadataEntries, repeatedKeys } from './manifest-facts';
import {
  AccessMap, MetadataEntry, OwnedObject, Parts, Place, ServiceAccount, Text, Workload,
} from '../access-map';
import { AdmissionObject } from '../admission-objects';
import { arrayOf, isObject, JsonObject, objectOf, propertyOf, textMapOf, textOf } from '../json-values';
import { textWithPlaceholders } from '../placeholders';
import { isStandIn } from '../stand-in';
import {
  KubernetesObject, ManifestObject, ManifestText, namespaceOf, objectsIn, partsOf,
} from './manifest-objects';
import { Path } from './positions';
import { addRbac, noRbac } from './rbac';
import { UnusableInput } from './unusable-input';
import { ROLE_ARN_VARIABLE, STATIC_CREDENTIALS } from '../../conventions/pod-spec';
import {
  AUDIENCE_ANNOTATION,
  audienceOf,
  isMistakenRoleKey,
  ROLE_ARN_ANNOTATION,
} from '../../conventions/webhook-annotations';

/** The relevant objects. */
export type KubernetesObjects =
  Pick<AccessMap, 'serviceAccounts' | 'workloads' | 'impersonators' | 'annotations' | 'repeatedKeys' | 'rbac'>
  & {
    readonly awsAuth: AwsAuth[];
    readonly owners: OwnedObject[];
    readonly admission: AdmissionObject[];
  };

/** Lists of objects. */
type Lists = Omit<KubernetesObjects, 'rbac'>;

export interface ManifestOptions {
  /** The namespace of objects without one. If undefined, it is unknown. */
  readonly namespace?: string;
  /** The ARN of their cluster, if known. */
  readonly cluster?: Text;
  /** Whether a template condition determines if they are applied. */
  readonly isConditional?: boolean;
  /** The label with the owner of an object. */
  readonly ownerLabel?: string;
}

const OWNED_KINDS = ['Namespace', 'ServiceAccount', 'RoleBinding', 'ClusterRoleBinding'];

/**
 * The relevant objects in a text. Other objects are skipped.
 *
 * @throws UnusableInput if it is not valid YAML, with line and column
 */
export function readManifests({ text, place }: ManifestText, options: ManifestOptions = {}): KubernetesObjects {
  const all = noObjects();
  const { namespace, cluster, isConditional, ownerLabel } = options;
  for (const part of partsOf(text, place)) {
    const hasRoles = mayHoldRoles(part.text);
    for (const found of objectsIn(part, place)) {
      const own = objectsOf(found, namespace);
      addLists(all, own);
      addRbac(all.rbac, found, namespace, cluster);
      addLists(all, {
        awsAuth: awsAuthOf(found, cluster),
        owners: ownedIn(found, ownerLabel, namespace),
        admission: admissionObjectsOf(found, cluster, isConditional),
      });
      const custom = customObjectOf(found, namespace);
      if (custom === undefined) continue;
      const made = hasRoles ? [accountsMadeBy(custom, found.source)] : [];
      const declared: Partial<Lists>[] = [accountsNamedIn(custom), ...made];
      for (const objects of declared) addLists(all, objects);
      if (own.repeatedKeys === undefined && declared.some(hasAny)) {
        addLists(all, { repeatedKeys: repeatedKeys(`${custom.kind} ${custom.name}`, found.source) });
      }
    }
  }
  return all;
}

export function noObjects(): KubernetesObjects {
  return {
    serviceAccounts: [],
    workloads: [],
    impersonators: [],
    annotations: [],
    repeatedKeys: [],
    rbac: noRbac(),
    awsAuth: [],
    owners: [],
    admission: [],
  };
}

/** Adds objects to others, without spreading, because there may be many. */
export function addObjects(all: KubernetesObjects, { rbac, ...more }: Partial<KubernetesObjects>): void {
  addLists(all, more);
  if (rbac !== undefined) addLists(all.rbac, rbac);
}

function addLists<T extends object>(all: T, more: Partial<T>): void {
  const known = all as Record<string, unknown[]>;
  const lists = more as Record<string, unknown[]>;
  for (const name in lists) {
    const items = lists[name];
    for (let at = 0; at < items.length; at++) known[name].push(items[at]);
  }
}

function ownedIn({ object, at }: ManifestObject, label: string | undefined, namespace?: string): OwnedObject[] {
  const kind = textOf(object.kind);
  if (label === undefined || !OWNED_KINDS.includes(kind)) return [];
  const { metadata } = object;
  const owner = objectOf(propertyOf(metadata, 'labels'))[label];
  const name = propertyOf(metadata, 'name');
  if (typeof owner !== 'string' || owner === '' || typeof name !== 'string') return [];
  const isNamespaced = kind === 'ServiceAccount' || kind === 'RoleBinding';
  return [{
    kind,
    ...isNamespaced && { namespace: namespaceOf(metadata, namespace) },
    name: textWithPlaceholders(name),
    owner: textWithPlaceholders(owner),
    place: at,
  }];
}

function hasAny(objects: Partial<Lists>): boolean {
  return Object.values(objects).some(list => list.length > 0);
}

/** A custom resource with a name. */
function customObjectOf({ object, at }: ManifestObject, namespace?: string): NamedObject | undefined {
  const { kind, metadata } = object;
  const name = propertyOf(metadata, 'name') || propertyOf(metadata, 'generateName');
  return !isCustom(object) || typeof kind !== 'string' || typeof name !== 'string' ? undefined : {
    object,
    kind,
    name: textWithPlaceholders(name),
    namespace: namespaceOf(metadata, namespace),
    place: at,
  };
}

/** The relevant parts of a built-in object. Most objects have none. */
function objectsOf(found: ManifestObject, namespace?: string): Partial<Lists> {
  const { object, source } = found;
  const isServiceAccount = object.kind === 'ServiceAccount' && object.apiVersion === 'v1';
  const serviceAccount = isServiceAccount ? serviceAccountOf(found, namespace) : undefined;
  const pod = podOf(object);
  const workload = pod && workloadOf(found, pod, namespace);
  const named = serviceAccount ?? workload;
  if (named === undefined) return {};
  const name = `${textOf(object.kind)} ${named.namespace}/${named.name}`;
  const entries = (on: MetadataEntry['on'], path: readonly string[]) =>
    metadataEntries({ object: name, on }, object, source, [...path, 'metadata']);
  return {
    ...serviceAccount && { serviceAccounts: [serviceAccount] },
    ...workload && { workloads: [workload] },
    annotations: [
      ...pod?.path.length === 0 ? [] : entries(isServiceAccount ? 'ServiceAccount' : 'workload', []),
      ...pod ? entries('pods', pod.path) : [],
    ],
    repeatedKeys: repeatedKeys(name, source),
  };
}

function serviceAccountOf(found: ManifestObject, namespace?: string): ServiceAccount {
  const { object: { metadata }, at: place, positionOf } = found;
  const annotations = Object.fromEntries(
    Object.entries(objectOf(propertyOf(metadata, 'annotations')))
      .map(([key, value]) => [key, textWithPlaceholders(value ?? '')]),
  );
  const misplaced = [
    ...misplacedIn('annotation', annotations, ANNOTATIONS, isMistakenRoleKey),
    ...misplacedIn('label', propertyOf(metadata, 'labels'), LABELS),
  ];
  const read = [ROLE_ARN_ANNOTATION, AUDIENCE_ANNOTATION].filter(key => Object.hasOwn(annotations, key));
  return {
    namespace: namespaceOf(metadata, namespace),
    name: nameOf(propertyOf(metadata, 'name'), place),
    roleArn: annotations[ROLE_ARN_ANNOTATION],
    audience: audienceOf(annotations),
    ...wordsOf(misplaced),
    place,
    parts: () => partsAt(positionOf, [...read.map((key): NamedPath => [key, [...ANNOTATIONS, key]]), ...misplaced]),
  };
}

const ANNOTATIONS = ['metadata', 'annotations'];
const LABELS = ['metadata', 'labels'];

/** A part of an object: its name in `parts`, and its path. */
type NamedPath = readonly [name: string, path: Path];

function partsAt(positionOf: ManifestObject['positionOf'], paths: readonly NamedPath[]): Parts {
  return Object.fromEntries(paths.flatMap(([name, path]) => {
    const position = positionOf(path);
    return position === undefined ? [] : [[name, position] as const];
  }));
}

/** Descriptions and paths of keys with a role that only has an effect in the annotation of a ServiceAccount. */
function misplacedIn(kind: string, map: unknown, path: Path, isMisplaced = isRoleKey): NamedPath[] {
  return Object.keys(objectOf(map))
    .filter(isMisplaced)
    .map((key): NamedPath => [`the ${kind} ${key}`, [...path, key]]);
}

function isRoleKey(key: string): boolean {
  return key === ROLE_ARN_ANNOTATION || isMistakenRoleKey(key);
}

function wordsOf(misplaced: readonly NamedPath[]): { misplaced?: string[] } {
  return misplaced.length > 0 ? { misplaced: misplaced.map(([words]) => words) } : {};
}

/** Misplaced keys of a workload. Annotations of kube2iam and kiam are valid on pods. */
function misplacedOnPods(metadata: unknown, { path, metadata: ofPods }: Pod): NamedPath[] {
  return [
    ...misplacedIn('annotation', propertyOf(metadata, 'annotations'), ANNOTATIONS),
    ...path.length === 0
      ? [] : misplacedIn("pods' annotation", propertyOf(ofPods, 'annotations'), [...path, ...ANNOTATIONS]),
  ].filter(([words]) => !words.includes('iam.amazonaws.com/'));
}

/** A pod template. */
interface Pod {
  /** Its path in the object; empty for a Pod. */
  readonly path: readonly string[];
  readonly metadata: unknown;
  readonly spec: JsonObject;
}

/** The pod template of a workload. The path is the same for nearly all kinds, including those of other projects. */
function podOf(object: KubernetesObject): Pod | undefined {
  const path = POD_PATHS.get(textOf(object.kind)) ?? ['spec', 'template'];
  const { metadata, spec: podSpec } = objectOf<KubernetesObject>(propertyOf(object, ...path));
  return isObject(podSpec) && Array.isArray(podSpec.containers) ? { path, metadata, spec: podSpec } : undefined;
}

const POD_PATHS = new Map([['Pod', []], ['CronJob', ['spec', 'jobTemplate', 'spec', 'template']]]);

function workloadOf(found: ManifestObject, pod: Pod, ns?: string): Workload {
  const { object: { kind, metadata }, at: place, positionOf } = found;
  const { serviceAccountName, serviceAccount } = pod.spec;
  const misplaced = misplacedOnPods(metadata, pod);
  return {
    kind: textOf(kind),
    name: nameOf(propertyOf(metadata, 'name') ?? propertyOf(metadata, 'generateName'), place),
    namespace: namespaceOf(metadata, ns),
    serviceAccount: textWithPlaceholders(serviceAccountName || serviceAccount || 'default'),
    annotations: textMapOf(propertyOf(pod.metadata, 'annotations')),
    ...wordsOf(misplaced),
    spec: pod.spec,
    place,
    parts: () => partsAt(positionOf, [...misplaced, ...fieldsOf(pod)]),
  };
}

/** The fields of a pod that rules check. */
function fieldsOf({ spec, path: toPod }: Pod): NamedPath[] {
  const path = [...toPod, 'spec'];
  const variables = ['initContainers', 'containers'].flatMap(list => arrayOf(spec[list]).flatMap((container, index) =>
    arrayOf(propertyOf(container, 'env')).flatMap((entry, at): NamedPath[] => {
      const name = textOf(propertyOf(entry, 'name'));
      return [...STATIC_CREDENTIALS, ROLE_ARN_VARIABLE].includes(name)
        ? [[`${textOf(propertyOf(container, 'name'))}/${name}`, [...path, list, index, 'env', at]]]
        : [];
    })));
  const modes = arrayOf(spec.volumes).flatMap((volume, index): NamedPath[] =>
    (propertyOf(volume, 'projected', 'defaultMode') === undefined
      ? []
      : [['defaultMode', [...path, 'volumes', index, 'projected', 'defaultMode']]]));
  const name = spec.serviceAccountName ? 'serviceAccountName' : 'serviceAccount';
  return [...spec[name] ? [['serviceAccountName', [...path, name]] as const] : [], ...variables, ...modes.slice(0, 1)];
}

function nameOf(name: unknown, { file, line }: Place): string {
  const text = textWithPlaceholders(name);
  if (typeof name === 'string' || isStandIn(text)) return text;
  throw new UnusableInput(
    `${file}${line === undefined ? '' : `:${line}`}: metadata.name must be a string, got: `
      + `${name === undefined ? 'nothing' : JSON.stringify(name)}. If it is a template, render it first.`,
  );
}
