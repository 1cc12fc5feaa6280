import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IConstruct } from 'constructs';
import { allow, arn, ControllerDefinition } from './definition';
import { volumeKeys } from './kms-permissions';
import { optional } from './parts';
import { fail, problem } from '../private/errors';

/**
 * Options of `Controller.ebsCsiDriver`.
 */
export interface EbsCsiDriverOptions {
  /**
   * The name of the cluster. If set, it may manage only volumes and snapshots with the tag
   * `ebs.csi.aws.com/cluster-name` of this cluster, which the driver sets since release 1.58 (the EKS add-on by
   * default, its chart with `controller.k8sTagClusterId`). It may attach them only to nodes of this cluster, those with
   * the tag `kubernetes.io/cluster/<name>: owned`. Add the tag to older volumes, and to volumes that the driver did not
   * create.
   *
   * @default - the volumes and snapshots of the drivers of all clusters in the account and region (tag
   * `ebs.csi.aws.com/cluster: true`), and volumes of the in-tree driver of Kubernetes before 1.23 (tag
   * `kubernetes.io/created-for/pvc/name`), on any instance, with a warning
   */
  readonly clusterName?: string;

  /**
   * The KMS keys of its StorageClasses. They can be used only through EC2.
   *
   * @default - volumes are not encrypted, or are encrypted with the AWS managed key
   */
  readonly kmsKeys?: IKey[];

  /**
   * Whether to attach `AmazonEBSCSIDriverPolicyV2`, which AWS maintains, instead of narrower statements. It covers the
   * volumes of every cluster in every region of the account.
   *
   * @default false
   * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEBSCSIDriverPolicyV2.html
   */
  readonly useManagedPolicy?: boolean;
}

const MANAGED_POLICY = 'AmazonEBSCSIDriverPolicyV2';
/** If a driver could change these tags, it could take over any volume. */
const OWNERSHIP_TAGS = [
  'ebs.csi.aws.com/cluster',
  'ebs.csi.aws.com/cluster-name',
  'kubernetes.io/created-for/pvc/name',
];

/**
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEBSCSIDriverEKSClusterScopedPolicy.html
 *
 * @internal
 */
export function ebsCsiDriver(options: EbsCsiDriverOptions): ControllerDefinition {
  const { clusterName, useManagedPolicy } = options;
  const kmsKeys = optional('ebsCsiDriver', 'kmsKeys', 'KMS key', options.kmsKeys);
  if (useManagedPolicy && clusterName !== undefined) {
    fail(
      'Controller.ebsCsiDriver',
      problem(
        'clusterName',
        'not be set with `useManagedPolicy`',
        clusterName,
        `${MANAGED_POLICY} cannot be scoped to one cluster. Use only one of them.`,
      ),
    );
  }
  return {
    name: 'aws-ebs-csi-driver',
    namespace: 'kube-system',
    serviceAccountName: 'ebs-csi-controller-sa',
    helmKey: 'controller.serviceAccount',
    managedPolicyNames: useManagedPolicy ? [MANAGED_POLICY] : undefined,
    unscoped:
      clusterName !== undefined
        ? undefined
        : 'it may manage the volumes of all clusters and attach them to any instance. Name the cluster with '
          + '`clusterName`.',
    helmValues: { 'controller.k8sTagClusterId': clusterName },
    statements: scope => [
      ...(useManagedPolicy ? [] : ownStatements(scope, clusterName)),
      ...volumeKeys('ec2', kmsKeys, ['kms:ReEncryptFrom', 'kms:ReEncryptTo']),
    ],
  };
}

function ownStatements(scope: IConstruct, clusterName: string | undefined): PolicyStatement[] {
  const volumes = arn(scope, 'ec2', 'volume/*');
  const snapshots = arn(scope, 'ec2', 'snapshot/*', { account: '' });
  const [tag, value] =
    clusterName === undefined ? ['ebs.csi.aws.com/cluster', 'true'] : ['ebs.csi.aws.com/cluster-name', clusterName];
  const requested = { StringEquals: { [`aws:RequestTag/${tag}`]: value } };
  const tagged = { StringEquals: { [`aws:ResourceTag/${tag}`]: value } };
  return [
    allow({
      actions: [
        'ec2:DescribeAvailabilityZones',
        'ec2:DescribeInstances',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeSnapshots',
        'ec2:DescribeTags',
        'ec2:DescribeVolumes',
        'ec2:DescribeVolumesModifications',
        'ec2:DescribeVolumeStatus',
      ],
      resources: ['*'],
    }),
    allow({ actions: ['ec2:CopyVolumes', 'ec2:CreateVolume'], resources: [volumes], conditions: requested }),
    allow({ actions: ['ec2:CreateSnapshot'], resources: [snapshots], conditions: requested }),
    allow({
      actions: ['ec2:AttachVolume', 'ec2:CreateSnapshot', 'ec2:DeleteVolume', 'ec2:DetachVolume', 'ec2:ModifyVolume'],
      resources: [volumes],
      conditions: tagged,
    }),
    allow({ actions: ['ec2:CopyVolumes'], resources: [arn(scope, 'ec2', 'volume/vol-*')], conditions: tagged }),
    ...(clusterName === undefined ? migratedVolumes(scope) : []),
    allow({
      actions: ['ec2:CreateVolume', 'ec2:DeleteSnapshot', 'ec2:EnableFastSnapshotRestores', 'ec2:LockSnapshot'],
      resources: [snapshots],
      conditions: tagged,
    }),
    allow({
      actions: ['ec2:AttachVolume', 'ec2:DetachVolume'],
      resources: [arn(scope, 'ec2', 'instance/*')],
      conditions:
        clusterName === undefined
          ? undefined
          : { StringEquals: { [`aws:ResourceTag/kubernetes.io/cluster/${clusterName}`]: 'owned' } },
    }),
    allow({
      actions: ['ec2:CreateTags'],
      resources: [volumes, snapshots],
      conditions: { StringEquals: { 'ec2:CreateAction': ['CopyVolumes', 'CreateSnapshot', 'CreateVolume'] } },
    }),
    allow({
      actions: ['ec2:CreateTags', 'ec2:DeleteTags'],
      resources: [volumes],
      conditions: {
        ...tagged,
        'Null': { 'aws:TagKeys': 'false' },
        'ForAllValues:StringNotEquals': { 'aws:TagKeys': OWNERSHIP_TAGS },
      },
    }),
  ];
}

/** Volumes that the in-tree driver created before the migration to CSI do not have the tag of the driver. */
function migratedVolumes(scope: IConstruct): PolicyStatement[] {
  const conditions = { StringLike: { 'aws:ResourceTag/kubernetes.io/created-for/pvc/name': '*' } };
  return [
    allow({
      actions: ['ec2:AttachVolume', 'ec2:CreateSnapshot', 'ec2:DeleteVolume', 'ec2:DetachVolume', 'ec2:ModifyVolume'],
      resources: [arn(scope, 'ec2', 'volume/*')],
      conditions,
    }),
    allow({ actions: ['ec2:CopyVolumes'], resources: [arn(scope, 'ec2', 'volume/vol-*')], conditions }),
  ];
}
