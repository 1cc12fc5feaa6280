/**
 * Who can act as which service account through Kubernetes, as stored in the report. Actors and service accounts with
 * the same ways share an entry, because 500 service accounts and 200 people have 100,000 pairs.
 */
import { compare } from './statements';
import { AccessMap, Text } from '../../analysis/access-map';
import { Actor, ClusterPrincipal, Reach, ReachStep, ReachWay, UnknownReach } from '../../analysis/cluster-access';
import { grouped } from '../../analysis/json-values';
import { standIn } from '../../analysis/stand-in';

/**
 * How much is known about who can act as the service accounts:
 *
 * - `not read`: no RBAC or access entries were read
 * - `input`: RBAC and access entries in the input; the cluster may have more
 * - `cluster`: all RBAC and access entries of the cluster
 */
export type ReachScope = 'not-read' | 'input' | 'cluster';

/** A way without the target of the last step, which is each of the service accounts. */
export interface ReportedWay extends Omit<ReachWay, 'steps'> {
  readonly steps: ReadonlyArray<Omit<ReachStep, 'to'> & Partial<Pick<ReachStep, 'to'>>>;
}

/** Actors that reach the same service accounts in the same ways. */
export interface ReachedBy {
  readonly actors: Actor[];
  /** Best first. */
  readonly ways: ReportedWay[];
}

/** Service accounts and who can act as them. */
export interface ReportedReach {
  /** The cluster as in `access`; undefined if RBAC of a manifest may be for any cluster. */
  readonly cluster?: Text;
  /** All names of the cluster in `access`; undefined for any. */
  readonly clusters?: readonly Text[];
  /** Why the service accounts may be in another cluster. */
  readonly doubt?: string;
  /** `<namespace>/<name>`. */
  readonly serviceAccounts: Text[];
  readonly by: ReachedBy[];
}

export interface ReportedReaches {
  readonly reachScope: ReachScope;
  readonly principals: ClusterPrincipal[];
  readonly reaches: ReportedReach[];
  readonly unknownReaches: UnknownReach[];
}

/** The cluster of access by annotations with a role of another app, because the cluster of a manifest is not known. */
export const UNKNOWN_CLUSTER = standIn('not in the input');

type ReachMap = Pick<AccessMap, 'rbac' | 'principals' | 'reaches' | 'unknownReaches'>;

/** @param isComplete whether all RBAC and access entries of the clusters were read */
export function reportedReaches(map: ReachMap, isComplete = false): ReportedReaches {
  const { rbac: { roles, bindings, unknown }, principals, reaches, unknownReaches } = map;
  const isRead = [roles, bindings, unknown, principals, reaches, unknownReaches].some(({ length }) => length > 0);
  return {
    reachScope: isComplete ? 'cluster' : isRead ? 'input' : 'not-read',
    principals: sortedBy(principals, keyOfPrincipal),
    reaches: together(reaches),
    unknownReaches: sortedBy(unknownReaches, keyOfUnknown),
  };
}

/** A key that identifies an actor. */
export function keyOfActor({ kind, name }: Actor): string {
  return JSON.stringify([kind, name]);
}

export function keyOfUnknown({ cluster = '', actor, reason }: UnknownReach): string {
  return JSON.stringify([actor.kind, actor.name, cluster, reason]);
}

/** Groups actors by their ways, and service accounts by their actors. */
function together(reaches: readonly Reach[]): ReportedReach[] {
  const keyOfWays = waysKeys();
  const sets: ActorSet[] = [];
  const keyed = reaches.map(({ cluster, clusters, doubt, actor, namespace, serviceAccount, ways }) => ({
    at: { ...cluster !== undefined && { cluster }, ...clusters && { clusters }, ...doubt !== undefined && { doubt } },
    actor,
    name: `${namespace}/${serviceAccount}`,
    ways,
    key: keyOfWays(ways),
  }));
  for (const same of grouped(keyed, ({ at, actor, key }) => JSON.stringify([at, actor, key])).values()) {
    const names = [...new Set(same.map(({ name }) => name))].sort(compare);
    sets.push({ ...same[0], serviceAccounts: names });
  }
  const groups = [...grouped(sets, ({ at, serviceAccounts }) => JSON.stringify([at, serviceAccounts])).values()];
  return sortedBy(groups.map((group): ReportedReach => {
    const [{ at, serviceAccounts }] = group;
    return { ...at, serviceAccounts, by: byWays(group) };
  }), ({ by: _, ...rest }) => JSON.stringify(rest));
}

/** Service accounts that an actor reaches in the same ways. */
interface ActorSet extends Pick<Reach, 'actor' | 'ways'> {
  readonly at: Pick<Reach, 'cluster' | 'clusters' | 'doubt'>;
  readonly serviceAccounts: Text[];
  /** The key of the ways. */
  readonly key: string;
}

function byWays(sets: readonly ActorSet[]): ReachedBy[] {
  const groups = [...grouped(sets, ({ key }) => key).values()].map((same): ReachedBy => ({
    actors: sortedBy(same.map(({ actor }) => actor), keyOfActor),
    ways: same[0].ways.map(reportedWay),
  }));
  return sortedBy(groups, ({ actors }) => actors.map(keyOfActor).join());
}

function reportedWay({ steps, ...way }: ReachWay): ReportedWay {
  return {
    ...way,
    steps: steps.map(({ to, ...step }, index) => (index === steps.length - 1 ? step : { ...step, to })),
  };
}

/** Returns a function for keys of ways. Keys of steps are cached, because thousands of ways share them. */
function waysKeys(): (ways: readonly ReachWay[]) => string {
  const texts = new WeakMap<object, string>();
  const numbers = new Map<string, number>();
  const numberOf = (text: string) => {
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return `${number}`;
  };
  const known = (of: object, write: () => string) => {
    const text = texts.get(of) ?? write();
    texts.set(of, text);
    return text;
  };
  const stepKey = (step: ReachStep) =>
    known(step, () => numberOf(JSON.stringify([step.path, step.right, step.grantedBy, step.places])));
  const wayKey = ({ confidence, steps, closedBy = [] }: ReachWay) => [
    confidence,
    ...steps.map((step, index) => `${stepKey(step)} ${index === steps.length - 1 ? '' : JSON.stringify(step.to)}`),
    JSON.stringify(closedBy),
  ].join('\n');
  return ways => ways.map(way => numberOf(wayKey(way))).join();
}

function keyOfPrincipal({ cluster, principal, via, place }: ClusterPrincipal): string {
  return JSON.stringify([cluster, principal, via, place]);
}

function sortedBy<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const keyed = items.map(item => ({ item, key: keyOf(item) }));
  return keyed.sort((left, right) => compare(left.key, right.key)).map(({ item }) => item);
}
