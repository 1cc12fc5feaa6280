/**
 * Who can act as the service accounts of a running cluster that have a role: the summary of `doctor --all`.
 */
import { LiveFacts } from './live-facts';
import { liveMapOf } from './live-map';
import { Actor, Reach } from '../../../analysis/cluster-access';
import { Confidence } from '../../../analysis/rbac/paths';

/** An actor and its best way to a service account. */
export interface LiveActor extends Actor {
  /** `create pods in payments`: the first step. */
  readonly right: string;
  /** What grants the right: `RoleBinding payments/dev (ClusterRole edit)`. */
  readonly grantedBy: readonly string[];
  readonly confidence: Confidence;
  /** Number of steps of the best way; more than one if it leads through other accounts. */
  readonly steps: number;
  /** The admission policies that block every way; undefined if a way is open. */
  readonly closedBy?: readonly string[];
}

export interface PeopleOfAccount {
  /** Namespace and name may be patterns from a trust policy. */
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Their ARNs. */
  readonly roles: readonly string[];
  readonly actors: readonly LiveActor[];
}

/** An actor that may reach service accounts, and why this is unknown. */
export interface UnknownActor extends Actor {
  readonly reason: string;
}

export interface LivePeople {
  readonly serviceAccounts: readonly PeopleOfAccount[];
  readonly unknown: readonly UnknownActor[];
  /** What could not be read, each with the reason: it may give access to others. */
  readonly unreadable: readonly string[];
}

interface Collected extends Pick<Reach, 'namespace' | 'serviceAccount'> {
  readonly roles: Set<string>;
  readonly actors: LiveActor[];
}

/** @param namespace only service accounts in this namespace; all by default */
export function livePeopleOf(facts: LiveFacts, namespace?: string): LivePeople {
  const { map, unread } = liveMapOf(facts);
  const accounts = new Map<string, Collected>();
  for (const { namespace: own, serviceAccount, role } of map.access) {
    if (namespace !== undefined && own !== namespace) continue;
    const key = `${own}/${serviceAccount}`;
    const known = accounts.get(key);
    if (known === undefined) accounts.set(key, { namespace: own, serviceAccount, roles: new Set([role]), actors: [] });
    else known.roles.add(role);
  }
  for (const reach of map.reaches) {
    const account = accounts.get(`${reach.namespace}/${reach.serviceAccount}`);
    account?.actors.push(actorIn(reach));
  }
  return {
    serviceAccounts: [...accounts.values()].map(({ roles, actors, ...account }) => ({
      ...account,
      roles: [...roles].sort(),
      actors: actors.sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1)),
    })).sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1)),
    unknown: map.unknownReaches.map(({ actor, reason }) => ({ ...actor, reason })),
    unreadable: unread,
  };
}

function actorIn({ actor, ways: [best] }: Reach): LiveActor {
  const [first] = best.steps;
  return {
    ...actor,
    right: first.right,
    grantedBy: first.grantedBy,
    confidence: best.confidence,
    steps: best.steps.length,
    ...best.closedBy !== undefined && { closedBy: best.closedBy },
  };
}

function keyOf({ kind, name }: LiveActor): string {
  return `${kind} ${name}`;
}

function nameOf({ namespace, serviceAccount }: PeopleOfAccount): string {
  return `${namespace}/${serviceAccount}`;
}
