/**
 * Calls of opencost/opencost: pkg/cloud/aws/athenaquerier.go (StartQueryExecution, GetQueryExecution, GetQueryResults),
 * provider.go (ListObjects and GetObject of the spot feed, DescribeAddresses, DescribeVolumes); what Athena asks for as
 * the caller: AWS's guide of Athena, "Fine-grained access to databases and tables".
 */
import { Stack } from 'aws-cdk-lib';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { inStack } from './elsewhere';
import { Controller } from '../../../src';
import { Call, ControllerSample } from '../sample';

const WORK_GROUP = 'arn:aws:athena:us-east-1:111122223333:workgroup/costs';
const CATALOG = ['catalog', 'database/cur', 'table/cur/report'].map(
  name => `arn:aws:glue:us-east-1:111122223333:${name}`,
);
const KEY = 'arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const THROUGH_S3 = { 'kms:ViaService': 's3.us-east-1.amazonaws.com' };
const ROLE = 'arn:aws:iam::444455556666:role/costs';

const key = (stack: Stack) => Key.fromKeyArn(stack, 'Key', inStack(stack, KEY));
const queries = (workGroup: string): Call[] =>
  ['StartQueryExecution', 'GetQueryExecution', 'GetQueryResults'].map(name => ({
    action: `athena:${name}`,
    resource: workGroup,
  }));
const reads = (bucket: string): Call[] => [
  { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` },
  { action: 's3:GetBucketLocation', resource: `arn:aws:s3:::${bucket}` },
  { action: 's3:GetObject', resource: `arn:aws:s3:::${bucket}/a/b.gz` },
];
const writes = (bucket: string): Call[] =>
  ['PutObject', 'AbortMultipartUpload', 'ListMultipartUploadParts'].map(name => ({
    action: `s3:${name}`,
    resource: `arn:aws:s3:::${bucket}/a`,
  }));
const unused: Call[] = ['DescribeAddresses', 'DescribeVolumes'].map(name => ({ action: `ec2:${name}`, resource: '*' }));
const assume: Call[] = ['AssumeRole', 'TagSession'].map(name => ({ action: `sts:${name}`, resource: ROLE }));
const decrypt: Call = { action: 'kms:Decrypt', resource: KEY, context: THROUGH_S3 };
const report: Call[] = [
  ...queries(WORK_GROUP),
  ...CATALOG.map(resource => ({ action: 'glue:GetTable', resource })),
  ...['GetPartition', 'GetPartitions', 'BatchGetPartition'].map(name => ({
    action: `glue:${name}`,
    resource: CATALOG[2],
  })),
  { action: 'glue:GetDatabase', resource: CATALOG[1] },
  ...reads('cur'),
  ...reads('results'),
  ...writes('results'),
  decrypt,
  { ...decrypt, action: 'kms:GenerateDataKey' },
];
const never: Call[] = [
  ...queries(WORK_GROUP.replace('costs', 'primary')),
  ...queries(WORK_GROUP.replace('us-east-1', 'eu-west-1')),
  { action: 'glue:GetTable', resource: CATALOG[2].replace('report', 'salaries') },
  { action: 'glue:GetDatabase', resource: CATALOG[1].replace('cur', 'hr') },
  { action: 'glue:DeleteTable', resource: CATALOG[2] },
  { action: 'athena:DeleteWorkGroup', resource: WORK_GROUP },
  ...reads('cur-of-others'),
  ...writes('cur'),
  ...writes('spot'),
  { action: 's3:DeleteObject', resource: 'arn:aws:s3:::results/a' },
  { action: 'kms:Decrypt', resource: KEY },
  { action: 'ec2:DeleteVolume', resource: 'arn:aws:ec2:eu-west-1:111122223333:volume/vol-1' },
  { action: 'sts:AssumeRole', resource: ROLE.replace('costs', 'admin') },
];

const FACTORIES: ['kubecost' | 'openCost', string, string][] = [
  ['kubecost', 'kubecost', 'kubecost'],
  ['openCost', 'opencost', 'opencost'],
];
const NEEDS = {
  kubecost: 'bucket and region of the spot feed for the FinOps agent, and trust in its ServiceAccount',
  openCost: 'bucket and region of the spot feed in its pricing configuration',
};
const scopedTo = 'the work group, table and buckets; the roles';

export const SAMPLES: ControllerSample[] = FACTORIES.flatMap(([factory, namespace, serviceAccountName]) => [
  {
    factory,
    namespace,
    serviceAccountName,
    make: stack =>
      Controller[factory]({
        costReport: {
          workGroup: 'costs',
          database: 'cur',
          table: 'report',
          region: 'us-east-1',
          reportBucket: Bucket.fromBucketName(stack, 'Report', 'cur'),
          resultBucket: Bucket.fromBucketAttributes(stack, 'Results', {
            bucketName: 'results',
            encryptionKey: key(stack),
          }),
        },
        spotFeedBuckets: [Bucket.fromBucketName(stack, 'Spot', 'spot')],
        unusedResources: true,
        roles: [Role.fromRoleArn(stack, 'Role', inStack(stack, ROLE))],
      }),
    may: [...report, ...reads('spot'), ...unused, ...assume],
    mayNot: never,
    scopedTo,
    needs: NEEDS[factory],
  },
  {
    factory,
    namespace,
    serviceAccountName,
    variant: 'the spot feed alone',
    make: stack =>
      Controller[factory]({
        spotFeedBuckets: [
          Bucket.fromBucketAttributes(stack, 'Spot', { bucketName: 'spot', encryptionKey: key(stack) }),
        ],
      }),
    may: [...reads('spot'), decrypt],
    mayNot: [
      ...report.filter(call => call !== decrypt),
      ...writes('spot'),
      ...unused,
      ...assume,
      { action: 'kms:Decrypt', resource: KEY },
    ],
    scopedTo,
  },
]);
