/**
 * The admission policies that deny requests, and who can get around them.
 */
import { keyOfActor } from './reaches';
import { AccessMap, Place, Text } from '../../analysis/access-map';
import { Actor } from '../../analysis/cluster-access';
import { Guard } from '../../analysis/guard/guard';
import { RemainingRight, remainingByRules, remainingRights } from '../../analysis/guard/remaining';
import { rulesOfAccessPolicy } from '../../analysis/rbac/access-policies';
import { Rbac } from '../../analysis/rbac/rbac';
import { Subject } from '../../analysis/rbac-objects';

/** A policy of `WorkloadIdentityGuard` that denies requests. */
export interface ReportedGuard {
  readonly name: Text;
  /** `use`, `tokens`, `exec`, `integrity` or `unlisted`. */
  readonly kind: string;
  readonly app: Text;
  /** The users and groups to which it does not apply. */
  readonly exceptions: readonly Text[];
  /** The clusters for which it was generated; empty if they are not known. */
  readonly clusters: readonly Text[];
  readonly place: Place;
}

/** A right that allows getting around the guards. */
export interface Bypass extends Omit<RemainingRight, 'subject'> {
  readonly actor: Actor;
}

export interface ReportedPolicies {
  readonly guards: ReportedGuard[];
  /** Admission policies and bindings without known effect, and why. */
  readonly otherPolicies: Array<{ readonly object: Text; readonly reason: string; readonly place: Place }>;
  /** Who can get around the guards, according to the RBAC and access entries that were read. */
  readonly bypasses: Bypass[];
}

export function reportedPolicies(
  { guards = [], otherPolicies = [], ...map }: Pick<AccessMap, 'rbac' | 'principals' | 'guards' | 'otherPolicies'>,
): ReportedPolicies {
  return {
    guards: guards.map(({ name, facts: { kind, app, exceptions: { users, groups } }, clusters, place }) =>
      ({ name, kind, app, exceptions: [...users, ...groups], clusters, place })),
    otherPolicies: [...otherPolicies],
    bypasses: guards.length === 0 ? [] : remainingOf(map, guards),
  };
}

/** Remaining rights of subjects, without defaults of every cluster, and of IAM principals that are mapped to them. */
function remainingOf(
  { rbac, principals }: Pick<AccessMap, 'rbac' | 'principals'>, guards: readonly Guard[],
): Bypass[] {
  const own = remainingRights(guards, new Rbac(rbac))
    .filter(({ grantedBy, place }) => grantedBy === undefined || place !== undefined)
    .map(({ subject, ...right }): Bypass => ({ actor: actorOf(subject), ...right }));
  const mapped = principals.flatMap(({ principal, user, groups, policies, place }) => {
    const actor: Actor = { kind: 'IAM principal', name: principal };
    const isMapped = ({ kind, name }: Actor) =>
      (kind === 'Group' ? groups.includes(name) : kind === 'User' && name === user);
    return [
      ...own.filter(right => isMapped(right.actor)).map((right): Bypass => ({ ...right, actor })),
      ...policies.flatMap(({ policy, namespaces }): Bypass[] => {
        const rules = rulesOfAccessPolicy(policy);
        const ways = rules === undefined
          ? [{ right: 'unknown', leadsTo: 'policies', doubt: 'its access policy is not known' } as const]
          : remainingByRules(guards, rules, namespaces);
        return ways.map(way => ({ actor, ...way, grantedBy: policy, place }));
      }),
    ];
  });
  const all = [...own, ...mapped];
  return [...new Map(all.map(right => [`${keyOfActor(right.actor)} ${right.leadsTo}`, right])).values()];
}

function actorOf(subject: Subject): Actor {
  const { kind, name } = subject;
  return { kind, name: subject.kind === 'ServiceAccount' ? `${subject.namespace}/${name}` : name };
}
