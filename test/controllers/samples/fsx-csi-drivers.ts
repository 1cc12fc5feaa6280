import { Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { elsewhere } from './elsewhere';
import { Controller } from '../../../src';
import { Call, ControllerSample } from '../sample';

const FSX = 'arn:aws:fsx:eu-west-1:111122223333:';
const FILE_SYSTEM = `${FSX}file-system/fs-0123456789abcdef0`;
const VOLUME = `${FSX}volume/fs-0123456789abcdef0/fsvol-0123456789abcdef0`;
const SNAPSHOT = `${FSX}snapshot/fsvol-0123456789abcdef0/fsvolsnap-0123456789abcdef0`;
const BACKUP = `${FSX}backup/backup-0123456789abcdef0`;
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const OTHER_KEY = KEY.replace('11111111', '99999999');
const LINKED_ROLE = 'arn:aws:iam::111122223333:role/aws-service-role/fsx.amazonaws.com/AWSServiceRoleForAmazonFSx';
const S3_LINKED_ROLE =
  'arn:aws:iam::111122223333:role/aws-service-role/s3.data-source.lustre.fsx.amazonaws.com/'
  + 'AWSServiceRoleForFSxS3Access_fs-0123456789abcdef0';
const SERVICE = { 'iam:AWSServiceName': 'fsx.amazonaws.com' };
const S3_SERVICE = { 'iam:AWSServiceName': 's3.data-source.lustre.fsx.amazonaws.com' };

const kmsKeys = (stack: Stack) => [
  Key.fromKeyArn(
    stack,
    'Key',
    stack.formatArn({ service: 'kms', resource: 'key', resourceName: '11111111-2222-3333-4444-555555555555' }),
  ),
];

const keyCalls: { may: Call[]; mayNot: Call[] } = {
  may: [
    ...['Decrypt', 'DescribeKey', 'GenerateDataKeyWithoutPlaintext'].map(name => ({
      action: `kms:${name}`,
      resource: KEY,
      context: { 'kms:ViaService': 'fsx.eu-west-1.amazonaws.com' },
    })),
    {
      action: 'kms:CreateGrant',
      resource: KEY,
      context: { 'kms:ViaService': 'fsx.eu-west-1.amazonaws.com', 'kms:GrantIsForAWSResource': 'true' },
    },
  ],
  mayNot: [
    { action: 'kms:CreateGrant', resource: KEY, context: { 'kms:ViaService': 'fsx.eu-west-1.amazonaws.com' } },
    { action: 'kms:CreateGrant', resource: KEY, context: { 'kms:GrantIsForAWSResource': 'true' } },
    {
      action: 'kms:CreateGrant',
      resource: OTHER_KEY,
      context: { 'kms:ViaService': 'fsx.eu-west-1.amazonaws.com', 'kms:GrantIsForAWSResource': 'true' },
    },
    { action: 'kms:Decrypt', resource: KEY },
    { action: 'kms:Decrypt', resource: OTHER_KEY, context: { 'kms:ViaService': 'fsx.eu-west-1.amazonaws.com' } },
  ],
};

/** What either driver may do with file systems of its own, and may not with others. */
function fileSystemCalls(tag: string, value: string): { own: Call[]; others: Call[] } {
  const requested = { [`aws:RequestTag/${tag}`]: value };
  const tagged = { [`aws:ResourceTag/${tag}`]: value };
  const linked = { action: 'iam:CreateServiceLinkedRole', resource: LINKED_ROLE };
  return {
    own: [
      { action: 'fsx:DescribeFileSystems', resource: '*' },
      ...['CreateFileSystem', 'TagResource'].map(name => ({
        action: `fsx:${name}`,
        resource: FILE_SYSTEM,
        context: requested,
      })),
      ...['DeleteFileSystem', 'UpdateFileSystem'].map(name => ({
        action: `fsx:${name}`,
        resource: FILE_SYSTEM,
        context: tagged,
      })),
      { ...linked, context: SERVICE },
    ],
    others: [
      ...['CreateFileSystem', 'TagResource', 'DeleteFileSystem', 'UpdateFileSystem'].map(name => ({
        action: `fsx:${name}`,
        resource: FILE_SYSTEM,
      })),
      { action: 'fsx:DeleteFileSystem', resource: FILE_SYSTEM.replace('eu-west-1', 'us-east-1'), context: tagged },
      { action: 'fsx:DeleteBackup', resource: BACKUP },
      linked,
      { ...linked, context: S3_SERVICE },
      { action: 'iam:CreateServiceLinkedRole', resource: LINKED_ROLE.replace('/fsx.', '/ec2.'), context: SERVICE },
      { action: 'iam:AttachRolePolicy', resource: LINKED_ROLE },
    ],
  };
}

const lustre = fileSystemCalls('CSIVolumeName', 'pvc-1');
const zfs = fileSystemCalls('fsx.openzfs.csi.aws.com/cluster', 'true');
const REQUESTED = { 'aws:RequestTag/fsx.openzfs.csi.aws.com/cluster': 'true' };
const TAGGED = { 'aws:ResourceTag/fsx.openzfs.csi.aws.com/cluster': 'true' };
const volumeCalls: Call[] = [
  ...[FILE_SYSTEM, VOLUME].map(resource => ({ action: 'fsx:ListTagsForResource', resource })),
  ...['CreateVolume', 'CreateSnapshot', 'TagResource'].map(name => ({
    action: `fsx:${name}`,
    resource: VOLUME,
    context: REQUESTED,
  })),
  ...['CreateSnapshot', 'TagResource'].map(name => ({ action: `fsx:${name}`, resource: SNAPSHOT, context: REQUESTED })),
  { action: 'fsx:DeleteVolume', resource: VOLUME, context: TAGGED },
  ...['CreateVolume', 'DeleteSnapshot'].map(name => ({ action: `fsx:${name}`, resource: SNAPSHOT, context: TAGGED })),
];
const backupCalls = [
  { action: 'fsx:CreateBackup', resource: BACKUP },
  { action: 'fsx:DeleteFileSystem', resource: BACKUP },
  { action: 'fsx:TagResource', resource: BACKUP },
];
const bucketCalls: Call[] = [
  { action: 's3:ListBucket', resource: 'arn:aws:s3:::data' },
  { action: 'iam:CreateServiceLinkedRole', resource: S3_LINKED_ROLE, context: S3_SERVICE },
  { action: 'iam:AttachRolePolicy', resource: S3_LINKED_ROLE },
  { action: 'iam:PutRolePolicy', resource: S3_LINKED_ROLE },
];

const lustreSample = {
  factory: 'fsxLustreCsiDriver',
  namespace: 'kube-system',
  serviceAccountName: 'fsx-csi-controller-sa',
  unscoped: true,
};
const zfsSample = {
  factory: 'fsxOpenZfsCsiDriver',
  namespace: 'kube-system',
  serviceAccountName: 'fsx-openzfs-csi-controller-sa',
  unscoped: true,
};

export const SAMPLES: ControllerSample[] = [
  {
    ...lustreSample,
    make: stack =>
      Controller.fsxLustreCsiDriver({
        buckets: [Bucket.fromBucketName(stack, 'Bucket', 'data')],
        kmsKeys: kmsKeys(stack),
        finalBackups: true,
      }),
    may: [
      ...lustre.own,
      ...keyCalls.may,
      ...backupCalls,
      ...bucketCalls,
      { action: 'fsx:CreateBackup', resource: FILE_SYSTEM, context: { 'aws:ResourceTag/CSIVolumeName': 'pvc-1' } },
    ],
    mayNot: [
      ...lustre.others,
      ...elsewhere([...lustre.own, ...backupCalls]),
      {
        action: 'fsx:CreateBackup',
        resource: FILE_SYSTEM.replace('eu-west-1', 'us-east-1'),
        context: { 'aws:ResourceTag/CSIVolumeName': 'pvc-1' },
      },
      { action: 'iam:AttachRolePolicy', resource: 'arn:aws:iam::111122223333:role/admin' },
      ...keyCalls.mayNot,
      { action: 'fsx:CreateBackup', resource: FILE_SYSTEM },
      { action: 's3:ListBucket', resource: 'arn:aws:s3:::other' },
      { action: 's3:GetObject', resource: 'arn:aws:s3:::data/a' },
      { action: 'iam:CreateServiceLinkedRole', resource: S3_LINKED_ROLE, context: SERVICE },
      { action: 'iam:PutRolePolicy', resource: 'arn:aws:iam::111122223333:role/admin' },
    ],
    scopedTo: 'file systems that a driver created, by tag; the buckets; the keys, through FSx',
  },
  {
    ...lustreSample,
    variant: 'no options',
    make: () => Controller.fsxLustreCsiDriver(),
    may: lustre.own,
    mayNot: [...lustre.others, ...backupCalls, ...bucketCalls, ...keyCalls.may],
    scopedTo: 'file systems that a driver created, by tag',
  },
  {
    ...zfsSample,
    make: stack => Controller.fsxOpenZfsCsiDriver({ kmsKeys: kmsKeys(stack), finalBackups: true }),
    may: [
      ...zfs.own,
      ...keyCalls.may,
      ...backupCalls,
      { action: 'fsx:CreateBackup', resource: FILE_SYSTEM, context: TAGGED },
      { action: 'fsx:DescribeVolumes', resource: '*' },
      { action: 'fsx:DescribeSnapshots', resource: '*' },
      ...volumeCalls,
    ],
    mayNot: [
      ...zfs.others,
      ...elsewhere([...zfs.own, ...volumeCalls, ...backupCalls]),
      ...keyCalls.mayNot,
      ...['CreateVolume', 'CreateSnapshot', 'TagResource', 'DeleteVolume'].map(name => ({
        action: `fsx:${name}`,
        resource: VOLUME,
      })),
      ...['CreateVolume', 'CreateSnapshot', 'TagResource', 'DeleteSnapshot'].map(name => ({
        action: `fsx:${name}`,
        resource: SNAPSHOT,
      })),
      { action: 'fsx:CreateBackup', resource: FILE_SYSTEM },
      ...elsewhere([{ action: 'fsx:CreateBackup', resource: FILE_SYSTEM, context: TAGGED }]),
      { action: 'fsx:UpdateVolume', resource: VOLUME, context: TAGGED },
    ],
    scopedTo: 'file systems, volumes and snapshots that a driver created, by tag; the keys, through FSx',
  },
  {
    ...zfsSample,
    variant: 'no options',
    make: () => Controller.fsxOpenZfsCsiDriver(),
    may: zfs.own,
    mayNot: [...zfs.others, ...backupCalls, ...keyCalls.may],
    scopedTo: 'file systems, volumes and snapshots that a driver created, by tag',
  },
];
