import { Stack } from 'aws-cdk-lib';
import { ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
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
    inputs: '`logGroups`',
    scopedTo: 'the log groups',
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
    inputs: '`logGroups`, `createLogGroups`',
    scopedTo: 'the log groups',
  },
];
