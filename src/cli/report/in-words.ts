/**
 * Formats the parts of a report. Untrusted texts go through `show`, which escapes them for the output format.
 */
import { Permission, permissionsOf } from './permissions';
import { identityPolicies, statementsIn } from './statements';
import { Access, Role, Text } from '../../analysis/access-map';
import { arnParts } from '../../analysis/iam/patterns';
import { isObject, JsonObject, textsOf } from '../../analysis/json-values';
import { andMore, linesInShort, listInShort } from '../../analysis/lists';
import { withoutBrackets } from '../../analysis/stand-in';
import { DEFAULT_AUDIENCE } from '../../conventions/web-identity';

type Show = (text: string) => string;
const MAX_COUNT = 4;
const MAX_PERMISSIONS = 3;
export const VIA: Record<Access['via'], string> = { 'irsa': 'IRSA', 'pod-identity': 'EKS Pod Identity' };

export function who({ namespace, serviceAccount }: Pick<Access, 'namespace' | 'serviceAccount'>): string {
  return `${namespace}/${serviceAccount}`;
}

/** `s3:GetObject and s3:PutObject on arn:aws:s3:::bucket/*, under conditions on aws:SourceVpc`. */
export function permissionInWords(
  { actions, notActions, resources, notResources, condition }: Permission,
  show: Show = text => text,
): string {
  const what = notActions
    ? `every action except ${some(actions, show)}`
    : isAll(actions)
      ? 'every action'
      : some(actions, show);
  const where = notResources
    ? `every resource except ${some(resources, show)}`
    : isAll(resources)
      ? 'every resource'
      : some(resources, show);
  const keys = [...new Set(Object.values(condition ?? {}).flatMap(values => Object.keys(values ?? {})))];
  return `${what} on ${where}${keys.length > 0 ? `, under conditions on ${some(keys, show)}` : ''}`;
}

/** The permissions of a role in a few short lines, limited by the session policy of an association, if any. */
export function mayInShort(role: Role | undefined, sessionPolicy?: unknown, none = ['none']): string[] {
  if (!role) return ['its policies are not in the templates'];
  const policies = identityPolicies(role);
  const all = [
    ...sessionPolicy === undefined
      ? policies.flatMap(({ document }) => statementsIn(document)).map(statementInShort)
      : permissionsOf(policies.map(({ document }) => document), sessionPolicy).map(permissionInShort),
    ...policies.filter(({ document }) => document === undefined).map(({ name }) => name),
  ];
  if (all.length === 0) return none;
  return all.length > MAX_PERMISSIONS + 1 ? linesInShort(all, MAX_PERMISSIONS) : all;
}

/** The permissions of each row, computed once per role and session policy. */
export function mayOfRows(): (row: { readonly role?: Role; readonly access?: Access }) => string[] {
  const known = new Map<Role | undefined, string[]>();
  return ({ role, access }) => {
    if (access?.sessionPolicy !== undefined) return mayInShort(role, access.sessionPolicy);
    const lines = known.get(role) ?? mayInShort(role);
    known.set(role, lines);
    return lines;
  };
}

/** `s3:GetObject and 1 more on receipts/*`. Much faster than `permissionsOf()`. */
export function statementInShort(statement: JsonObject): string {
  const { Effect: effect, Action, NotAction, Resource, NotResource, Condition } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') return 'a statement that cannot be read';
  return permissionInShort({
    effect,
    actions: textsOf(NotAction ?? Action),
    notActions: NotAction !== undefined,
    resources: textsOf(NotResource ?? Resource),
    notResources: NotResource !== undefined,
    ...isObject(Condition) && Object.keys(Condition).length > 0 && { condition: Condition },
  });
}

function permissionInShort(permission: Permission): string {
  const { actions, notActions, resources, effect, condition } = permission;
  const isCut = !notActions && actions.length > 1;
  const service = `${serviceOf(actions[0] ?? '')}: `;
  const inService = (name: string) => (name.startsWith(service) ? name.slice(service.length) : name);
  const words = permissionInWords({
    ...permission,
    actions: isCut ? actions.slice(0, 1) : actions,
    resources: resources.map(resource => inService(resourceInShort(resource))),
    condition: undefined,
  }).replace(' on ', `${isCut ? andMore(actions.length - 1) : ''} on `);
  return `${effect === 'Deny' ? 'never ' : ''}${words}${condition ? ' (conditions)' : ''}`;
}

/** The principals in the statements of a trust policy. */
export function principalsOf(role: Role | undefined): string[] {
  return statementsIn(role?.trust).flatMap(({ Principal: principal }) =>
    (isObject(principal) ? Object.values(principal).flatMap(textsOf) : textsOf(principal)));
}

function isAll(patterns: string[]): boolean {
  return patterns.length === 1 && /^\*+$/.test(patterns[0]);
}

/** The first few texts. */
function some(texts: string[], show: Show): string {
  return listInShort(texts.map(show), texts.length > MAX_COUNT + 1 ? MAX_COUNT : texts.length);
}

/** A resource without the common part of its ARN: `bucket/*`, `table/Orders`. */
export function resourceInShort(resource: Text): string {
  const [, , service, , , rest] = partsOf(resource);
  return service === undefined ? resource : `${service}: ${rest}`;
}

/** The service of an action, such as `s3`. */
export function serviceOf(action: Text): string {
  return action.split(':')[0].toLowerCase();
}

/** The parts of an ARN; empty if it is not an ARN. */
function partsOf(arn: Text): string[] {
  const parts = arnParts(arn);
  return parts.length === 6 && parts[0] === 'arn' ? parts : [];
}

/** The name of a role, or its construct path if CloudFormation generates the name. */
export function roleInShort(arn: Text): string {
  const [, , service, , , resource = ''] = partsOf(arn);
  return withoutBrackets(service === 'iam' && resource.startsWith('role/') ? resource.slice('role/'.length) : arn);
}

/** `EXAMPLE (eu-west-1)`. */
export function clusterInWords(cluster: Text): string {
  const [first, second] = clusterInShort(cluster);
  if (cluster === '*') return 'any cluster';
  return second === '' ? first : `${first} (${second.replace(/\/$/, '')})`;
}

/** `Cluster EXAMPLE (eu-west-1), IRSA`. */
export function clusterTitle(cluster: Text, via: Access['via']): string {
  return `${cluster === '*' ? 'Any cluster' : `Cluster ${clusterInWords(cluster)}`}, ${VIA[via]}`;
}

/** Unusual properties of an access. */
export function notesOn({ via, associated, audience, sessionPolicy }: Access): Text[] {
  if (sessionPolicy !== undefined) return ['limited by a session policy'];
  if (via === 'pod-identity') return associated ? [] : ['no association yet'];
  return audience === DEFAULT_AUDIENCE ? [] : [`audience ${audience}`];
}

/** A cluster in two lines, with the distinctive part first, because issuers and ARNs start alike. */
export function clusterInShort(cluster: Text): [string, string] {
  const eks = /^oidc\.eks\.([a-z0-9-]+)\.[^/]+\/id\/(.+)$/.exec(cluster);
  if (eks) return [eks[2], eks[1]];
  const deferred = /^⟨(.*?)([^/⟨⟩]*)⟩$/.exec(cluster);
  if (deferred) return [deferred[2], deferred[1]];
  const [, , service, region, account, rest] = partsOf(cluster);
  return service === undefined
    ? [cluster.replace(/\/.*$/, ''), cluster.replace(/^[^/]*\/?/, '')]
    : [rest.replace(/^cluster\//, ''), `${region} ${account}`];
}
