import { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { AckNamePrefixOptions } from './options';
import { ackController, badName, checkedPrefix, Conditions, passRoles } from './parts';
import { failIf } from '../../private/errors';
import { allow, arn, ControllerDefinition, inRegion, required } from '../definition';
import { optional } from '../parts';

/**
 * Options of `AckService.eks`.
 */
export interface AckEksOptions extends AckNamePrefixOptions {
  /**
   * The roles that it may pass to clusters, nodes, Fargate profiles, add-ons and pods. At least one, because every
   * cluster requires a role.
   */
  readonly roles: IRole[];

  /**
   * The names of the access policies that its access entries may use: `AmazonEKSViewPolicy`. It may not use Kubernetes
   * groups, and cannot change an access entry later, because AWS cannot scope such changes to entries without groups.
   *
   * @default - none: it may not create access entries
   */
  readonly accessPolicies?: string[];
}

/**
 * Services that roles for EKS are passed to. EC2 has a different name in China. @see
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_eks.html
 */
const PASSED_TO = [
  'ec2.amazonaws.com',
  'ec2.amazonaws.com.cn',
  'eks-fargate-pods.amazonaws.com',
  'eks.amazonaws.com',
  'pods.eks.amazonaws.com',
];

/** Resource types below a cluster, except access entries. */
const CHILDREN = [
  'addon',
  'capability',
  'fargateprofile',
  'identityproviderconfig',
  'nodegroup',
  'podidentityassociation',
];

const ACTIONS = [
  'eks:AssociateEncryptionConfig',
  'eks:AssociateIdentityProviderConfig',
  'eks:CreateAddon',
  'eks:CreateCapability',
  'eks:CreateFargateProfile',
  'eks:CreateNodegroup',
  'eks:CreatePodIdentityAssociation',
  'eks:DeleteAddon',
  'eks:DeleteCapability',
  'eks:DeleteCluster',
  'eks:DeleteFargateProfile',
  'eks:DeleteNodegroup',
  'eks:DeletePodIdentityAssociation',
  'eks:DescribeAddon',
  'eks:DescribeCapability',
  'eks:DescribeCluster',
  'eks:DescribeFargateProfile',
  'eks:DescribeIdentityProviderConfig',
  'eks:DescribeNodegroup',
  'eks:DescribePodIdentityAssociation',
  'eks:DescribeUpdate',
  'eks:DisassociateIdentityProviderConfig',
  'eks:ListIdentityProviderConfigs',
  'eks:ListNodegroups',
  'eks:ListPodIdentityAssociations',
  'eks:ListTagsForResource',
  'eks:ListUpdates',
  'eks:TagResource',
  'eks:UntagResource',
  'eks:UpdateAddon',
  'eks:UpdateCapability',
  'eks:UpdateClusterConfig',
  'eks:UpdateClusterVersion',
  'eks:UpdateNodegroupConfig',
  'eks:UpdateNodegroupVersion',
  'eks:UpdatePodIdentityAssociation',
];

/**
 * @see https://github.com/aws-controllers-k8s/eks-controller/blob/main/config/iam/recommended-inline-policy
 *
 * @internal
 */
export function ackEks(options: AckEksOptions): ControllerDefinition {
  const prefix = checkedPrefix(options);
  const roles = required('ackController', 'roles', 'role', options.roles);
  const accessPolicies = optional('ackController', 'accessPolicies', 'access policy', options.accessPolicies);
  for (const name of accessPolicies) {
    failIf(
      'AckService.eks',
      badName('accessPolicies', name, /^\w+$/, 'Use the part after cluster-access-policy/ in its ARN.'),
    );
  }
  return ackController('eks', {}, scope => [
    // EKS reads the subnets of a node group with the permissions of its caller.
    allow({ actions: ['ec2:DescribeSubnets', 'eks:CreateCluster'], resources: ['*'], conditions: inRegion(scope) }),
    allow({
      actions: ACTIONS,
      resources: [
        arn(scope, 'eks', `cluster/${prefix}*`),
        ...CHILDREN.map(type => arn(scope, 'eks', `${type}/${prefix}*`)),
      ],
    }),
    // EKS reads the roles that are passed to it with the permissions of its caller.
    allow({ actions: ['iam:GetRole', 'iam:ListAttachedRolePolicies'], resources: roles.map(role => role.roleArn) }),
    ...passRoles(roles, PASSED_TO),
    ...(accessPolicies.length > 0 ? accessEntries(scope, prefix, accessPolicies) : []),
  ]);
}

/**
 * The controller decides which principals get access, but not which permissions: RBAC could bind groups to anything.
 */
function accessEntries(scope: IConstruct, prefix: string, names: string[]): PolicyStatement[] {
  const entries = [arn(scope, 'eks', `access-entry/${prefix}*`)];
  const policies = names.map(name =>
    arn(scope, 'eks', `cluster-access-policy/${name}`, { region: '', account: 'aws' }),
  );
  const noGroups: Conditions = { Null: { 'eks:kubernetesGroups': 'true' } };
  return [
    allow({
      actions: ['eks:CreateAccessEntry'],
      resources: [arn(scope, 'eks', `cluster/${prefix}*`)],
      conditions: noGroups,
    }),
    allow({
      actions: ['eks:AssociateAccessPolicy'],
      resources: entries,
      conditions: { StringEquals: { 'eks:policyArn': policies } },
    }),
    allow({
      actions: [
        'eks:DeleteAccessEntry',
        'eks:DescribeAccessEntry',
        'eks:DisassociateAccessPolicy',
        'eks:ListAssociatedAccessPolicies',
        'eks:TagResource',
        'eks:UntagResource',
      ],
      resources: entries,
    }),
  ];
}
