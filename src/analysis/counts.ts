/**
 * Counts what is on a map, consistently for everything that prints a number.
 */
import { AccessMap } from './access-map';
import { hasWildcard } from './rules/web-identities';
import { accessOfPods } from './rules/words';
import { shownAccess } from './shown-access';

export interface Counts {
  /** Issuers, and clusters with EKS Pod Identity, without other identity providers. */
  readonly clusters: number;
  /** Roles in the templates. */
  readonly roles: number;
  /** Roles in the templates that a pod can assume. */
  readonly workloadRoles: number;
  /** In manifests, trust policies, add-ons and associations. The same name in two clusters counts twice. */
  readonly serviceAccounts: number;
  /** Patterns in trust policies, such as `payments/*`. The number of matching service accounts is unknown. */
  readonly serviceAccountPatterns: number;
  readonly podIdentityAssociations: number;
  readonly workloads: number;
}

type Counted = Pick<AccessMap, 'clusters' | 'roles' | 'access' | 'serviceAccounts' | 'associations'> & {
  readonly workloads: readonly unknown[];
};

/** Used by all commands. */
export function countsOf(map: Counted): Counts {
  const access = shownAccess(accessOfPods(map));
  const keys = (of: typeof access) =>
    new Set(of.map(({ cluster, namespace, serviceAccount }) => JSON.stringify([cluster, namespace, serviceAccount])));
  const isPattern = ({ namespace, serviceAccount }: (typeof access)[number]) =>
    hasWildcard(namespace) || hasWildcard(serviceAccount);
  const named = access.filter(entry => !isPattern(entry));
  // The cluster of a manifest is not known.
  const known = new Set(named.map(({ namespace, serviceAccount }) => JSON.stringify([namespace, serviceAccount])));
  const others = new Set(map.serviceAccounts.map(({ namespace, name }) => JSON.stringify([namespace, name])));
  const assumable = new Set(access.map(({ role }) => role));
  const clusters = new Set(access.map(({ cluster }) => cluster));
  return {
    clusters: map.clusters.filter(({ id }) => clusters.has(id)).length,
    roles: map.roles.length,
    workloadRoles: map.roles.filter(({ arn }) => assumable.has(arn)).length,
    serviceAccounts: keys(named).size + [...others].filter(key => !known.has(key)).length,
    serviceAccountPatterns: keys(access.filter(isPattern)).size,
    podIdentityAssociations: map.associations.length,
    workloads: map.workloads.length,
  };
}
