import { AckNamePrefixOptions } from './options';
import { ackController, checkedPrefix, inRegion } from './parts';
import { allow, arn, ControllerDefinition } from '../definition';

/**
 * @see https://github.com/aws-controllers-k8s/cloudwatchlogs-controller/blob/main/config/iam/recommended-inline-policy
 */
export function ackCloudWatchLogs(options: AckNamePrefixOptions): ControllerDefinition {
  const prefix = checkedPrefix(options);
  return ackController('cloudwatchlogs', {}, scope => [
    allow({ actions: ['logs:DescribeLogGroups'], resources: ['*'], conditions: inRegion(scope) }),
    allow({
      actions: [
        'logs:CreateLogGroup',
        'logs:DeleteLogGroup',
        'logs:DeleteRetentionPolicy',
        'logs:DescribeSubscriptionFilters',
        'logs:ListTagsForResource',
        'logs:PutRetentionPolicy',
        'logs:TagLogGroup',
        'logs:TagResource',
        'logs:UntagLogGroup',
        'logs:UntagResource',
      ],
      resources: [arn(scope, 'logs', `log-group:${prefix}*`)],
    }),
  ]);
}
