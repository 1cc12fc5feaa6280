/**
 * What rules have in common: words for messages, and small things.
 */
import { AccessMap, Role, ServiceAccount, Workload } from '../access-map';
import { listOf } from '../list-of';
import { literal, splitArn, textOfSymbols } from '../patterns';
import { textOf } from '../text-of';

/** The empty annotation of a chart gives no role. */
export function annotatedIn({ serviceAccounts }: AccessMap): (ServiceAccount & { roleArn: string })[] {
  return serviceAccounts.filter((one): one is ServiceAccount & { roleArn: string } => (one.roleArn ?? '') !== '');
}

export function rolesByArn({ roles }: AccessMap): Map<string, Role> {
  return new Map(roles.map(role => [role.arn, role]));
}

export function saName({ namespace, name }: ServiceAccount): string {
  return `ServiceAccount ${namespace}/${name}`;
}

export function workloadName({ kind, namespace, name }: Workload): string {
  return `${kind} ${namespace}/${name}`;
}

/** The parts of an ARN; a colon in a stand-in parts nothing. */
export function arnParts(arn: string): string[] {
  return splitArn(literal(arn)).map(textOfSymbols);
}

/** One text, or a list of them. */
export function textsOf(value: any): string[] {
  return listOf(value ?? []).map(textOf);
}

export function grouped<T>(items: T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
