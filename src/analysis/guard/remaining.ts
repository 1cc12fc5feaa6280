/**
 * Who can get around guards for any service account: by changing the policies, granting `use`, acting as an exception,
 * or changing every pod that is created.
 */
import { Guard } from './guard';
import { Place, Text } from '../access-map';
import { ADMISSION_GROUP } from '../admission-objects';
import { literal, matches, pattern } from '../iam/patterns';
import { every, some, Truth } from '../iam/truth';
import { Permission, Rbac } from '../rbac/rbac';
import { RoleRules } from '../rbac/role-rules';
import { RbacRequest, ruleAllows } from '../rbac/rule-match';
import { RBAC_GROUP, serviceAccountOfUser, Subject } from '../rbac-objects';

/** A right that allows getting around guards. */
export interface RemainingRight {
  readonly subject: Subject;
  /** `delete validatingadmissionpolicies`. */
  readonly right: string;
  readonly leadsTo: 'policies' | 'use' | 'exception' | 'new-pods';
  /** `ClusterRoleBinding admins`; undefined for `system:masters`. */
  readonly grantedBy?: Text;
  /** Why it is not certain. */
  readonly doubt?: string;
  /** Undefined for defaults of every cluster. */
  readonly place?: Place;
}

/** Remaining rights by one cluster's RBAC, without EKS access policies. One entry per subject and way around. */
export function remainingRights(guards: readonly Guard[], rbac: Rbac): RemainingRight[] {
  if (guards.length === 0) return [];
  const all = new Map<string, RemainingRight>();
  for (const [leadsTo, request] of requestsAround(guards)) {
    for (const permission of rbac.whoMay(request)) {
      const own = remaining(permission, leadsTo, request);
      const key = JSON.stringify([own.subject, leadsTo]);
      const known = all.get(key);
      if (known === undefined || (known.doubt !== undefined && own.doubt === undefined)) all.set(key, own);
    }
  }
  return [...all.values()];
}

/**
 * Remaining rights by the rules of an EKS access policy. One right per way around.
 *
 * @param namespaces the scope, which may contain wildcards; undefined for the whole cluster
 */
export function remainingByRules(
  guards: readonly Guard[], { rules }: RoleRules, namespaces?: readonly Text[],
): Pick<RemainingRight, 'leadsTo' | 'right' | 'doubt'>[] {
  const isIn = (namespace?: Text): Truth => namespaces === undefined || (namespace !== undefined
    && some(namespaces, scope => matches(pattern(scope), literal(namespace)) ?? 'its scope cannot be determined yet'));
  const all = new Map<RemainingRight['leadsTo'], Pick<RemainingRight, 'leadsTo' | 'right' | 'doubt'>>();
  for (const [leadsTo, request] of requestsAround(guards)) {
    const known = all.get(leadsTo);
    if (known !== undefined && known.doubt === undefined) continue;
    const truth = every([isIn(request.namespace), some(rules, ({ rule }) => ruleAllows(rule, request))], item => item);
    if (truth === false || (known !== undefined && truth !== true)) continue;
    all.set(leadsTo, { leadsTo, right: `${request.verb} ${request.resource}`, ...truth !== true && { doubt: truth } });
  }
  return [...all.values()];
}

function* requestsAround(guards: readonly Guard[]): Generator<[RemainingRight['leadsTo'], RbacRequest]> {
  const names = {
    validatingadmissionpolicies: guards.map(({ name }) => name),
    validatingadmissionpolicybindings: guards.flatMap(({ name, bindings = [name] }) => bindings),
  };
  for (const [resource, own] of Object.entries(names)) {
    for (const verb of ['delete', 'deletecollection', 'update', 'patch']) {
      for (const name of verb === 'deletecollection' ? [''] : own) {
        yield ['policies', { verb, group: ADMISSION_GROUP, resource, name }];
      }
    }
  }
  for (const verb of ['create', 'update', 'patch']) {
    yield ['new-pods', { verb, group: ADMISSION_GROUP, resource: 'mutatingwebhookconfigurations' }];
  }
  const namespaces = new Set(guards.flatMap(({ facts }) => (facts.kind === 'use' ? Object.keys(facts.accounts) : [])));
  for (const namespace of namespaces) {
    for (const [verb, resource] of [
      ['bind', 'roles'], ['bind', 'clusterroles'], ['escalate', 'roles'], ['escalate', 'clusterroles'],
    ]) {
      yield ['use', { verb, group: RBAC_GROUP, resource, namespace }];
    }
  }
  for (const { facts: { exceptions: { users, groups } } } of guards) {
    for (const name of groups) yield ['exception', { verb: 'impersonate', group: '', resource: 'groups', name }];
    for (const user of users) {
      const account = serviceAccountOfUser(user);
      yield ['exception', account === undefined
        ? { verb: 'impersonate', group: '', resource: 'users', name: user }
        : { verb: 'impersonate', group: '', resource: 'serviceaccounts', ...account }];
    }
  }
}

function remaining(
  { subject, binding, truth }: Permission, leadsTo: RemainingRight['leadsTo'], { verb, resource }: RbacRequest,
): RemainingRight {
  const place = binding?.place;
  const name = binding && [binding.namespace ?? [], binding.name].flat().join('/');
  return {
    subject,
    right: `${verb} ${resource}`,
    leadsTo,
    ...binding !== undefined && { grantedBy: `${binding.kind} ${name}` },
    ...truth !== true && { doubt: truth },
    ...place !== undefined && { place },
  };
}
