import { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { IStream } from 'aws-cdk-lib/aws-kinesis';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import { allow, ControllerDefinition, inRegion, Permission } from './definition';
import { KedaMskCluster, mskArns, mskClusterProblems } from './keda-msk-cluster';
import { throughServices } from './kms-permissions';
import { assumeRoles, optional, requireOne, unique } from './parts';
import { keysOf, secretArn } from './secrets';
import { workspaceArns, workspaceProblems } from './telemetry';

/**
 * Options of `Controller.keda`: what it scales by, or the roles that it assumes to read it. At least one option is
 * required.
 */
export interface KedaOptions {
  /**
   * Queues whose length it scales by (`aws-sqs-queue`).
   *
   * @default - none
   */
  readonly queues?: IQueue[];

  /**
   * Kinesis streams whose shards it scales by (`aws-kinesis-stream`).
   *
   * @default - none
   */
  readonly streams?: IStream[];

  /**
   * Tables that it queries (`aws-dynamodb`), with their indexes, and their `encryptionKey`, which can be used only
   * through DynamoDB.
   *
   * @default - none
   */
  readonly tables?: ITable[];

  /**
   * Tables whose DynamoDB streams it scales by, according to the number of shards (`aws-dynamodb-streams`).
   *
   * @default - none
   */
  readonly tableStreams?: ITable[];

  /**
   * The IDs of the workspaces of Amazon Managed Service for Prometheus that it queries (`prometheus` with AWS
   * authentication), in the stack's account and region. For a `CfnWorkspace`, use `attrWorkspaceId`.
   *
   * @default - none
   */
  readonly prometheusWorkspaceIds?: string[];

  /**
   * Amazon MSK topics whose lag it scales by (`apache-kafka` and `kafka` with MSK IAM authentication), per cluster.
   *
   * @default - none
   */
  readonly mskClusters?: KedaMskCluster[];

  /**
   * Whether it scales by CloudWatch metrics (`aws-cloudwatch`). Access cannot be scoped, so it can read all metrics of
   * the role's account and region.
   *
   * @default false
   */
  readonly cloudWatchMetrics?: boolean;

  /**
   * Secrets that a TriggerAuthentication reads (`awsSecretManager`), and their `encryptionKey`, which can be used only
   * through Secrets Manager.
   *
   * @default - none
   */
  readonly secrets?: ISecret[];

  /**
   * Roles of workloads that it assumes, for a TriggerAuthentication with `identityOwner: workload` or a `roleArn`. They
   * must trust its role for `sts:AssumeRole`, and with EKS Pod Identity also for `sts:TagSession`; `grantAssume` adds
   * both.
   *
   * @default - none
   */
  readonly workloadRoles?: IRole[];
}

/**
 * KEDA does not publish a policy. These are the calls of its scalers.
 *
 * @see https://github.com/kedacore/keda/tree/main/pkg/scalers
 *
 * @internal
 */
export function keda({ cloudWatchMetrics, ...lists }: KedaOptions): ControllerDefinition {
  const { queues, streams, tables, tableStreams, prometheusWorkspaceIds, mskClusters, secrets, workloadRoles } = lists;
  requireOne('keda', {
    queues,
    streams,
    tables,
    tableStreams,
    prometheusWorkspaceIds,
    mskClusters,
    cloudWatchMetrics,
    secrets,
    workloadRoles,
  });
  const sources = {
    queues: optional('keda', 'queues', 'queue', queues),
    streams: optional('keda', 'streams', 'stream', streams),
    tables: optional('keda', 'tables', 'table', tables),
    tableStreams: optional('keda', 'tableStreams', 'table', tableStreams),
    workspaceIds: optional('keda', 'prometheusWorkspaceIds', 'workspace', prometheusWorkspaceIds),
    msk: mskArns(optional('keda', 'mskClusters', 'cluster', mskClusters)),
    secrets: optional('keda', 'secrets', 'secret', secrets),
    roles: optional('keda', 'workloadRoles', 'role', workloadRoles),
  };
  return {
    name: 'keda',
    namespace: 'keda',
    serviceAccountName: 'keda-operator',
    helmKey: 'serviceAccount.operator',
    statements: scope => [
      ...[
        on(
          ['sqs:GetQueueAttributes'],
          sources.queues.map(queue => queue.queueArn),
        ),
        on(
          ['kinesis:DescribeStreamSummary'],
          sources.streams.map(stream => stream.streamArn),
        ),
        on(
          ['dynamodb:Query'],
          sources.tables.flatMap(({ tableArn }) => [tableArn, `${tableArn}/index/*`]),
        ),
        on(
          ['dynamodb:DescribeTable'],
          sources.tableStreams.map(table => table.tableArn),
        ),
        // The label of a stream changes whenever it is enabled again.
        on(
          ['dynamodb:DescribeStream'],
          sources.tableStreams.map(({ tableArn }) => `${tableArn}/stream/*`),
        ),
        on(['aps:QueryMetrics'], workspaceArns(scope, sources.workspaceIds)),
        on(['kafka-cluster:Connect'], sources.msk.clusters),
        on(['kafka-cluster:DescribeTopic'], sources.msk.topics),
        on(['kafka-cluster:DescribeGroup'], sources.msk.consumerGroups),
        on(['secretsmanager:GetSecretValue'], sources.secrets.map(secretArn)),
      ]
        .filter(({ resources }) => resources.length > 0)
        .map(allow),
      ...assumeRoles(sources.roles),
      ...throughServices(
        ['kms:Decrypt', 'kms:DescribeKey'],
        ['dynamodb'],
        unique(sources.tables.flatMap(({ encryptionKey }) => encryptionKey ?? [])),
      ),
      ...throughServices(['kms:Decrypt'], ['secretsmanager'], unique(keysOf(sources.secrets))),
      ...(cloudWatchMetrics
        ? [
          allow({
            actions: ['cloudwatch:GetMetricData'],
            resources: ['*'],
            conditions: inRegion(scope),
          }),
        ]
        : []),
    ],
    problems: scope => [
      ...workspaceProblems(scope, 'prometheusWorkspaceIds', sources.workspaceIds),
      ...mskClusterProblems(scope, mskClusters ?? []),
    ],
  };
}

function on(actions: string[], resources: string[]): Permission {
  return { actions, resources };
}
