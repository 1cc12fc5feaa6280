import { AckNamePrefixOptions } from './options';
import { ackController, checkedPrefix } from './parts';
import { allow, arn, ControllerDefinition, inRegion } from '../definition';

/** @see https://github.com/aws-controllers-k8s/kinesis-controller/blob/main/config/iam/recommended-inline-policy */
export function ackKinesis(options: AckNamePrefixOptions): ControllerDefinition {
  const prefix = checkedPrefix(options);
  const unscoped =
    'AWS cannot scope changes to the number of shards, the capacity mode and the shard metrics, so it may change '
      + 'these for any stream in the region.';
  return ackController('kinesis', { unscoped }, scope => [
    allow({
      actions: [
        'kinesis:DisableEnhancedMonitoring',
        'kinesis:EnableEnhancedMonitoring',
        'kinesis:ListStreams',
        'kinesis:UpdateShardCount',
        'kinesis:UpdateStreamMode',
      ],
      resources: ['*'],
      conditions: inRegion(scope),
    }),
    allow({
      actions: [
        // Tags, retention, encryption and throughput are missing in the recommended policy, but the controller sets
        // them.
        'kinesis:AddTagsToStream',
        'kinesis:CreateStream',
        'kinesis:DecreaseStreamRetentionPeriod',
        'kinesis:DeleteResourcePolicy',
        'kinesis:DeleteStream',
        'kinesis:DescribeStream',
        'kinesis:DescribeStreamSummary',
        'kinesis:GetResourcePolicy',
        'kinesis:IncreaseStreamRetentionPeriod',
        'kinesis:ListShards',
        'kinesis:ListTagsForStream',
        'kinesis:PutResourcePolicy',
        'kinesis:RemoveTagsFromStream',
        'kinesis:StartStreamEncryption',
        'kinesis:StopStreamEncryption',
        'kinesis:UpdateMaxRecordSize',
        'kinesis:UpdateStreamWarmThroughput',
      ],
      resources: [arn(scope, 'kinesis', `stream/${prefix}*`)],
    }),
  ]);
}
