/**
 * The permissions in IAM and Kubernetes that commands need to query a cluster. If one is missing, only what it reads is
 * unknown.
 */
import { API_LISTS, ListName, LISTS } from '../live/api-lists';

interface NeededPermission {
  readonly action: string;
  /** What it reads. */
  readonly reads: string;
  /** In which account, if role and cluster are in different accounts. */
  readonly account: 'cluster' | 'role' | 'both';
  /** Only with an option of the doctor. */
  readonly option?: string;
}

export const IAM_PERMISSIONS: readonly NeededPermission[] = [
  { action: 'sts:GetCallerIdentity', reads: 'the caller and its account (AWS always allows this)', account: 'both' },
  { action: 'eks:DescribeCluster', reads: 'the cluster: its issuer and its endpoint', account: 'cluster' },
  { action: 'eks:ListClusters', reads: 'similar names if the cluster is not found', account: 'cluster' },
  {
    action: 'eks:ListPodIdentityAssociations',
    reads: 'the EKS Pod Identity association, which takes precedence over IRSA, and similar names',
    account: 'cluster',
  },
  { action: 'eks:DescribePodIdentityAssociation', reads: 'the roles of that association', account: 'cluster' },
  {
    action: 'iam:GetOpenIDConnectProvider',
    reads: 'the OIDC provider of the issuer, its client IDs and thumbprints',
    account: 'role',
  },
  {
    action: 'iam:ListOpenIDConnectProviders',
    reads: 'similar providers if the issuer has none',
    account: 'role',
  },
  { action: 'iam:GetRole', reads: 'the role and its trust policy', account: 'both' },
  { action: 'iam:ListAttachedRolePolicies', reads: 'the attached policies', account: 'role' },
  { action: 'iam:ListRolePolicies', reads: 'the names of the inline policies', account: 'role' },
  { action: 'iam:GetPolicy', reads: 'the default version of a policy', account: 'role' },
  { action: 'iam:GetPolicyVersion', reads: 'the documents of attached policies and the boundary', account: 'role' },
  { action: 'iam:GetRolePolicy', reads: 'the documents of inline policies', account: 'role' },
  {
    action: 'iam:SimulatePrincipalPolicy',
    reads: 'what the policy simulator of IAM decides',
    account: 'role',
    option: '--action',
  },
  { action: 'cloudtrail:LookupEvents', reads: 'the last calls of AssumeRoleWithWebIdentity', account: 'role' },
  { action: 'iam:ListRoles', reads: 'the roles of the account, with their trust', account: 'role', option: '--all' },
  {
    action: 'eks:ListAccessEntries',
    reads: 'which IAM principals have access to the cluster',
    account: 'cluster',
    option: '--all',
  },
  {
    action: 'eks:DescribeAccessEntry',
    reads: 'their groups and user names',
    account: 'cluster',
    option: '--all',
  },
  {
    action: 'eks:ListAssociatedAccessPolicies',
    reads: 'their access policies',
    account: 'cluster',
    option: '--all',
  },
  {
    action: 'sts:AssumeRoleWithWebIdentity',
    reads: 'whether the role can be assumed; needs no permission of the caller',
    account: 'role',
    option: '--assume',
  },
];

/** Those that `who-can --live` needs. */
export const LIVE_ACTIONS: readonly string[] = [
  'sts:GetCallerIdentity',
  'eks:DescribeCluster',
  'eks:ListAccessEntries',
  'eks:DescribeAccessEntry',
  'eks:ListAssociatedAccessPolicies',
  'eks:ListPodIdentityAssociations',
  'eks:DescribePodIdentityAssociation',
  'iam:ListRoles',
  'iam:GetRole',
  'iam:ListAttachedRolePolicies',
  'iam:ListRolePolicies',
  'iam:GetPolicy',
  'iam:GetPolicyVersion',
  'iam:GetRolePolicy',
];

/** A rule of a ClusterRole. */
interface NeededRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** What `who-can --live`, and `doctor --all` for who can act as the service accounts, need in Kubernetes. */
export const LIVE_RULES: readonly NeededRule[] = [
  ...[...new Set(LISTS.map(name => API_LISTS[name].group))].map(group => ({
    apiGroups: [group],
    resources: LISTS.filter((name: ListName) => API_LISTS[name].group === group),
    verbs: ['list'],
  })),
  { apiGroups: [''], resources: ['configmaps'], resourceNames: ['aws-auth'], verbs: ['get'] },
];
