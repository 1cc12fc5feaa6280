import { Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Controller } from '../../../src';
import { ControllerSample } from '../sample';

const BUCKET = 'arn:aws:s3:::data';
const OTHER = 'arn:aws:s3:::data-of-others';
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const BUCKET_KEY = 'arn:aws:kms:eu-west-1:111122223333:key/99999999-2222-3333-4444-555555555555';
const THROUGH_S3 = { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' };

const key = (stack: Stack, id: string, resourceName: string) =>
  Key.fromKeyArn(stack, id, stack.formatArn({ service: 'kms', resource: 'key', resourceName }));
const buckets = (stack: Stack) => [Bucket.fromBucketName(stack, 'Bucket', 'data')];
const common = { factory: 'mountpointS3CsiDriver', namespace: 'kube-system', serviceAccountName: 's3-csi-driver-sa' };

export const SAMPLES: ControllerSample[] = [
  {
    ...common,
    make: stack =>
      Controller.mountpointS3CsiDriver({
        buckets: [
          Bucket.fromBucketAttributes(stack, 'Bucket', {
            bucketName: 'data',
            encryptionKey: key(stack, 'BucketKey', '99999999-2222-3333-4444-555555555555'),
          }),
        ],
        kmsKeys: [key(stack, 'Key', '11111111-2222-3333-4444-555555555555')],
      }),
    may: [
      { action: 's3:ListBucket', resource: BUCKET },
      ...['GetObject', 'PutObject', 'AbortMultipartUpload'].map(name => ({
        action: `s3:${name}`,
        resource: `${BUCKET}/a/b`,
      })),
      ...['Decrypt', 'GenerateDataKey'].flatMap(name =>
        [KEY, BUCKET_KEY].map(resource => ({ action: `kms:${name}`, resource, context: THROUGH_S3 })),
      ),
    ],
    mayNot: [
      { action: 's3:ListBucket', resource: OTHER },
      ...['GetObject', 'PutObject', 'AbortMultipartUpload'].map(name => ({
        action: `s3:${name}`,
        resource: `${OTHER}/a/b`,
      })),
      { action: 's3:DeleteObject', resource: `${BUCKET}/a/b` },
      { action: 's3:PutBucketPolicy', resource: BUCKET },
      { action: 'kms:Decrypt', resource: KEY },
      { action: 'kms:Decrypt', resource: KEY, context: { 'kms:ViaService': 'ec2.eu-west-1.amazonaws.com' } },
      { action: 'kms:Decrypt', resource: KEY.replace('1111-2', '1111-0'), context: THROUGH_S3 },
    ],
    scopedTo: 'the folders of the buckets; the keys, through S3',
  },
  {
    ...common,
    variant: 'a folder, with deletion',
    make: stack =>
      Controller.mountpointS3CsiDriver({ buckets: buckets(stack), prefixes: ['images/'], allowDelete: true }),
    may: [
      { action: 's3:ListBucket', resource: BUCKET, context: { 's3:prefix': 'images/' } },
      { action: 's3:ListBucket', resource: BUCKET, context: { 's3:prefix': 'images/2024/' } },
      ...['GetObject', 'PutObject', 'DeleteObject'].map(name => ({
        action: `s3:${name}`,
        resource: `${BUCKET}/images/a`,
      })),
    ],
    mayNot: [
      { action: 's3:ListBucket', resource: BUCKET },
      { action: 's3:ListBucket', resource: BUCKET, context: { 's3:prefix': '' } },
      { action: 's3:ListBucket', resource: BUCKET, context: { 's3:prefix': 'images-of-others/' } },
      ...['GetObject', 'PutObject', 'DeleteObject'].map(name => ({
        action: `s3:${name}`,
        resource: `${BUCKET}/images-of-others/a`,
      })),
      { action: 'kms:Decrypt', resource: KEY, context: THROUGH_S3 },
    ],
    scopedTo: 'the folders of the buckets; the keys, through S3',
  },
  {
    ...common,
    variant: 'read-only',
    make: stack =>
      Controller.mountpointS3CsiDriver({
        buckets: buckets(stack),
        readOnly: true,
        kmsKeys: [key(stack, 'Key', '11111111-2222-3333-4444-555555555555')],
      }),
    may: [
      { action: 's3:ListBucket', resource: BUCKET },
      { action: 's3:GetObject', resource: `${BUCKET}/a` },
      { action: 'kms:Decrypt', resource: KEY, context: THROUGH_S3 },
    ],
    mayNot: [
      ...['PutObject', 'DeleteObject', 'AbortMultipartUpload'].map(name => ({
        action: `s3:${name}`,
        resource: `${BUCKET}/a`,
      })),
      { action: 'kms:GenerateDataKey', resource: KEY, context: THROUGH_S3 },
    ],
    scopedTo: 'the folders of the buckets; the keys, through S3',
  },
];
