/**
 * Who can act as which service account through Kubernetes, for tables, pictures and searches. Also runs in the browser.
 */
import { keyOfActor, ReachedBy, ReportedReach, ReportedReaches, ReportedWay, UNKNOWN_CLUSTER } from './reaches';
import { compare, sortedTexts } from './statements';
import { Access, Text } from '../../analysis/access-map';
import { Actor, UnknownReach } from '../../analysis/cluster-access';
import { arnParts } from '../../analysis/iam/patterns';
import { grouped } from '../../analysis/json-values';
import { andMore, listInShort } from '../../analysis/lists';
import type { Confidence } from '../../analysis/rbac/paths';
import { isStandIn, withoutBrackets } from '../../analysis/stand-in';

export const PEOPLE_TITLE = 'Who can act as these service accounts through Kubernetes';
export const UNKNOWN_TITLE = 'Who may act as these service accounts (RBAC is inconclusive)';

/** A service account of a row, and who can act as it. */
export interface ReachedAccount {
  readonly cluster?: Text;
  /** Why it may be in another cluster. */
  readonly doubt?: string;
  /** `<namespace>/<name>`. */
  readonly serviceAccount: Text;
  readonly by: readonly ReachedBy[];
}

/** The part of an access row about people. */
export interface ReachedRow {
  readonly access?: Access;
  readonly arn: Text;
  readonly reached: readonly ReachedAccount[];
}

/** One line: actors with the same ways to the same service accounts. */
export interface PeopleRow {
  readonly cluster?: Text;
  /** Why the service accounts may be in another cluster. */
  readonly doubt?: string;
  readonly actors: readonly Actor[];
  /** Best first, closed ways last. */
  readonly ways: readonly ReportedWay[];
  readonly serviceAccounts: readonly ReachedRole[];
}

/** A service account with its roles. */
export interface ReachedRole {
  /** `<namespace>/<name>`. */
  readonly serviceAccount: Text;
  /** The ARNs of the roles. */
  readonly roles: readonly Text[];
}

type Who = Pick<Access, 'cluster' | 'namespace' | 'serviceAccount'>;

/** Returns a function that finds who can act as the service account of an access. */
export function reachedAccounts({ reaches }: Pick<ReportedReaches, 'reaches'>): (access: Who) => ReachedAccount[] {
  const byName = new Map<Text, Array<{ readonly reach: ReportedReach; readonly by: readonly ReachedBy[] }>>();
  for (const reach of reaches) {
    const entry = { reach, by: reach.doubt === undefined ? reach.by : reach.by.map(withDoubt) };
    for (const name of reach.serviceAccounts) {
      const known = byName.get(name);
      if (known) known.push(entry);
      else byName.set(name, [entry]);
    }
  }
  return ({ cluster, namespace, serviceAccount: name }) => {
    const serviceAccount = `${namespace}/${name}`;
    return (byName.get(serviceAccount) ?? [])
      .filter(({ reach: { clusters } }) =>
        clusters === undefined || ['*', UNKNOWN_CLUSTER].includes(cluster) || clusters.includes(cluster))
      .map(({ reach, by }): ReachedAccount => ({
        ...reach.cluster !== undefined && { cluster: reach.cluster },
        ...reach.doubt !== undefined && { doubt: reach.doubt },
        serviceAccount,
        by,
      }));
  };
}

/** Lowers the confidence, because the service account may not be in the cluster. */
function withDoubt({ actors, ways }: ReachedBy): ReachedBy {
  return { actors, ways: ways.map(way => ({ ...way, confidence: 'unknown' })) };
}

/** Lines for the service accounts of rows, open ways first. */
export function peopleRows(
  rows: readonly ReachedRow[],
  isShown: (actor: Actor) => boolean = () => true,
): PeopleRow[] {
  const reached = new Map<ReachedBy, { readonly account: ReachedAccount; readonly roles: Map<Text, Set<Text>> }>();
  for (const { arn, reached: accounts } of rows) {
    for (const account of accounts) {
      for (const entry of account.by) {
        const { roles } = getOrAdd(reached, entry, () => ({ account, roles: new Map<Text, Set<Text>>() }));
        getOrAdd(roles, account.serviceAccount, () => new Set()).add(arn);
      }
    }
  }
  const ofActors = [...reached].flatMap(([{ actors, ways }, { account: { cluster, doubt }, roles }]) => {
    const sorted = [...ways.filter(isOpen), ...ways.filter(way => !isOpen(way))];
    const key = JSON.stringify([cluster, doubt, sorted[0]]);
    const at = { ...cluster !== undefined && { cluster }, ...doubt !== undefined && { doubt } };
    return actors.filter(isShown).map(actor => ({ at, actor, ways: sorted, key, roles: [roles] }));
  });
  const merged = [...grouped(ofActors, ({ actor, key }) => `${keyOfActor(actor)}${key}`).values()].map(same => ({
    ...same[0],
    ways: [...new Map(same.flatMap(({ ways }) => ways).map(way => [wayKey(way), way])).values()],
    roles: [...new Set(same.flatMap(({ roles }) => roles))],
  }));
  const numbers = new Map<unknown, number>();
  const numberOf = (item: unknown) => getOrAdd(numbers, item, () => numbers.size);
  const together = grouped(merged, ({ key, ways, roles }) =>
    [key, ...ways.map(wayKey), ...roles.map(numberOf)].join('\n'));
  return [...together.values()]
    .map((same): PeopleRow => ({
      ...same[0].at,
      actors: same.map(({ actor }) => actor).sort(compareActors),
      ways: same[0].ways,
      serviceAccounts: rolesOf(same[0].roles),
    }))
    .sort((left, right) =>
      rankOf(left.ways[0]) - rankOf(right.ways[0]) || compareActors(left.actors[0], right.actors[0]));
}

function compareActors(left: Actor, right: Actor): number {
  return compare(keyOfActor(left), keyOfActor(right));
}

const RANKS: Record<Confidence, number> = { certain: 0, high: 1, medium: 2, low: 3, unknown: 4 };
export const CLOSED = 5;

/** The most certain way has rank 0; closed ways come last. */
export function rankOf(way: Pick<ReportedWay, 'confidence' | 'closedBy'>): number {
  return isOpen(way) ? RANKS[way.confidence] : CLOSED;
}

function rolesOf(maps: ReadonlyArray<ReadonlyMap<Text, ReadonlySet<Text>>>): ReachedRole[] {
  const entries = maps.flatMap(roles => [...roles]);
  return [...grouped(entries, ([serviceAccount]) => serviceAccount)]
    .sort(([left], [right]) => compare(left, right))
    .map(([serviceAccount, same]) => ({ serviceAccount, roles: sortedTexts(same.flatMap(([, arns]) => [...arns])) }));
}

/** An actor, and the best way in which it can act as a service account. */
export interface ActorWay {
  readonly actor: Actor;
  readonly way: ReportedWay;
}

/** Each actor that can act as the service account of a row once, the most certain first. */
export function actorsOf({ reached }: Pick<ReachedRow, 'reached'>): ActorWay[] {
  const best = new Map<string, ActorWay>();
  for (const { actors, ways } of reached.flatMap(({ by }) => by)) {
    const way = bestOf(ways);
    for (const actor of actors) {
      const key = keyOfActor(actor);
      const known = best.get(key);
      if (!known || rankOf(way) < rankOf(known.way)) best.set(key, { actor, way });
    }
  }
  return [...best.values()].sort((left, right) =>
    rankOf(left.way) - rankOf(right.way) || compareActors(left.actor, right.actor));
}

export function bestOf(ways: readonly ReportedWay[]): ReportedWay {
  return ways.reduce((first, other) => (rankOf(other) < rankOf(first) ? other : first));
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}

/** Whether an actor matches a part of its name or of its ARN. */
export function isActor(wanted: string): (actor: Actor) => boolean {
  const text = wanted.toLowerCase();
  return actor => textOfActor(actor).toLowerCase().includes(text);
}

const texts = new WeakMap<ReachedBy, string>();

/** The text to search: actors and their ways. */
export function textOfReached({ by }: ReachedAccount): string {
  return by.map(entry => {
    const text = texts.get(entry) ?? [
      ...entry.actors.map(textOfActor), ...entry.ways.map(reached => wayInWords(reached)),
    ].join('\n');
    texts.set(entry, text);
    return text;
  }).join('\n');
}

/** Whether no admission policy denies it. */
export function isOpen({ closedBy = [] }: Pick<ReportedWay, 'closedBy'>): boolean {
  return closedBy.length === 0;
}

function wayKey({ steps, closedBy }: ReportedWay): string {
  return JSON.stringify([steps.map(({ right, to }) => [right, to]), closedBy]);
}

/** Names of actors: `group dev`, `IAM role ops`; in another account, `IAM role ops of 444455556666`. */
export function actorNames({ accounts }: { readonly accounts: readonly Text[] }): (actor: Actor) => string {
  return actor => {
    const { text, account } = partsOfActor(actor);
    const isOwn = account === undefined || (accounts.length === 1 && accounts[0] === account);
    return isOwn ? text : `${text} of ${account}`;
  };
}

function textOfActor(actor: Actor): string {
  const { text, account } = partsOfActor(actor);
  return account === undefined ? text : `${text} of ${account}\n${actor.name}`;
}

function partsOfActor({ kind, name }: Actor): { readonly text: string; readonly account?: Text } {
  if (isStandIn(name)) return { text: withoutBrackets(name) };
  if (kind !== 'IAM principal') {
    return { text: `${kind === 'ServiceAccount' ? 'service account' : kind.toLowerCase()} ${name}` };
  }
  const [, , service, , account = '', resource = ''] = arnParts(name);
  const [type, ...rest] = resource.split('/');
  if (service !== 'iam' && service !== 'sts') return { text: name };
  if (rest.length === 0) return { text: `IAM account ${account}` };
  return { text: `IAM ${type} ${rest.join('/')}`, account };
}

/** `create pods in payments (RoleBinding payments/dev)`, with the steps before it. */
export function wayInWords({ steps }: ReportedWay, isShort = false): string {
  return steps.map(({ right, grantedBy, to }) => {
    const given = isShort || grantedBy.length === 0 ? '' : ` (${listInShort(grantedBy, 3)})`;
    if (to === undefined) return `${right}${given}`;
    if (to === 'the admission policies') return `${right}${given}; then, without these policies: `;
    return `${right}${given}; ${/^(ServiceAccount|User|Group) /.test(to) ? 'as' : 'with'} ${to}: `;
  }).join('');
}

/** The confidence of a way, or the policies that close it. */
export function stateInWords(way: ReportedWay, show = (text: string) => text): string {
  return isOpen(way) ? way.confidence : `closed by ${listInShort(way.closedBy!.map(show), 3)}`;
}

/** The best way, and the number of others. */
export function waysInShort(ways: readonly ReportedWay[]): string[] {
  const [best] = ways;
  return [
    wayInWords(best),
    ...isOpen(best) && best.confidence === 'certain' ? []
      : [isOpen(best) ? `confidence: ${best.confidence}` : stateInWords(best)],
    ...othersInShort(ways),
  ];
}

/** The number of ways other than the best one. */
export function othersInShort([best, ...others]: readonly ReportedWay[]): string[] {
  const closed = isOpen(best) ? others.filter(way => !isOpen(way)) : [];
  const more = others.length - closed.length;
  return [
    ...more > 0 ? [`and ${more} more ${more === 1 ? 'way' : 'ways'}`] : [],
    ...closed.length > 0 ? [`${closed.length} more closed by ${listInShort(closersOf(closed), 3)}`] : [],
  ];
}

function closersOf(ways: readonly ReportedWay[]): Text[] {
  return sortedTexts(ways.flatMap(({ closedBy = [] }) => closedBy));
}

/** `user eve: a controller of … may run pods`. */
export function unknownInWords({ actor, reason }: UnknownReach, nameOf: (actor: Actor) => string): string {
  return `${nameOf(actor)}: ${reason}`;
}

/** The limitations of the list of people. */
export function notesOnPeople(
  { reachScope, unknownReaches }: Scope, count: number, doubts: ReadonlyArray<string | undefined> = [],
): string[] {
  if (reachScope === 'not-read') {
    return ['It is unknown who can act as the service accounts through Kubernetes: the input contains no RBAC or '
      + 'access entries.'];
  }
  const reasons = sortedTexts(doubts.flatMap(doubt => doubt ?? []));
  return [
    ...reasons.slice(0, MAX_DOUBTS).map(doubt => `Not certain: ${doubt}.`),
    ...reasons.length > MAX_DOUBTS ? [`Not certain for ${reasons.length - MAX_DOUBTS} more reasons.`] : [],
    ...count + unknownReaches.length > 0 ? []
      : ['Nobody can act as them, according to the RBAC and access entries that were read.'],
    ...reachScope === 'cluster' ? []
      : ['This does not cover RBAC and access entries of the cluster that are not in the input.'],
  ];
}

const MAX_DOUBTS = 5;

type Scope = Pick<ReportedReaches, 'reachScope' | 'unknownReaches'>;

/** `group dev, user eve and 3 more`. */
export function actorsInShort(actors: readonly Actor[], nameOf: (actor: Actor) => string, limit: number): string {
  const names = actors.slice(0, limit).map(nameOf).join(', ');
  return `${names}${andMore(actors.length - limit)}`;
}
