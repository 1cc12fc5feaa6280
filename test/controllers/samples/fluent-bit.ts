import { Stack } from 'aws-cdk-lib';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { DeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { Key } from 'aws-cdk-lib/aws-kms';
import { ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import { Domain } from 'aws-cdk-lib/aws-opensearchservice';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { inStack } from './elsewhere';
import { Controller } from '../../../src';
import { ControllerSample } from '../sample';

const GROUP = 'arn:aws:logs:eu-west-1:111122223333:log-group:/eks/blue:log-stream:';
const STREAM = `${GROUP}fluentbit-web`;
const OTHER_GROUP = 'arn:aws:logs:eu-west-1:111122223333:log-group:/eks/green:log-stream:';

const group = (stack: Stack): ILogGroup => LogGroup.fromLogGroupName(stack, 'Logs', '/eks/blue');
const common = { factory: 'fluentBit', namespace: 'kube-system', serviceAccountName: 'aws-for-fluent-bit' };
const may = [
  { action: 'logs:CreateLogStream', resource: STREAM },
  { action: 'logs:DescribeLogStreams', resource: GROUP },
  { action: 'logs:PutLogEvents', resource: STREAM },
];
const FIREHOSE = 'arn:aws:firehose:eu-west-1:111122223333:deliverystream/logs';
const KINESIS = 'arn:aws:kinesis:eu-west-1:111122223333:stream/logs';
const DOMAIN = 'arn:aws:es:eu-west-1:111122223333:domain/logs';
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/abcd';
const others = [
  { action: 'firehose:PutRecordBatch', resource: FIREHOSE },
  { action: 'kinesis:PutRecords', resource: KINESIS },
  { action: 'kms:GenerateDataKey', resource: KEY, context: { 'kms:ViaService': 'kinesis.eu-west-1.amazonaws.com' } },
  { action: 's3:PutObject', resource: 'arn:aws:s3:::logs/eks/blue/1' },
  { action: 'kms:Decrypt', resource: KEY, context: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } },
  { action: 'es:ESHttpPost', resource: `${DOMAIN}/_bulk` },
  { action: 'es:ESHttpPut', resource: `${DOMAIN}/index/_bulk` },
];
const mayNot = [
  { action: 'logs:PutLogEvents', resource: `${OTHER_GROUP}fluentbit-web` },
  {
    action: 'logs:PutLogEvents',
    resource: 'arn:aws:logs:eu-west-1:111122223333:log-group:/eks/blue-audit:log-stream:web',
  },
  { action: 'logs:GetLogEvents', resource: STREAM },
  { action: 'logs:DeleteLogGroup', resource: GROUP },
  { action: 'logs:CreateLogGroup', resource: OTHER_GROUP },
];

export const SAMPLES: ControllerSample[] = [
  {
    ...common,
    make: stack => Controller.fluentBit({ logGroups: [group(stack)] }),
    may,
    mayNot: [...mayNot, { action: 'logs:CreateLogGroup', resource: GROUP }],
    scopedTo: 'the log groups, streams, buckets and domains',
  },
  {
    ...common,
    variant: 'creates them',
    make: stack => Controller.fluentBit({ logGroups: [group(stack)], createLogGroups: true }),
    may: [
      ...may,
      { action: 'logs:CreateLogGroup', resource: GROUP },
      { action: 'logs:PutRetentionPolicy', resource: GROUP },
    ],
    mayNot,
    scopedTo: 'the log groups',
  },
  {
    ...common,
    variant: 'other outputs',
    make: stack => {
      const key = Key.fromKeyArn(stack, 'Key', inStack(stack, KEY));
      return Controller.fluentBit({
        deliveryStreams: [DeliveryStream.fromDeliveryStreamArn(stack, 'Firehose', inStack(stack, FIREHOSE))],
        streams: [Stream.fromStreamAttributes(stack, 'Stream', {
          streamArn: inStack(stack, KINESIS),
          encryptionKey: key,
        })],
        buckets: [Bucket.fromBucketAttributes(stack, 'Bucket', { bucketName: 'logs', encryptionKey: key })],
        domains: [Domain.fromDomainAttributes(stack, 'Domain', {
          domainArn: inStack(stack, DOMAIN),
          domainEndpoint: 'x.example.com',
        })],
      });
    },
    may: others,
    mayNot: [
      ...may,
      ...others.map(call => ({ ...call, resource: call.resource.replace(/(logs|abcd)/, 'other') })),
      { action: 'kms:Decrypt', resource: KEY },
      { action: 's3:GetObject', resource: 'arn:aws:s3:::logs/a' },
      { action: 'es:ESHttpDelete', resource: `${DOMAIN}/logs` },
      { action: 'kinesis:GetRecords', resource: KINESIS },
    ],
    scopedTo: 'the streams, buckets and domains',
  },
];
