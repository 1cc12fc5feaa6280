import { IRole } from 'aws-cdk-lib/aws-iam';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { readingRegions, readInRegions } from './cloud-watch-reading';
import { allow, ControllerDefinition } from './definition';
import { assumeRoles, optional, requireOne } from './parts';
import { workspaceArns, workspaceProblems } from './telemetry';

/**
 * Options of `Controller.grafana`: what its data sources read, or the roles that they assume to read it. At least one
 * option is required.
 */
export interface GrafanaOptions {
  /**
   * Whether the data source CloudWatch reads metrics and alarms. Access cannot be scoped, so it can read all of the
   * account. Includes the tags of instances and other resources, for variables of dashboards, and the load of databases
   * (Performance Insights).
   *
   * @default false
   */
  readonly metrics?: boolean;

  /**
   * The log groups that the data source CloudWatch queries. A log group that is imported as
   * `LogGroup.fromLogGroupName(scope, id, '/eks/blue/*')` represents all log groups below that name. Grafana can list
   * the names of all log groups.
   *
   * @default - none
   */
  readonly logGroups?: ILogGroup[];

  /**
   * Whether the data source X-Ray reads traces. X-Ray has no resources to which access could be scoped, so it can read
   * all of the account. Includes the services of Application Signals.
   *
   * @default false
   */
  readonly traces?: boolean;

  /**
   * The IDs of the workspaces of Amazon Managed Service for Prometheus that a data source queries, in the stack's
   * account and region. For a `CfnWorkspace`, use `attrWorkspaceId`.
   *
   * @default - none
   */
  readonly prometheusWorkspaceIds?: string[];

  /**
   * The regions whose metrics and traces it reads, and whose log groups it lists and queries.
   *
   * @default - the region of the role
   */
  readonly regions?: string[];

  /**
   * The roles that data sources assume (`Assume Role ARN`). They must trust its role.
   *
   * @default - none
   */
  readonly roles?: IRole[];
}

const READ_METRICS = [
  'cloudwatch:DescribeAlarmHistory',
  'cloudwatch:DescribeAlarms',
  'cloudwatch:DescribeAlarmsForMetric',
  'cloudwatch:GetInsightRuleReport',
  'cloudwatch:GetMetricData',
  'cloudwatch:ListMetrics',
  'ec2:DescribeInstances',
  'ec2:DescribeRegions',
  'ec2:DescribeTags',
  'oam:ListAttachedLinks',
  'oam:ListSinks',
  'pi:GetResourceMetrics',
  'tag:GetResources',
];

const READ_TRACES = [
  'application-signals:ListServiceDependencies',
  'application-signals:ListServiceLevelObjectives',
  'application-signals:ListServiceOperations',
  'application-signals:ListServices',
  'ec2:DescribeRegions',
  'oam:ListAttachedLinks',
  'oam:ListSinks',
  'xray:BatchGetTraces',
  'xray:GetGroups',
  'xray:GetInsight',
  'xray:GetInsightSummaries',
  'xray:GetServiceGraph',
  'xray:GetTimeSeriesServiceStatistics',
  'xray:GetTraceGraph',
  'xray:GetTraceSummaries',
];

/**
 * @see https://grafana.com/docs/grafana/latest/datasources/aws-cloudwatch/configure/
 * @see https://grafana.com/grafana/plugins/grafana-x-ray-datasource/
 * @see https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-onboard-query-grafana-7.3.html
 *
 * @internal
 */
export function grafana({ metrics, traces, ...lists }: GrafanaOptions): ControllerDefinition {
  const { logGroups, prometheusWorkspaceIds, roles } = lists;
  requireOne('grafana', { metrics, logGroups, traces, prometheusWorkspaceIds, roles });
  const regions = readingRegions('grafana', lists.regions);
  const groups = optional('grafana', 'logGroups', 'log group', logGroups);
  const workspaceIds = optional('grafana', 'prometheusWorkspaceIds', 'workspace', prometheusWorkspaceIds);
  const assumed = optional('grafana', 'roles', 'role', roles);
  return {
    name: 'grafana',
    namespace: 'monitoring',
    serviceAccountName: 'grafana',
    helmValues: { 'grafana\\.ini.auth.sigv4_auth_enabled': workspaceIds.length > 0 ? true : undefined },
    statements: scope => [
      ...(metrics ? [readInRegions(scope, regions, READ_METRICS)] : []),
      ...(groups.length > 0
        ? [
          allow({
            actions: ['logs:GetLogEvents', 'logs:GetLogGroupFields', 'logs:StartQuery'],
            resources: groups.map(group => group.logGroupArn),
          }),
          // A query is identified only by its ID, which is unrelated to its log groups.
          readInRegions(scope, regions, ['logs:DescribeLogGroups', 'logs:GetQueryResults', 'logs:StopQuery']),
        ]
        : []),
      ...(traces ? [readInRegions(scope, regions, READ_TRACES)] : []),
      ...(workspaceIds.length > 0
        ? [
          allow({
            actions: ['aps:GetLabels', 'aps:GetMetricMetadata', 'aps:GetSeries', 'aps:QueryMetrics'],
            resources: workspaceArns(scope, workspaceIds),
          }),
        ]
        : []),
      ...assumeRoles(assumed),
    ],
    problems: scope => workspaceProblems(scope, 'prometheusWorkspaceIds', workspaceIds),
  };
}
