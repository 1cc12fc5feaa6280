import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Controller } from '../../../src';
import { ControllerSample } from '../sample';

const WORKSPACE = 'arn:aws:aps:eu-west-1:111122223333:workspace/ws-11111111-2222-3333-4444-555555555555';
const OTHER_WORKSPACE = 'arn:aws:aps:eu-west-1:111122223333:workspace/ws-99999999-2222-3333-4444-555555555555';
const STREAM = 'arn:aws:logs:eu-west-1:111122223333:log-group:/eks/blue/metrics:log-stream:node';
const OTHER_STREAM = 'arn:aws:logs:eu-west-1:111122223333:log-group:/eks/green/metrics:log-stream:node';
const HERE = { 'aws:RequestedRegion': 'eu-west-1' };
const TRACES = { action: 'xray:PutTraceSegments', resource: '*', context: HERE };

const common = { factory: 'adotCollector', namespace: 'default', serviceAccountName: 'adot-collector' };

export const SAMPLES: ControllerSample[] = [
  {
    ...common,
    variant: 'metrics',
    make: () => Controller.adotCollector({ prometheusWorkspaceIds: ['ws-11111111-2222-3333-4444-555555555555'] }),
    may: [{ action: 'aps:RemoteWrite', resource: WORKSPACE }],
    mayNot: [
      { action: 'aps:RemoteWrite', resource: OTHER_WORKSPACE },
      { action: 'aps:QueryMetrics', resource: WORKSPACE },
      { action: 'logs:PutLogEvents', resource: STREAM },
      TRACES,
    ],
    scopedTo: 'the workspaces',
  },
  {
    ...common,
    variant: 'traces',
    make: () => Controller.adotCollector({ traces: true }),
    may: [TRACES, { action: 'xray:GetSamplingRules', resource: '*', context: HERE }],
    mayNot: [
      { ...TRACES, context: { 'aws:RequestedRegion': 'us-east-1' } },
      { action: 'xray:GetTraceSummaries', resource: '*', context: HERE },
      { action: 'aps:RemoteWrite', resource: WORKSPACE },
      { action: 'logs:PutLogEvents', resource: STREAM },
    ],
    scopedTo: 'the region',
  },
  {
    ...common,
    variant: 'logs',
    make: stack =>
      Controller.adotCollector({ logGroups: [LogGroup.fromLogGroupName(stack, 'Logs', '/eks/blue/metrics')] }),
    may: [
      { action: 'logs:PutLogEvents', resource: STREAM },
      { action: 'logs:CreateLogStream', resource: STREAM },
    ],
    mayNot: [
      { action: 'logs:PutLogEvents', resource: OTHER_STREAM },
      { action: 'logs:CreateLogGroup', resource: STREAM },
      { action: 'ec2:DescribeTags', resource: '*' },
      { action: 'cloudwatch:PutMetricData', resource: '*' },
      TRACES,
    ],
    scopedTo: 'the log groups',
  },
  {
    ...common,
    variant: 'all',
    make: stack =>
      Controller.adotCollector({
        prometheusWorkspaceIds: ['ws-11111111-2222-3333-4444-555555555555'],
        traces: true,
        logGroups: [LogGroup.fromLogGroupName(stack, 'Logs', '/eks/blue/*')],
        createLogGroups: true,
        describeInstances: true,
      }),
    may: [
      { action: 'aps:RemoteWrite', resource: WORKSPACE },
      TRACES,
      { action: 'logs:PutLogEvents', resource: STREAM },
      {
        action: 'logs:CreateLogGroup',
        resource: 'arn:aws:logs:eu-west-1:111122223333:log-group:/eks/blue/metrics:log-stream:',
      },
      {
        action: 'logs:PutRetentionPolicy',
        resource: 'arn:aws:logs:eu-west-1:111122223333:log-group:/eks/blue/metrics:log-stream:',
      },
      { action: 'ec2:DescribeTags', resource: '*' },
      { action: 'ec2:DescribeVolumes', resource: '*' },
    ],
    mayNot: [
      { action: 'logs:PutLogEvents', resource: OTHER_STREAM },
      {
        action: 'logs:CreateLogGroup',
        resource: 'arn:aws:logs:eu-west-1:111122223333:log-group:/eks/green/metrics:log-stream:',
      },
      {
        action: 'logs:DeleteLogGroup',
        resource: 'arn:aws:logs:eu-west-1:111122223333:log-group:/eks/blue/metrics:log-stream:',
      },
      { action: 'aps:RemoteWrite', resource: OTHER_WORKSPACE },
    ],
    scopedTo: 'the workspaces and log groups; traces: the region',
  },
];
