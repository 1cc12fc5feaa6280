import { Stack } from 'aws-cdk-lib';
import { allow, arn, ControllerDefinition, required } from './definition';
import { writeLogs, writeTraces } from './telemetry';
import { failIf } from '../private/errors';
import { clusterNameProblem, clusterNameProblems } from '../private/issuer/cluster-names';

/**
 * Options of `Controller.cloudWatchAgent`.
 */
export interface CloudWatchAgentOptions {
  /**
   * The name of the cluster, which may be known only at deployment. Its log groups are those below
   * `/aws/containerinsights/<name>/`.
   */
  readonly clusterName: string;

  /**
   * The CloudWatch namespaces that it writes metrics to.
   *
   * @default ['ContainerInsights', 'ContainerInsights/Prometheus', 'CWAgent']
   */
  readonly metricNamespaces?: string[];

  /**
   * Whether it also sends metrics by OpenTelemetry (OTLP), for Container Insights with OpenTelemetry. These metrics
   * have no namespace and are scoped only to the region of the stack. Its logs are written to the log groups below
   * `/aws/otel/containerinsights/<name>/`.
   *
   * @default false
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html
   */
  readonly otlpMetrics?: boolean;

  /**
   * Whether it collects data for Application Signals. It then may write to the log group
   * `/aws/application-signals/data`, and traces to X-Ray in the stack's account and region.
   *
   * @default false
   */
  readonly applicationSignals?: boolean;

  /**
   * Whether to attach the policy that AWS recommends, `CloudWatchAgentServerPolicy` (and `AWSXrayWriteOnlyAccess` with
   * Application Signals), instead of the narrower statements. It covers all metrics and log groups of the account.
   *
   * @default false
   */
  readonly useManagedPolicy?: boolean;
}

/**
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/install-CloudWatch-Observability-EKS-addon.html
 *
 * @internal
 */
export function cloudWatchAgent(options: CloudWatchAgentOptions): ControllerDefinition {
  const { clusterName, metricNamespaces, otlpMetrics, applicationSignals, useManagedPolicy } = options;
  failIf('Controller.cloudWatchAgent', clusterNameProblem('clusterName', clusterName));
  const namespaces = required(
    'cloudWatchAgent',
    'metricNamespaces',
    'namespace of CloudWatch',
    metricNamespaces ?? ['ContainerInsights', 'ContainerInsights/Prometheus', 'CWAgent'],
  );
  const definition = {
    name: 'cloudwatch-agent',
    namespace: 'amazon-cloudwatch',
    serviceAccountName: 'cloudwatch-agent',
    insteadOfHelmValues:
      'Pass `roleArn` to the EKS add-on as its serviceAccountRoleArn, or use PodIdentityServiceAccount, which needs '
        + 'no annotation.',
  };
  if (useManagedPolicy) {
    return {
      ...definition,
      statements: () => [],
      managedPolicyNames: ['CloudWatchAgentServerPolicy', ...(applicationSignals ? ['AWSXrayWriteOnlyAccess'] : [])],
      unscoped:
        'CloudWatchAgentServerPolicy covers all metrics and log groups of the account. Leave `useManagedPolicy` '
          + 'out if the narrower statements are sufficient.',
    };
  }
  const groups = [
    `/aws/containerinsights/${clusterName}/*`,
    ...(otlpMetrics ? [`/aws/otel/containerinsights/${clusterName}/*`] : []),
    ...(applicationSignals ? ['/aws/application-signals/data'] : []),
  ];
  return {
    ...definition,
    statements: scope => [
      allow({
        actions: ['cloudwatch:PutMetricData'],
        resources: ['*'],
        conditions: { StringEquals: { 'cloudwatch:namespace': namespaces } },
      }),
      ...(otlpMetrics
        ? [
          allow({
            actions: ['cloudwatch:PutMetricData'],
            resources: ['*'],
            conditions: {
              Null: { 'cloudwatch:namespace': 'true' },
              StringEquals: { 'aws:RequestedRegion': Stack.of(scope).region },
            },
          }),
        ]
        : []),
      writeLogs(
        groups.map(group => arn(scope, 'logs', `log-group:${group}:*`)),
        true,
      ),
      allow({ actions: ['ec2:DescribeTags', 'ec2:DescribeVolumes', 'logs:DescribeLogGroups'], resources: ['*'] }),
      ...(applicationSignals ? [writeTraces(scope)] : []),
    ],
    problems: scope => clusterNameProblems(scope, 'clusterName', clusterName),
  };
}
