/**
 * Recognizes the policies and bindings of `WorkloadIdentityGuard`. A policy counts only if it is exactly what its own
 * literals generate, and if a binding enforces it everywhere.
 */
import { CLUSTERS_ANNOTATION } from '../../conventions/guard';
import {
  BINDING_KIND, GuardKind, NamesByNamespace, POLICY_KIND, PolicyFacts, policySpec, VALIDATION_ACTIONS,
} from '../../conventions/guard-policies';
import { Place, Text } from '../access-map';
import { ADMISSION_GROUP, AdmissionObject } from '../admission-objects';
import { arrayOf, isObject, objectOf, propertyOf, textOf } from '../json-values';

/** A policy that denies requests. */
export interface Guard {
  /** The name of the policy. */
  readonly name: Text;
  readonly facts: PolicyFacts;
  /**
   * The names of its bindings.
   *
   * @default - the name of the policy
   */
  readonly bindings?: readonly Text[];
  /** The clusters for which it was generated; empty if they are not known. */
  readonly clusters: readonly Text[];
  /** The ARN of the cluster to which a template applies it; undefined if the manifest may be for any. */
  readonly appliedTo?: Text;
  readonly place: Place;
}

/** A policy or binding that is not a known guard. */
export interface OtherPolicy {
  /** `ValidatingAdmissionPolicy shop-guard-use`. */
  readonly object: Text;
  readonly reason: string;
  readonly place: Place;
}

export interface Guards {
  readonly guards: Guard[];
  readonly others: OtherPolicy[];
}

/** Finds the guards among policies and bindings of possibly several clusters. */
export function recognizeGuards(objects: readonly AdmissionObject[]): Guards {
  const [policies, bindings] = [versionsOf(objects, POLICY_KIND), versionsOf(objects, BINDING_KIND)];
  const all: Guards = { guards: [], others: [] };
  const reject = ({ kind, name, place }: AdmissionObject, reason: string) =>
    all.others.push({ object: `${kind} ${name}`, reason, place });
  const bound = new Map<string, AdmissionObject[]>();
  for (const versions of bindings.values()) {
    const [binding] = versions;
    const policy = textOf(propertyOf(binding.object.spec, 'policyName') ?? '');
    const key = keyOf(binding, policy);
    if (!policies.has(key)) reject(binding, `its policy ${policy || '(no name)'} is not in the input`);
    const problem = versions.length > 1 ? SEVERAL : problemOf(binding);
    if (problem !== undefined) reject(binding, problem);
    else bound.set(key, [...bound.get(key) ?? [], binding]);
  }
  for (const [key, [policy, ...versions]] of policies) {
    const facts = versions.length > 0 ? SEVERAL : problemOf(policy) ?? factsOf(policy);
    const own = bound.get(key) ?? [];
    const problem = typeof facts === 'string' ? facts : bindingProblem(own);
    if (typeof facts === 'string' || problem !== undefined) reject(policy, problem!);
    else all.guards.push({ ...guardOf(policy, facts), bindings: own.map(({ name }) => name) });
  }
  return all;
}

function guardOf(policy: AdmissionObject, facts: PolicyFacts): Guard {
  const { name, cluster: appliedTo, place } = policy;
  return { name, facts, clusters: clustersOf(policy), ...appliedTo !== undefined && { appliedTo }, place };
}

/** Explains why an object may not be in the cluster. */
function problemOf({ object, isConditional }: AdmissionObject): string | undefined {
  if (isConditional) return 'a condition in its template determines whether it is created';
  const annotations = objectOf(propertyOf(object.metadata, 'annotations'));
  if ('helm.sh/hook' in annotations) return 'Helm applies it only as a hook';
  return annotations['config.kubernetes.io/local-config'] === 'true' ? 'it is marked as local-config' : undefined;
}

const SEVERAL = 'it is defined more than once, with different content';

/** Objects with the same name and clusters are versions of one object. Equal versions count once. */
function versionsOf(objects: readonly AdmissionObject[], kind: string): Map<string, AdmissionObject[]> {
  const all = new Map<string, AdmissionObject[]>();
  for (const object of objects) {
    if (object.kind !== kind) continue;
    const key = keyOf(object, object.name);
    const versions = all.get(key) ?? [];
    const isNew = !versions.some(version => version.object.apiVersion === object.object.apiVersion
      && isSame(withoutDefaults(version), withoutDefaults(object)));
    if (isNew) versions.push(object);
    all.set(key, versions);
  }
  return all;
}

function keyOf(object: AdmissionObject, name: string): string {
  return JSON.stringify([name, object.cluster, clustersOf(object)]);
}

/** The facts of a guard policy, or why the policy is not a guard. */
function factsOf({ object }: AdmissionObject): PolicyFacts | string {
  if (object.apiVersion !== `${ADMISSION_GROUP}/v1`) return 'its apiVersion is not v1';
  const facts = parsedFacts(object.spec);
  if (facts === undefined) return 'it is not a policy of WorkloadIdentityGuard';
  return isSame(policySpec(facts), withoutDefaults({ object }))
    ? facts : 'it was modified: it differs from what WorkloadIdentityGuard generates';
}

function bindingProblem(bindings: readonly AdmissionObject[]): string | undefined {
  if (bindings.length === 0) return 'it has no binding in the input';
  const problems = bindings.map(({ object, name }) => {
    const { policyName: _, validationActions, ...others } = objectOf(withoutDefaults({ object }));
    if (object.apiVersion !== `${ADMISSION_GROUP}/v1`) return `the apiVersion of its binding ${name} is not v1`;
    if (Object.keys(others).length > 0) return `its binding ${name} does not apply to everything`;
    const actions = arrayOf(validationActions);
    return isSame(actions, VALIDATION_ACTIONS.deny) || isSame([...actions].sort(), ['Audit', 'Deny'])
      ? undefined : `its binding ${name} does not deny: ${actions.join(', ') || 'no action'}`;
  });
  return problems.includes(undefined) ? undefined : problems[0];
}

function clustersOf({ object }: AdmissionObject): string[] {
  const annotation = propertyOf(object.metadata, 'annotations', CLUSTERS_ANNOTATION);
  return typeof annotation === 'string' ? annotation.split(',').filter(cluster => cluster !== '') : [];
}

/** The literals of a policy; undefined if one is missing. The caller compares the rest. */
function parsedFacts(spec: unknown): PolicyFacts | undefined {
  const literals = new Map(arrayOf(propertyOf(spec, 'variables')).map((variable): [string, unknown] =>
    [textOf(propertyOf(variable, 'name')), jsonOf(propertyOf(variable, 'expression'))]));
  const [app, key, users, groups] = ['app', 'key', 'users', 'groups'].map(name => literals.get(name));
  const [audiences, namespaces] = [literals.get('audiences'), literals.get('namespaces')];
  const [subjectLists, roleLists, accountMaps] = ['subjects', 'roles', 'accounts'].map(name =>
    [...literals].filter(([own]) => new RegExp(`^${name}\\d+$`).test(own)).map(([, value]) => value));
  if (typeof app !== 'string' || !isTexts(users) || !isTexts(groups)) return undefined;
  const common = { app, exceptions: { users, groups } };
  const [roles, accounts] = [rolesBySubject(subjectLists, roleLists), mergedAccounts(accountMaps)];
  if (roles === undefined || accounts === undefined) return undefined;
  const kind: GuardKind = roleLists.length > 0 ? 'integrity'
    : key !== undefined ? 'unlisted' : audiences !== undefined ? 'tokens' : namespaces !== undefined ? 'exec' : 'use';
  switch (kind) {
    case 'integrity': return typeof key === 'string' ? { ...common, kind, key, roles } : undefined;
    case 'unlisted': return typeof key === 'string' ? { ...common, kind, key, accounts } : undefined;
    case 'use': return accountMaps.length > 0 ? { ...common, kind, accounts } : undefined;
    case 'tokens':
      return isTexts(audiences)
        ? { ...common, kind, audiences, ...accountMaps.length > 0 && { accounts } } : undefined;
    case 'exec': return isTexts(namespaces) ? { ...common, kind, namespaces } : undefined;
  }
}

function rolesBySubject(subjects: readonly unknown[], roles: readonly unknown[]): Record<string, string> | undefined {
  const all = new Map<string, string>();
  for (const [index, own] of subjects.entries()) {
    const given = roles[index];
    if (!isTexts(own) || !isTexts(given) || own.length !== given.length) return undefined;
    for (const [at, subject] of own.entries()) all.set(subject, given[at]);
  }
  return Object.fromEntries(all);
}

function mergedAccounts(maps: readonly unknown[]): NamesByNamespace | undefined {
  const all: Record<string, string[]> = {};
  for (const map of maps) {
    if (!isObject(map)) return undefined;
    for (const [namespace, names] of Object.entries(map)) {
      if (!isTexts(names)) return undefined;
      all[namespace] = [...Object.hasOwn(all, namespace) ? all[namespace] : [], ...names];
    }
  }
  return all;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string');
}

function jsonOf(expression: unknown): unknown {
  try {
    return JSON.parse(textOf(expression));
  } catch {
    return undefined;
  }
}

/** The spec without the defaults that the API server adds. */
function withoutDefaults({ object }: Pick<AdmissionObject, 'object'>): unknown {
  const { matchConstraints, matchResources, ...spec } = objectOf(object.spec);
  return {
    ...spec,
    ...matchConstraints !== undefined && { matchConstraints: resourcesWithoutDefaults(matchConstraints) },
    ...matchResources !== undefined && !isSame(resourcesWithoutDefaults(matchResources), {})
      && { matchResources: resourcesWithoutDefaults(matchResources) },
  };
}

function resourcesWithoutDefaults(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { namespaceSelector = {}, objectSelector = {}, matchPolicy = 'Equivalent', resourceRules, ...others } = value;
  return {
    ...others,
    ...!isSame(namespaceSelector, {}) && { namespaceSelector },
    ...!isSame(objectSelector, {}) && { objectSelector },
    ...matchPolicy !== 'Equivalent' && { matchPolicy },
    ...resourceRules !== undefined && {
      resourceRules: Array.isArray(resourceRules) ? resourceRules.map(withoutScope) : resourceRules,
    },
  };
}

function withoutScope(rule: unknown): unknown {
  const { scope, ...others } = objectOf(rule);
  return scope === undefined || scope === '*' ? others : rule;
}

/** Whether two values are equal JSON, regardless of the order of keys. */
function isSame(left: unknown, right: unknown): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => isSame(item, right[index]));
  }
  if (!isObject(left) || !isObject(right)) return left === right;
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length
    && keys.every(key => Object.hasOwn(right, key) && isSame(left[key], right[key]));
}
