import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { allow, required } from './definition';
import { throughServices } from './kms-permissions';
import { ObjectStorageOptions } from './object-storage-options';
import { optional, unique } from './parts';
import { bucketKeys, checkPrefixes, objectArns } from './s3-objects';

/** The actions of a controller in a bucket. */
export interface BucketAccess {
  readonly onObjects: string[];
  readonly onBuckets: string[];
  /** Returns names of objects outside of the folders that it also reads. */
  readonly outside?: (prefix: string) => string[];
}

export const READ_OBJECTS: BucketAccess = {
  onObjects: ['s3:GetObject'],
  onBuckets: ['s3:GetBucketLocation', 's3:ListBucket'],
};

/** Large objects are uploaded in parts. A failed upload is aborted. */
export const ADD_OBJECTS: BucketAccess = {
  onObjects: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'],
  onBuckets: READ_OBJECTS.onBuckets,
};

export const KEEP_OBJECTS: BucketAccess = { ...ADD_OBJECTS, onObjects: [...ADD_OBJECTS.onObjects, 's3:DeleteObject'] };

/** The same, with tags of objects. */
export const KEEP_TAGGED_OBJECTS: BucketAccess = {
  ...KEEP_OBJECTS,
  onObjects: [...KEEP_OBJECTS.onObjects, 's3:GetObjectTagging', 's3:PutObjectTagging'],
};

/**
 * Validates the options of a factory, and returns its statements: on buckets, on the objects in them, and on keys
 * through S3.
 *
 * @throws if no bucket is named, a list is empty, or a prefix is not a folder
 */
export function objectStorage(
  factory: string, options: ObjectStorageOptions, { onBuckets, onObjects, outside = () => [] }: BucketAccess,
): () => PolicyStatement[] {
  const { prefixes } = options;
  const buckets = required(factory, 'buckets', 'bucket', options.buckets);
  checkPrefixes(factory, prefixes);
  const keys = unique(bucketKeys(buckets, optional(factory, 'kmsKeys', 'KMS key', options.kmsKeys)));
  const names = unique(prefixes?.flatMap(outside) ?? []);
  const writing = onObjects.includes('s3:PutObject') ? ['kms:GenerateDataKey'] : [];
  return () => [
    allow({ actions: [...onBuckets], resources: buckets.map(bucket => bucket.bucketArn) }),
    allow({ actions: [...onObjects].sort(), resources: objectArns(buckets, prefixes) }),
    ...(names.length > 0 ? [allow({ actions: ['s3:GetObject'], resources: named(buckets, names) })] : []),
    ...throughServices(['kms:Decrypt', ...writing], ['s3'], keys),
  ];
}

function named(buckets: IBucket[], names: string[]): string[] {
  return buckets.flatMap(bucket => names.map(name => bucket.arnForObjects(name)));
}
