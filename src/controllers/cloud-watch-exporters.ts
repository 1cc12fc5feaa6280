import { IRole } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { readingRegions, readInRegions } from './cloud-watch-reading';
import { allow, arn, ControllerDefinition } from './definition';
import { assumeRoles, optional } from './parts';

/**
 * Options of `Controller.cloudWatchExporter`.
 */
export interface CloudWatchExporterOptions {
  /**
   * The regions whose metrics it reads.
   *
   * @default - the region of the role
   */
  readonly regions?: string[];

  /**
   * Whether it selects resources by their tags (`aws_tag_select`). It then may list the tagged resources of the
   * account.
   *
   * @default false
   */
  readonly tagSelect?: boolean;

  /**
   * The roles that it assumes (`role_arn`) for metrics in other accounts. They must trust its role.
   *
   * @default - none
   */
  readonly roles?: IRole[];
}

/**
 * Options of `Controller.yetAnotherCloudWatchExporter`.
 */
export interface YetAnotherCloudWatchExporterOptions {
  /**
   * The regions whose metrics it reads.
   *
   * @default - the region of the role
   */
  readonly regions?: string[];

  /**
   * Whether it discovers resources by their tags (`discovery` jobs). It then may list and describe resources of the
   * account. Jobs of the kinds `static` and `customNamespace` do not need it.
   *
   * @default true
   */
  readonly discovery?: boolean;

  /**
   * The roles that it assumes (`roles` of a job) for metrics in other accounts. They must trust its role.
   *
   * @default - none
   */
  readonly roles?: IRole[];
}

const READ_METRICS = ['cloudwatch:GetMetricData', 'cloudwatch:GetMetricStatistics', 'cloudwatch:ListMetrics'];
const UNSCOPED = 'CloudWatch metrics cannot be scoped, so it can read all metrics of the account in its regions.';

/**
 * @see https://github.com/prometheus/cloudwatch_exporter#credentials-and-permissions
 *
 * @internal
 */
export function cloudWatchExporter(options: CloudWatchExporterOptions): ControllerDefinition {
  const regions = readingRegions('cloudWatchExporter', options.regions);
  const roles = optional('cloudWatchExporter', 'roles', 'role', options.roles);
  return {
    name: 'prometheus-cloudwatch-exporter',
    namespace: 'monitoring',
    serviceAccountName: 'prometheus-cloudwatch-exporter',
    statements: scope => [
      readInRegions(scope, regions, [...READ_METRICS, ...(options.tagSelect ? ['tag:GetResources'] : [])]),
      ...assumeRoles(roles),
    ],
    unscoped: UNSCOPED,
  };
}

/**
 * @see https://github.com/prometheus-community/yet-another-cloudwatch-exporter#authentication
 *
 * @internal
 */
export function yetAnotherCloudWatchExporter(options: YetAnotherCloudWatchExporterOptions): ControllerDefinition {
  const regions = readingRegions('yetAnotherCloudWatchExporter', options.regions);
  const roles = optional('yetAnotherCloudWatchExporter', 'roles', 'role', options.roles);
  const discovery = options.discovery ?? true;
  return {
    name: 'prometheus-yet-another-cloudwatch-exporter',
    namespace: 'monitoring',
    serviceAccountName: 'prometheus-yet-another-cloudwatch-exporter',
    statements: scope => [
      readInRegions(scope, regions, [...READ_METRICS, ...(discovery ? DISCOVERY : [])]),
      ...(discovery
        ? [
          allow({ actions: ['apigateway:GET'], resources: apis(scope), conditions: regions(scope) }),
          // Shield metrics are always in one region.
          allow({ actions: ['shield:ListProtections'], resources: ['*'] }),
        ]
        : []),
      // IAM has one region. The account alias becomes a label of aws_account_info.
      allow({ actions: ['iam:ListAccountAliases'], resources: ['*'] }),
      ...assumeRoles(roles),
    ],
    unscoped: UNSCOPED,
  };
}

/** Additional calls for services whose resources have no tags or have other names in metrics. */
const DISCOVERY = [
  'aps:ListWorkspaces',
  'autoscaling:DescribeAutoScalingGroups',
  'dms:DescribeReplicationInstances',
  'dms:DescribeReplicationTasks',
  'ec2:DescribeSpotFleetRequests',
  'ec2:DescribeTransitGatewayAttachments',
  'storagegateway:ListGateways',
  'storagegateway:ListTagsForResource',
  'tag:GetResources',
];

/** The ARNs of REST, HTTP and WebSocket APIs. */
function apis(scope: IConstruct): string[] {
  return ['/restapis', '/apis'].map(path => arn(scope, 'apigateway', path, { region: '*', account: '' }));
}
