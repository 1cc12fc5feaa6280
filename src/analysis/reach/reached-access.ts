import { Access, AccessMap } from '../access-map';
import { Reach } from '../cluster-access';
import { grouped } from '../json-values';

type Index = (reach: Reach) => Access[];

/** What finds the accesses that an actor gets by a reach: those of the service account, in its cluster. */
export function accessIndex({ access }: Pick<AccessMap, 'access'>): Index {
  const byAccount = grouped(access, ({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`);
  return ({ clusters, namespace, serviceAccount }) => (byAccount.get(`${namespace}/${serviceAccount}`) ?? [])
    .filter(({ cluster }) => clusters === undefined || cluster === '*' || clusters.includes(cluster));
}
