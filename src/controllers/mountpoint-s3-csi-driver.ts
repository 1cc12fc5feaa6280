import { IKey } from 'aws-cdk-lib/aws-kms';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { allow, ControllerDefinition, required } from './definition';
import { throughServices } from './kms-permissions';
import { optional } from './parts';
import { bucketKeys, checkPrefixes, objectArns } from './s3-objects';
import { fail, problem } from '../private/errors';

/**
 * Options of `Controller.mountpointS3CsiDriver`.
 */
export interface MountpointS3CsiDriverOptions {
  /**
   * The general purpose buckets that it mounts. At least one.
   */
  readonly buckets: IBucket[];

  /**
   * The folders of each bucket that it mounts, as in the mount option `prefix`: `data/images/`.
   *
   * @default - whole buckets
   */
  readonly prefixes?: string[];

  /**
   * KMS keys that encrypt objects, in addition to the `encryptionKey` of the buckets. They can be used only through S3.
   *
   * @default - the `encryptionKey` of the buckets
   */
  readonly kmsKeys?: IKey[];

  /**
   * Whether Pods have only read access, as with the mount option `read-only`.
   *
   * @default false
   */
  readonly readOnly?: boolean;

  /**
   * Whether Pods may delete files, as with the mount option `allow-delete`.
   *
   * @default false
   */
  readonly allowDelete?: boolean;
}

/**
 * @see https://github.com/awslabs/mountpoint-s3/blob/main/doc/CONFIGURATION.md#iam-permissions
 *
 * @internal
 */
export function mountpointS3CsiDriver(options: MountpointS3CsiDriverOptions): ControllerDefinition {
  const { prefixes, readOnly, allowDelete } = options;
  const buckets = required('mountpointS3CsiDriver', 'buckets', 'bucket', options.buckets);
  checkPrefixes('mountpointS3CsiDriver', prefixes);
  if (readOnly && allowDelete) {
    fail(
      'Controller.mountpointS3CsiDriver',
      problem(
        'allowDelete',
        'not be set with `readOnly`',
        allowDelete,
        'Read-only access does not allow deletion. Use only one of them.',
      ),
    );
  }
  const keys = bucketKeys(buckets, optional('mountpointS3CsiDriver', 'kmsKeys', 'KMS key', options.kmsKeys));
  const writing = ['s3:AbortMultipartUpload', 's3:PutObject'];
  return {
    name: 'aws-mountpoint-s3-csi-driver',
    namespace: 'kube-system',
    serviceAccountName: 's3-csi-driver-sa',
    helmKey: 'node.serviceAccount',
    statements: () => [
      allow({
        actions: ['s3:ListBucket'],
        resources: buckets.map(bucket => bucket.bucketArn),
        conditions: prefixes && { StringLike: { 's3:prefix': prefixes.map(prefix => `${prefix}*`) } },
      }),
      allow({
        actions: [...readOnly ? [] : writing, ...allowDelete ? ['s3:DeleteObject'] : [], 's3:GetObject'],
        resources: objectArns(buckets, prefixes),
      }),
      ...throughServices(['kms:Decrypt', ...readOnly ? [] : ['kms:GenerateDataKey']], ['s3'], keys),
    ],
  };
}
