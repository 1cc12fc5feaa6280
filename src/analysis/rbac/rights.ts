/**
 * The relevant rights that a role grants, and for which objects.
 */
import { some, Truth } from '../iam/truth';
import { Rule } from '../rbac-objects';
import { hasStandIn } from '../stand-in';
import { ROLES } from './built-in-data';
import { PATHS, ReachPath, Right } from './paths';
import { RoleRule, RoleRules } from './role-rules';
import { ruleAllows } from './rule-match';

/** A right that a role grants. */
export interface GivenRight {
  /** Its index in `RIGHTS`. */
  readonly right: number;
  /** The object names in the rule; undefined for all. */
  readonly names?: readonly string[];
  readonly truth: Exclude<Truth, false>;
}

/** A right to change objects whose controller may run pods. */
export interface CustomRight {
  readonly group: string;
  readonly resources: readonly string[];
}

const keyOf = (right: Right) => JSON.stringify(right);

/** All distinct rights that ways need. */
export const RIGHTS: readonly Right[] =
  [...new Map(PATHS.flatMap(({ rights }) => rights).map(right => [keyOf(right), right])).values()];

const POSITIONS = new Map(RIGHTS.map((right, index) => [keyOf(right), index]));

/** The ways, with the indexes of their rights. */
export const WAYS: ReadonlyArray<{ readonly path: ReachPath; readonly rights: readonly number[] }> = PATHS
  .filter(({ yields }) => yields !== 'nothing')
  .map(path => ({ path, rights: path.rights.map(right => POSITIONS.get(keyOf(right))!) }));

const OWN_GROUPS = new Set([
  'admissionregistration.k8s.io', 'apiextensions.k8s.io', 'apiregistration.k8s.io', 'authentication.k8s.io',
  'authorization.k8s.io', 'certificates.k8s.io', 'coordination.k8s.io', 'discovery.k8s.io', 'events.k8s.io',
  'flowcontrol.apiserver.k8s.io', 'internal.apiserver.k8s.io', 'metrics.k8s.io', 'custom.metrics.k8s.io',
  'external.metrics.k8s.io', 'networking.k8s.io', 'node.k8s.io', 'rbac.authorization.k8s.io', 'resource.k8s.io',
  'scheduling.k8s.io', 'storage.k8s.io', 'storagemigration.k8s.io',
]);
const OWN_RESOURCES = new Set(ROLES.flatMap(({ rules = [] }) => rules)
  .flatMap(rule => rule.split(' | ')[2]?.split(' ') ?? []).map(resource => resource.split('/')[0]));
const WRITES = ['*', 'create', 'update', 'patch'];

/** The distinct rights in rules; a role may aggregate thousands of others. */
export function rightsIn({ rules }: RoleRules): GivenRight[] {
  const rights = new Map<string, GivenRight>();
  for (const rule of rules) {
    for (const { key, given } of rightsOf(rule)) if (!rights.has(key)) rights.set(key, given);
  }
  return [...rights.values()];
}

interface KeyedRight {
  readonly key: string;
  readonly given: GivenRight;
}

const rightsOfRules = new WeakMap<RoleRule, readonly KeyedRight[]>();

function rightsOf(rule: RoleRule): readonly KeyedRight[] {
  let rights = rightsOfRules.get(rule);
  if (rights === undefined) rightsOfRules.set(rule, rights = readRights(rule));
  return rights;
}

function readRights({ rule, doubt }: RoleRule): KeyedRight[] {
  return RIGHTS.flatMap((right, index): KeyedRight[] => {
    const found = grantedBy(rule, right);
    if (found === undefined) return [];
    const given: GivenRight = { right: index, ...found, truth: (found.truth === true && doubt) || found.truth };
    return [{ key: JSON.stringify(given), given }];
  });
}

function grantedBy(rule: Rule, right: Right): Omit<GivenRight, 'right'> | undefined {
  const { resourceNames: names } = rule;
  const isOfAll = names.length === 0;
  const { group, subresource } = right;
  // A create request has no object name, except for subresources.
  const verbs = isOfAll || subresource !== undefined || names.includes('') || names.some(hasStandIn)
    ? right.verbs : right.verbs.filter(verb => verb !== 'create');
  const truth = some(verbs, verb => some(right.resources, resource =>
    ruleAllows({ ...rule, resourceNames: [] }, { verb, group, resource, subresource })));
  if (truth === false) return undefined;
  const isCreated = subresource === undefined && verbs.includes('create');
  if (isOfAll || (isCreated && names.includes(''))) return { truth };
  const wanted = right.names?.filter(name => names.includes(name));
  const isOpen = names.some(hasStandIn);
  if (wanted?.length === 0 && !isOpen) return undefined;
  return { names, truth: isOpen ? `the objects ${names.join(', ')} cannot be determined yet` : truth };
}

/** Rights on objects of APIs that are not built into Kubernetes. */
export function customRightsIn({ rules }: RoleRules): CustomRight[] {
  const rights: CustomRight[] = [];
  for (const { rule } of rules) {
    let own = customRights.get(rule);
    if (own === undefined) customRights.set(rule, own = readCustomRights(rule));
    rights.push(...own);
  }
  return rights;
}

const customRights = new WeakMap<Rule, readonly CustomRight[]>();

function readCustomRights(rule: Rule): CustomRight[] {
  if (!rule.verbs.some(verb => WRITES.includes(verb) || hasStandIn(verb))) return [];
  const custom = rule.apiGroups.filter(group => group.includes('.') && !OWN_GROUPS.has(group))
    .map(group => ({ group, resources: rule.resources }));
  const others = rule.apiGroups.includes('*')
    ? rule.resources.filter(resource => resource !== '*' && !OWN_RESOURCES.has(resource.split('/')[0])) : [];
  return [...custom, ...others.length > 0 ? [{ group: '*', resources: others }] : []];
}
