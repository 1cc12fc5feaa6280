import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { allow, ControllerDefinition } from './definition';
import { optional, requireOne } from './parts';
import { workspaceProblems, writeLogs, writeMetrics, writeTraces } from './telemetry';

/**
 * Options of `Controller.adotCollector`. At least one destination is required: `prometheusWorkspaceIds`, `traces` or
 * `logGroups`.
 */
export interface AdotCollectorOptions {
  /**
   * The IDs of the workspaces of Amazon Managed Service for Prometheus that it writes metrics to, in the stack's
   * account and region. For a `CfnWorkspace`, use `attrWorkspaceId`.
   *
   * @default - none
   */
  readonly prometheusWorkspaceIds?: string[];

  /**
   * Whether it sends traces to X-Ray in the stack's account and region. X-Ray has no resources to which this could be
   * scoped.
   *
   * @default false
   */
  readonly traces?: boolean;

  /**
   * The log groups that it sends logs to, and metrics (`awsemf`), which CloudWatch extracts from the logs. A log group
   * that is imported as `LogGroup.fromLogGroupName(scope, id, '/aws/containerinsights/blue/*')` represents all log
   * groups below that name.
   *
   * @default - none
   */
  readonly logGroups?: ILogGroup[];

  /**
   * Whether it may create the log groups and set their retention.
   *
   * @default false
   */
  readonly createLogGroups?: boolean;

  /**
   * Whether it may describe the tags and volumes of EC2 instances, which `awscontainerinsightreceiver` and resource
   * detection need.
   *
   * @default false
   */
  readonly describeInstances?: boolean;
}

/**
 * @see https://aws-otel.github.io/docs/setup/permissions
 *
 * @internal
 */
export function adotCollector(options: AdotCollectorOptions): ControllerDefinition {
  const { prometheusWorkspaceIds, traces, logGroups, createLogGroups, describeInstances } = options;
  requireOne('adotCollector', { prometheusWorkspaceIds, traces, logGroups });
  const workspaceIds = optional('adotCollector', 'prometheusWorkspaceIds', 'workspace', prometheusWorkspaceIds);
  const groups = optional('adotCollector', 'logGroups', 'log group', logGroups);
  return {
    name: 'adot-collector',
    namespace: 'default',
    serviceAccountName: 'adot-collector',
    statements: scope => [
      ...(workspaceIds.length > 0 ? [writeMetrics(scope, workspaceIds)] : []),
      ...(traces ? [writeTraces(scope)] : []),
      ...(groups.length > 0
        ? [
          writeLogs(
            groups.map(group => group.logGroupArn),
            createLogGroups ?? false,
          ),
        ]
        : []),
      ...(describeInstances
        ? [allow({ actions: ['ec2:DescribeInstances', 'ec2:DescribeTags', 'ec2:DescribeVolumes'], resources: ['*'] })]
        : []),
    ],
    problems: scope => workspaceProblems(scope, 'prometheusWorkspaceIds', workspaceIds),
  };
}
