import { IStream } from 'aws-cdk-lib/aws-kinesis';
import { IDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { IDomain } from 'aws-cdk-lib/aws-opensearchservice';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { allow, ControllerDefinition } from './definition';
import { throughServices } from './kms-permissions';
import { optional, requireOne, unique } from './parts';
import { bucketKeys, objectArns } from './s3-objects';
import { writeLogs } from './telemetry';

/**
 * Options of `Controller.fluentBit`. At least one destination is required.
 */
export interface FluentBitOptions {
  /**
   * The log groups that it writes to (output `cloudwatch_logs`). A log group that is imported as
   * `LogGroup.fromLogGroupName(scope, id, '/eks/blue/*')` represents all log groups below that name, for
   * `log_group_template`.
   *
   * @default - none
   */
  readonly logGroups?: ILogGroup[];

  /**
   * Whether it may create the log groups (`auto_create_group`) and set their retention.
   *
   * @default false
   */
  readonly createLogGroups?: boolean;

  /**
   * The Data Firehose streams that it writes to (output `kinesis_firehose`).
   *
   * @default - none
   */
  readonly deliveryStreams?: IDeliveryStream[];

  /**
   * The Kinesis streams that it writes to (output `kinesis_streams`).
   *
   * @default - none
   */
  readonly streams?: IStream[];

  /**
   * The buckets that it writes objects to (output `s3`), with their `encryptionKey`, if any.
   *
   * @default - none
   */
  readonly buckets?: IBucket[];

  /**
   * The OpenSearch Service domains that it writes documents to (output `opensearch`).
   *
   * @default - none
   */
  readonly domains?: IDomain[];
}

/**
 * @see https://docs.fluentbit.io/manual/data-pipeline/outputs
 *
 * @internal
 */
export function fluentBit({ createLogGroups = false, ...lists }: FluentBitOptions): ControllerDefinition {
  const { logGroups, deliveryStreams, streams, buckets, domains } = lists;
  requireOne('fluentBit', { logGroups, deliveryStreams, streams, buckets, domains });
  const groups = optional('fluentBit', 'logGroups', 'log group', logGroups);
  const firehoses = optional('fluentBit', 'deliveryStreams', 'delivery stream', deliveryStreams);
  const kinesis = optional('fluentBit', 'streams', 'stream', streams);
  const objects = optional('fluentBit', 'buckets', 'bucket', buckets);
  const searches = optional('fluentBit', 'domains', 'domain', domains);
  return {
    name: 'aws-for-fluent-bit',
    namespace: 'kube-system',
    serviceAccountName: 'aws-for-fluent-bit',
    statements: () => [
      ...(groups.length > 0 ? [writeLogs(groups.map(group => group.logGroupArn), createLogGroups)] : []),
      ...[
        { actions: ['firehose:PutRecordBatch'], resources: firehoses.map(stream => stream.deliveryStreamArn) },
        { actions: ['kinesis:PutRecords'], resources: kinesis.map(stream => stream.streamArn) },
        { actions: ['s3:PutObject'], resources: objectArns(objects, undefined) },
        // The bulk API, with each method that the output can use.
        { actions: ['es:ESHttpPost', 'es:ESHttpPut'], resources: searches.map(domain => `${domain.domainArn}/*`) },
      ]
        .filter(({ resources }) => resources.length > 0)
        .map(allow),
      ...throughServices(
        ['kms:GenerateDataKey'], ['kinesis'], unique(kinesis.flatMap(({ encryptionKey }) => encryptionKey ?? [])),
      ),
      ...throughServices(['kms:Decrypt', 'kms:GenerateDataKey'], ['s3'], unique(bucketKeys(objects))),
    ],
  };
}
