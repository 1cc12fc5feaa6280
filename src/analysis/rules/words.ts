/**
 * Helpers that rules share: wording of messages, and small lookups.
 */
import { identityProviderOf } from '../../conventions/identity-providers';
import { Access, AccessMap, Place, Role, ServiceAccount, Workload } from '../access-map';
import { once } from '../json-values';

/** ServiceAccounts with a role. An empty annotation, as charts write it, gives none. */
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

/** Access by pods, without identity providers that are not clusters. */
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

/** The place of the first of these parts that the object has; otherwise the place of the object. */
export function placeOf({ place, parts: find }: Pick<Workload, 'place' | 'parts'>, ...names: string[]): Place {
  const parts = find?.() ?? {};
  const name = names.find(part => Object.hasOwn(parts, part));
  return name === undefined ? place : { ...place, ...parts[name] };
}
