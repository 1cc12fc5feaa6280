import { Stack } from 'aws-cdk-lib';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import { IParameter } from 'aws-cdk-lib/aws-ssm';
import { IConstruct } from 'constructs';
import { allow, arn, ControllerDefinition, inRegion, Permission, required } from './definition';
import { queueKeys, throughServices, volumeKeys } from './kms-permissions';
import { optional } from './parts';
import { failIf } from '../private/errors';
import { clusterNameProblem, clusterNameProblems } from '../private/issuer/cluster-names';

/**
 * Options of `Controller.karpenter`.
 */
export interface KarpenterOptions {
  /**
   * The name of the cluster whose nodes it launches, in the account and region of the role. It may be known only at
   * deployment.
   */
  readonly clusterName: string;

  /**
   * The node roles that the EC2NodeClasses name. At least one.
   */
  readonly nodeRoles: IRole[];

  /**
   * The queue for interruption events, `settings.interruptionQueue` of the chart.
   *
   * @default - none: Karpenter does not handle interruptions
   */
  readonly interruptionQueue?: IQueue;

  /**
   * The customer managed keys of the volumes of nodes: those in `blockDeviceMappings`, and the account's default EBS
   * key if it is customer managed. They can be used only through EC2. Without permission for these keys, nodes
   * terminate immediately.
   *
   * @default - volumes are not encrypted, or are encrypted with the AWS managed key
   */
  readonly kmsKeys?: IKey[];

  /**
   * The parameters with AMI IDs that EC2NodeClasses name in `amiSelectorTerms.ssmParameter`, in addition to those of
   * AWS.
   *
   * @default - only the public parameters of AWS
   */
  readonly amiParameters?: IParameter[];
}

/**
 * @see https://karpenter.sh/docs/reference/cloudformation/#controller-authorization
 *
 * @internal
 */
export function karpenter(options: KarpenterOptions): ControllerDefinition {
  const { clusterName, interruptionQueue } = options;
  const nodeRoles = required('karpenter', 'nodeRoles', 'node role', options.nodeRoles);
  const amiParameters = optional('karpenter', 'amiParameters', 'parameter', options.amiParameters);
  const kmsKeys = optional('karpenter', 'kmsKeys', 'KMS key', options.kmsKeys);
  failIf('Controller.karpenter', clusterNameProblem('clusterName', clusterName ?? ''));
  return {
    name: 'karpenter',
    namespace: 'kube-system',
    serviceAccountName: 'karpenter',
    problems: scope => clusterNameProblems(scope, 'clusterName', clusterName),
    helmValues: { 'settings.clusterName': clusterName, 'settings.interruptionQueue': interruptionQueue?.queueName },
    statements: scope => [
      ...[
        ...nodeLifecycle(scope, clusterName),
        ...instanceProfiles(scope, clusterName, nodeRoles),
        { actions: ['eks:DescribeCluster'], resources: [clusterArn(scope, clusterName)] },
        {
          actions: ['arc-zonal-shift:GetManagedResource'],
          resources: ['*'],
          conditions: { StringEquals: { 'arc-zonal-shift:ResourceIdentifier': clusterArn(scope, clusterName) } },
        },
        ...(interruptionQueue
          ? [
            {
              actions: ['sqs:DeleteMessage', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'],
              resources: [interruptionQueue.queueArn],
            },
          ]
          : []),
        ...discovery(scope),
        ...(amiParameters.length > 0
          ? [{ actions: ['ssm:GetParameter'], resources: amiParameters.map(({ parameterArn }) => parameterArn) }]
          : []),
      ].map(allow),
      ...throughServices(['kms:Decrypt'], ['sqs'], queueKeys(interruptionQueue)),
      ...volumeKeys('ec2', kmsKeys, ['kms:ReEncryptFrom', 'kms:ReEncryptTo']),
    ],
  };
}

/** Statements on instances and launch templates, scoped by the tags that Karpenter sets. */
function nodeLifecycle(scope: IConstruct, clusterName: string): Permission[] {
  const own = (type: string) => arn(scope, 'ec2', `${type}/*`);
  const shared = (type: string) => arn(scope, 'ec2', `${type}/*`, { account: '*' });
  const created = ['fleet', 'instance', 'volume', 'network-interface', 'launch-template', 'spot-instances-request'].map(
    own,
  );
  const tagged = {
    StringEquals: { [`aws:ResourceTag/kubernetes.io/cluster/${clusterName}`]: 'owned' },
    StringLike: { 'aws:ResourceTag/karpenter.sh/nodepool': '*' },
  };
  const tagging = {
    [`aws:RequestTag/kubernetes.io/cluster/${clusterName}`]: 'owned',
    'aws:RequestTag/eks:eks-cluster-name': clusterName,
  };
  const nodepool = { 'aws:RequestTag/karpenter.sh/nodepool': '*' };
  return [
    {
      actions: ['ec2:RunInstances', 'ec2:CreateFleet'],
      resources: [
        arn(scope, 'ec2', 'image/*', { account: '' }),
        arn(scope, 'ec2', 'snapshot/*', { account: '' }),
        // Resources that other accounts may share with this account.
        ...['security-group', 'subnet', 'capacity-reservation', 'placement-group'].map(shared),
      ],
    },
    { actions: ['ec2:RunInstances', 'ec2:CreateFleet'], resources: [own('launch-template')], conditions: tagged },
    {
      actions: ['ec2:RunInstances', 'ec2:CreateFleet', 'ec2:CreateLaunchTemplate'],
      resources: created,
      conditions: { StringEquals: tagging, StringLike: nodepool },
    },
    {
      actions: ['ec2:CreateTags'],
      resources: created,
      conditions: {
        StringEquals: { ...tagging, 'ec2:CreateAction': ['RunInstances', 'CreateFleet', 'CreateLaunchTemplate'] },
        StringLike: nodepool,
      },
    },
    {
      actions: ['ec2:CreateTags'],
      resources: [own('instance')],
      conditions: {
        ...tagged,
        'StringEqualsIfExists': { 'aws:RequestTag/eks:eks-cluster-name': clusterName },
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['eks:eks-cluster-name', 'karpenter.sh/nodeclaim', 'Name'] },
      },
    },
    {
      actions: ['ec2:TerminateInstances', 'ec2:DeleteLaunchTemplate'],
      resources: [own('instance'), own('launch-template')],
      conditions: tagged,
    },
  ];
}

/** Statements on the instance profiles that Karpenter creates for the node roles. */
function instanceProfiles(scope: IConstruct, clusterName: string, nodeRoles: IRole[]): Permission[] {
  const { region } = Stack.of(scope);
  const resources = [instanceProfile(scope)];
  const tagged = {
    [`aws:ResourceTag/kubernetes.io/cluster/${clusterName}`]: 'owned',
    'aws:ResourceTag/topology.kubernetes.io/region': region,
  };
  const tagging = {
    [`aws:RequestTag/kubernetes.io/cluster/${clusterName}`]: 'owned',
    'aws:RequestTag/eks:eks-cluster-name': clusterName,
    'aws:RequestTag/topology.kubernetes.io/region': region,
  };
  const nodeClass = (kind: string) => ({ [`aws:${kind}/karpenter.k8s.aws/ec2nodeclass`]: '*' });
  return [
    {
      actions: ['iam:PassRole'],
      resources: nodeRoles.map(role => role.roleArn),
      // EC2 has a different service name in China.
      conditions: { StringEquals: { 'iam:PassedToService': ['ec2.amazonaws.com', 'ec2.amazonaws.com.cn'] } },
    },
    {
      actions: ['iam:CreateInstanceProfile'],
      resources,
      conditions: { StringEquals: tagging, StringLike: nodeClass('RequestTag') },
    },
    {
      actions: ['iam:TagInstanceProfile'],
      resources,
      conditions: {
        StringEquals: { ...tagged, ...tagging },
        StringLike: { ...nodeClass('ResourceTag'), ...nodeClass('RequestTag') },
      },
    },
    {
      actions: ['iam:AddRoleToInstanceProfile', 'iam:RemoveRoleFromInstanceProfile', 'iam:DeleteInstanceProfile'],
      resources,
      conditions: { StringEquals: tagged, StringLike: nodeClass('ResourceTag') },
    },
  ];
}

/** Statements on data that it reads to choose an instance type. */
function discovery(scope: IConstruct): Permission[] {
  return [
    {
      actions: [
        'ec2:DescribeCapacityReservations',
        'ec2:DescribeImages',
        'ec2:DescribeInstances',
        'ec2:DescribeInstanceStatus',
        'ec2:DescribeInstanceTypeOfferings',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeLaunchTemplates',
        'ec2:DescribePlacementGroups',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSpotPriceHistory',
        'ec2:DescribeSubnets',
      ],
      resources: ['*'],
      conditions: inRegion(scope),
    },
    { actions: ['ssm:GetParameter'], resources: [arn(scope, 'ssm', 'parameter/aws/service/*', { account: '' })] },
    { actions: ['pricing:GetProducts', 'iam:ListInstanceProfiles'], resources: ['*'] },
    { actions: ['iam:GetInstanceProfile'], resources: [instanceProfile(scope)] },
  ];
}

function instanceProfile(scope: IConstruct): string {
  return arn(scope, 'iam', 'instance-profile/*', { region: '' });
}

function clusterArn(scope: IConstruct, clusterName: string): string {
  return arn(scope, 'eks', `cluster/${clusterName}`);
}
