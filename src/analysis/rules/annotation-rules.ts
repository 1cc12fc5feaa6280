/**
 * Whether pods get the intended role: misplaced or missing annotations, and credentials that take precedence.
 */
import { Found, Rule } from './rule';
import { annotatedIn, placeOf, saName, workloadName } from './words';
import {
  ContainerJson,
  ROLE_ARN_VARIABLE,
  SKIP_CONTAINERS,
  STATIC_CREDENTIALS,
  withCredentials,
} from '../../conventions/pod-spec';
import { ROLE_ARN_ANNOTATION } from '../../conventions/webhook-annotations';
import { Workload } from '../access-map';
import { arrayOf, grouped, isObject, propertyOf, textOf } from '../json-values';
import { hasStandIn } from '../stand-in';
import { hasWildcard } from './web-identities';

export const MISPLACED_ANNOTATION: Rule = {
  id: 'misplaced-annotation',
  severity: 'warning',
  title: `A role ARN in a key other than the annotation \`${ROLE_ARN_ANNOTATION}\`, in a label, or on a workload`,
  why: 'The pod identity webhook reads only this annotation, and only on ServiceAccounts, so the pods get no role.',
  check: map => {
    const named = new Set(annotatedIn(map).map(({ namespace, name }) => keyOf(namespace, name)));
    const onAccounts = map.serviceAccounts
      .filter(({ namespace, name, misplaced }) => misplaced !== undefined && !named.has(keyOf(namespace, name)))
      .map((account): Found => ({
        message: `${saName(account)}: has ${account.misplaced!.join(' and ')}, which the webhook does not read.`,
        fix: `Use the annotation ${ROLE_ARN_ANNOTATION}.`,
        place: placeOf(account, ...account.misplaced!),
      }));
    const onWorkloads = map.workloads
      .filter(
        ({ namespace, serviceAccount, misplaced }) =>
          misplaced !== undefined && !named.has(keyOf(namespace, serviceAccount)),
      )
      .map((workload): Found => ({
        message: `${workloadName(workload)}: has ${workload.misplaced!.join(' and ')}, which the webhook does not `
          + 'read.',
        fix:
          `Add the annotation ${ROLE_ARN_ANNOTATION} to its ServiceAccount, `
          + `${workload.namespace}/${workload.serviceAccount}.`,
        place: placeOf(workload, ...workload.misplaced!),
      }));
    return [...onAccounts, ...onWorkloads];
  },
};

export const MISSING_ANNOTATION: Rule = {
  id: 'missing-annotation',
  severity: 'warning',
  title: 'A ServiceAccount without the role annotation, although a role trusts it by name, or a controller requests '
    + 'its tokens for AWS',
  why: 'The webhook injects nothing, so the pods get no role. Not reported if another manifest annotates the '
    + 'ServiceAccount or an association gives it a role. External Secrets and Flux request tokens themselves, so an '
    + 'association does not give them a role.',
  check: map => {
    const annotated = new Set(annotatedIn(map).map(({ namespace, name }) => keyOf(namespace, name)));
    const associated = new Set(
      map.associations.map(({ namespace, serviceAccount }) => keyOf(namespace, serviceAccount)),
    );
    const users = new Map(map.workloads
      .filter(({ takesTokens }) => takesTokens)
      .map(workload => [keyOf(workload.namespace, workload.serviceAccount), workload]));
    const byName = grouped(
      map.access.filter(({ via, namespace, serviceAccount }) => via === 'irsa' && isName(namespace + serviceAccount)),
      ({ namespace, serviceAccount }) => keyOf(namespace, serviceAccount),
    );
    return map.serviceAccounts.flatMap((account): Found[] => {
      const { namespace, name, roleArn, misplaced, place } = account;
      const key = keyOf(namespace, name);
      const [access] = byName.get(key) ?? [];
      const user = users.get(key);
      if (roleArn !== undefined || misplaced !== undefined || annotated.has(key)) return [];
      const fix = `Add the annotation ${ROLE_ARN_ANNOTATION}: ${access?.role ?? '<ARN of the role>'}.`;
      if (user !== undefined) {
        const who = workloadName(user);
        const message = `${saName(account)}: ${who} takes its role from the annotation, which is missing.`;
        return [{ message, fix, place, others: [user.place] }];
      }
      return access === undefined || associated.has(key)
        ? []
        : [{ message: `${saName(account)}: role ${access.role} trusts it, but it has no annotation.`, fix, place }];
    });
  },
};

export const STATIC_CREDENTIALS_BESIDE_ROLE: Rule = {
  id: 'static-credentials',
  severity: 'warning',
  title: 'A container with a role that also sets static AWS keys, or `AWS_ROLE_ARN` to a different role',
  why: 'SDKs prefer static keys to the role, and the webhook does not override variables that a container sets.',
  check: map => {
    const roles = new Map([
      ...map.associations.map(({ namespace, serviceAccount }) => [keyOf(namespace, serviceAccount), ''] as const),
      ...annotatedIn(map).map(({ namespace, name, roleArn }) => [keyOf(namespace, name), roleArn] as const),
    ]);
    return map.workloads.flatMap(workload => {
      const role = roles.get(keyOf(workload.namespace, workload.serviceAccount));
      return role === undefined
        ? []
        : containersOf(workload).flatMap(container => ofContainer(workload, container, role));
    });
  },
};

function ofContainer(workload: Workload, container: ContainerJson, role: string): Found[] {
  const variables = new Map(arrayOf(container.env).map(entry => [textOf(propertyOf(entry, 'name')), entry]));
  const keys = STATIC_CREDENTIALS.filter(name => variables.has(name));
  const other = propertyOf(variables.get(ROLE_ARN_VARIABLE), 'value');
  const isOther = other !== undefined && other !== role && !hasStandIn(`${textOf(other)}${role}`);
  const found = [...keys, ...isOther ? [`${ROLE_ARN_VARIABLE} (${textOf(other)})`] : []];
  return found.length === 0 ? [] : [{
    message: `${workloadName(workload)}: container ${textOf(container.name)} sets ${found.join(' and ')}, which SDKs `
      + `prefer to the role of ${workload.namespace}/${workload.serviceAccount}.`,
    fix: `Remove ${found.length === 1 ? 'it' : 'them'}, or exclude the container with ${SKIP_CONTAINERS}.`,
    place: placeOf(workload, ...[...keys, ROLE_ARN_VARIABLE].map(name => `${textOf(container.name)}/${name}`)),
  }];
}

function containersOf({ spec, annotations }: Workload): ContainerJson[] {
  const of = (list: unknown) => arrayOf(list).filter(isObject);
  const pod = { ...spec, containers: of(spec.containers), initContainers: of(spec.initContainers) };
  return withCredentials<ContainerJson>(pod, annotations[SKIP_CONTAINERS] ?? '');
}

function isName(text: string): boolean {
  return !hasStandIn(text) && !hasWildcard(text);
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}
