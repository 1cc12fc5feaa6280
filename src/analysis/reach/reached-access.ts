import { Access, AccessMap } from '../access-map';
import { Reach } from '../cluster-access';
import { grouped } from '../json-values';

type Index = (reach: Reach) => Access[];

/** Returns a function that finds the access that a reach gives: that of the service account in its cluster. */
export function accessIndex({ access }: Pick<AccessMap, 'access'>): Index {
  const byAccount = grouped(access, ({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`);
  return ({ clusters, namespace, serviceAccount }) => (byAccount.get(`${namespace}/${serviceAccount}`) ?? [])
    .filter(({ cluster }) => clusters === undefined || cluster === '*' || clusters.includes(cluster));
}
