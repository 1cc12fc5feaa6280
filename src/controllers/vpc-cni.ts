import { IVpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { allow, arn, ControllerDefinition } from './definition';
import { fail, problem } from '../private/errors';

/**
 * Options of `Controller.vpcCni`. Set the address family of the cluster: `ipv4` or `ipv6`.
 */
export interface VpcCniOptions {
  /**
   * Whether Pods have IPv4 addresses.
   *
   * @default false
   */
  readonly ipv4?: boolean;

  /**
   * Whether Pods have IPv6 addresses.
   *
   * @default false
   */
  readonly ipv6?: boolean;

  /**
   * The name of the cluster. If set, it may manage only network interfaces with the tag
   * `cluster.k8s.amazonaws.com/name` of this cluster, which it adds if its environment variable `CLUSTER_NAME` is the
   * name (the EKS add-on sets the variable), and only on nodes of this cluster, those with the tag
   * `kubernetes.io/cluster/<name>: owned`.
   *
   * @default - every network interface and instance in the account and region, with a warning
   */
  readonly clusterName?: string;

  /**
   * The VPC of the nodes. Network interfaces can use only its subnets and security groups.
   *
   * @default - every subnet and security group of the region, including those that other accounts share with this
   * account
   */
  readonly vpc?: IVpc;

  /**
   * Whether it also may create network interfaces with IPv6. A node needs this only if its primary subnet has the tag
   * `kubernetes.io/role/cni: 0`, or with `ENABLE_MULTI_NIC`.
   *
   * @default false
   */
  readonly ipv6Interfaces?: boolean;

  /**
   * Whether the network policy agent writes its logs to the cluster's log group, `/aws/eks/<clusterName>/cluster`.
   * Requires `clusterName`.
   *
   * @default false
   */
  readonly networkPolicyLogs?: boolean;
}

const DESCRIBE = [
  'ec2:DescribeInstances',
  'ec2:DescribeInstanceTypes',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeTags',
];
const ADDRESSES_V4 = ['ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses'];
const ADDRESSES_V6 = ['ec2:AssignIpv6Addresses', 'ec2:UnassignIpv6Addresses'];
const INTERFACES = ['ec2:AttachNetworkInterface', 'ec2:DetachNetworkInterface'];
const MODIFY = 'ec2:ModifyNetworkInterfaceAttribute';
const NAME_TAG = 'cluster.k8s.amazonaws.com/name';

/**
 * @see https://github.com/aws/amazon-vpc-cni-k8s/blob/master/docs/iam-policy.md
 *
 * @internal
 */
export function vpcCni(options: VpcCniOptions): ControllerDefinition {
  const { ipv4, ipv6, ipv6Interfaces, clusterName, vpc, networkPolicyLogs } = options;
  if (!ipv4 && !ipv6) {
    fail('Controller.vpcCni', problem('ipv4', 'be true, or `ipv6`', ipv4, 'Set the address family of the cluster.'));
  }
  if (ipv6Interfaces && !ipv6) {
    const advice = 'The option applies only to nodes with IPv6.';
    fail('Controller.vpcCni', problem('ipv6', 'be true with `ipv6Interfaces`', ipv6, advice));
  }
  const createsInterfaces = ipv4 || ipv6Interfaces;
  if (networkPolicyLogs && clusterName === undefined) {
    fail(
      'Controller.vpcCni',
      problem(
        'clusterName',
        'be set with `networkPolicyLogs`',
        clusterName,
        'The name of the log group contains the name of the cluster.',
      ),
    );
  }
  return {
    name: 'amazon-vpc-cni-k8s',
    namespace: 'kube-system',
    serviceAccountName: 'aws-node',
    helmValues: { 'env.CLUSTER_NAME': clusterName },
    unscoped:
      clusterName !== undefined
        ? undefined
        : 'it may change any network interface and instance in the account and region. Set `clusterName`.',
    statements: scope => [
      allow({ actions: DESCRIBE, resources: ['*'] }),
      allow({
        actions: [
          ...(ipv4 ? ADDRESSES_V4 : []),
          ...(createsInterfaces ? [...INTERFACES, 'ec2:DeleteNetworkInterface'] : []),
          ...(ipv6 ? ADDRESSES_V6 : []),
          MODIFY,
        ],
        resources: [arn(scope, 'ec2', 'network-interface/*')],
        conditions: ofCluster('ResourceTag', clusterName),
      }),
      allow({
        actions: [...(createsInterfaces ? INTERFACES : []), MODIFY],
        resources: [arn(scope, 'ec2', 'instance/*')],
        conditions: onNodes(clusterName),
      }),
      allow({ actions: [MODIFY], resources: [anyAccount(scope, 'security-group')], conditions: inVpc(scope, vpc) }),
      // With IPv6 only, the first interface of a node has enough addresses for all pods.
      ...(createsInterfaces ? createStatements(scope, clusterName, vpc) : []),
      ...tagStatements(scope, clusterName),
      ...(networkPolicyLogs ? logStatements(scope, clusterName!) : []),
    ],
  };
}

function createStatements(
  scope: IConstruct,
  clusterName: string | undefined,
  vpc: IVpc | undefined,
): PolicyStatement[] {
  const actions = ['ec2:CreateNetworkInterface'];
  return [
    allow({
      actions,
      resources: [arn(scope, 'ec2', 'network-interface/*')],
      conditions: ofCluster('RequestTag', clusterName),
    }),
    allow({
      actions,
      resources: [anyAccount(scope, 'security-group'), anyAccount(scope, 'subnet')],
      conditions: inVpc(scope, vpc),
    }),
  ];
}

function ofCluster(kind: string, clusterName: string | undefined) {
  return clusterName === undefined ? undefined : { StringEquals: { [`aws:${kind}/${NAME_TAG}`]: clusterName } };
}

function onNodes(clusterName: string | undefined) {
  return clusterName === undefined
    ? undefined
    : { StringEquals: { [`aws:ResourceTag/kubernetes.io/cluster/${clusterName}`]: 'owned' } };
}

function inVpc(scope: IConstruct, vpc: IVpc | undefined) {
  return vpc && { ArnLike: { 'ec2:Vpc': arn(scope, 'ec2', `vpc/${vpc.vpcId}`, { account: '*' }) } };
}

/** Subnets may be shared with this account. Their ARNs, and that of their VPC, contain the owner. */
function anyAccount(scope: IConstruct, type: string): string {
  return arn(scope, 'ec2', `${type}/*`, { account: '*' });
}

/** It may tag interfaces without the tag of a cluster, including the first one of its node, and add tags to its own. */
function tagStatements(scope: IConstruct, clusterName: string | undefined): PolicyStatement[] {
  const permission = { actions: ['ec2:CreateTags'], resources: [arn(scope, 'ec2', 'network-interface/*')] };
  if (clusterName === undefined) return [allow(permission)];
  const own = { [`aws:ResourceTag/${NAME_TAG}`]: clusterName };
  return [
    allow({
      ...permission,
      conditions: { StringEquals: { [`aws:RequestTag/${NAME_TAG}`]: clusterName }, StringEqualsIfExists: own },
    }),
    allow({
      ...permission,
      conditions: { StringEquals: own, StringEqualsIfExists: { [`aws:RequestTag/${NAME_TAG}`]: clusterName } },
    }),
  ];
}

/** @see https://docs.aws.amazon.com/eks/latest/userguide/network-policies-troubleshooting.html */
function logStatements(scope: IConstruct, clusterName: string): PolicyStatement[] {
  const group = arn(scope, 'logs', `log-group:/aws/eks/${clusterName}/cluster`);
  return [
    allow({ actions: ['logs:DescribeLogGroups'], resources: ['*'] }),
    allow({ actions: ['logs:CreateLogGroup'], resources: [group, `${group}:*`] }),
    allow({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [`${group}:log-stream:*`] }),
  ];
}
