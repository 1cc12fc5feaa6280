import { AckService, Controller } from '../../../src';
import { ControllerSample } from '../sample';

const REGION = { 'aws:RequestedRegion': 'eu-west-1' };
const own = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:111122223333:${resource}`;

export const SAMPLES: ControllerSample[] = [
  {
    factory: 'ackController',
    variant: 'CloudWatch Logs',
    make: () => Controller.ackController({ service: AckService.cloudWatchLogs({ namePrefix: '/apps/' }) }),
    namespace: 'ack-system',
    serviceAccountName: 'ack-cloudwatchlogs-controller',
    may: [
      { action: 'logs:CreateLogGroup', resource: own('logs', 'log-group:/apps/web') },
      { action: 'logs:PutRetentionPolicy', resource: own('logs', 'log-group:/apps/web:*') },
      { action: 'logs:DescribeLogGroups', resource: '*', context: REGION },
    ],
    mayNot: [
      { action: 'logs:DeleteLogGroup', resource: own('logs', 'log-group:/aws/eks/blue') },
      { action: 'logs:DescribeLogGroups', resource: '*', context: { 'aws:RequestedRegion': 'us-east-1' } },
      { action: 'logs:DeleteLogGroup', resource: 'arn:aws:logs:us-east-1:111122223333:log-group:/apps/web' },
      { action: 'logs:PutLogEvents', resource: own('logs', 'log-group:/apps/web') },
    ],
    inputs: '`service: AckService.cloudWatchLogs({ namePrefix })`',
    scopedTo: 'log groups by the beginning of their names',
  },
  {
    factory: 'ackController',
    variant: 'Kinesis',
    make: () => Controller.ackController({ service: AckService.kinesis({ namePrefix: 'apps-' }) }),
    namespace: 'ack-system',
    serviceAccountName: 'ack-kinesis-controller',
    unscoped: true,
    may: [
      { action: 'kinesis:CreateStream', resource: own('kinesis', 'stream/apps-clicks') },
      { action: 'kinesis:StartStreamEncryption', resource: own('kinesis', 'stream/apps-clicks') },
      { action: 'kinesis:EnableEnhancedMonitoring', resource: '*', context: REGION },
      { action: 'kinesis:AddTagsToStream', resource: own('kinesis', 'stream/apps-clicks') },
      { action: 'kinesis:DescribeStreamSummary', resource: own('kinesis', 'stream/apps-clicks') },
      { action: 'kinesis:UpdateShardCount', resource: '*', context: REGION },
    ],
    mayNot: [
      { action: 'kinesis:DeleteStream', resource: own('kinesis', 'stream/clicks') },
      { action: 'kinesis:PutResourcePolicy', resource: own('kinesis', 'stream/clicks') },
      { action: 'kinesis:GetRecords', resource: own('kinesis', 'stream/apps-clicks') },
      { action: 'kinesis:UpdateShardCount', resource: '*', context: { 'aws:RequestedRegion': 'us-east-1' } },
    ],
    inputs: '`service: AckService.kinesis({ namePrefix })`',
    scopedTo: 'streams by the beginning of their names; resizing: the region',
  },
  {
    factory: 'ackController',
    variant: 'ACM',
    make: () => Controller.ackController({ service: AckService.acm({ domainNames: ['*.example.com'] }) }),
    namespace: 'ack-system',
    serviceAccountName: 'ack-acm-controller',
    unscoped: true,
    may: [
      { action: 'acm:RequestCertificate', resource: '*', context: { ...REGION, 'acm:DomainNames': 'www.example.com' } },
      { action: 'acm:DescribeCertificate', resource: own('acm', 'certificate/1') },
    ],
    mayNot: [
      { action: 'acm:RequestCertificate', resource: '*', context: { ...REGION, 'acm:DomainNames': 'www.example.org' } },
      { action: 'acm:RequestCertificate', resource: '*', context: REGION },
      {
        action: 'acm:RequestCertificate',
        resource: '*',
        context: { 'aws:RequestedRegion': 'us-east-1', 'acm:DomainNames': 'www.example.com' },
      },
      { action: 'acm:DeleteCertificate', resource: 'arn:aws:acm:us-east-1:111122223333:certificate/1' },
    ],
    inputs: '`service: AckService.acm({ domainNames })`',
    scopedTo: 'the domain names of requests; certificates: account and region',
  },
];
