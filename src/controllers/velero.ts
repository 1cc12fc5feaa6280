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
   * The buckets of its backup storage locations; at least one.
   */
  readonly buckets: IBucket[];

  /**
   * The folders of each bucket that it uses, the `prefix` of its backup storage locations with a slash at the end:
   * `clusters/blue/`. Names of objects in the whole bucket can be listed all the same: without that S3 does not tell
   * Velero that an object is missing.
   *
   * @default - whole buckets
   */
  readonly prefixes?: string[];

  /**
   * Keys that the backups are encrypted with, besides the buckets' own where CDK knows them. They can be used through
   * S3 only.
   *
   * @default - the `encryptionKey` of the buckets
   */
  readonly kmsKeys?: IKey[];

  /**
   * Whether it snapshots EBS volumes by itself. CSI snapshots are the CSI driver's, backups of files need none.
   *
   * @default false
   */
  readonly volumeSnapshots?: boolean;

  /**
   * The cluster whose volumes it snapshots: those with the tag `kubernetes.io/cluster/<name>: owned`. Where it restores
   * what another cluster has backed up, its environment variable `AWS_CLUSTER_NAME` must have the name too. Needs
   * `volumeSnapshots`.
   *
   * @default - the volumes that an EBS CSI driver has made, of every cluster in the account and region
   */
  readonly clusterName?: string;

  /**
   * The keys of the volumes. They can be used through EC2 only. Needs `volumeSnapshots`.
   *
   * @default - volumes are not encrypted, or with the key that AWS manages
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
        'Without snapshots it reaches no volume.',
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

/** A snapshot has the name of its backup and the tags of its volume, a restored volume those of the snapshot. */
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
