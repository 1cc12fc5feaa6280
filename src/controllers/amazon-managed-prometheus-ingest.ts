import { ControllerDefinition, required } from './definition';
import { workspaceProblems, writeMetrics } from './telemetry';

/**
 * Options of `Controller.amazonManagedPrometheusIngest`.
 */
export interface AmazonManagedPrometheusIngestOptions {
  /**
   * The IDs of the workspaces that it writes to, in the stack's account and region. At least one. For a `CfnWorkspace`,
   * use `attrWorkspaceId`.
   */
  readonly workspaceIds: string[];
}

/**
 * @see https://docs.aws.amazon.com/prometheus/latest/userguide/set-up-irsa.html#set-up-irsa-ingest
 *
 * @internal
 */
export function amazonManagedPrometheusIngest(options: AmazonManagedPrometheusIngestOptions): ControllerDefinition {
  const workspaceIds = required('amazonManagedPrometheusIngest', 'workspaceIds', 'workspace', options.workspaceIds);
  return {
    name: 'amazon-managed-service-for-prometheus-ingest',
    namespace: 'prometheus',
    serviceAccountName: 'amp-iamproxy-ingest-service-account',
    helmKey: 'serviceAccounts.server',
    statements: scope => [
      writeMetrics(scope, workspaceIds, ['aps:GetLabels', 'aps:GetMetricMetadata', 'aps:GetSeries']),
    ],
    problems: scope => workspaceProblems(scope, 'workspaceIds', workspaceIds),
  };
}
