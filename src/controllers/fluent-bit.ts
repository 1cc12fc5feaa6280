import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { ControllerDefinition, required } from './definition';
import { writeLogs } from './telemetry';

/**
 * Options of `Controller.fluentBit`.
 */
export interface FluentBitOptions {
  /**
   * The log groups that it writes to; at least one. One imported as `LogGroup.fromLogGroupName(scope, id,
   * '/eks/blue/*')` stands for all below it, as `log_group_template` needs.
   */
  readonly logGroups: ILogGroup[];

  /**
   * Whether it may create them (`auto_create_group`), and set how long they keep their events.
   *
   * @default false
   */
  readonly createLogGroups?: boolean;
}

/**
 * @see https://docs.fluentbit.io/manual/data-pipeline/outputs/cloudwatch
 *
 * @internal
 */
export function fluentBit({ logGroups, createLogGroups }: FluentBitOptions): ControllerDefinition {
  const groups = required('fluentBit', 'logGroups', 'log group', logGroups);
  return {
    name: 'aws-for-fluent-bit',
    namespace: 'kube-system',
    serviceAccountName: 'aws-for-fluent-bit',
    statements: () => [writeLogs(groups.map(group => group.logGroupArn), createLogGroups ?? false)],
  };
}
