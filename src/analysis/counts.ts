/**
 * How much is on a map: one answer for everything that prints a number.
 */
import { Access, AccessMap } from './access-map';
import { accessOfPods } from './rules/words';
import { shownAccess } from './shown-access';

export interface Counts {
  /** That send pods: issuers, and clusters of EKS Pod Identity. */
  readonly clusters: number;
  /** That a manifest, an add-on, an association or a trust policy names, each once in each cluster. */
  readonly serviceAccounts: number;
  /** Of service accounts, such as `payments/*`, in trust policies. */
  readonly patterns: number;
  readonly roles: number;
  /** Roles that a service account or a pattern can assume. */
  readonly rolesOfWorkloads: number;
}

type Counted = Pick<AccessMap, 'access' | 'clusters' | 'serviceAccounts'> & { readonly roles: readonly unknown[] };

export function countsOf(map: Counted): Counts {
  const access = shownAccess(accessOfPods(map));
  const names = new Map(access.map(entry => [JSON.stringify([entry.cluster, nameOf(entry)]), nameOf(entry)]));
  const known = new Set(names.values());
  const patterns = [...names.values()].filter(name => /[*?]/.test(name)).length;
  // A manifest does not say which cluster it is for.
  const others = new Set(
    map.serviceAccounts.map(({ namespace, name }) => `${namespace}/${name}`).filter(name => !known.has(name)),
  );
  const clusters = new Set(access.map(({ cluster }) => cluster));
  return {
    clusters: map.clusters.filter(({ id }) => clusters.has(id)).length,
    serviceAccounts: names.size - patterns + others.size,
    patterns,
    roles: map.roles.length,
    rolesOfWorkloads: new Set(access.map(({ role }) => role)).size,
  };
}

function nameOf({ namespace, serviceAccount }: Access): string {
  return `${namespace}/${serviceAccount}`;
}
