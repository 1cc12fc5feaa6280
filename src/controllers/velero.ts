import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { IConstruct } from 'constructs';
import { allow, arn, ControllerDefinition, required } from './definition';
import { throughServices, volumeKeys } from './kms-permissions';
import { optional } from './parts';
import { bucketKeys, checkPrefixes, objectArns } from './s3-objects';
import { fail, problem } from '../private/errors';

/**
 * Options of `Controller.velero`.
 */
export interface VeleroOptions {
  /**
   * The buckets of its backup storage locations. At least one.
   */
  readonly buckets: IBucket[];

  /**
   * The folders of each bucket that it uses, the `prefix` of its backup storage locations with a trailing slash:
   * `clusters/blue/`. It can nevertheless list the names of objects in the whole bucket, because S3 otherwise does not
   * report that an object is missing.
   *
   * @default - whole buckets
   */
  readonly prefixes?: string[];

  /**
   * KMS keys that encrypt the backups, in addition to the `encryptionKey` of the buckets. They can be used only through
   * S3.
   *
   * @default - the `encryptionKey` of the buckets
   */
  readonly kmsKeys?: IKey[];

  /**
   * Whether it creates snapshots of EBS volumes itself. The CSI driver creates CSI snapshots, and file backups do not
   * need snapshots.
   *
   * @default false
   */
  readonly volumeSnapshots?: boolean;

  /**
   * The cluster whose volumes it snapshots: those with the tag `kubernetes.io/cluster/<name>: owned`. To restore
   * backups of another cluster, also set its environment variable `AWS_CLUSTER_NAME` to the name. Requires
   * `volumeSnapshots`.
   *
   * @default - the volumes of the EBS CSI drivers of every cluster in the account and region
   */
  readonly clusterName?: string;

  /**
   * The KMS keys of the volumes. They can be used only through EC2. Requires `volumeSnapshots`.
   *
   * @default - volumes are not encrypted, or are encrypted with the AWS managed key
   */
  readonly volumeKmsKeys?: IKey[];
}

/**
 * @see https://github.com/vmware-tanzu/velero-plugin-for-aws#set-permissions-for-velero
 *
 * @internal
 */
export function velero(options: VeleroOptions): ControllerDefinition {
  const { prefixes, volumeSnapshots, clusterName } = options;
  const buckets = required('velero', 'buckets', 'bucket', options.buckets);
  checkPrefixes('velero', prefixes);
  if (!volumeSnapshots && (clusterName !== undefined || options.volumeKmsKeys)) {
    fail(
      'Controller.velero',
      problem(
        'volumeSnapshots',
        'be true with `clusterName` or `volumeKmsKeys`',
        volumeSnapshots,
        'Without snapshots, it does not access volumes.',
      ),
    );
  }
  const volumeKmsKeys = optional('velero', 'volumeKmsKeys', 'KMS key', options.volumeKmsKeys);
  const keys = bucketKeys(buckets, optional('velero', 'kmsKeys', 'KMS key', options.kmsKeys));
  return {
    name: 'velero',
    namespace: 'velero',
    serviceAccountName: 'velero-server',
    helmKey: 'serviceAccount.server',
    statements: scope => [
      allow({ actions: ['s3:ListBucket'], resources: buckets.map(bucket => bucket.bucketArn) }),
      allow({
        actions: [
          's3:AbortMultipartUpload',
          's3:DeleteObject',
          's3:GetObject',
          's3:ListMultipartUploadParts',
          's3:PutObject',
          's3:PutObjectTagging',
        ],
        resources: objectArns(buckets, prefixes),
      }),
      ...throughServices(['kms:Decrypt', 'kms:GenerateDataKey'], ['s3'], keys),
      ...(volumeSnapshots ? snapshotStatements(scope, clusterName) : []),
      ...volumeKeys('ec2', volumeKmsKeys, ['kms:ReEncryptFrom', 'kms:ReEncryptTo']),
    ],
  };
}

/** A snapshot has the name of its backup and the tags of its volume. A restored volume has the tags of the snapshot. */
function snapshotStatements(scope: IConstruct, clusterName: string | undefined): PolicyStatement[] {
  const volumes = arn(scope, 'ec2', 'volume/*');
  const snapshots = arn(scope, 'ec2', 'snapshot/*', { account: '' });
  const [tag, value] =
    clusterName === undefined ? ['ebs.csi.aws.com/cluster', 'true'] : [`kubernetes.io/cluster/${clusterName}`, 'owned'];
  const owned = (kind: string) => ({ StringEquals: { [`aws:${kind}/${tag}`]: value } });
  const backedUp = (kind: string) => ({ StringLike: { [`aws:${kind}/velero.io/backup`]: '*' } });
  return [
    allow({ actions: ['ec2:DescribeSnapshots', 'ec2:DescribeVolumes'], resources: ['*'] }),
    allow({ actions: ['ec2:CreateSnapshot'], resources: [volumes], conditions: owned('ResourceTag') }),
    allow({
      actions: ['ec2:CreateSnapshot'],
      resources: [snapshots],
      conditions: { ...owned('RequestTag'), ...backedUp('RequestTag') },
    }),
    allow({
      actions: ['ec2:DeleteSnapshot'],
      resources: [snapshots],
      conditions: { ...owned('ResourceTag'), ...backedUp('ResourceTag') },
    }),
    allow({ actions: ['ec2:CreateVolume'], resources: [snapshots], conditions: backedUp('ResourceTag') }),
    allow({
      actions: ['ec2:CreateVolume'],
      resources: [volumes],
      conditions: { ...owned('RequestTag'), ...backedUp('RequestTag') },
    }),
    allow({
      actions: ['ec2:CreateTags'],
      resources: [volumes, snapshots],
      conditions: { StringEquals: { 'ec2:CreateAction': ['CreateSnapshot', 'CreateVolume'] } },
    }),
  ];
}
