import { Stack } from 'aws-cdk-lib';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Controller } from '../../../src';
import { Call, ControllerSample } from '../sample';

const OWN_KEY = 'key/00000000-0000-0000-0000-000000000001';
const CLUSTER = 'cluster/blue/11111111-2222-3333-4444-555555555555-6';
const inCluster = (type: string, name: string, cluster = CLUSTER) =>
  `${cluster.replace('cluster/', `${type}/`)}/${name}`;
const arn = (service: string, resource: string) =>
  `arn:aws:${service}:${service === 'iam' ? '' : 'eu-west-1'}:111122223333:${resource}`;
const call = (action: string, service: string, resource: string, context?: Record<string, string>): Call => (
  { action, resource: arn(service, resource), context });

/** Each call, on what it is for and on something else. */
const CALLS: [action: string, service: string, own: string, other: string][] = [
  ['sqs:GetQueueAttributes', 'sqs', 'jobs', 'jobs-2'],
  ['kinesis:DescribeStreamSummary', 'kinesis', 'stream/clicks', 'stream/clicks-2'],
  ['dynamodb:Query', 'dynamodb', 'table/orders', 'table/orders-2'],
  ['dynamodb:Query', 'dynamodb', 'table/orders/index/by-state', 'table/orders-2/index/by-state'],
  ['dynamodb:DescribeTable', 'dynamodb', 'table/changes', 'table/changes-2'],
  [
    'dynamodb:DescribeStream',
    'dynamodb',
    'table/changes/stream/2026-01-01T00:00:00.000',
    'table/changes-2/stream/2026-01-01T00:00:00.000',
  ],
  ['aps:QueryMetrics', 'aps', 'workspace/ws-1', 'workspace/ws-2'],
  ['kafka-cluster:Connect', 'kafka', CLUSTER, 'cluster/blue/66666666-2222-3333-4444-555555555555-6'],
  ['kafka-cluster:DescribeTopic', 'kafka', inCluster('topic', 'orders'), inCluster('topic', 'orders-2')],
  ['kafka-cluster:DescribeTopic', 'kafka', inCluster('topic', 'clicks-eu'), inCluster('topic', 'clicks')],
  [
    'kafka-cluster:DescribeGroup',
    'kafka',
    inCluster('group', 'shop'),
    inCluster('group', 'shop', 'cluster/green/11111111-2222-3333-4444-555555555555-6'),
  ],
  ['secretsmanager:GetSecretValue', 'secretsmanager', 'secret:keda-AbCdEf', 'secret:keda-prod-AbCdEf'],
  ['sts:AssumeRole', 'iam', 'role/worker', 'role/admin'],
  ['sts:TagSession', 'iam', 'role/worker', 'role/admin'],
];
const ON_OWN = CALLS.map(([action, service, own]) => call(action, service, own));
const ON_OTHERS = CALLS.map(([action, service, , other]) => call(action, service, other));
const METRICS = { action: 'cloudwatch:GetMetricData', resource: '*', context: { 'aws:RequestedRegion': 'eu-west-1' } };
const NAMES = { factory: 'keda', namespace: 'keda', serviceAccountName: 'keda-operator' };

const queue = (stack: Stack) =>
  Queue.fromQueueAttributes(stack, 'Queue', { queueArn: stack.formatArn({ service: 'sqs', resource: 'jobs' }) });
const table = (stack: Stack) => Table.fromTableAttributes(stack, 'Table', {
  tableName: 'orders',
  encryptionKey: Key.fromKeyArn(stack, 'Key', stack.formatArn({ service: 'kms', resource: OWN_KEY })),
});

export const SAMPLES: ControllerSample[] = [
  {
    ...NAMES,
    make: stack =>
      Controller.keda({
        queues: [queue(stack)],
        streams: [
          Stream.fromStreamAttributes(stack, 'Stream', {
            streamArn: stack.formatArn({ service: 'kinesis', resource: 'stream', resourceName: 'clicks' }),
          }),
        ],
        tables: [table(stack)],
        tableStreams: [Table.fromTableName(stack, 'Changes', 'changes')],
        prometheusWorkspaceIds: ['ws-1'],
        mskClusters: [
          {
            clusterArn: stack.formatArn({ service: 'kafka', resource: CLUSTER }),
            topics: ['orders', 'clicks-*'],
            consumerGroups: ['shop'],
          },
        ],
        cloudWatchMetrics: true,
        secrets: [Secret.fromSecretNameV2(stack, 'Secret', 'keda')],
        workloadRoles: [Role.fromRoleName(stack, 'Worker', 'worker')],
      }),
    may: [
      ...ON_OWN,
      METRICS,
      call('kms:Decrypt', 'kms', OWN_KEY, { 'kms:ViaService': 'dynamodb.eu-west-1.amazonaws.com' }),
    ],
    mayNot: [
      ...ON_OTHERS,
      { ...METRICS, context: { 'aws:RequestedRegion': 'us-east-1' } },
      call('kms:Decrypt', 'kms', OWN_KEY, { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' }),
      call('kms:Decrypt', 'kms', OWN_KEY),
      call('sqs:ReceiveMessage', 'sqs', 'jobs'),
      call('kinesis:GetRecords', 'kinesis', 'stream/clicks'),
      call('dynamodb:Scan', 'dynamodb', 'table/orders'),
      call('aps:RemoteWrite', 'aps', 'workspace/ws-1'),
      call('kafka-cluster:ReadData', 'kafka', inCluster('topic', 'orders')),
      call('kafka-cluster:AlterGroup', 'kafka', inCluster('group', 'shop')),
    ],
    scopedTo: 'what is listed; keys through their services; metrics of CloudWatch: the region',
  },
  {
    ...NAMES,
    variant: 'queues',
    make: stack => Controller.keda({ queues: [queue(stack)] }),
    may: [call('sqs:GetQueueAttributes', 'sqs', 'jobs')],
    mayNot: [...ON_OWN.filter(({ action }) => action !== 'sqs:GetQueueAttributes'), ...ON_OTHERS, METRICS],
    scopedTo: 'the queues',
  },
];
