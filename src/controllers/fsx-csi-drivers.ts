import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { IConstruct } from 'constructs';
import { allow, arn, ControllerDefinition, Permission, serviceLinkedRole } from './definition';
import { volumeKeys } from './kms-permissions';
import { optional } from './parts';

/**
 * Options of `Controller.fsxLustreCsiDriver`.
 */
export interface FsxLustreCsiDriverOptions {
  /**
   * The buckets that file systems import from and export to (`s3ImportPath`, `s3ExportPath` of a StorageClass).
   *
   * @default - file systems do not use a bucket
   */
  readonly buckets?: IBucket[];

  /**
   * The KMS keys of its StorageClasses. They can be used only through FSx.
   *
   * @default - the AWS managed key
   */
  readonly kmsKeys?: IKey[];

  /**
   * Whether it may create a final backup when it deletes a file system (`skipFinalBackup: "false"`).
   *
   * @default false
   */
  readonly finalBackups?: boolean;
}

/**
 * Options of `Controller.fsxOpenZfsCsiDriver`.
 */
export interface FsxOpenZfsCsiDriverOptions {
  /**
   * The KMS keys of its StorageClasses. They can be used only through FSx.
   *
   * @default - the AWS managed key
   */
  readonly kmsKeys?: IKey[];

  /**
   * Whether it may create a final backup when it deletes a file system (`SkipFinalBackupOnDeletion: "false"`).
   *
   * @default false
   */
  readonly finalBackups?: boolean;
}

/** FSx has no condition key `CreateAction`, unlike EC2 and EFS. */
const UNSCOPED =
  'FSx cannot distinguish tags at creation from tags that are added later, so it could mark any file '
    + 'system in the account and region as its own.';

/**
 * @see https://github.com/kubernetes-sigs/aws-fsx-csi-driver/blob/master/docs/install.md#set-up-driver-permissions
 *
 * @internal
 */
export function fsxLustreCsiDriver(options: FsxLustreCsiDriverOptions): ControllerDefinition {
  const { finalBackups } = options;
  const buckets = optional('fsxLustreCsiDriver', 'buckets', 'bucket', options.buckets);
  const kmsKeys = optional('fsxLustreCsiDriver', 'kmsKeys', 'KMS key', options.kmsKeys);
  return {
    name: 'aws-fsx-csi-driver',
    namespace: 'kube-system',
    serviceAccountName: 'fsx-csi-controller-sa',
    helmKey: 'controller.serviceAccount',
    unscoped: UNSCOPED,
    statements: scope => {
      const fileSystems = arn(scope, 'fsx', 'file-system/*');
      // The name of the volume is the only tag that it always sets.
      const requested = { StringLike: { 'aws:RequestTag/CSIVolumeName': '*' } };
      const tagged = { StringLike: { 'aws:ResourceTag/CSIVolumeName': '*' } };
      return [
        allow({ actions: ['fsx:DescribeFileSystems'], resources: ['*'] }),
        allow({
          actions: ['fsx:CreateFileSystem', 'fsx:TagResource'],
          resources: [fileSystems],
          conditions: requested,
        }),
        allow({
          actions: ['fsx:DeleteFileSystem', 'fsx:UpdateFileSystem'],
          resources: [fileSystems],
          conditions: tagged,
        }),
        ...(finalBackups ? backups(scope, fileSystems, tagged) : []),
        serviceLinkedRole(scope, 'fsx.amazonaws.com'),
        ...(buckets.length > 0 ? dataSource(scope, buckets) : []),
        ...volumeKeys('fsx', kmsKeys),
      ];
    },
  };
}

/**
 * @see https://github.com/kubernetes-sigs/aws-fsx-openzfs-csi-driver/blob/main/docs/example-iam-policy.json
 *
 * @internal
 */
export function fsxOpenZfsCsiDriver(options: FsxOpenZfsCsiDriverOptions): ControllerDefinition {
  const { finalBackups } = options;
  const kmsKeys = optional('fsxOpenZfsCsiDriver', 'kmsKeys', 'KMS key', options.kmsKeys);
  return {
    name: 'aws-fsx-openzfs-csi-driver',
    namespace: 'kube-system',
    serviceAccountName: 'fsx-openzfs-csi-controller-sa',
    helmKey: 'controller.serviceAccount',
    unscoped: UNSCOPED,
    statements: scope => {
      const [fileSystems, volumes, snapshots] = ['file-system/*', 'volume/*', 'snapshot/*'].map(resource =>
        arn(scope, 'fsx', resource),
      );
      const requested = { StringEquals: { 'aws:RequestTag/fsx.openzfs.csi.aws.com/cluster': 'true' } };
      const tagged = { StringEquals: { 'aws:ResourceTag/fsx.openzfs.csi.aws.com/cluster': 'true' } };
      return [
        allow({
          actions: ['fsx:DescribeFileSystems', 'fsx:DescribeSnapshots', 'fsx:DescribeVolumes'],
          resources: ['*'],
        }),
        allow({ actions: ['fsx:ListTagsForResource'], resources: [fileSystems, volumes] }),
        allow({ actions: ['fsx:CreateFileSystem'], resources: [fileSystems], conditions: requested }),
        allow({ actions: ['fsx:CreateVolume'], resources: [volumes], conditions: requested }),
        allow({ actions: ['fsx:CreateSnapshot'], resources: [volumes, snapshots], conditions: requested }),
        allow({ actions: ['fsx:TagResource'], resources: [fileSystems, volumes, snapshots], conditions: requested }),
        allow({
          actions: ['fsx:DeleteFileSystem', 'fsx:UpdateFileSystem'],
          resources: [fileSystems],
          conditions: tagged,
        }),
        allow({ actions: ['fsx:DeleteVolume'], resources: [volumes], conditions: tagged }),
        // A volume may be created from a snapshot.
        allow({ actions: ['fsx:CreateVolume', 'fsx:DeleteSnapshot'], resources: [snapshots], conditions: tagged }),
        ...(finalBackups ? backups(scope, fileSystems, tagged) : []),
        serviceLinkedRole(scope, 'fsx.amazonaws.com'),
        ...volumeKeys('fsx', kmsKeys),
      ];
    },
  };
}

/** The final backup, which FSx creates with the permissions of the caller. */
function backups(scope: IConstruct, fileSystems: string, tagged: Permission['conditions']): PolicyStatement[] {
  const backup = arn(scope, 'fsx', 'backup/*');
  return [
    allow({ actions: ['fsx:CreateBackup'], resources: [fileSystems], conditions: tagged }),
    allow({ actions: ['fsx:CreateBackup', 'fsx:DeleteFileSystem', 'fsx:TagResource'], resources: [backup] }),
  ];
}

/** @see https://docs.aws.amazon.com/fsx/latest/LustreGuide/setting-up.html#fsx-adding-permissions-s3 */
function dataSource(scope: IConstruct, buckets: IBucket[]): PolicyStatement[] {
  const service = 's3.data-source.lustre.fsx.amazonaws.com';
  return [
    serviceLinkedRole(scope, service),
    allow({
      actions: ['iam:AttachRolePolicy', 'iam:PutRolePolicy'],
      resources: [arn(scope, 'iam', `role/aws-service-role/${service}/*`, { region: '' })],
    }),
    allow({ actions: ['s3:ListBucket'], resources: buckets.map(bucket => bucket.bucketArn) }),
  ];
}
