/**
 * The IAM principals with access to a running EKS cluster: by access entries, by `aws-auth`, or as its creator.
 */
import { ClusterObject, LiveAccessEntry, LiveAccessPolicy, LiveFacts } from './live-facts';
import { Place } from '../../../analysis/access-map';
import { AccessPolicyAssociation, ClusterPrincipal } from '../../../analysis/cluster-access';
import { MASTERS } from '../../../analysis/rbac/rbac';
import { awsAuthOf, principalsOfAwsAuth, userNamed } from '../../../analysis/reading/aws-auth';
import { standIn } from '../../../analysis/stand-in';

/** Entries of other types are for nodes. */
const STANDARD = 'STANDARD';
const POLICY_ARN = /^arn:[^:]*:eks::aws:cluster-access-policy\/(\w+)$/;

export function principalsOf({ authentication, clusterArn, title }: LiveFacts, place: Place): ClusterPrincipal[] {
  if (authentication === undefined || clusterArn === undefined) return [];
  const { mode, entries, awsAuth } = authentication;
  const byEntry = 'value' in entries
    ? entries.value.filter(({ type }) => type === STANDARD).map(entry => ofEntry(entry, clusterArn, place)) : [];
  const isByConfigMap = 'value' in mode && mode.value === 'CONFIG_MAP';
  return [
    ...byEntry,
    ...'value' in awsAuth && awsAuth.value !== undefined ? ofConfigMap(awsAuth.value, clusterArn, place) : [],
    ...isByConfigMap ? [creator(title, clusterArn, place)] : [],
  ];
}

function ofEntry({ principal, unread, user, groups, policies }: LiveAccessEntry, cluster: string, place: Place) {
  const doubt = [
    ...unread === undefined ? [] : [`its groups are unknown: ${unread}`],
    ...'unknown' in policies ? [`its access policies are unknown: ${policies.unknown}`] : [],
  ].join('; ');
  const name = userNamed(user, principal);
  return {
    cluster,
    principal,
    via: 'access-entry' as const,
    ...name !== undefined && { user: name },
    groups,
    policies: 'value' in policies ? policies.value.map(policyOf) : [],
    ...doubt !== '' && { doubt },
    place,
  };
}

function policyOf({ policy, namespaces }: LiveAccessPolicy): AccessPolicyAssociation {
  return { policy: POLICY_ARN.exec(policy)?.[1] ?? policy, ...namespaces && { namespaces } };
}

function ofConfigMap(object: ClusterObject, cluster: string, place: Place): ClusterPrincipal[] {
  const found = { object, source: { node: () => undefined, mayRepeatKeys: false, placeOf: () => place }, at: place };
  return awsAuthOf({ ...found, positionOf: () => undefined }, cluster).flatMap(principalsOfAwsAuth);
}

/**
 * Without access entries, the creator of a cluster stays its administrator, and no API reports who that is.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html
 */
function creator(title: string, cluster: string, place: Place): ClusterPrincipal {
  return {
    cluster,
    principal: standIn(`creator of cluster ${title}`),
    via: 'cluster-creator',
    groups: [MASTERS],
    policies: [],
    place,
  };
}
