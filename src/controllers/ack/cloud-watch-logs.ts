import { IRole } from 'aws-cdk-lib/aws-iam';
import { AckNamePrefixOptions } from './options';
import { ackController, checkedPrefix, passRoles } from './parts';
import { allow, arn, ControllerDefinition, inRegion } from '../definition';
import { optional } from '../parts';

/**
 * Options of `AckService.cloudWatchLogs`.
 */
export interface AckCloudWatchLogsOptions extends AckNamePrefixOptions {
  /**
   * The roles that subscription filters may use to write to Kinesis and Data Firehose.
   *
   * @default - none: filters can write only to Lambda functions
   */
  readonly roles?: IRole[];
}

/**
 * @see https://github.com/aws-controllers-k8s/cloudwatchlogs-controller/blob/main/config/iam/recommended-inline-policy
 *
 * @internal
 */
export function ackCloudWatchLogs(options: AckCloudWatchLogsOptions): ControllerDefinition {
  const prefix = checkedPrefix(options);
  const roles = optional('ackController', 'roles', 'role', options.roles);
  return ackController('cloudwatchlogs', {}, scope => [
    allow({ actions: ['logs:DescribeLogGroups'], resources: ['*'], conditions: inRegion(scope) }),
    allow({
      actions: [
        'logs:CreateLogGroup',
        'logs:DeleteLogGroup',
        'logs:DeleteRetentionPolicy',
        'logs:DeleteSubscriptionFilter',
        'logs:DescribeSubscriptionFilters',
        'logs:ListTagsForResource',
        'logs:PutRetentionPolicy',
        'logs:PutSubscriptionFilter',
        'logs:TagLogGroup',
        'logs:TagResource',
        'logs:UntagLogGroup',
        'logs:UntagResource',
      ],
      resources: [arn(scope, 'logs', `log-group:${prefix}*`)],
    }),
    ...passRoles(roles, ['logs.amazonaws.com']),
  ]);
}
