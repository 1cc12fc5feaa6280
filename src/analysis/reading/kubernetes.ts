/**
 * ServiceAccounts and pods in Kubernetes manifests, each with its place.
 */
import type { Document, Node, ScalarTag, YAMLSeq } from 'yaml';
import { AwsAuth, awsAuthOf } from './aws-auth';
import { accountsNamedIn, isCustom, NamedObject } from './custom-resources';
import { accountsMadeBy, mayHoldRoles } from './helm-values';
import { metadataEntries, repeatedKeys, Source } from './manifest-facts';
import { AccessMap, MetadataEntry, OwnedObject, Parts, Place, ServiceAccount, Text, Workload } from '../access-map';
import { arrayOf, isObject, JsonObject, objectOf, propertyOf, textMapOf, textOf } from '../json-values';
import { renderAdvice, textWithPlaceholders } from '../placeholders';
import { isStandIn, standIn } from '../stand-in';
import { linesIn, plainDocuments } from './plain-yaml';
import { offsetOf, Path } from './positions';
import { addRbac, noRbac } from './rbac';
import { UnusableInput } from './unusable-input';
import { yaml } from './yaml-parser';
import { ROLE_ARN_VARIABLE, STATIC_CREDENTIALS } from '../../conventions/pod-spec';
import {
  AUDIENCE_ANNOTATION,
  audienceOf,
  isMistakenRoleKey,
  ROLE_ARN_ANNOTATION,
} from '../../conventions/webhook-annotations';

/** A text of manifests. */
export interface ManifestText {
  readonly text: string;
  /** The file it is in, or the output of a stack. */
  readonly place: Place;
}

/** What of the objects matters here. */
export type KubernetesObjects =
  Pick<AccessMap, 'serviceAccounts' | 'workloads' | 'impersonators' | 'annotations' | 'repeatedKeys' | 'rbac'>
  & { readonly awsAuth: AwsAuth[]; readonly owners: OwnedObject[] };

/** Lists of objects. */
type Lists = Omit<KubernetesObjects, 'rbac'>;

export interface ManifestOptions {
  /** Of objects that name none; without it, one that nobody knows. */
  readonly namespace?: string;
  /** The ARN of the cluster that they are for, if it is known. */
  readonly cluster?: Text;
  /** The label that names the owner of an object. */
  readonly ownerLabel?: string;
}

const OWNED_KINDS = ['Namespace', 'ServiceAccount', 'RoleBinding', 'ClusterRoleBinding'];

const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
/** Of documents that are parsed together: to start the parser takes longer than a short document. */
const PART = 4 * 1024;
const MAX_ALIASES = 1000;
/** Kubernetes reads `0400` as YAML 1.1 does, as an octal number. */
const OCTAL: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^0[0-7]+$/,
  resolve: text => parseInt(text, 8),
};
/** And these words as booleans. */
const BOOLEAN: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:[yYnN]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$/,
  resolve: text => /^(?:y|yes|on)$/i.test(text),
};
/** In the first column it begins a document, whatever stands around it. */
const DOCUMENT_START = /^---(?=\s|$)/gm;

/**
 * The ServiceAccounts and pods in a text, and RBAC. Objects that are neither are passed over.
 *
 * @throws UnusableInput when it is not YAML, with line and column
 */
export function readManifests({ text, place }: ManifestText, options: ManifestOptions = {}): KubernetesObjects {
  const all = noObjects();
  const { namespace, cluster, ownerLabel } = options;
  for (const part of partsOf(text, place)) {
    const hasRoles = mayHoldRoles(part.text);
    for (const found of objectsIn(part, place)) {
      const own = objectsOf(found, namespace);
      addObjects(all, own);
      addRbac(all.rbac, found, namespace, cluster);
      addObjects(all, { awsAuth: awsAuthOf(found, cluster), owners: ownedIn(found, ownerLabel, namespace) });
      const custom = customObjectOf(found, namespace);
      if (custom === undefined) continue;
      const declared: Partial<Lists>[] = [accountsNamedIn(custom), ...hasRoles ? [accountsMadeBy(custom, found.source)] : []];
      for (const objects of declared) addObjects(all, objects);
      if (own.repeatedKeys === undefined && declared.some(hasAny)) {
        addObjects(all, { repeatedKeys: repeatedKeys(`${custom.kind} ${custom.name}`, found.source) });
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
  };
}

/** Adds objects to others. Without spreading: there may be a lot of them. */
export function addObjects(all: KubernetesObjects, { rbac, ...more }: Partial<KubernetesObjects>): void {
  addLists(all, more);
  if (rbac !== undefined) addLists(all.rbac, rbac);
}

function addLists(all: object, more: object): void {
  const known = all as Record<string, unknown[]>;
  for (const [name, list] of Object.entries(more as Record<string, unknown[]>)) {
    for (const item of list) known[name].push(item);
  }
}

function ownedIn({ object, at }: ManifestObject, label: string | undefined, namespace?: string): OwnedObject[] {
  const kind = textOf(object.kind);
  if (label === undefined || !OWNED_KINDS.includes(kind)) return [];
  const { metadata } = object;
  const [owner, name] = [objectOf(propertyOf(metadata, 'labels'))[label], propertyOf(metadata, 'name')];
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

/** A custom resource that has a name. */
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

/** What one object of Kubernetes itself is here: nothing, mostly. */
function objectsOf(found: ManifestObject, namespace?: string): Partial<Lists> {
  const { object, source } = found;
  const isServiceAccount = object.kind === 'ServiceAccount' && object.apiVersion === 'v1';
  const serviceAccounts = isServiceAccount ? [serviceAccountOf(found, namespace)] : [];
  const pod = podOf(object);
  const workloads = pod ? [workloadOf(found, pod, namespace)] : [];
  const [named] = [...serviceAccounts, ...workloads];
  if (named === undefined) return {};
  const name = `${textOf(object.kind)} ${named.namespace}/${named.name}`;
  const entries = (on: MetadataEntry['on'], path: readonly string[]) =>
    metadataEntries({ object: name, on }, object, source, [...path, 'metadata']);
  return {
    serviceAccounts,
    workloads,
    annotations: [
      ...pod?.path.length === 0 ? [] : entries(isServiceAccount ? 'ServiceAccount' : 'workload', []),
      ...pod ? entries('pods', pod.path) : [],
    ],
    repeatedKeys: repeatedKeys(name, source),
  };
}

/** The objects in a text, of whatever kind. Its errors are those of `readManifests`. */
export function* manifestObjects({ text, place }: ManifestText): Generator<ManifestObject> {
  for (const part of partsOf(text, place)) yield* objectsIn(part, place);
}

interface KubernetesObject extends JsonObject {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata?: unknown;
  readonly spec?: unknown;
}

/** An object, and where it is written. */
export interface ManifestObject {
  readonly object: KubernetesObject;
  readonly source: Source;
  readonly at: Place;
  /** Where a part of it is; undefined where lines mean nothing. */
  readonly positionOf: (path: Path) => Parts[string] | undefined;
}

/** Some documents of a text, and the lines before them. */
interface Part {
  readonly text: string;
  readonly linesBefore: number;
}

/**
 * Some documents at a time, so that thousands of them take no more memory than the longest; all at once where
 * directives belong to them.
 */
function* partsOf(text: string, { file }: Place): Generator<Part> {
  const starts = /^%/m.test(text)
    ? []
    : [...text.matchAll(DOCUMENT_START)].map(({ index }) => index).filter(index => index > 0);
  let [from, linesBefore] = [0, 0];
  for (const [number, start] of [0, ...starts].entries()) {
    const end = starts[number] ?? text.length;
    if (end - start > MAX_DOCUMENT_BYTES) {
      const line = linesBefore + linesIn(text.slice(from, start)) + 1;
      throw new UnusableInput(
        `${file}:${line}: a document has more than ${MAX_DOCUMENT_BYTES / 1024 / 1024} MB. Split it.`,
      );
    }
    if (end - from < PART && end < text.length) continue;
    const part = text.slice(from, end);
    yield { text: part, linesBefore };
    [from, linesBefore] = [end, linesBefore + linesIn(part)];
  }
}

/** The objects of the documents: one of each, or the items of a List. */
function* objectsIn(part: Part, place: Place): Generator<ManifestObject> {
  const documents = plainDocuments(part.text);
  if (documents === undefined || documents.some(({ object }) => isList(object))) {
    return yield* parsedObjectsIn(part, place);
  }
  let parsed: ManifestObject[] | undefined;
  for (const [index, { object, line, column }] of documents.filter(document => isObject(document.object)).entries()) {
    const found = () => (parsed ??= [...parsedObjectsIn(part, place)])[index];
    yield {
      object: object as KubernetesObject,
      source: {
        get node() { return found().source.node; },
        placeOf: node => found().source.placeOf(node),
        mayRepeatKeys: false,
      },
      at: place.logicalId === undefined ? { ...place, line: line + part.linesBefore, column } : place,
      positionOf: path => found().positionOf(path),
    };
  }
}

function isList(object: unknown): object is KubernetesObject & { readonly items: unknown[] } {
  return /List$/.test(textOf(propertyOf(object, 'kind'))) && Array.isArray(propertyOf(object, 'items'));
}

/** With the parser that tells where everything stands. */
function* parsedObjectsIn({ text, linesBefore }: Part, place: Place): Generator<ManifestObject> {
  const { isMap, isScalar, LineCounter, parseAllDocuments } = yaml();
  const lines = new LineCounter();
  const positionOf = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: line + linesBefore, column: col };
  };
  // The lines of a text that stands in a template are not those of the template.
  const placeOf = (node: Node | null | undefined): Place =>
    (node?.range && place.logicalId === undefined ? { ...place, ...positionOf(node.range[0]) } : place);

  for (const document of parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    merge: true,
    logLevel: 'silent',
    customTags: tags => [OCTAL, BOOLEAN, ...tags],
  }) as Document[]) {
    const {
      contents,
      errors: [error],
    } = document;
    if (error) {
      const { line, column } = positionOf(error.pos[0]);
      const advice = renderAdvice(text) ?? 'Correct it, or leave the file out';
      throw new UnusableInput(
        `${place.file}:${line}:${column}: not YAML: ${error.message.split('\n')[0].replace(/\.$/, '')}. ${advice}.`,
      );
    }
    if (contents === null || (isScalar(contents) && contents.value === null)) continue;
    const object = plain(document, placeOf(contents as Node));
    const found = (value: KubernetesObject, node: Node | null | undefined): ManifestObject => ({
      object: value,
      source: { node, placeOf, mayRepeatKeys: true },
      at: placeOf(node),
      positionOf: path => {
        const offset = place.logicalId === undefined ? offsetOf(document, node, path) : undefined;
        return offset === undefined ? undefined : positionOf(offset);
      },
    });
    if (isMap(contents) && isList(object)) {
      const nodes = contents.get('items', true) as Partial<YAMLSeq<Node>> | undefined;
      for (const [index, item] of object.items.entries()) {
        if (isObject(item)) yield found(withKindOf(object, item), nodes?.items?.[index]);
      }
    } else if (isObject(object)) {
      yield found(object, contents as Node);
    }
  }
}

/** Items of a `RoleList` need not say that they are Roles. */
function withKindOf({ apiVersion, kind }: KubernetesObject, item: KubernetesObject): KubernetesObject {
  const ownKind = textOf(kind).replace(/List$/, '');
  return item.kind !== undefined || ownKind === '' ? item : { apiVersion, kind: ownKind, ...item };
}

function plain(document: Document, { file, line }: Place): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    throw new UnusableInput(`${file}:${line}: cannot be read: ${(error as Error).message}.`);
  }
}

function serviceAccountOf(found: ManifestObject, namespace?: string): ServiceAccount {
  const { object: { metadata }, at: place, positionOf } = found;
  const annotations = Object.fromEntries(
    Object.entries(objectOf(propertyOf(metadata, 'annotations')))
      .map(([key, value]) => [key, textWithPlaceholders(value ?? '')]),
  );
  const misplaced = misplacedIn({
    annotation: [withoutRole(annotations), ANNOTATIONS], label: [propertyOf(metadata, 'labels'), LABELS],
  });
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

/** What names a role where only ServiceAccounts, by their annotation, can: in words, with its path. */
function misplacedIn(maps: { readonly [kind: string]: readonly [map: unknown, path: Path] }): NamedPath[] {
  return Object.entries(maps).flatMap(([kind, [map, path]]) =>
    Object.keys(objectOf(map))
      .filter(key => key === ROLE_ARN_ANNOTATION || isMistakenRoleKey(key))
      .map((key): NamedPath => [`the ${kind} ${key}`, [...path, key]]));
}

function wordsOf(misplaced: readonly NamedPath[]): { misplaced?: string[] } {
  return misplaced.length > 0 ? { misplaced: misplaced.map(([words]) => words) } : {};
}

function withoutRole({ [ROLE_ARN_ANNOTATION]: _, ...others }: Record<string, string>): object {
  return others;
}

/** kube2iam and kiam do read annotations of pods. */
function misplacedOnPods(metadata: unknown, { path, metadata: ofPods }: Pod): NamedPath[] {
  return misplacedIn({
    'annotation': [propertyOf(metadata, 'annotations'), ANNOTATIONS],
    "pods' annotation": path.length === 0 ? [undefined, []]
      : [propertyOf(ofPods, 'annotations'), [...path, ...ANNOTATIONS]],
  }).filter(([words]) => !words.includes('iam.amazonaws.com/'));
}

/** The template of pods. */
interface Pod {
  /** Where it stands in the object; empty for a Pod itself. */
  readonly path: readonly string[];
  readonly metadata: unknown;
  readonly spec: JsonObject;
}

/** Of whatever makes pods: where the template stands is the same for every kind, those of other projects too. */
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

/** The fields of a pod that rules judge. */
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
    `${file}${line === undefined ? '' : `:${line}`}: metadata.name must be a text, got: `
      + `${name === undefined ? 'nothing' : JSON.stringify(name)}. If it is a template, render it first.`,
  );
}

/** Of an object; that of kubectl if it names none. */
export function namespaceOf(metadata: unknown, namespace?: string): string {
  return textWithPlaceholders(propertyOf(metadata, 'namespace') || namespace || standIn('namespace of kubectl'));
}
