import { AckNamePrefixOptions } from './options';
import { ackController, checkedPrefix } from './parts';
import { allow, arn, ControllerDefinition, inRegion } from '../definition';

/**
 * Only buckets and indexes, not the vectors in them.
 *
 * @see https://github.com/aws-controllers-k8s/s3vectors-controller/blob/main/config/iam/recommended-inline-policy
 */
export function ackS3Vectors(options: AckNamePrefixOptions): ControllerDefinition {
  const prefix = checkedPrefix(options);
  return ackController('s3vectors', {}, scope => [
    allow({ actions: ['s3vectors:ListVectorBuckets'], resources: ['*'], conditions: inRegion(scope) }),
    allow({
      actions: [
        's3vectors:CreateIndex',
        's3vectors:CreateVectorBucket',
        's3vectors:DeleteIndex',
        's3vectors:DeleteVectorBucket',
        's3vectors:DeleteVectorBucketPolicy',
        's3vectors:GetIndex',
        's3vectors:GetVectorBucket',
        's3vectors:GetVectorBucketPolicy',
        's3vectors:ListIndexes',
        's3vectors:ListTagsForResource',
        's3vectors:PutVectorBucketPolicy',
        's3vectors:TagResource',
        's3vectors:UntagResource',
      ],
      resources: [arn(scope, 's3vectors', `bucket/${prefix}*`)],
    }),
  ]);
}
