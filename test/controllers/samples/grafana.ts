/**
 * Calls as documented at grafana.com/docs/grafana (CloudWatch: "IAM policy examples"), by the plugin
 * grafana-x-ray-datasource ("IAM policies"), and in AWS's guide of Amazon Managed Service for Prometheus ("Query").
 */
import { Role } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { elsewhere, inStack } from './elsewhere';
import { Controller } from '../../../src';
import { Call, ControllerSample } from '../sample';

const GROUP = 'arn:aws:logs:eu-west-1:111122223333:log-group:/eks/blue:log-stream:';
const WORKSPACE = 'arn:aws:aps:eu-west-1:111122223333:workspace/ws-1';
const ROLE = 'arn:aws:iam::444455556666:role/dashboards';
const DATABASE_METRICS = 'arn:aws:pi:eu-west-1:111122223333:metrics/rds/db-1';

const calls = (service: string, names: string[], resource = '*', region = 'eu-west-1'): Call[] =>
  names.map(name => ({ action: `${service}:${name}`, resource, context: { 'aws:RequestedRegion': region } }));
const metrics = (region?: string): Call[] => [
  ...calls(
    'cloudwatch',
    [
      'DescribeAlarmHistory',
      'DescribeAlarms',
      'DescribeAlarmsForMetric',
      'GetInsightRuleReport',
      'GetMetricData',
      'ListMetrics',
    ],
    '*',
    region,
  ),
  ...calls('ec2', ['DescribeInstances', 'DescribeTags'], '*', region),
  ...calls('tag', ['GetResources'], '*', region),
  ...calls('oam', ['ListSinks'], '*', region),
  ...calls('pi', ['GetResourceMetrics'], DATABASE_METRICS.replace('eu-west-1', region ?? 'eu-west-1'), region),
];
const regions = calls('ec2', ['DescribeRegions']);
const traces = (region?: string): Call[] => [
  ...calls(
    'xray',
    [
      'BatchGetTraces',
      'GetGroups',
      'GetInsight',
      'GetInsightSummaries',
      'GetServiceGraph',
      'GetTimeSeriesServiceStatistics',
      'GetTraceGraph',
      'GetTraceSummaries',
    ],
    '*',
    region,
  ),
  ...calls(
    'application-signals',
    ['ListServiceDependencies', 'ListServiceLevelObjectives', 'ListServiceOperations', 'ListServices'],
    '*',
    region,
  ),
];
const accounts = calls('oam', ['ListAttachedLinks', 'ListSinks']);
const logs = (group: string): Call[] => [
  ...calls('logs', ['GetLogGroupFields', 'StartQuery'], group),
  ...calls('logs', ['GetLogEvents'], `${group}web`),
];
const queries = (region?: string): Call[] =>
  calls('logs', ['DescribeLogGroups', 'GetQueryResults', 'StopQuery'], '*', region);
const prometheus: Call[] = calls('aps', ['QueryMetrics', 'GetLabels', 'GetSeries', 'GetMetricMetadata'], WORKSPACE);
const assume: Call[] = ['AssumeRole', 'TagSession'].map(name => ({ action: `sts:${name}`, resource: ROLE }));
const never: Call[] = [
  ...calls('cloudwatch', ['PutMetricData', 'DeleteAlarms', 'SetAlarmState']),
  ...calls('logs', ['DeleteLogGroup', 'PutLogEvents'], GROUP),
  ...calls('aps', ['RemoteWrite', 'DeleteWorkspace'], WORKSPACE),
  ...calls('xray', ['PutTraceSegments']),
  ...logs(GROUP.replace('/eks/blue', '/eks/blue-audit')),
  { action: 'sts:AssumeRole', resource: ROLE.replace('dashboards', 'admin') },
];
const common = {
  factory: 'grafana',
  namespace: 'monitoring',
  serviceAccountName: 'grafana',
  scopedTo: 'the log groups and workspaces; metrics and traces: the regions',
  needs: 'the authentication `AWS SDK Default` of the data sources',
};

export const SAMPLES: ControllerSample[] = [
  {
    ...common,
    make: stack =>
      Controller.grafana({
        metrics: true,
        logGroups: [LogGroup.fromLogGroupName(stack, 'Logs', '/eks/blue')],
        traces: true,
        prometheusWorkspaceIds: ['ws-1'],
        roles: [Role.fromRoleArn(stack, 'Role', inStack(stack, ROLE))],
      }),
    may: [...metrics(), ...regions, ...traces(), ...logs(GROUP), ...queries(), ...prometheus, ...assume],
    mayNot: [
      ...metrics('us-east-1'),
      ...traces('us-east-1'),
      ...queries('us-east-1'),
      ...elsewhere([...logs(GROUP), ...prometheus]),
      ...calls('aps', ['QueryMetrics'], WORKSPACE.replace('ws-1', 'ws-2')),
      ...never,
    ],
  },
  {
    ...common,
    variant: 'metrics of two regions',
    make: () => Controller.grafana({ metrics: true, regions: ['eu-west-1', 'us-east-1'] }),
    may: [...metrics(), ...metrics('us-east-1'), ...regions],
    mayNot: [
      ...metrics('us-west-2'),
      ...traces(),
      ...logs(GROUP),
      ...queries(),
      ...prometheus,
      ...assume,
      ...never,
    ],
  },
  {
    ...common,
    variant: 'logs alone',
    make: stack => Controller.grafana({ logGroups: [LogGroup.fromLogGroupName(stack, 'Logs', '/eks/blue')] }),
    may: [...logs(GROUP), ...queries()],
    mayNot: [...metrics(), ...regions, ...traces(), ...prometheus, ...assume, ...never],
  },
  {
    ...common,
    variant: 'traces alone',
    make: () => Controller.grafana({ traces: true }),
    may: [...regions, ...traces(), ...accounts],
    mayNot: [...traces('us-east-1'), ...calls('cloudwatch', ['GetMetricData']), ...logs(GROUP), ...never],
  },
];
