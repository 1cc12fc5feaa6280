/**
 * Changes in who can act as which service account.
 */
import type { Direction } from './diff';
import { mayInShort } from './in-words';
import { bestOf, CLOSED, isOpen, rankOf, reachedAccounts } from './people';
import { keyOfActor, keyOfUnknown, ReportedReaches, ReportedWay } from './reaches';
import { ReportData } from './report-data';
import { compare, sortedTexts } from './statements';
import { Role, Text } from '../../analysis/access-map';
import { Actor, UnknownReach } from '../../analysis/cluster-access';
import { grouped } from '../../analysis/json-values';
import { linesInShort } from '../../analysis/lists';
import { shownAccess } from '../../analysis/shown-access';

/** Actors that reach service accounts in a way that is newly open or no longer open. */
export interface ReachChange {
  readonly kind: 'reach';
  readonly direction: Direction;
  readonly actors: Actor[];
  /** The way that was added or removed; the best one if there are several. */
  readonly way: ReportedWay;
  /** Set if only admission policies changed, while the way itself still exists: the policies that deny or denied it. */
  readonly policies?: readonly Text[];
  /** Whether the actors also reach the service accounts in another way, before and after the change. */
  readonly reachedAnyway?: boolean;
  readonly serviceAccounts: Text[];
  /** ARNs of the roles that the service accounts can assume. */
  readonly roles: Text[];
  /** A summary of the permissions of the roles. */
  readonly permissions: string[];
}

/** A service account that is new or gains roles, with the actors that can act as it. */
export interface NewAccountChange {
  readonly kind: 'service-account';
  readonly direction: 'wider';
  readonly actors: Actor[];
  readonly serviceAccounts: Text[];
  readonly roles: Text[];
  readonly permissions: string[];
}

/** A new grant with unknown effect. */
export interface UnknownChange extends Pick<UnknownReach, 'cluster' | 'actor' | 'reason'> {
  readonly kind: 'unknown-reach';
  readonly direction: 'changed';
}

/** One of the reports does not contain who can act as the service accounts. */
export interface ScopeChange {
  readonly kind: 'reach-scope';
  readonly direction: 'changed';
  /** Undefined if an older version created the report. */
  readonly before?: ReportedReaches['reachScope'];
  readonly after: ReportedReaches['reachScope'];
}

/** An admission policy that denies requests only before or only after the change. */
export interface PolicyRefusalChange {
  readonly kind: 'admission-policy';
  /** `wider`: it no longer denies requests. */
  readonly direction: 'wider' | 'narrower';
  readonly policy: Text;
  /** Why it no longer denies requests, if it still exists. */
  readonly reason?: string;
}

export type PeopleChange = PolicyRefusalChange | ReachChange | NewAccountChange | UnknownChange | ScopeChange;

/** An actor and a service account, in a cluster. */
interface Pair {
  readonly actor: Actor;
  /** The service account in its cluster. */
  readonly account: string;
  readonly serviceAccount: Text;
  readonly ways: readonly ReportedWay[];
}

interface Side {
  readonly pairs: ReadonlyMap<string, Pair>;
  /** The roles of service accounts in their clusters. */
  readonly roles: ReadonlyMap<string, readonly Text[]>;
}

const MAX_LINES = 3;
/** Rank if there is no way. */
const NONE = CLOSED + 1;

export function peopleChanges(before: ReportData, after: ReportData): PeopleChange[] {
  return [...refusalChanges(before, after), ...reachedChanges(before, after)];
}

function refusalChanges({ guards: old = [] }: Partial<ReportData>, after: ReportData): PolicyRefusalChange[] {
  const now = new Set(after.guards.map(({ name }) => name));
  const was = new Set(old.map(({ name }) => name));
  const reasonOf = (policy: Text) => after.otherPolicies.find(({ object }) =>
    object === `ValidatingAdmissionPolicy ${policy}`)?.reason;
  return [
    ...[...was].filter(policy => !now.has(policy)).map((policy): PolicyRefusalChange => {
      const reason = reasonOf(policy);
      return { kind: 'admission-policy', direction: 'wider', policy, ...reason !== undefined && { reason } };
    }),
    ...[...now].filter(policy => !was.has(policy)).map((policy): PolicyRefusalChange => (
      { kind: 'admission-policy', direction: 'narrower', policy }
    )),
  ];
}

function reachedChanges(before: ReportData, after: ReportData): PeopleChange[] {
  const was = (before as Partial<ReportData>).reachScope;
  const is = after.reachScope;
  const scope: ScopeChange = { kind: 'reach-scope', direction: 'changed', ...was && { before: was }, after: is };
  if (was === undefined || is === 'not-read') return (was ?? 'not-read') === is ? [] : [scope];
  const [old, now] = [before, after].map(sideOf);
  const may = mayOf([...after.roles, ...before.roles]);
  const known = new Set(before.unknownReaches.map(keyOfUnknown));
  return [
    ...was === 'not-read' ? [scope] : [],
    ...reachChanges(old, now, may),
    ...newAccounts(old, now, may),
    ...after.unknownReaches.filter(unknown => !known.has(keyOfUnknown(unknown)))
      .map(({ cluster, actor, reason }): UnknownChange => (
        { kind: 'unknown-reach', direction: 'changed', ...cluster !== undefined && { cluster }, actor, reason }
      )),
  ];
}

function sideOf(data: ReportData): Side {
  const reachedBy = reachedAccounts(data);
  const pairs = new Map<string, Pair>();
  const roles = new Map<string, readonly Text[]>();
  for (const [account, entries] of grouped(shownAccess(data.access), ({ cluster, namespace, serviceAccount }) =>
    JSON.stringify([cluster, namespace, serviceAccount]))) {
    roles.set(account, sortedTexts(entries.map(({ role }) => role)));
    for (const { serviceAccount, by } of reachedBy(entries[0])) {
      for (const { actors, ways } of by) {
        for (const actor of actors) {
          const key = `${keyOfActor(actor)}${account}`;
          pairs.set(key, { actor, account, serviceAccount, ways: [...pairs.get(key)?.ways ?? [], ...ways] });
        }
      }
    }
  }
  return { pairs, roles };
}

/** A change for one pair. */
interface PairChange extends Pick<ReachChange, 'direction' | 'way' | 'policies' | 'reachedAnyway'> {
  readonly pair: Pair;
}

/** Changes for service accounts that have a role in both reports. Equal actors and ways are combined. */
function reachChanges(old: Side, now: Side, may: May): ReachChange[] {
  const changes = sortedTexts([...old.pairs.keys(), ...now.pairs.keys()]).flatMap(key => {
    const [was, is] = [old.pairs.get(key), now.pairs.get(key)];
    const pair = (is ?? was)!;
    if (!old.roles.has(pair.account) || !now.roles.has(pair.account)) return [];
    return changeOf(was?.ways ?? [], is?.ways ?? []).map((change): PairChange => ({ pair, ...change }));
  });
  const rolesOf = ({ account }: Pair) => [...now.roles.get(account) ?? [], ...old.roles.get(account) ?? []];
  const keyOf = ({ direction, way, policies, reachedAnyway }: PairChange) =>
    JSON.stringify([
      direction, way.confidence, policies, reachedAnyway, keyOfWay(way), way.steps.map(({ grantedBy }) => grantedBy),
    ]);
  const ofActors = [...grouped(changes, change => `${keyOfActor(change.pair.actor)}${keyOf(change)}`).values()];
  const together = grouped(ofActors, same => JSON.stringify([keyOf(same[0]), same.map(({ pair }) => pair.account)]));
  return [...together.values()].map((all): ReachChange => {
    const [[{ pair: _, ...change }]] = all;
    const roles = sortedTexts(all[0].flatMap(({ pair }) => rolesOf(pair)));
    return {
      kind: 'reach',
      ...change,
      actors: all.map(([{ pair }]) => pair.actor),
      serviceAccounts: sortedTexts(all[0].map(({ pair }) => pair.serviceAccount)),
      roles,
      permissions: may(roles),
    };
  }).sort((left, right) => compare(right.direction, left.direction)); // wider first
}

/** An additional way that is not more certain is not a change, but a policy that no longer denies a way is. */
function changeOf(was: readonly ReportedWay[], is: readonly ReportedWay[]): Array<Omit<PairChange, 'pair'>> {
  const [rankBefore, rankAfter] = [was, is].map(ways => Math.min(NONE, ...ways.map(rankOf)));
  const opened = policyChanges(was, is);
  const closed = policyChanges(is, was);
  const open = rankAfter < CLOSED ? { reachedAnyway: true } : {};
  if (rankAfter < rankBefore && rankAfter < CLOSED) {
    const [change] = opened.filter(({ way }) => rankOf(way) === rankAfter);
    return [{ direction: 'wider', ...change ?? { way: bestOf(is) } }];
  }
  if (rankBefore < rankAfter && rankBefore < CLOSED) {
    const [change] = closed.filter(({ way }) => rankOf(way) === rankBefore);
    return [{ direction: 'narrower', ...change ?? { way: bestOf(was) }, ...open }];
  }
  return [
    ...opened.slice(0, 1).map(change => ({ direction: 'wider' as const, ...change, reachedAnyway: true })),
    ...closed.slice(0, 1).map(change => ({ direction: 'narrower' as const, ...change, ...open })),
  ];
}

/** Ways that are denied in one report and open in the other. */
function policyChanges(
  refused: readonly ReportedWay[], open: readonly ReportedWay[],
): Array<Required<Pick<ReachChange, 'way' | 'policies'>>> {
  const closed = new Map(refused.filter(way => !isOpen(way)).map(way => [keyOfWay(way), way.closedBy!]));
  return open.filter(isOpen).flatMap(way => {
    const policies = closed.get(keyOfWay(way));
    return policies === undefined ? [] : [{ way, policies }];
  });
}

/** The rights of a way, regardless of how they are granted. */
function keyOfWay({ steps }: ReportedWay): string {
  return JSON.stringify(steps.map(({ path, right, to }) => [path, right, to]));
}

type May = (roles: readonly Text[]) => string[];

function mayOf(roles: readonly Role[]): May {
  const known = new Map([...roles].reverse().map(role => [role.arn, role]));
  const lines = (arn: Text) => mayInShort(known.get(arn), undefined, []);
  return arns => linesInShort([...new Set(arns.flatMap(lines))], MAX_LINES);
}

function newAccounts(old: Side, now: Side, may: May): NewAccountChange[] {
  const open = [...now.pairs.values()].filter(({ ways }) => ways.some(isOpen));
  return [...grouped(open, ({ account }) => account)].flatMap(([account, pairs]): NewAccountChange[] => {
    const roles = now.roles.get(account)!.filter(arn => !old.roles.get(account)?.includes(arn));
    return roles.length === 0 ? [] : [{
      kind: 'service-account',
      direction: 'wider',
      actors: pairs.map(({ actor }) => actor),
      serviceAccounts: [pairs[0].serviceAccount],
      roles,
      permissions: may(roles),
    }];
  });
}
