import { Stack } from 'aws-cdk-lib';
import { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Controller } from '../../../src';
import { Call, ControllerSample } from '../sample';

const arnOf = (stack: Stack, service: string, resource: string, resourceName?: string) =>
  stack.formatArn({ service, resource, resourceName });
const queue = (stack: Stack) => Queue.fromQueueArn(stack, 'Queue', arnOf(stack, 'sqs', 'nth'));

const QUEUE = 'arn:aws:sqs:eu-west-1:111122223333:nth';
const GROUP = 'arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:1b2c3d4e:autoScalingGroupName/nodes';
const OTHER_GROUP = 'arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:1b2c3d4e:autoScalingGroupName/other';
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012';
const MANAGED = { 'aws:ResourceTag/aws-node-termination-handler/managed': '' };
const onGroup = (resource: string, context?: Record<string, string>): Call[] =>
  ['CompleteLifecycleAction', 'RecordLifecycleActionHeartbeat'].map(name => ({
    action: `autoscaling:${name}`,
    resource,
    context,
  }));
const NAMES = { namespace: 'kube-system', serviceAccountName: 'aws-node-termination-handler' };

const MAY: Call[] = [
  { action: 'sqs:ReceiveMessage', resource: QUEUE },
  { action: 'sqs:DeleteMessage', resource: QUEUE },
  { action: 'ec2:DescribeInstances', resource: '*' },
  { action: 'autoscaling:DescribeTags', resource: '*' },
  { action: 'autoscaling:DescribeLifecycleHooks', resource: '*' },
  { action: 'autoscaling:DescribeAutoScalingInstances', resource: '*' },
];
const MAY_NOT: Call[] = [
  { action: 'sqs:ReceiveMessage', resource: `${QUEUE}-other` },
  { action: 'sqs:SendMessage', resource: QUEUE },
  { action: 'sqs:PurgeQueue', resource: QUEUE },
  { action: 'kms:Decrypt', resource: KEY, context: { 'kms:ViaService': 'sqs.eu-west-1.amazonaws.com' } },
  { action: 'ec2:TerminateInstances', resource: 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0' },
];

export const SAMPLES: ControllerSample[] = [
  {
    factory: 'awsNodeTerminationHandler',
    make: stack => Controller.awsNodeTerminationHandler({ queue: queue(stack) }),
    ...NAMES,
    may: [...MAY, ...onGroup(GROUP, MANAGED)],
    mayNot: [...MAY_NOT, ...onGroup(GROUP)],
    scopedTo: 'the queue, its key, and the Auto Scaling groups or those with its tag',
  },
  {
    factory: 'awsNodeTerminationHandler',
    variant: 'with Auto Scaling groups',
    make: stack =>
      Controller.awsNodeTerminationHandler({
        queue: queue(stack),
        autoScalingGroups: [AutoScalingGroup.fromAutoScalingGroupName(stack, 'Nodes', 'nodes')],
      }),
    ...NAMES,
    may: [...MAY, ...onGroup(GROUP)],
    mayNot: [...MAY_NOT, ...onGroup(OTHER_GROUP), ...onGroup(OTHER_GROUP, MANAGED)],
    scopedTo: 'the queue and the Auto Scaling groups',
  },
  {
    factory: 'awsNodeTerminationHandler',
    variant: 'with a queue that is encrypted',
    make: stack =>
      Controller.awsNodeTerminationHandler({
        queue: Queue.fromQueueAttributes(stack, 'Queue', {
          queueArn: arnOf(stack, 'sqs', 'nth'),
          keyArn: arnOf(stack, 'kms', 'key', '12345678-1234-1234-1234-123456789012'),
        }),
      }),
    ...NAMES,
    may: [
      ...MAY,
      { action: 'kms:Decrypt', resource: KEY, context: { 'kms:ViaService': 'sqs.eu-west-1.amazonaws.com' } },
    ],
    mayNot: [
      ...MAY_NOT.filter(({ action }) => action !== 'kms:Decrypt'),
      { action: 'kms:Decrypt', resource: KEY },
      { action: 'kms:Decrypt', resource: KEY, context: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } },
      {
        action: 'kms:Decrypt',
        resource: KEY.replace('key/1', 'key/2'),
        context: { 'kms:ViaService': 'sqs.eu-west-1.amazonaws.com' },
      },
    ],
    scopedTo: 'the queue and its key',
  },
];
