/**
 * What rules have in common: words for messages, and small things.
 */
import { identityProviderOf } from '../../conventions/identity-providers';
import { Access, AccessMap, Role, ServiceAccount, Workload } from '../access-map';

/** The empty annotation of a chart gives no role. */
export function annotatedIn({ serviceAccounts }: AccessMap): (ServiceAccount & { roleArn: string })[] {
  return serviceAccounts.filter(
    (account): account is ServiceAccount & { roleArn: string } => (account.roleArn ?? '') !== '',
  );
}

export function rolesByArn({ roles }: { readonly roles: readonly Role[] }): Map<string, Role> {
  return new Map(roles.map(role => [role.arn, role]));
}

/** The access that pods may have: not that of identity providers that are not clusters. */
export function accessOfPods({ access }: Pick<AccessMap, 'access'>): Access[] {
  return access.filter(({ cluster }) => identityProviderOf(cluster) === undefined);
}

export function saName({ namespace, name }: ServiceAccount): string {
  return `ServiceAccount ${namespace}/${name}`;
}

export function workloadName({ kind, namespace, name }: Workload): string {
  return `${kind} ${namespace}/${name}`;
}
