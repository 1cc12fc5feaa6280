/**
 * Calls as documented in prometheus/cloudwatch_exporter README.md ("Credentials and permissions"), and in
 * prometheus-community/yet-another-cloudwatch-exporter README.md ("Authentication").
 */
import { Role } from 'aws-cdk-lib/aws-iam';
import { inStack } from './elsewhere';
import { Controller } from '../../../src';
import { Call, ControllerSample } from '../sample';

const ROLE = 'arn:aws:iam::444455556666:role/metrics';
const APIS = ['restapis', 'apis'].map(path => `arn:aws:apigateway:eu-west-1::/${path}`);

const calls = (actions: string[], region = 'eu-west-1', resource = '*'): Call[] =>
  actions.map(action => ({ action, resource, context: { 'aws:RequestedRegion': region } }));
const METRICS = ['cloudwatch:GetMetricData', 'cloudwatch:GetMetricStatistics', 'cloudwatch:ListMetrics'];
const TAGS = ['tag:GetResources'];
const DISCOVERY = [
  'aps:ListWorkspaces',
  'autoscaling:DescribeAutoScalingGroups',
  'dms:DescribeReplicationInstances',
  'dms:DescribeReplicationTasks',
  'ec2:DescribeSpotFleetRequests',
  'ec2:DescribeTransitGatewayAttachments',
  'storagegateway:ListGateways',
  'storagegateway:ListTagsForResource',
  ...TAGS,
];
const GLOBAL = calls(['iam:ListAccountAliases'], 'us-east-1');
const SHIELD = calls(['shield:ListProtections'], 'us-east-1');
const assume: Call[] = ['AssumeRole', 'TagSession'].map(name => ({ action: `sts:${name}`, resource: ROLE }));
const never: Call[] = [
  ...calls(['cloudwatch:PutMetricData', 'cloudwatch:DeleteAlarms', 'tag:TagResources', 'ec2:DescribeInstances']),
  ...calls(['iam:ListRoles'], 'us-east-1'),
  { action: 'sts:AssumeRole', resource: ROLE.replace('metrics', 'admin') },
  { action: 'logs:GetLogEvents', resource: 'arn:aws:logs:eu-west-1:111122223333:log-group:/a:log-stream:b' },
];

const exporter = {
  factory: 'cloudWatchExporter',
  namespace: 'monitoring',
  serviceAccountName: 'prometheus-cloudwatch-exporter',
  scopedTo: 'the regions',
  needs: '`region` in `config`',
  unscoped: true,
};
const yace = {
  factory: 'yetAnotherCloudWatchExporter',
  namespace: 'monitoring',
  serviceAccountName: 'prometheus-yet-another-cloudwatch-exporter',
  scopedTo: 'the regions',
  needs: '`regions` of the jobs in `config`',
  unscoped: true,
};

export const SAMPLES: ControllerSample[] = [
  {
    ...exporter,
    make: () => Controller.cloudWatchExporter(),
    may: calls(METRICS),
    mayNot: [...calls(METRICS, 'us-east-1'), ...calls(TAGS), ...assume, ...never],
  },
  {
    ...exporter,
    variant: 'by tags, in two regions and another account',
    make: stack =>
      Controller.cloudWatchExporter({
        tagSelect: true,
        regions: ['eu-west-1', 'us-east-1'],
        roles: [Role.fromRoleArn(stack, 'Role', inStack(stack, ROLE))],
      }),
    may: [...calls([...METRICS, ...TAGS]), ...calls([...METRICS, ...TAGS], 'us-east-1'), ...assume],
    mayNot: [...calls([...METRICS, ...TAGS], 'us-west-2'), ...never],
  },
  {
    ...yace,
    make: () => Controller.yetAnotherCloudWatchExporter(),
    may: [
      ...calls([...METRICS, ...DISCOVERY]),
      ...APIS.flatMap(api => calls(['apigateway:GET'], 'eu-west-1', api)),
      ...GLOBAL,
      ...SHIELD,
    ],
    mayNot: [
      ...calls([...METRICS, ...DISCOVERY], 'us-east-1'),
      // Keys of APIs, which is what the action reads besides.
      ...calls(['apigateway:GET'], 'eu-west-1', 'arn:aws:apigateway:eu-west-1::/apikeys'),
      ...calls(['apigateway:GET'], 'us-east-1', APIS[0].replace('eu-west-1', 'us-east-1')),
      ...calls(['apigateway:DELETE'], 'eu-west-1', APIS[0]),
      ...assume,
      ...never,
    ],
  },
  {
    ...yace,
    variant: 'static jobs in another region and account',
    make: stack =>
      Controller.yetAnotherCloudWatchExporter({
        discovery: false,
        regions: ['us-east-1'],
        roles: [Role.fromRoleArn(stack, 'Role', inStack(stack, ROLE))],
      }),
    may: [...calls(METRICS, 'us-east-1'), ...GLOBAL, ...assume],
    mayNot: [...calls(METRICS), ...calls(DISCOVERY, 'us-east-1'), ...SHIELD, ...never],
  },
];
