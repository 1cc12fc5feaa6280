import { CertificateAuthority } from 'aws-cdk-lib/aws-acmpca';
import { Role } from 'aws-cdk-lib/aws-iam';
import { inStack } from './elsewhere';
import { AckService, Controller } from '../../../src';
import { ackSample, calls, own, REGION } from '../ack-samples';
import { ControllerSample } from '../sample';

const TO_KINESIS = 'arn:aws:iam::111122223333:role/to-kinesis';
const AUTHORITY = own('acm-pca', 'certificate-authority/12345678-1234-1234-1234-123456789012');

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
    scopedTo: 'the domain names of requests; certificates: account and region',
  },
  ackSample(
    'cloudwatchlogs',
    'CloudWatch Logs, with subscriptions',
    stack =>
      AckService.cloudWatchLogs({ namePrefix: '/apps/', roles: [Role.fromRoleName(stack, 'Out', 'to-kinesis')] }),
    {
      may: [
        ...calls(['logs:PutSubscriptionFilter', 'logs:DeleteSubscriptionFilter'], own('logs', 'log-group:/apps/web')),
        ...calls(['iam:PassRole'], TO_KINESIS, { 'iam:PassedToService': 'logs.amazonaws.com' }),
      ],
      mayNot: [
        ...calls(['logs:PutSubscriptionFilter'], own('logs', 'log-group:/aws/eks/blue')),
        ...calls(['iam:PassRole'], TO_KINESIS, { 'iam:PassedToService': 'lambda.amazonaws.com' }),
        ...calls(['iam:PassRole'], `${TO_KINESIS}-2`, { 'iam:PassedToService': 'logs.amazonaws.com' }),
      ],
      scopedTo: 'log groups by the beginning of their names; roles',
    },
  ),
  ackSample(
    'acm',
    'ACM, private certificates',
    stack => AckService.acm({
      domainNames: ['*.example.com'],
      certificateAuthorities: [
        CertificateAuthority.fromCertificateAuthorityArn(stack, 'Authority', inStack(stack, AUTHORITY)),
      ],
    }),
    {
      unscoped: true,
      may: calls(['acm-pca:IssueCertificate', 'acm-pca:GetCertificate', 'acm-pca:ListPermissions'], AUTHORITY),
      mayNot: [
        ...calls(['acm-pca:IssueCertificate'], `${AUTHORITY}2`),
        ...calls(['acm-pca:DeleteCertificateAuthority', 'acm-pca:RevokeCertificate'], AUTHORITY),
      ],
      scopedTo: 'the domain names of requests, the certificate authorities; certificates: account and region',
    },
  ),
];
