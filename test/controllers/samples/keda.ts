import { Stack } from 'aws-cdk-lib';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Controller } from '../../../src';
import { ControllerSample } from '../sample';

const own = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:111122223333:${resource}`;
const queue = (stack: Stack) => Queue.fromQueueAttributes(stack, 'Queue', { queueArn: stack.formatArn({ service: 'sqs', resource: 'jobs' }) });
const METRICS = { action: 'cloudwatch:GetMetricData', resource: '*', context: { 'aws:RequestedRegion': 'eu-west-1' } };
const cell = { factory: 'keda', namespace: 'keda', serviceAccountName: 'keda-operator' };

export const SAMPLES: ControllerSample[] = [
  {
    ...cell,
    make: stack => Controller.keda({
      queues: [queue(stack)],
      streams: [Stream.fromStreamAttributes(stack, 'Stream', { streamArn: stack.formatArn({ service: 'kinesis', resource: 'stream', resourceName: 'clicks' }) })],
      tables: [Table.fromTableName(stack, 'Table', 'orders')],
      tableStreams: [Table.fromTableName(stack, 'Changes', 'changes')],
      cloudWatchMetrics: true,
      secrets: [Secret.fromSecretNameV2(stack, 'Secret', 'keda')],
      workloadRoles: [Role.fromRoleName(stack, 'Worker', 'worker')],
    }),
    may: [
      { action: 'sqs:GetQueueAttributes', resource: own('sqs', 'jobs') },
      { action: 'kinesis:DescribeStreamSummary', resource: own('kinesis', 'stream/clicks') },
      { action: 'dynamodb:Query', resource: own('dynamodb', 'table/orders') },
      { action: 'dynamodb:Query', resource: own('dynamodb', 'table/orders/index/by-state') },
      { action: 'dynamodb:DescribeTable', resource: own('dynamodb', 'table/changes') },
      { action: 'dynamodb:DescribeStream', resource: own('dynamodb', 'table/changes/stream/2026-01-01T00:00:00.000') },
      { action: 'secretsmanager:GetSecretValue', resource: own('secretsmanager', 'secret:keda-AbCdEf') },
      { action: 'sts:AssumeRole', resource: 'arn:aws:iam::111122223333:role/worker' },
      METRICS,
    ],
    mayNot: [
      { action: 'sqs:GetQueueAttributes', resource: own('sqs', 'jobs-2') },
      { action: 'sqs:ReceiveMessage', resource: own('sqs', 'jobs') },
      { action: 'kinesis:DescribeStreamSummary', resource: own('kinesis', 'stream/clicks-2') },
      { action: 'kinesis:GetRecords', resource: own('kinesis', 'stream/clicks') },
      { action: 'dynamodb:Query', resource: own('dynamodb', 'table/changes') },
      { action: 'dynamodb:Scan', resource: own('dynamodb', 'table/orders') },
      { action: 'dynamodb:DescribeStream', resource: own('dynamodb', 'table/orders/stream/2026-01-01T00:00:00.000') },
      { action: 'secretsmanager:GetSecretValue', resource: own('secretsmanager', 'secret:keda-prod-AbCdEf') },
      { action: 'sts:AssumeRole', resource: 'arn:aws:iam::111122223333:role/admin' },
      { ...METRICS, context: { 'aws:RequestedRegion': 'us-east-1' } },
    ],
    inputs: '`queues`, `streams`, `tables`, `tableStreams`, `cloudWatchMetrics`, `secrets`, `workloadRoles`: at least one',
    scopedTo: 'what is listed; metrics: the region',
  },
  {
    ...cell,
    variant: 'queues',
    make: stack => Controller.keda({ queues: [queue(stack)] }),
    may: [{ action: 'sqs:GetQueueAttributes', resource: own('sqs', 'jobs') }, { action: 'sqs:GetQueueUrl', resource: own('sqs', 'jobs') }],
    mayNot: [METRICS, { action: 'sqs:GetQueueAttributes', resource: own('sqs', 'other') }, { action: 'sts:AssumeRole', resource: 'arn:aws:iam::111122223333:role/worker' }],
    inputs: '`queues`',
    scopedTo: 'the queues',
  },
];
