/**
 * Who can act as which service account through Kubernetes, as the report has it: what is the same for many is said
 * once. A cluster of 500 service accounts and 200 people has 100,000 pairs of them.
 */
import { compare } from './statements';
import { Text } from '../../analysis/access-map';
import { Actor, ClusterPrincipal, Reach, ReachStep, ReachWay, UnknownReach } from '../../analysis/cluster-access';
import { grouped } from '../../analysis/json-values';
import { RbacObjects } from '../../analysis/rbac-objects';

/**
 * How much is known of who can act as the service accounts:
 *
 * - `not read`: no RBAC and no access entries were read
 * - `input`: what the input has; the cluster may have more
 * - `cluster`: all that the cluster has
 */
export type ReachScope = 'not read' | 'input' | 'cluster';

/** A way without what the last step leads to: each of the service accounts. */
export interface ReportedWay extends Omit<ReachWay, 'steps'> {
  readonly steps: ReadonlyArray<Omit<ReachStep, 'to'> & Partial<Pick<ReachStep, 'to'>>>;
}

/** Actors that reach the same service accounts in the same ways. */
export interface ReachedBy {
  readonly actors: Actor[];
  /** Best first. */
  readonly ways: ReportedWay[];
}

/** Service accounts, and who can act as them. */
export interface ReportedReach {
  /** As in `access`; undefined where RBAC of a manifest may be of any cluster. */
  readonly cluster?: Text;
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

/** What the map has of it. */
export interface ReachMap {
  readonly rbac: RbacObjects;
  readonly principals: ClusterPrincipal[];
  readonly reaches: Reach[];
  readonly unknownReaches: UnknownReach[];
}

const NOTHING: ReachMap = {
  rbac: { roles: [], bindings: [], unknown: [] }, principals: [], reaches: [], unknownReaches: [],
};

/** @param isComplete whether all RBAC and access entries of the clusters were read */
export function reportedReaches(map: Partial<ReachMap>, isComplete = false): ReportedReaches {
  const { rbac: { roles, bindings, unknown }, principals, reaches, unknownReaches } = { ...NOTHING, ...map };
  const isRead = [roles, bindings, unknown, principals, reaches, unknownReaches].some(({ length }) => length > 0);
  return {
    reachScope: isComplete ? 'cluster' : isRead ? 'input' : 'not read',
    principals: sortedBy(principals, keyOfPrincipal),
    reaches: together(reaches),
    unknownReaches: sortedBy(unknownReaches, keyOfUnknown),
  };
}

/** What tells actors apart. */
export function keyOfActor({ kind, name }: Actor): string {
  return JSON.stringify([kind, name]);
}

export function keyOfUnknown({ cluster = '', actor, reason }: UnknownReach): string {
  return JSON.stringify([actor.kind, actor.name, cluster, reason]);
}

/** Actors by their ways, service accounts by their actors. */
function together(reaches: readonly Reach[]): ReportedReach[] {
  const keyOfWays = waysKeys();
  const sets: ActorSet[] = [];
  for (const ofActor of grouped(reaches, ({ cluster, actor }) => `${cluster}\n${keyOfActor(actor)}`).values()) {
    const keyed = ofActor.map(reach => ({ reach, key: keyOfWays(reach.ways) }));
    for (const same of grouped(keyed, ({ key }) => key).values()) {
      const [{ reach: { cluster, actor, ways }, key }] = same;
      const names = same.map(({ reach: { namespace, serviceAccount } }) => `${namespace}/${serviceAccount}`);
      sets.push({ cluster, actor, ways, key, serviceAccounts: [...new Set(names)].sort(compare) });
    }
  }
  const groups = grouped(sets, ({ cluster, serviceAccounts }) => JSON.stringify([cluster, serviceAccounts]));
  return sortedBy([...groups.values()].map((group): ReportedReach => {
    const [{ cluster, serviceAccounts }] = group;
    return { ...cluster !== undefined && { cluster }, serviceAccounts, by: byWays(group) };
  }), ({ cluster = '', serviceAccounts }) => JSON.stringify([cluster, serviceAccounts]));
}

/** What an actor reaches in the same ways. */
interface ActorSet extends Pick<Reach, 'cluster' | 'actor' | 'ways'> {
  readonly serviceAccounts: Text[];
  /** Of the ways. */
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

/** Texts that are equal for equal ways. Steps are written once, since thousands of ways share them. */
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
    known(step, () => numberOf(JSON.stringify([step.path, step.right, step.givenBy, step.places])));
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
