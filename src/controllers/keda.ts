import { Stack } from 'aws-cdk-lib';
import { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { IStream } from 'aws-cdk-lib/aws-kinesis';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import { allow, ControllerDefinition, Permission, required } from './definition';

/**
 * Options of `Controller.keda`: what it scales by, or the roles that it assumes for that; at least one.
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
   * Tables that it queries (`aws-dynamodb`), with their indexes.
   *
   * @default - none
   */
  readonly tables?: ITable[];

  /**
   * Tables whose DynamoDB stream it scales by the shards of (`aws-dynamodb-streams`).
   *
   * @default - none
   */
  readonly tableStreams?: ITable[];

  /**
   * Whether it scales by metrics of CloudWatch (`aws-cloudwatch`): all metrics of the role's account and region, since AWS cannot tell them apart.
   *
   * @default false
   */
  readonly cloudWatchMetrics?: boolean;

  /**
   * Secrets that a TriggerAuthentication reads (`awsSecretManager`). Those with a KMS key of their own: grant `kms:Decrypt` by `key.grantDecrypt()`.
   *
   * @default - none
   */
  readonly secrets?: ISecret[];

  /**
   * Roles of workloads that it assumes, for a TriggerAuthentication with `identityOwner: workload` or a `roleArn`. They must trust its role.
   *
   * @default - none
   */
  readonly workloadRoles?: IRole[];
}

/** @see https://keda.sh/docs/latest/scalers/aws-sqs/ */
export function keda(options: KedaOptions): ControllerDefinition {
  const { queues = [], streams = [], tables = [], tableStreams = [], cloudWatchMetrics, secrets = [], workloadRoles = [] } = options;
  required('keda', 'options', 'source to scale by, or role to assume', [
    ...queues, ...streams, ...tables, ...tableStreams, ...cloudWatchMetrics ? ['metrics'] : [], ...secrets, ...workloadRoles,
  ]);
  return {
    name: 'keda',
    namespace: 'keda',
    serviceAccountName: 'keda-operator',
    helmKey: 'serviceAccount.operator',
    statements: scope => [
      on(['sqs:GetQueueAttributes', 'sqs:GetQueueUrl'], queues.map(queue => queue.queueArn)),
      on(['kinesis:DescribeStreamSummary'], streams.map(stream => stream.streamArn)),
      on(['dynamodb:Query'], tables.flatMap(({ tableArn }) => [tableArn, `${tableArn}/index/*`])),
      on(['dynamodb:DescribeTable'], tableStreams.map(table => table.tableArn)),
      // The stream's own label changes whenever it is turned on anew.
      on(['dynamodb:DescribeStream'], tableStreams.map(({ tableArn }) => `${tableArn}/stream/*`)),
      on(['secretsmanager:GetSecretValue'], secrets.map(secret => secret.secretFullArn ?? `${secret.secretArn}-??????`)),
      on(['sts:AssumeRole'], workloadRoles.map(role => role.roleArn)),
      ...cloudWatchMetrics ? [{
        actions: ['cloudwatch:GetMetricData'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:RequestedRegion': Stack.of(scope).region } },
      }] : [],
    ].filter(({ resources }) => resources.length > 0).map(allow),
  };
}

function on(actions: string[], resources: string[]): Permission {
  return { actions, resources };
}
