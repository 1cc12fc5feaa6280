/**
 * What a report says, in words; texts of others go through `show`, which makes them safe where they stand.
 */
import { Permission } from './permissions';
import { Access, Text } from '../../analysis/access-map';
import { arnParts } from '../../analysis/iam/patterns';
import { listInShort } from '../../analysis/lists';
import { withoutBrackets } from '../../analysis/stand-in';

type Show = (text: string) => string;
const MAX_COUNT = 4;

export function who({ namespace, serviceAccount }: Pick<Access, 'namespace' | 'serviceAccount'>): string {
  return `${namespace}/${serviceAccount}`;
}

/** `s3:GetObject and s3:PutObject on arn:aws:s3:::bucket/*, under conditions on aws:SourceVpc`. */
export function permissionInWords(
  { actions, notActions, resources, notResources, condition }: Permission,
  show: Show = text => text,
): string {
  const what = notActions
    ? `every action but ${some(actions, show)}`
    : isAll(actions)
      ? 'every action'
      : some(actions, show);
  const where = notResources
    ? `every resource but ${some(resources, show)}`
    : isAll(resources)
      ? 'every resource'
      : some(resources, show);
  const keys = [...new Set(Object.values(condition ?? {}).flatMap(values => Object.keys(values ?? {})))];
  return `${what} on ${where}${keys.length > 0 ? `, under conditions on ${some(keys, show)}` : ''}`;
}

function isAll(patterns: string[]): boolean {
  return patterns.length === 1 && /^\*+$/.test(patterns[0]);
}

/** The first of them. */
function some(texts: string[], show: Show): string {
  return listInShort(texts.map(show), texts.length > MAX_COUNT + 1 ? MAX_COUNT : texts.length);
}

/** A resource without what all of its kind have: `bucket/*`, `table/Orders`. */
export function resourceInShort(resource: Text): string {
  const [, , service, , , rest] = partsOf(resource);
  return service === undefined ? resource : `${service}: ${rest}`;
}

/** `s3` of an ARN or of an action. */
export function serviceOf(action: Text): string {
  return action.split(':')[0].toLowerCase();
}

/** Nothing of what is no ARN. */
function partsOf(arn: Text): string[] {
  const parts = arnParts(arn);
  return parts.length === 6 && parts[0] === 'arn' ? parts : [];
}

/** Its name, or the construct path of a role that CloudFormation names. */
export function roleInShort(arn: Text): string {
  const [, , service, , , resource = ''] = partsOf(arn);
  return withoutBrackets(service === 'iam' && resource.startsWith('role/') ? resource.slice('role/'.length) : arn);
}

/** What tells clusters apart first, in two lines: issuers and ARNs begin alike. */
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
