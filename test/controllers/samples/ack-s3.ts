import { Role } from 'aws-cdk-lib/aws-iam';
import { AckService } from '../../../src';
import { ackSample, calls, REGION } from '../ack-samples';
import { ControllerSample } from '../sample';

const replication = 'arn:aws:iam::111122223333:role/replication';

export const SAMPLES: ControllerSample[] = [
  ackSample(
    's3',
    'S3',
    stack =>
      AckService.s3({
        namePrefix: 'apps-',
        replicationRoles: [Role.fromRoleName(stack, 'Replication', 'replication')],
      }),
    {
      may: [
        ...calls(
          [
            's3:CreateBucket',
            's3:DeleteBucket',
            's3:GetBucketAbac', // first call on every bucket since 1.10
            's3:GetBucketTagging',
            's3:PutBucketAbac',
            's3:ListBucket',
            's3:PutBucketPolicy',
            's3:PutEncryptionConfiguration',
          ],
          'arn:aws:s3:::apps-web',
          REGION,
        ),
        { action: 's3:ListAllMyBuckets', resource: '*' },
        { action: 'iam:PassRole', resource: replication, context: { 'iam:PassedToService': 's3.amazonaws.com' } },
      ],
      mayNot: [
        ...calls(['s3:CreateBucket', 's3:DeleteBucket', 's3:PutBucketPolicy'], 'arn:aws:s3:::billing', REGION),
        {
          action: 's3:DeleteBucket',
          resource: 'arn:aws:s3:::apps-web',
          context: { 'aws:RequestedRegion': 'us-east-1' },
        },
        ...calls(['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], 'arn:aws:s3:::apps-web/key', REGION),
        { action: 'iam:PassRole', resource: replication, context: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
        {
          action: 'iam:PassRole',
          resource: 'arn:aws:iam::111122223333:role/admin',
          context: { 'iam:PassedToService': 's3.amazonaws.com' },
        },
      ],
      scopedTo: 'buckets by the beginning of their names',
    },
  ),
];
