/**
 * The admission policies that close ways, and who can change them: what remains.
 */
import { keyOfActor } from './reaches';
import { AccessMap, Place, Text } from '../../analysis/access-map';
import { Actor } from '../../analysis/cluster-access';
import { rulesOfAccessPolicy } from '../../analysis/rbac/access-policies';
import { MASTERS, Rbac } from '../../analysis/rbac/rbac';
import { RoleRules } from '../../analysis/rbac/role-rules';
import { ruleAllows } from '../../analysis/rbac/rule-match';
import { Subject } from '../../analysis/rbac-objects';

/** A policy of `WorkloadIdentityGuard` that refuses requests. */
export interface ReportedGuard {
  readonly name: Text;
  /** `use`, `tokens`, `exec`, `integrity` or `unlisted`. */
  readonly kind: string;
  readonly app: Text;
  /** The clusters that it was generated for; empty if they are not known. */
  readonly clusters: readonly Text[];
  readonly place: Place;
}

export interface ReportedPolicies {
  readonly guards: ReportedGuard[];
  /** Admission policies and bindings that close no way, and why. */
  readonly otherPolicies: Array<{ readonly object: Text; readonly reason: string; readonly place: Place }>;
  /** Who can change or remove the guards, by the RBAC and the access entries that were read. */
  readonly policyChangers: Actor[];
}

export function reportedPolicies(
  { guards = [], otherPolicies = [], ...map }: Pick<AccessMap, 'rbac' | 'principals' | 'guards' | 'otherPolicies'>,
): ReportedPolicies {
  return {
    guards: guards.map(({ name, facts: { kind, app }, clusters, place }) => ({ name, kind, app, clusters, place })),
    otherPolicies: [...otherPolicies],
    policyChangers: guards.length === 0 ? [] : changersOf(map, new Set(guards.map(({ name }) => name))),
  };
}

const GROUP = 'admissionregistration.k8s.io';
const POLICIES = 'validatingadmissionpolicies';
const REQUESTS = [POLICIES, 'validatingadmissionpolicybindings'].flatMap(resource =>
  ['update', 'patch', 'delete', 'deletecollection'].map(verb => ({ verb, group: GROUP, resource })));

/** Whoever may do it, and whoever may be somebody who may. */
function changersOf({ rbac, principals }: Pick<AccessMap, 'rbac' | 'principals'>, names: ReadonlySet<Text>): Actor[] {
  const evaluator = new Rbac(rbac);
  const allows = ({ rules, doubt }: RoleRules) => doubt !== undefined || rules.some(({ rule }) =>
    REQUESTS.some(request => {
      // What bindings of policies are called is not known here.
      const isNamed = request.resource !== POLICIES || rule.resourceNames.some(name => names.has(name));
      return ruleAllows(isNamed ? { ...rule, resourceNames: [] } : rule, request) !== false;
    }));
  const subjects = evaluator.bindings
    .filter(binding => binding.place !== undefined && binding.kind === 'ClusterRoleBinding')
    .filter(binding => allows(evaluator.rulesOf(binding) ?? { rules: [] }))
    .flatMap(binding => binding.subjects.map(actorOf));
  const actors: Actor[] = [{ kind: 'Group', name: MASTERS }, ...subjects];
  const keys = new Set(actors.map(keyOfActor));
  const isOne = (kind: Actor['kind'], name: Text) => keys.has(keyOfActor({ kind, name }));
  const mapped = principals.filter(({ user, groups, policies }) =>
    groups.some(group => isOne('Group', group)) || (user !== undefined && isOne('User', user))
    || policies.some(({ policy, namespaces }) => {
      const rules = rulesOfAccessPolicy(policy);
      return rules === undefined || (namespaces === undefined && allows(rules));
    }));
  const all = [...actors, ...mapped.map(({ principal }): Actor => ({ kind: 'IAM principal', name: principal }))];
  return [...new Map(all.map(actor => [keyOfActor(actor), actor])).values()];
}

function actorOf(subject: Subject): Actor {
  const { kind, name } = subject;
  return { kind, name: subject.kind === 'ServiceAccount' ? `${subject.namespace}/${name}` : name };
}
