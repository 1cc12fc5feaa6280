import { Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { elsewhere } from './elsewhere';
import { Controller } from '../../../src';
import { Call, ControllerSample } from '../sample';

const BUCKET = 'arn:aws:s3:::backups';
const VOLUME = 'arn:aws:ec2:eu-west-1:111122223333:volume/vol-0123456789abcdef0';
const SNAPSHOT = 'arn:aws:ec2:eu-west-1::snapshot/snap-0123456789abcdef0';
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const VOLUME_KEY = 'arn:aws:kms:eu-west-1:111122223333:key/99999999-2222-3333-4444-555555555555';
const THROUGH_S3 = { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' };
const THROUGH_EC2 = { 'kms:ViaService': 'ec2.eu-west-1.amazonaws.com' };
const GRANT = { ...THROUGH_EC2, 'kms:GrantIsForAWSResource': 'true' };

const key = (stack: Stack, id: string, resourceName: string) =>
  Key.fromKeyArn(stack, id, stack.formatArn({ service: 'kms', resource: 'key', resourceName }));
const buckets = (stack: Stack) => [Bucket.fromBucketName(stack, 'Bucket', 'backups')];
const objects = (folder: string) =>
  [
    'GetObject',
    'PutObject',
    'DeleteObject',
    'PutObjectTagging',
    'AbortMultipartUpload',
    'ListMultipartUploadParts',
  ].map(name => ({ action: `s3:${name}`, resource: `${folder}/a` }));
const common = { factory: 'velero', namespace: 'velero', serviceAccountName: 'velero-server' };

/** With the tags of volumes that are its own, or others. */
function snapshotCalls(tag: string, value: string) {
  const requested = { [`aws:RequestTag/${tag}`]: value };
  const tagged = { [`aws:ResourceTag/${tag}`]: value };
  const ofBackup = { 'aws:RequestTag/velero.io/backup': 'nightly' };
  return {
    all: [
      { action: 'ec2:CreateSnapshot', resource: VOLUME, context: tagged },
      { action: 'ec2:CreateSnapshot', resource: SNAPSHOT, context: { ...requested, ...ofBackup } },
      { action: 'ec2:CreateVolume', resource: VOLUME, context: { ...requested, ...ofBackup } },
      {
        action: 'ec2:DeleteSnapshot',
        resource: SNAPSHOT,
        context: { ...tagged, 'aws:ResourceTag/velero.io/backup': 'nightly' },
      },
    ],
    withoutBackup: [
      { action: 'ec2:CreateSnapshot', resource: SNAPSHOT, context: requested },
      { action: 'ec2:CreateVolume', resource: VOLUME, context: requested },
      { action: 'ec2:CreateVolume', resource: SNAPSHOT, context: tagged },
      { action: 'ec2:DeleteSnapshot', resource: SNAPSHOT, context: tagged },
      { action: 'ec2:DeleteVolume', resource: VOLUME, context: tagged },
      { action: 'ec2:CreateTags', resource: VOLUME, context: requested },
    ],
  };
}

const restores: Call[] = [
  { action: 'ec2:CreateVolume', resource: SNAPSHOT, context: { 'aws:ResourceTag/velero.io/backup': 'nightly' } },
  { action: 'ec2:CreateTags', resource: VOLUME, context: { 'ec2:CreateAction': 'CreateVolume' } },
  { action: 'ec2:CreateTags', resource: SNAPSHOT, context: { 'ec2:CreateAction': 'CreateSnapshot' } },
  { action: 'ec2:DescribeVolumes', resource: '*' },
  { action: 'ec2:DescribeSnapshots', resource: '*' },
];
const blue = snapshotCalls('kubernetes.io/cluster/blue', 'owned');
const green = snapshotCalls('kubernetes.io/cluster/green', 'owned');
const anyCluster = snapshotCalls('ebs.csi.aws.com/cluster', 'true');

export const SAMPLES: ControllerSample[] = [
  {
    ...common,
    make: stack =>
      Controller.velero({
        buckets: buckets(stack),
        prefixes: ['clusters/blue/'],
        kmsKeys: [key(stack, 'Key', '11111111-2222-3333-4444-555555555555')],
        volumeSnapshots: true,
        clusterName: 'blue',
        volumeKmsKeys: [key(stack, 'VolumeKey', '99999999-2222-3333-4444-555555555555')],
      }),
    may: [
      { action: 's3:ListBucket', resource: BUCKET },
      ...objects(`${BUCKET}/clusters/blue`),
      ...['Decrypt', 'GenerateDataKey'].map(name => ({ action: `kms:${name}`, resource: KEY, context: THROUGH_S3 })),
      ...blue.all,
      ...restores,
      { action: 'kms:CreateGrant', resource: VOLUME_KEY, context: GRANT },
      { action: 'kms:ReEncryptTo', resource: VOLUME_KEY, context: THROUGH_EC2 },
    ],
    mayNot: [
      { action: 's3:ListBucket', resource: `${BUCKET}-of-others` },
      ...objects(`${BUCKET}/clusters/green`),
      ...objects(`${BUCKET}-of-others/clusters/blue`),
      ...green.all,
      ...elsewhere([...blue.all, ...restores]),
      { action: 'kms:CreateGrant', resource: VOLUME_KEY, context: { 'kms:GrantIsForAWSResource': 'true' } },
      ...blue.withoutBackup,
      { action: 'kms:Decrypt', resource: KEY, context: THROUGH_EC2 },
      { action: 'kms:CreateGrant', resource: KEY, context: GRANT },
      { action: 'kms:CreateGrant', resource: VOLUME_KEY, context: THROUGH_EC2 },
      { action: 'kms:Decrypt', resource: VOLUME_KEY, context: THROUGH_S3 },
    ],
    scopedTo:
      'folders of the buckets; snapshots of its backups and volumes of the cluster, by tags; the keys, through S3 and '
        + 'EC2',
  },
  {
    ...common,
    variant: 'buckets alone',
    make: stack => Controller.velero({ buckets: buckets(stack) }),
    may: [{ action: 's3:ListBucket', resource: BUCKET }, ...objects(BUCKET)],
    mayNot: [
      ...objects(`${BUCKET}-of-others`),
      ...anyCluster.all,
      ...restores,
      { action: 'kms:Decrypt', resource: KEY, context: THROUGH_S3 },
      { action: 's3:DeleteBucket', resource: BUCKET },
    ],
    scopedTo: 'the buckets',
  },
  {
    ...common,
    variant: 'snapshots of all clusters',
    make: stack => Controller.velero({ buckets: buckets(stack), volumeSnapshots: true }),
    may: [...anyCluster.all, ...restores],
    mayNot: [...snapshotCalls('ebs.csi.aws.com/cluster', 'false').all, ...anyCluster.withoutBackup],
    scopedTo: 'the buckets; snapshots of its backups and volumes that a driver created, by tags',
  },
];
