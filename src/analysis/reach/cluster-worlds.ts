/**
 * Assigns roles, bindings, principals and service accounts to clusters. A cluster may be identified by its ARN, its
 * issuer, or not at all. Objects that may belong to several clusters count in each of them.
 */
import { Access, ServiceAccount, Text, Workload } from '../access-map';
import { ClusterPrincipal, EksCluster } from '../cluster-access';
import { arnParts, literal, matches, pattern } from '../iam/patterns';
import { grouped } from '../json-values';
import { isSameText } from '../rbac/rule-match';
import { RbacObjects } from '../rbac-objects';
import { accessOfPods } from '../rules/words';
import { shownAccess } from '../shown-access';
import { hasStandIn } from '../stand-in';

/** The relevant parts of the map. */
export interface ReachInput {
  readonly rbac: RbacObjects;
  readonly principals: readonly ClusterPrincipal[];
  readonly access: readonly Access[];
  readonly serviceAccounts: readonly ServiceAccount[];
  readonly workloads: ReadonlyArray<Pick<Workload, 'kind' | 'name' | 'namespace' | 'serviceAccount'>>;
  /** Clusters in templates, with all their names. */
  readonly clusters?: readonly EksCluster[];
}

/** A service account that may be reached, with the names of its cluster on the map. */
export interface TargetAccount {
  readonly namespace: Text;
  readonly name: Text;
  readonly cluster?: Text;
  readonly clusters?: readonly Text[];
  /** Why it may be in another cluster. */
  readonly doubt?: string;
}

/** Everything that may belong to one cluster. */
export interface ClusterWorld {
  /** The ARN or issuer of the cluster; undefined if it may be any. */
  readonly cluster?: Text;
  readonly rbac: Pick<RbacObjects, 'roles' | 'bindings'>;
  readonly principals: readonly ClusterPrincipal[];
  readonly targets: readonly TargetAccount[];
  /** Whether it has its own roles or bindings. Otherwise, subjects of bindings belong to the world of manifests. */
  readonly hasOwnRbac: boolean;
  /** Why manifests may be for another cluster. */
  readonly doubtOfManifests?: string;
}

/** A cluster with all its known names. */
interface Cluster {
  readonly arns: readonly Text[];
  readonly issuers: readonly Text[];
  /** Whether a template creates it. Clusters that templates create are distinct. */
  readonly isCreated?: boolean;
}

/** EKS issuers contain their region. */
const REGION_OF_ISSUER = /^oidc[.-]eks\.([a-z0-9-]+)\./;

export function clusterWorlds(input: ReachInput): ClusterWorld[] {
  const { rbac, principals } = input;
  const hasPrincipalsAnywhere = principals.some(({ cluster }) => cluster === undefined);
  const hasManifests = hasPrincipalsAnywhere || rbac.bindings.some(({ cluster }) => cluster === undefined);
  if (principals.length + rbac.bindings.length === 0) return [];

  const table = new ClusterTable(input);
  const accounts = accountsOf(input);
  const clustersOf = (items: readonly { readonly cluster?: Text }[]) => new Set(items.flatMap(({ cluster }) =>
    (cluster === undefined ? [] : [table.of(cluster)])));
  const withOwnRbac = clustersOf([...rbac.roles, ...rbac.bindings]);
  const named = new Set([...clustersOf(principals), ...withOwnRbac]);
  const others = table.all.filter(cluster => !withOwnRbac.has(cluster));
  const isShared = hasManifests && table.all.length > 1;
  const worlds = [...named].map((cluster): ClusterWorld => {
    const isOf = (item: { readonly cluster?: Text }) =>
      item.cluster === undefined || table.isSame(table.of(item.cluster), cluster) !== false;
    return {
      cluster: nameOf(cluster),
      rbac: { roles: rbac.roles.filter(isOf), bindings: rbac.bindings.filter(isOf) },
      principals: principals.filter(isOf),
      targets: accounts.flatMap(account => targetsIn(account, cluster, table)),
      hasOwnRbac: withOwnRbac.has(cluster),
      ...isShared && { doubtOfManifests: `it is not known whether the manifests are for ${nameOf(cluster)}` },
    };
  });
  if (!hasManifests || (withOwnRbac.size > 0 && others.length === 0)) return worlds;

  const isAnywhere = ({ cluster }: { readonly cluster?: Text }) => cluster === undefined;
  const [only, ...more] = others;
  const isOne = withOwnRbac.size === 0 && only !== undefined && more.length === 0;
  return [...worlds, {
    ...isOne && { cluster: nameOf(only) },
    rbac: { roles: rbac.roles.filter(isAnywhere), bindings: rbac.bindings.filter(isAnywhere) },
    principals: principals.filter(isAnywhere),
    targets: accounts.flatMap(account => targetsAnywhere(account, withOwnRbac, isOne ? only : undefined, table)),
    hasOwnRbac: true,
  }];
}

/** A service account by name, with its access in each cluster. */
interface NamedAccount {
  readonly namespace: Text;
  readonly name: Text;
  readonly access: readonly Access[];
}

function accountsOf({ access, serviceAccounts }: ReachInput): NamedAccount[] {
  const keyOf = (namespace: Text, name: Text) => `${namespace}/${name}`;
  const named = grouped(shownAccess(accessOfPods({ access: [...access] })), ({ namespace, serviceAccount }) =>
    keyOf(namespace, serviceAccount));
  const declared = serviceAccounts.filter(({ namespace, name }) => !named.has(keyOf(namespace, name)));
  return [
    ...[...named.values()].map(all => ({ namespace: all[0].namespace, name: all[0].serviceAccount, access: all })),
    ...new Map(declared.map(({ namespace, name }) =>
      [keyOf(namespace, name), { namespace, name, access: [] }])).values(),
  ];
}

function targetsIn({ namespace, name, access }: NamedAccount, own: Cluster, table: ClusterTable): TargetAccount[] {
  const account = { namespace, name };
  const cluster = nameOf(own);
  if (access.length === 0) return [{ ...account, cluster, clusters: [...own.arns, ...own.issuers] }];
  const sure: Text[] = [];
  const possible: Text[] = [];
  for (const entry of access) {
    const truth = table.mayName(entry.cluster, own);
    if (truth !== false) (truth === true ? sure : possible).push(entry.cluster);
  }
  const names = (texts: readonly Text[]) => [...new Set(texts)];
  const sureName = sure.find(text => !isPattern(text)) ?? cluster;
  return [
    ...sure.length > 0 ? [{ ...account, cluster: sureName, clusters: names(sure) }] : [],
    ...possible.length > 0 ? [{
      ...account,
      cluster: possible[0],
      clusters: names(possible),
      doubt: `it is not known whether ${names(possible).join(' or ')} is the cluster ${cluster}`,
    }] : [],
  ];
}

/** For manifests of any cluster: accounts that are not certainly in a cluster with its own RBAC. */
function targetsAnywhere(
  { namespace, name, access }: NamedAccount, named: ReadonlySet<Cluster>, only: Cluster | undefined,
  table: ClusterTable,
): TargetAccount[] {
  const account = { namespace, name };
  if (named.size === 0) {
    return [{ ...account, ...only !== undefined && { cluster: access[0]?.cluster ?? nameOf(only) } }];
  }
  const left = [...new Set(access.map(({ cluster }) => cluster))]
    .filter(text => isPattern(text) || !named.has(table.of(text)));
  if (access.length > 0 && left.length === 0) return [];
  return [{ ...account, ...left.length === 1 && { cluster: left[0] }, ...access.length > 0 && { clusters: left } }];
}

/** All clusters in the input. */
class ClusterTable {
  public readonly all: readonly Cluster[];
  private readonly byName = new Map<Text, Cluster>();

  constructor({ clusters = [], principals, rbac, access }: ReachInput) {
    const all: Cluster[] = [];
    const add = (cluster: Cluster) => {
      if ([...cluster.arns, ...cluster.issuers].some(name => this.byName.has(name))) return;
      all.push(cluster);
      for (const name of [...cluster.arns, ...cluster.issuers]) this.byName.set(name, cluster);
    };
    for (const { arns, issuer } of clusters) add({ arns, issuers: [issuer], isCreated: true });
    for (const { cluster } of [...principals, ...rbac.roles, ...rbac.bindings]) {
      if (cluster !== undefined) add({ arns: [cluster], issuers: [] });
    }
    for (const { cluster, via } of accessOfPods({ access: [...access] })) {
      if (!isPattern(cluster)) {
        add(via === 'irsa' ? { arns: [], issuers: [cluster] } : { arns: [cluster], issuers: [] });
      }
    }
    this.all = all;
  }

  /** @param name a name from the input that is not a pattern */
  public of(name: Text): Cluster {
    return this.byName.get(name)!;
  }

  /** Whether a cluster name or pattern on the map refers to this cluster. */
  public mayName(text: Text, own: Cluster): boolean | 'maybe' {
    if (text === '*') return true;
    if (!isPattern(text)) return this.isSame(this.of(text), own);
    const truths = own.arns.map(arn => matches(pattern(text), literal(arn)));
    if (truths.includes(true)) return true;
    return own.arns.length === 0 || truths.includes(undefined) ? 'maybe' : false;
  }

  public isSame(one: Cluster, other: Cluster): boolean | 'maybe' {
    if (one === other) return true;
    if (one.isCreated && other.isCreated) return false;
    const compared = [pairs(one.arns, other.arns), pairs(one.issuers, other.issuers)].filter(texts => texts.length > 0);
    for (const texts of compared) {
      if (texts.every(([left, right]) => isSameText(left, right) === false)) return false;
    }
    const [regions, otherRegions] = [one, other].map(regionsOf);
    const areApart = pairs(regions, otherRegions).some(([left, right]) => left !== right);
    return areApart ? false : 'maybe';
  }
}

function pairs(some: readonly Text[], others: readonly Text[]): Array<readonly [Text, Text]> {
  return some.flatMap(one => others.map(other => [one, other] as const));
}

/** The known regions of a cluster. */
function regionsOf({ arns, issuers }: Cluster): Text[] {
  const named = [...arns.map(arn => arnParts(arn)[3]), ...issuers.map(issuer => REGION_OF_ISSUER.exec(issuer)?.[1])];
  return named.filter((region): region is string => region !== undefined && region !== '' && !hasStandIn(region));
}

function nameOf({ arns, issuers }: Cluster): Text {
  return arns[0] ?? issuers[0];
}

function isPattern(text: Text): boolean {
  return /[*?]/.test(text);
}
