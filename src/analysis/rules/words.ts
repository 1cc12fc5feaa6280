/**
 * What rules have in common: words for messages, and small things.
 */
import { identityProviderOf } from '../../conventions/identity-providers';
import { Access, AccessMap, Place, Role, ServiceAccount, Workload } from '../access-map';
import { once } from '../json-values';

/** The empty annotation of a chart gives no role. */
export function annotatedIn({ serviceAccounts }: AccessMap): (ServiceAccount & { roleArn: string })[] {
  return serviceAccounts.filter(
    (account): account is ServiceAccount & { roleArn: string } => (account.roleArn ?? '') !== '',
  );
}

const ROLES = new WeakMap<object, ReadonlyMap<string, Role>>();
const ACCESS_OF_PODS = new WeakMap<object, readonly Access[]>();

export function rolesByArn({ roles }: { readonly roles: readonly Role[] }): ReadonlyMap<string, Role> {
  return once(ROLES, roles, () => new Map(roles.map(role => [role.arn, role])));
}

/** The access that pods may have: not that of identity providers that are not clusters. */
export function accessOfPods({ access }: Pick<AccessMap, 'access'>): readonly Access[] {
  return once(ACCESS_OF_PODS, access, () =>
    access.filter(({ cluster }) => identityProviderOf(cluster) === undefined));
}

export function saName({ namespace, name }: ServiceAccount): string {
  return `ServiceAccount ${namespace}/${name}`;
}

export function workloadName({ kind, namespace, name, isOfCluster }: Workload): string {
  return isOfCluster ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** The place of the first of these parts that an object has; without any, that of the object. */
export function placeOf({ place, parts: find }: Pick<Workload, 'place' | 'parts'>, ...names: string[]): Place {
  const parts = find?.() ?? {};
  const name = names.find(part => Object.hasOwn(parts, part));
  return name === undefined ? place : { ...place, ...parts[name] };
}
