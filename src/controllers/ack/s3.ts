import { IRole } from 'aws-cdk-lib/aws-iam';
import { AckNamePrefixOptions } from './options';
import { ackController, checkedPrefix, passRoles } from './parts';
import { allow, arn, ControllerDefinition, inRegion } from '../definition';
import { optional } from '../parts';

/**
 * Options of `AckService.s3`.
 */
export interface AckS3Options extends AckNamePrefixOptions {
  /**
   * The roles that buckets may use for replication.
   *
   * @default - none: it may not configure replication
   */
  readonly replicationRoles?: IRole[];
}

/** The S3 names of the fields of a `Bucket` object. The controller reads and writes all of them. */
const CONFIGURATIONS = [
  'AccelerateConfiguration',
  'AnalyticsConfiguration',
  'BucketAbac',
  'BucketAcl',
  'BucketCORS',
  'BucketLogging',
  'BucketNotification',
  'BucketObjectLockConfiguration',
  'BucketOwnershipControls',
  'BucketPolicy',
  'BucketPublicAccessBlock',
  'BucketRequestPayment',
  'BucketTagging',
  'BucketVersioning',
  'BucketWebsite',
  'EncryptionConfiguration',
  'IntelligentTieringConfiguration',
  'InventoryConfiguration',
  'LifecycleConfiguration',
  'MetricsConfiguration',
  'ReplicationConfiguration',
];

/**
 * Only buckets, not objects, which the recommended `s3:*` would allow it to read.
 *
 * @see https://github.com/aws-controllers-k8s/s3-controller/blob/main/config/iam/recommended-inline-policy
 *
 * @internal
 */
export function ackS3(options: AckS3Options): ControllerDefinition {
  const prefix = checkedPrefix(options);
  const roles = optional('ackController', 'replicationRoles', 'role', options.replicationRoles);
  return ackController('s3', {}, scope => [
    allow({ actions: ['s3:ListAllMyBuckets'], resources: ['*'] }),
    allow({
      actions: [
        's3:CreateBucket',
        's3:DeleteBucket',
        's3:DeleteBucketPolicy',
        's3:DeleteBucketWebsite',
        's3:GetBucketLocation',
        's3:ListBucket',
        ...CONFIGURATIONS.flatMap(configuration => [`s3:Get${configuration}`, `s3:Put${configuration}`]),
      ],
      resources: [arn(scope, 's3', `${prefix}*`, { region: '', account: '' })],
      conditions: inRegion(scope),
    }),
    ...passRoles(roles, ['s3.amazonaws.com']),
  ]);
}
