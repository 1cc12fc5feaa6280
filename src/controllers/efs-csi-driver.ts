import { IFileSystem } from 'aws-cdk-lib/aws-efs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { allow, arn, ControllerDefinition, inRegion } from './definition';
import { optional, requireOne } from './parts';

/** The tag of each access point that it creates. */
const TAGGING = { 'aws:RequestTag/efs.csi.aws.com/cluster': 'true' };

/**
 * Options of `Controller.efsCsiDriver`. At least one file system of either kind is required.
 */
export interface EfsCsiDriverOptions {
  /**
   * The EFS file systems on which it creates access points.
   *
   * @default - none
   */
  readonly fileSystems?: IFileSystem[];

  /**
   * The ARNs of the S3 Files file systems on which it creates access points.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-files.html
   */
  readonly s3FileSystemArns?: string[];
}

/**
 * Options of `Controller.efsCsiNode`. At least one file system of either kind is required.
 */
export interface EfsCsiNodeOptions {
  /**
   * The EFS file systems that it mounts.
   *
   * @default - none
   */
  readonly fileSystems?: IFileSystem[];

  /**
   * The ARNs of the S3 Files file systems that it mounts.
   *
   * @default - none
   */
  readonly s3FileSystemArns?: string[];

  /**
   * Whether Pods have only read access.
   *
   * @default false
   */
  readonly readOnly?: boolean;

  /**
   * Whether root in a Pod is root on the file system. Access points that enforce a user, such as those of the driver,
   * do not need it.
   *
   * @default false
   */
  readonly rootAccess?: boolean;
}

/**
 * @see https://github.com/kubernetes-sigs/aws-efs-csi-driver/blob/master/docs/iam-policy-example.json
 *
 * @internal
 */
export function efsCsiDriver(options: EfsCsiDriverOptions): ControllerDefinition {
  const { fileSystems, s3FileSystems } = scopesOf('efsCsiDriver', options);
  return {
    name: 'aws-efs-csi-driver',
    namespace: 'kube-system',
    serviceAccountName: 'efs-csi-controller-sa',
    helmKey: 'controller.serviceAccount',
    statements: scope => {
      return [
        allow({ actions: ['ec2:DescribeAvailabilityZones'], resources: ['*'] }),
        ...(fileSystems.length > 0 ? efsStatements(scope, fileSystems) : []),
        ...(s3FileSystems.length > 0 ? s3FilesStatements(scope, s3FileSystems) : []),
      ];
    },
  };
}

/** It creates access points with its tag, and deletes only those with the tag. */
function efsStatements(scope: IConstruct, fileSystems: string[]): PolicyStatement[] {
  const accessPoints = arn(scope, 'elasticfilesystem', 'access-point/*');
  return [
    allow({
      actions: ['elasticfilesystem:DescribeFileSystems', 'elasticfilesystem:DescribeMountTargets'],
      resources: fileSystems,
    }),
    allow({ actions: ['elasticfilesystem:DescribeAccessPoints'], resources: [...fileSystems, accessPoints] }),
    allow({
      actions: ['elasticfilesystem:CreateAccessPoint'],
      resources: fileSystems,
      conditions: { StringEquals: TAGGING },
    }),
    allow({
      actions: ['elasticfilesystem:TagResource'],
      resources: [...fileSystems, accessPoints],
      conditions: { StringEquals: { ...TAGGING, 'elasticfilesystem:CreateAction': 'CreateAccessPoint' } },
    }),
    allow({
      actions: ['elasticfilesystem:DeleteAccessPoint'],
      resources: [accessPoints],
      conditions: { StringEquals: { 'aws:ResourceTag/efs.csi.aws.com/cluster': 'true' } },
    }),
  ];
}

/** The same for S3 Files, whose access points are below their file system. */
function s3FilesStatements(scope: IConstruct, fileSystems: string[]): PolicyStatement[] {
  const accessPoints = fileSystems.map(fileSystem => `${fileSystem}/access-point/*`);
  return [
    allow({ actions: ['s3files:ListFileSystems'], resources: ['*'], conditions: inRegion(scope) }),
    allow({ actions: ['s3files:ListMountTargets'], resources: fileSystems }),
    allow({ actions: ['s3files:GetAccessPoint', 's3files:ListAccessPoints'], resources: accessPoints }),
    allow({
      actions: ['s3files:CreateAccessPoint'],
      resources: fileSystems,
      conditions: { StringEquals: TAGGING },
    }),
    allow({
      actions: ['s3files:TagResource'],
      resources: accessPoints,
      conditions: { StringEquals: { ...TAGGING, 's3files:CreateAction': 'CreateAccessPoint' } },
    }),
    allow({
      actions: ['s3files:DeleteAccessPoint'],
      resources: accessPoints,
      conditions: { StringEquals: { 'aws:ResourceTag/efs.csi.aws.com/cluster': 'true' } },
    }),
  ];
}

/**
 * @see https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
 *
 * @internal
 */
export function efsCsiNode(options: EfsCsiNodeOptions): ControllerDefinition {
  const { fileSystems, s3FileSystems } = scopesOf('efsCsiNode', options);
  const client = (service: string) => [
    `${service}:ClientMount`,
    ...options.readOnly ? [] : [`${service}:ClientWrite`],
    ...options.rootAccess ? [`${service}:ClientRootAccess`] : [],
  ];
  return {
    name: 'aws-efs-csi-driver',
    namespace: 'kube-system',
    serviceAccountName: 'efs-csi-node-sa',
    helmKey: 'node.serviceAccount',
    statements: () => [
      allow({ actions: ['ec2:DescribeAvailabilityZones'], resources: ['*'] }),
      ...fileSystems.length > 0
        ? [
          allow({
            actions: [...client('elasticfilesystem'), 'elasticfilesystem:DescribeMountTargets'],
            resources: fileSystems,
          }),
        ]
        : [],
      ...s3FileSystems.length > 0
        ? [allow({ actions: [...client('s3files'), 's3files:ListMountTargets'], resources: s3FileSystems })]
        : [],
    ],
  };
}

/** The ARNs of both kinds of file systems. */
function scopesOf(factory: string, { fileSystems, s3FileSystemArns }: EfsCsiDriverOptions) {
  requireOne(factory, { fileSystems, s3FileSystemArns });
  return {
    fileSystems: optional(factory, 'fileSystems', 'file system', fileSystems).map(({ fileSystemArn }) => fileSystemArn),
    s3FileSystems: optional(factory, 's3FileSystemArns', 'file system', s3FileSystemArns),
  };
}
