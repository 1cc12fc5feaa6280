/**
 * Role annotations in Helm values and in custom resources. They belong to a ServiceAccount whose name is not always
 * known.
 */
import { customResourceOf, NamedObject, namespaceOfController, valuesAt } from './custom-resources';
import { placeOfPath, Source } from './manifest-facts';
import { HELM_RESOURCES, HelmResource } from '../../conventions/custom-resources';
import { audienceOf, ROLE_ARN_ANNOTATION } from '../../conventions/webhook-annotations';
import { AccessMap, Place, ServiceAccount, Text, Workload } from '../access-map';
import { grouped, isObject, JsonObject, objectOf, propertyOf, textOf } from '../json-values';
import { textWithPlaceholders } from '../placeholders';
import { standIn } from '../stand-in';
import { yaml } from './yaml-parser';

type Declared = Pick<AccessMap, 'serviceAccounts' | 'workloads'>;

/** An object that creates ServiceAccounts. */
export interface Maker {
  /** Its name in messages: `HelmRelease flux-system/velero`. */
  readonly words: Text;
  readonly kind: string;
  readonly name: Text;
  /** The namespace of its ServiceAccounts. */
  readonly namespace: Text;
  readonly place: Place;
}

/** Values and their path in the object. */
interface Values {
  readonly value: unknown;
  /** Undefined for a text, because its lines differ from those of the file. */
  readonly path?: readonly string[];
}

/** A role annotation in values. */
interface RoleAnnotation {
  readonly path: readonly string[];
  readonly annotations: JsonObject;
  /** The object that the annotations belong to, and its name. */
  readonly owner: JsonObject;
  readonly name: unknown;
}

const OF_ACCOUNT = /service[-_]?account|^sa$|^irsa$/i;
const OF_PODS = /^(pod|deployment|daemonset|statefulset|job)s?[-_]?(template)?([-_]?annotations)?$/i;
const MAX_DEPTH = 24;
const MAX_ALIASES = 1000;

/** Whether a text may contain a role annotation. Argo CD escapes the dots. */
export function mayHoldRoles(text: string): boolean {
  return /eks\\*\.amazonaws\\*\.com\/role-arn/.test(text);
}

/** The ServiceAccounts with a role that a custom resource creates. */
export function accountsMadeBy(named: NamedObject, source: Source): Declared {
  const { object, kind, name, place } = named;
  const helm = HELM_RESOURCES.find(({ group, kinds }) =>
    kinds.includes(kind) && textOf(object.apiVersion).startsWith(`${group}/`));
  const maker = { words: `${kind} ${name}`, kind, name, place };
  if (helm !== undefined) {
    const namespace = namespaceOfRelease(helm, named);
    return declaredIn({ ...maker, namespace }, releaseValues(helm, object, maker.words), source);
  }
  const isOfCluster = customResourceOf(object)?.isOfCluster === true;
  const namespace = isOfCluster ? namespaceOfController(named) : named.namespace;
  return declaredIn({ ...maker, namespace }, ownValues(object), source);
}

function namespaceOfRelease(helm: HelmResource, { object, kind, name, namespace }: NamedObject): Text {
  const target = helm.namespace === undefined ? undefined : propertyOf(object, ...helm.namespace.split('.'));
  if (typeof target === 'string' && target !== '') return textWithPlaceholders(target);
  return helm.isInOwnNamespace === true ? namespace : standIn(`namespace of ${kind} ${name}`);
}

/** The complete values of each release. */
function releaseValues(helm: HelmResource, object: JsonObject, words: Text): Values[] {
  return helm.within.flatMap(within => valuesAt(object, within)).map(({ path, value: holder }) => {
    const given = helm.values.flatMap(field => valuesAt(holder, field));
    const set = helm.set === undefined ? undefined : propertyOf(holder, helm.set);
    const [only, ...more] = given;
    if (only !== undefined && more.length === 0 && set === undefined && typeof only.value !== 'string') {
      return { value: only.value, path: [...path, ...only.path] };
    }
    const all = given.map(({ value }) => (typeof value === 'string' ? valuesIn(value, words) : value));
    return { value: [...all, setValues(set)].reduce(merged, undefined) };
  });
}

/** Merges values like Helm: objects by key; for anything else, the later value wins. */
function merged(one: unknown, other: unknown): unknown {
  if (other === undefined) return one;
  if (!isObject(one) || !isObject(other)) return other;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...keys].map(key => [key, merged(one[key], other[key])]));
}

/** The ServiceAccounts with a role that a chart creates, given its values as text. */
export function accountsOfChart(maker: Maker, values: string): Declared {
  return declaredIn(maker, mayHoldRoles(values) ? [{ value: valuesIn(values, maker.words) }] : []);
}

/** Crossplane copies the annotations of a ControllerConfig to the ServiceAccount. */
function ownValues(object: JsonObject): Values[] {
  return customResourceOf(object)?.kinds.includes('ControllerConfig')
    ? [{
      value: {
        serviceAccount: {
          name: propertyOf(object, 'spec', 'serviceAccountName'),
          annotations: propertyOf(object, 'metadata', 'annotations'),
        },
      },
    }]
    : [{ value: object.spec, path: ['spec'] }];
}

function declaredIn(maker: Maker, all: readonly Values[], source?: Source): Declared {
  const found = all.flatMap(values => annotationsIn(values.value).map(annotation => ({ values, annotation })));
  const [ofAccounts, ofPods] = [false, true].map(wanted => found.filter(one => isOfPods(one.annotation) === wanted));
  const placeOf = ({ values, annotation }: typeof found[number]) =>
    (source && values.path
      ? placeOfPath(source, [...values.path, ...annotation.path, ROLE_ARN_ANNOTATION])
      : maker.place);
  return {
    serviceAccounts: ofAccounts.map(one => accountOf(one.annotation, maker, placeOf(one))),
    workloads: ofAccounts.length > 0 ? [] : ofPods.map(one => misplaced(one.annotation, maker, placeOf(one))),
  };
}

function accountOf({ path, annotations, owner, name }: RoleAnnotation, maker: Maker, place: Place): ServiceAccount {
  const texts = Object.fromEntries(
    Object.entries(annotations).map(([key, value]) => [key, textWithPlaceholders(value ?? '')]),
  );
  const own = propertyOf(owner, 'metadata', 'namespace');
  return {
    namespace: typeof own === 'string' && own !== '' ? textWithPlaceholders(own) : maker.namespace,
    name: typeof name === 'string' && name !== ''
      ? textWithPlaceholders(name)
      : standIn(`name of ${withoutAnnotations(path).join('.') || 'the ServiceAccount'} in ${maker.words}`),
    roleArn: texts[ROLE_ARN_ANNOTATION],
    audience: audienceOf(texts),
    createdBy: maker.words,
    place,
  };
}

function misplaced({ path }: RoleAnnotation, { kind, name, words, namespace }: Maker, place: Place): Workload {
  return {
    kind,
    name,
    namespace,
    serviceAccount: standIn(`ServiceAccount of ${words}`),
    misplaced: [`the annotation ${ROLE_ARN_ANNOTATION} in the value ${path.join('.')}`],
    annotations: {},
    spec: {},
    place,
  };
}

function isOfPods({ path }: RoleAnnotation): boolean {
  return !path.some(step => OF_ACCOUNT.test(step)) && path.slice(-2).some(step => OF_PODS.test(step));
}

function withoutAnnotations(path: readonly string[]): string[] {
  return path.filter(step => step !== 'annotations' && step !== 'metadata');
}

/** The maps with a role annotation in values. */
function annotationsIn(value: unknown): RoleAnnotation[] {
  const found: RoleAnnotation[] = [];
  const visit = (inner: unknown, path: readonly string[], owners: readonly JsonObject[]): void => {
    if (path.length > MAX_DEPTH || typeof inner !== 'object' || inner === null) return;
    if (isObject(inner) && Object.hasOwn(inner, ROLE_ARN_ANNOTATION)) {
      const annotation = roleAnnotation(inner, path, owners);
      if (annotation) found.push(annotation);
      return;
    }
    for (const [key, next] of Object.entries(inner)) {
      visit(next, [...path, key], isObject(inner) ? [...owners, inner] : owners);
    }
  };
  visit(value, [], []);
  return found;
}

/** Undefined for objects other than ServiceAccounts, and for ServiceAccounts that the chart does not create. */
function roleAnnotation(
  annotations: JsonObject,
  path: readonly string[],
  owners: readonly JsonObject[],
): RoleAnnotation | undefined {
  const holder = owners.at(-1) ?? {};
  const isMetadata = path.at(-2) === 'metadata';
  const owner = isMetadata ? owners.at(-2) ?? {} : holder;
  if (owner.create === false || (owner.kind ?? 'ServiceAccount') !== 'ServiceAccount') return undefined;
  const name = path.at(-1) === 'annotations' ? holder.name : holder.serviceAccountName ?? holder.serviceAccount;
  return { path, annotations, owner, name };
}

/** Parses values in YAML. If that fails, any role in them is unknown. */
function valuesIn(text: string, words: Text): unknown {
  const role = standIn(`role in the values of ${words}`);
  const unknown = mayHoldRoles(text) ? { serviceAccount: { annotations: { [ROLE_ARN_ANNOTATION]: role } } } : undefined;
  try {
    const document = yaml().parseDocument(text, { logLevel: 'silent', merge: true, uniqueKeys: false });
    return document.errors.length > 0 ? unknown : document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    return unknown;
  }
}

/** Values that are set individually, with names as in `helm --set`: `a.b[0].c\\.d`. */
function setValues(set: unknown): unknown {
  const pairs = Array.isArray(set)
    ? set.map(item => [propertyOf(item, 'name'), propertyOf(item, 'value')] as const)
    : Object.entries(objectOf(set));
  const steps = (name: unknown) =>
    (textOf(name).match(/(?:\\.|[^.\\[\]])+/g) ?? []).map(step => step.replace(/\\(.)/g, '$1'));
  return pairs.length === 0 ? undefined : nested(pairs.map(([name, value]) => ({ path: steps(name), value })));
}

function nested(entries: readonly { readonly path: readonly string[]; readonly value: unknown }[]): unknown {
  const last = entries.at(-1);
  if (last === undefined || last.path.length === 0) return last?.value;
  const inner = entries.filter(({ path }) => path.length > 0);
  return Object.fromEntries([...grouped(inner, ({ path }) => path[0])].map(([key, all]) =>
    [key, nested(all.map(({ path, value }) => ({ path: path.slice(1), value })))]));
}
