/**
 * Determines which admission policies close a way.
 */
import { GuardedRequester, guardsOf, isExempt } from './closes';
import { Guard } from './guard';
import { matchesPattern } from '../../conventions/wildcards';
import { Access, AccessMap, Text } from '../access-map';
import { EksCluster } from '../cluster-access';
import { grouped } from '../json-values';
import { Requester } from '../rbac/rbac';
import { ClosedBy } from '../rbac/reach';
import { Subject } from '../rbac-objects';
import { hasStandIn } from '../stand-in';

/** The possible clusters of a service account, and the audiences that its roles accept. */
interface AccountFacts {
  readonly clusters: readonly Text[];
  readonly audiences: readonly Text[];
}

/** The relevant parts of the map. */
interface GuardedMap extends Pick<AccessMap, 'access' | 'principals'> {
  /** The clusters that templates create. */
  readonly clusters: readonly EksCluster[];
}

/** A function that determines which policies close a way; undefined without guards. */
export function closedByGuards(
  guards: readonly Guard[],
  { access, principals, clusters: created }: GuardedMap,
): ClosedBy | undefined {
  if (guards.length === 0) return undefined;
  const facts = new AccessOfAccounts(access);
  // A cluster in a template has several names: its ARN and its issuer.
  const ids = new Map(created.flatMap(({ arns, issuer }) => [...arns, issuer].map(name => [name, issuer] as const)));
  const idOf = (cluster: Text): Text => ids.get(cluster) ?? cluster;
  const numberOf = (items: ReadonlyArray<{ readonly cluster?: Text }>) =>
    new Set(items.flatMap(({ cluster }) => (cluster === undefined ? [] : [idOf(cluster)]))).size;
  const isOnlyCluster = numberOf(access.filter(({ via }) => via === 'irsa')) <= 1
    && numberOf([...access.filter(({ via }) => via !== 'irsa'), ...principals]) <= 1;
  // Without a template that has both, an ARN and an issuer may belong to the same cluster.
  const isElsewhere = ({ appliedTo }: Guard, cluster: Text | undefined): boolean => {
    if (appliedTo === undefined || cluster === undefined) return false;
    const [one, other] = [idOf(appliedTo), idOf(cluster)];
    return one !== other && isArn(one) === isArn(other);
  };
  const known = new Map<string, readonly Guard[][]>();

  return ({ path, namespace, serviceAccount, cluster, requester, may }) => {
    const key = JSON.stringify([path, namespace, serviceAccount, cluster]);
    let byCluster = known.get(key);
    if (byCluster === undefined) {
      const { clusters, audiences } = facts.of(namespace, serviceAccount);
      const candidates = guardsOf(guards, { path, namespace, serviceAccount, audiences });
      const wanted = cluster !== undefined && clusters.includes(cluster) ? [cluster] : clusters;
      byCluster = (wanted.length > 0 ? wanted : [undefined]).map(name => candidates.filter(guard =>
        !isElsewhere(guard, name) && (guard.clusters.length === 0 || name === undefined
          ? isOnlyCluster : guard.clusters.some(own => idOf(own) === idOf(name)))));
      known.set(key, byCluster);
    }
    if (byCluster.some(candidates => candidates.length === 0)) return [];
    const use = { verb: 'use', group: '', resource: 'serviceaccounts', name: serviceAccount, namespace };
    let mayUse: boolean | undefined;
    const who = whoIs(requester);
    const refuses = (guard: Guard) => !isExempt(guard, who)
      && (guard.facts.kind !== 'use' || !(mayUse ??= may(use) !== false));
    const closing = byCluster.map(candidates => candidates.filter(refuses));
    // The account may be in any of the clusters, so a way is closed only if it is closed in each of them.
    return closing.some(names => names.length === 0) ? []
      : [...new Set(closing.flatMap(names => names.map(({ name }) => name)))];
  };
}

function isArn(cluster: Text): boolean {
  return cluster.startsWith('arn:');
}

/** Only IAM principals have their own grants: access policies, and grants by another mapping. */
function whoIs({ user, groups, own }: Requester): GuardedRequester {
  const isOther = (subject: Subject) =>
    (subject.kind === 'Group' ? !groups.includes(subject.name) : subject.name !== user);
  const mayBeOthers = own !== undefined
    && (user === undefined || own.some(({ grant }) => grant.rules === undefined && isOther(grant.subject)));
  return { ...user !== undefined && { user }, groups, mayBeOthers };
}

/** Looks up access by account. Trust policies may have patterns, and names may not be known yet. */
class AccessOfAccounts {
  private readonly exact: ReadonlyMap<string, readonly Access[]>;
  private readonly open: readonly Access[];

  constructor(access: readonly Access[]) {
    const isOpen = ({ namespace, serviceAccount }: Access) => /[*?⟨]/.test(namespace + serviceAccount);
    this.open = access.filter(isOpen);
    this.exact = grouped(access.filter(entry => !isOpen(entry)), ({ namespace, serviceAccount }) =>
      `${namespace}/${serviceAccount}`);
  }

  public of(namespace: Text, name: Text): AccountFacts {
    const isMaybe = (pattern: Text, text: Text) =>
      hasStandIn(pattern) || hasStandIn(text) || matchesPattern(pattern, text);
    const all = [
      ...this.exact.get(`${namespace}/${name}`) ?? [],
      ...this.open.filter(entry => isMaybe(entry.namespace, namespace) && isMaybe(entry.serviceAccount, name)),
    ];
    // A trust policy for Pod Identity has no effect without an association.
    const given = all.filter(({ via, associated }) => via === 'irsa' || associated);
    return {
      clusters: [...new Set(given.map(({ cluster }) => cluster))],
      audiences: [...new Set(given.map(({ audience }) => audience))],
    };
  }
}
