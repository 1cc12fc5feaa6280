import { AckService } from '../../../src';
import { ackSample, calls, own, REGION } from '../ack-samples';
import { ControllerSample } from '../sample';

export const SAMPLES: ControllerSample[] = [
  ackSample('s3vectors', 'S3 Vectors', () => AckService.s3Vectors({ namePrefix: 'apps-' }), {
    may: [
      ...calls(
        ['s3vectors:CreateVectorBucket', 's3vectors:DeleteVectorBucket', 's3vectors:TagResource'],
        own('s3vectors', 'bucket/apps-web'),
      ),
      ...calls(['s3vectors:CreateIndex', 's3vectors:DeleteIndex'], own('s3vectors', 'bucket/apps-web/index/images')),
      ...calls(['s3vectors:ListVectorBuckets'], '*', REGION),
    ],
    mayNot: [
      ...calls(['s3vectors:DeleteVectorBucket', 's3vectors:PutVectorBucketPolicy'], own('s3vectors', 'bucket/billing')),
      ...calls(
        ['s3vectors:GetVectors', 's3vectors:QueryVectors', 's3vectors:PutVectors'],
        own('s3vectors', 'bucket/apps-web/index/images'),
      ),
    ],
    scopedTo: 'vector buckets by the beginning of their names',
  }),
];
