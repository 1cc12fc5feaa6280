/**
 * What the doctor needs of IAM. Each is wanted for one thing: without it that one check says `unknown`, and the rest
 * goes on.
 */
interface NeededPermission {
  readonly action: string;
  /** What is read by it. */
  readonly reads: string;
  /** In whose account, where the role is of another one than the cluster. */
  readonly account: 'cluster' | 'role' | 'both';
  /** Only with an option of the command. */
  readonly option?: string;
}

export const IAM_PERMISSIONS: readonly NeededPermission[] = [
  { action: 'sts:GetCallerIdentity', reads: 'who asks, and of which account (AWS lets everybody)', account: 'both' },
  { action: 'eks:DescribeCluster', reads: 'the cluster: its issuer and its endpoint', account: 'cluster' },
  { action: 'eks:ListClusters', reads: 'names that are near, where there is no such cluster', account: 'cluster' },
  {
    action: 'eks:ListPodIdentityAssociations',
    reads: 'the association of EKS Pod Identity, which comes before IRSA, and names that are near',
    account: 'cluster',
  },
  { action: 'eks:DescribePodIdentityAssociation', reads: 'the roles of such an association', account: 'cluster' },
  {
    action: 'iam:GetOpenIDConnectProvider',
    reads: 'the OIDC provider of the issuer, its client ids and thumbprints',
    account: 'role',
  },
  {
    action: 'iam:ListOpenIDConnectProviders',
    reads: 'providers that are near, where there is none for the issuer',
    account: 'role',
  },
  { action: 'iam:GetRole', reads: 'the role and its trust policy', account: 'both' },
  { action: 'iam:ListAttachedRolePolicies', reads: 'which policies are attached', account: 'role' },
  { action: 'iam:ListRolePolicies', reads: 'which inline policies there are', account: 'role' },
  { action: 'iam:GetPolicy', reads: 'which version of a policy is the default one', account: 'role' },
  { action: 'iam:GetPolicyVersion', reads: 'what attached policies and the boundary say', account: 'role' },
  { action: 'iam:GetRolePolicy', reads: 'what inline policies say', account: 'role' },
  {
    action: 'iam:SimulatePrincipalPolicy',
    reads: 'what IAM itself says of the action',
    account: 'role',
    option: '--action',
  },
  { action: 'cloudtrail:LookupEvents', reads: 'the last calls of AssumeRoleWithWebIdentity', account: 'role' },
  { action: 'iam:ListRoles', reads: 'the roles of the account and whom they trust', account: 'role', option: '--all' },
  {
    action: 'sts:AssumeRoleWithWebIdentity',
    reads: "whether it works: STS asks the trust policy, nobody's permission is needed",
    account: 'role',
    option: '--assume',
  },
];
