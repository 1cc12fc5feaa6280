import { Stage } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { GuardedAccount } from '../../conventions/guard';
import { ServiceAccountBase } from '../../service-account-base';
import { deployedStack, settleForManifest } from '../values/tokens';

/** The service accounts and clusters that a guard covers. */
export interface Covered {
  readonly accounts: Array<GuardedAccount & { readonly owner: ServiceAccountBase }>;
  /** The names that are known at synth time. */
  readonly clusters: string[];
  /** Keys that only one guard of an app may cover: clusters, and the manifests of a stack. */
  readonly keys: string[];
  readonly audiences: string[];
  /** Service accounts whose name is known only at deployment. */
  readonly nameless: ServiceAccountBase[];
  /**
   * Whether the stack of the guard has no service account, and those of the other stacks belong to several clusters.
   */
  readonly isAmbiguous: boolean;
}

/**
 * Returns the service accounts of the cluster to which the guard's stack belongs: those in the same manifests, and
 * those of the same cluster in other stacks. If the stack has none, returns all of the app, if they belong to one
 * cluster.
 */
export function coveredBy(guard: IConstruct): Covered {
  const all = (Stage.of(guard) ?? guard.node.root).node.findAll()
    .filter((construct): construct is ServiceAccountBase => construct instanceof ServiceAccountBase);
  const own = clusterMates(all, deployedStack(guard));
  const first = all.length > 0 ? clusterMates(all, all[0]._manifestTarget()) : [];
  const covered = own.length > 0 ? own : first.length === all.length ? all : [];
  const named = covered.map(owner => (
    { owner, namespace: owner._settledName('namespace'), name: owner._settledName('serviceAccountName') }));
  const clusters = covered.flatMap(account => account._clusters());
  return {
    accounts: named.flatMap(({ owner, namespace, name }) => {
      if (namespace === undefined || name === undefined) return [];
      const annotation = owner._annotatedRole();
      const roleArn = annotation && settleForManifest(owner, annotation);
      const isAnnotated = annotation !== undefined;
      return [{ owner, namespace, name, isAnnotated, ...typeof roleArn === 'string' && { roleArn } }];
    }),
    clusters: clusters.flatMap(({ name }) => name ?? []),
    keys: [deployedStack(guard).node.addr, ...new Set(clusters.map(({ key }) => key))],
    audiences: covered.flatMap(account => account._audiences()),
    nameless: named.filter(({ namespace, name }) => namespace === undefined || name === undefined)
      .map(({ owner }) => owner),
    isAmbiguous: covered.length === 0 && all.length > 0,
  };
}

/** Returns service accounts in the same manifests or in the same cluster, directly or transitively. */
function clusterMates(all: readonly ServiceAccountBase[], target: IConstruct): ServiceAccountBase[] {
  const targets = new Set<IConstruct>([target]);
  const clusters = new Set<string>();
  const found = new Set<ServiceAccountBase>();
  for (let isStable = false; !isStable;) {
    isStable = true;
    for (const account of all) {
      const own = account._manifestTarget();
      const keys = found.has(account) ? [] : account._clusters().map(({ key }) => key);
      if (found.has(account) || !(targets.has(own) || keys.some(key => clusters.has(key)))) continue;
      found.add(account);
      targets.add(own);
      for (const key of keys) clusters.add(key);
      isStable = false;
    }
  }
  return all.filter(account => found.has(account));
}
