import { Stack } from 'aws-cdk-lib';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { FileSystem } from 'aws-cdk-lib/aws-efs';
import { elsewhere, inStack } from './elsewhere';
import { Controller } from '../../../src';
import { ControllerSample } from '../sample';

const FILE_SYSTEM = 'arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-0123456789abcdef0';
const OTHER = 'arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-9876543210abcdef0';
const ACCESS_POINT = 'arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/fsap-0123456789abcdef0';
const REQUESTED = { 'aws:RequestTag/efs.csi.aws.com/cluster': 'true' };
const CREATING = { 'elasticfilesystem:CreateAction': 'CreateAccessPoint' };
const TAGGED = { 'aws:ResourceTag/efs.csi.aws.com/cluster': 'true' };

const S3_FILES = 'arn:aws:s3files:eu-west-1:111122223333:file-system/fs-0123456789abcdef0';
const S3_ACCESS_POINT = `${S3_FILES}/access-point/fsap-0123456789abcdef0`;

const fileSystems = (stack: Stack) => [FileSystem.fromFileSystemAttributes(stack, 'FileSystem', {
  fileSystemId: 'fs-0123456789abcdef0',
  securityGroup: SecurityGroup.fromSecurityGroupId(stack, 'SecurityGroup', 'sg-0123456789abcdef0'),
})];
const node = { factory: 'efsCsiNode', namespace: 'kube-system', serviceAccountName: 'efs-csi-node-sa' };

export const SAMPLES: ControllerSample[] = [
  {
    factory: 'efsCsiDriver',
    make: stack => Controller.efsCsiDriver({ fileSystems: fileSystems(stack) }),
    namespace: 'kube-system',
    serviceAccountName: 'efs-csi-controller-sa',
    may: [
      { action: 'ec2:DescribeAvailabilityZones', resource: '*' },
      { action: 'elasticfilesystem:DescribeFileSystems', resource: FILE_SYSTEM },
      { action: 'elasticfilesystem:DescribeMountTargets', resource: FILE_SYSTEM },
      { action: 'elasticfilesystem:DescribeAccessPoints', resource: FILE_SYSTEM },
      { action: 'elasticfilesystem:DescribeAccessPoints', resource: ACCESS_POINT },
      { action: 'elasticfilesystem:CreateAccessPoint', resource: FILE_SYSTEM, context: REQUESTED },
      { action: 'elasticfilesystem:TagResource', resource: ACCESS_POINT, context: { ...REQUESTED, ...CREATING } },
      { action: 'elasticfilesystem:DeleteAccessPoint', resource: ACCESS_POINT, context: TAGGED },
    ],
    mayNot: [
      { action: 'elasticfilesystem:CreateAccessPoint', resource: OTHER, context: REQUESTED },
      ...elsewhere([
        { action: 'elasticfilesystem:DescribeAccessPoints', resource: ACCESS_POINT },
        { action: 'elasticfilesystem:TagResource', resource: ACCESS_POINT, context: { ...REQUESTED, ...CREATING } },
        { action: 'elasticfilesystem:DeleteAccessPoint', resource: ACCESS_POINT, context: TAGGED },
      ]),
      { action: 'elasticfilesystem:CreateAccessPoint', resource: FILE_SYSTEM },
      { action: 'elasticfilesystem:DescribeFileSystems', resource: OTHER },
      { action: 'elasticfilesystem:DescribeMountTargets', resource: OTHER },
      { action: 'elasticfilesystem:DescribeAccessPoints', resource: OTHER },
      { action: 'elasticfilesystem:TagResource', resource: ACCESS_POINT, context: REQUESTED },
      { action: 'elasticfilesystem:TagResource', resource: ACCESS_POINT, context: CREATING },
      { action: 'elasticfilesystem:DeleteAccessPoint', resource: ACCESS_POINT },
      { action: 'elasticfilesystem:DeleteFileSystem', resource: FILE_SYSTEM, context: TAGGED },
      { action: 'elasticfilesystem:ClientMount', resource: FILE_SYSTEM },
    ],
    scopedTo: 'the file systems; access points that a driver created, by tag',
  },
  {
    ...node,
    make: stack => Controller.efsCsiNode({ fileSystems: fileSystems(stack) }),
    may: [
      { action: 'ec2:DescribeAvailabilityZones', resource: '*' },
      ...['ClientMount', 'ClientWrite', 'DescribeMountTargets'].map(name => ({
        action: `elasticfilesystem:${name}`,
        resource: FILE_SYSTEM,
      })),
    ],
    mayNot: [
      ...['ClientMount', 'ClientWrite', 'DescribeMountTargets'].map(name => ({
        action: `elasticfilesystem:${name}`,
        resource: OTHER,
      })),
      { action: 'elasticfilesystem:ClientRootAccess', resource: FILE_SYSTEM },
      { action: 'elasticfilesystem:CreateAccessPoint', resource: FILE_SYSTEM, context: REQUESTED },
      { action: 'elasticfilesystem:DeleteAccessPoint', resource: ACCESS_POINT, context: TAGGED },
    ],
    scopedTo: 'the file systems',
  },
  {
    ...node,
    variant: 'read-only, as root',
    make: stack => Controller.efsCsiNode({ fileSystems: fileSystems(stack), readOnly: true, rootAccess: true }),
    may: ['ClientMount', 'ClientRootAccess'].map(name => ({
      action: `elasticfilesystem:${name}`,
      resource: FILE_SYSTEM,
    })),
    mayNot: [
      { action: 'elasticfilesystem:ClientWrite', resource: FILE_SYSTEM },
      { action: 'elasticfilesystem:ClientRootAccess', resource: OTHER },
    ],
    scopedTo: 'the file systems',
  },
  {
    factory: 'efsCsiDriver',
    variant: 'S3 Files',
    make: stack => Controller.efsCsiDriver({ s3FileSystemArns: [inStack(stack, S3_FILES)] }),
    namespace: 'kube-system',
    serviceAccountName: 'efs-csi-controller-sa',
    may: [
      { action: 's3files:ListFileSystems', resource: '*', context: { 'aws:RequestedRegion': 'eu-west-1' } },
      { action: 's3files:ListMountTargets', resource: S3_FILES },
      { action: 's3files:ListAccessPoints', resource: S3_ACCESS_POINT },
      { action: 's3files:CreateAccessPoint', resource: S3_FILES, context: REQUESTED },
      {
        action: 's3files:TagResource',
        resource: S3_ACCESS_POINT,
        context: { ...REQUESTED, 's3files:CreateAction': 'CreateAccessPoint' },
      },
      { action: 's3files:DeleteAccessPoint', resource: S3_ACCESS_POINT, context: TAGGED },
    ],
    mayNot: [
      { action: 's3files:ListFileSystems', resource: '*', context: { 'aws:RequestedRegion': 'us-east-1' } },
      { action: 's3files:CreateAccessPoint', resource: S3_FILES },
      { action: 's3files:CreateAccessPoint', resource: `${S3_FILES}2`, context: REQUESTED },
      { action: 's3files:TagResource', resource: S3_ACCESS_POINT, context: REQUESTED },
      { action: 's3files:DeleteAccessPoint', resource: S3_ACCESS_POINT },
      { action: 's3files:DeleteFileSystem', resource: S3_FILES, context: TAGGED },
      { action: 's3files:ClientMount', resource: S3_FILES },
      { action: 'elasticfilesystem:DescribeFileSystems', resource: FILE_SYSTEM },
    ],
    scopedTo: 'the file systems; access points that a driver created, by tag',
  },
  {
    ...node,
    variant: 'S3 Files, read-only',
    make: stack => Controller.efsCsiNode({ s3FileSystemArns: [inStack(stack, S3_FILES)], readOnly: true }),
    may: [
      { action: 's3files:ClientMount', resource: S3_FILES },
      { action: 's3files:ListMountTargets', resource: S3_FILES },
    ],
    mayNot: [
      { action: 's3files:ClientWrite', resource: S3_FILES },
      { action: 's3files:ClientRootAccess', resource: S3_FILES },
      { action: 's3files:ClientMount', resource: `${S3_FILES}2` },
      { action: 'elasticfilesystem:ClientMount', resource: FILE_SYSTEM },
    ],
    scopedTo: 'the file systems',
  },
  {
    ...node,
    variant: 'S3 Files, as root',
    make: stack => Controller.efsCsiNode({ s3FileSystemArns: [inStack(stack, S3_FILES)], rootAccess: true }),
    may: ['ClientMount', 'ClientWrite', 'ClientRootAccess'].map(name => ({
      action: `s3files:${name}`,
      resource: S3_FILES,
    })),
    mayNot: [
      { action: 's3files:ClientWrite', resource: `${S3_FILES}2` },
      { action: 's3files:ClientRootAccess', resource: `${S3_FILES}2` },
      { action: 'elasticfilesystem:ClientWrite', resource: FILE_SYSTEM },
    ],
    scopedTo: 'the file systems',
  },
];
