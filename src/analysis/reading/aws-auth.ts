/**
 * The ConfigMap `aws-auth`, which maps IAM principals with access to a cluster to users and groups.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html
 */
import { ManifestObject } from './manifest-objects';
import { yaml } from './yaml-parser';
import { Place, Text } from '../access-map';
import { ClusterPrincipal } from '../cluster-access';
import { arnParts } from '../iam/patterns';
import { isObject, objectOf, propertyOf, textOf } from '../json-values';
import { textWithPlaceholders } from '../placeholders';
import { hasStandIn, isStandIn, standIn } from '../stand-in';

/** An `aws-auth` ConfigMap of a manifest or a cluster. */
export interface AwsAuth {
  /** The ARN of the cluster; undefined if a manifest may be for any. */
  readonly cluster?: Text;
  readonly data: { readonly mapRoles?: unknown; readonly mapUsers?: unknown; readonly mapAccounts?: unknown };
  readonly place: Place;
}

/** Groups of nodes and their components. */
const NODE_GROUPS = ['system:bootstrappers', 'system:nodes', 'system:node-proxier', 'eks:kube-proxy-windows'];

/** The object, if it is `aws-auth`. */
export function awsAuthOf({ object, at }: ManifestObject, cluster?: Text): AwsAuth[] {
  const { apiVersion, kind, metadata, data } = object;
  if (kind !== 'ConfigMap' || apiVersion !== 'v1' || propertyOf(metadata, 'name') !== 'aws-auth') return [];
  const namespace = propertyOf(metadata, 'namespace') ?? 'kube-system';
  if (namespace !== 'kube-system' && !hasStandIn(textWithPlaceholders(namespace))) return [];
  return [{ ...cluster !== undefined && { cluster }, data: objectOf(data), place: at }];
}

/** The mapped principals, without nodes. */
export function principalsOfAwsAuth({ cluster, data, place }: AwsAuth): ClusterPrincipal[] {
  const own = { ...cluster !== undefined && { cluster }, via: 'aws-auth' as const, policies: [], place };
  const unreadable = (what: string): ClusterPrincipal => ({
    ...own, principal: standIn(`principals of ${what} in aws-auth`), groups: [], doubt: `${what} cannot be read`,
  });
  const mapped = [['mapRoles', 'rolearn'], ['mapUsers', 'userarn']] as const;
  return [
    ...mapped.flatMap(([what, key]) => listIn(data[what])?.flatMap(entry => {
      const arn = propertyOf(entry, key);
      if (!isObject(entry) || typeof arn !== 'string' || arn === '') return [unreadable(`an entry of ${what}`)];
      const principal = textWithPlaceholders(arn);
      const { groups, isWhole } = groupsOf(entry.groups);
      if (isWhole && groups.length > 0 && groups.every(group => NODE_GROUPS.includes(group))) return [];
      const user = entry.username === undefined ? undefined : userNamed(entry.username, principal);
      return [{
        ...own,
        principal,
        ...user !== undefined && { user },
        groups,
        ...!isWhole && { doubt: `the groups of an entry of ${what} cannot be read` },
      }];
    }) ?? [unreadable(what)]),
    ...listIn(data.mapAccounts)?.map((account): ClusterPrincipal => {
      const id = textWithPlaceholders(account);
      const arn = (resource: string) => `arn:${standIn('AWS::Partition')}:iam::${id}:${resource}`;
      return { ...own, principal: arn('*'), user: arn(standIn('user or role')), groups: [] };
    }) ?? [unreadable('mapAccounts')],
  ];
}

/**
 * The user name of a principal in the cluster, with a stand-in for the session name.
 *
 * @param template from `username` or an access entry; by default, the default of access entries
 */
export function userNamed(template: unknown, principal: Text): Text | undefined {
  const parts = arnParts(principal);
  if (template !== undefined && template !== null && template !== '') {
    const account = parts[4] ?? '';
    return textWithPlaceholders(typeof template === 'string' && account !== ''
      ? template.replaceAll('{{AccountID}}', account) : template);
  }
  const [, partition, service, , account, resource = ''] = parts;
  if (service !== 'iam' || !resource.startsWith('role/')) return principal;
  const own = resource.slice(hasStandIn(resource) ? 'role/'.length : resource.lastIndexOf('/') + 1);
  return `arn:${partition}:sts::${account}:assumed-role/${own}/${standIn('{{SessionName}}')}`;
}

/** Parses a YAML or JSON list in a text; undefined if it is not a list. */
function listIn(value: unknown): unknown[] | undefined {
  if (value === undefined || value === null || value === '') return [];
  if (typeof value !== 'string') return undefined;
  try {
    const list: unknown = yaml().load(value, { schema: yaml().CORE_SCHEMA });
    return list === undefined || list === null ? [] : Array.isArray(list) ? list : undefined;
  } catch {
    return undefined;
  }
}

function groupsOf(value: unknown): { readonly groups: Text[]; readonly isWhole: boolean } {
  if (value === undefined || value === null) return { groups: [], isWhole: true };
  if (!Array.isArray(value)) return { groups: [], isWhole: false };
  const isText = (item: unknown) => typeof item === 'string' || isStandIn(textWithPlaceholders(item));
  return { groups: value.filter(isText).map(item => textWithPlaceholders(textOf(item))), isWhole: value.every(isText) };
}
