import { IAutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import { allow, ControllerDefinition, required } from './definition';
import { queueKeys, throughServices } from './kms-permissions';
import { failIf, missingProblem } from '../private/errors';

/**
 * Options of `Controller.awsNodeTerminationHandler`.
 */
export interface AwsNodeTerminationHandlerOptions {
  /**
   * The queue that EventBridge and the Auto Scaling groups write to. If your own key encrypts the queue, it may decrypt
   * with this key through SQS.
   */
  readonly queue: IQueue;

  /**
   * The Auto Scaling groups whose lifecycle actions it may extend and complete.
   *
   * @default - groups with the tag `aws-node-termination-handler/managed`, with any value
   */
  readonly autoScalingGroups?: IAutoScalingGroup[];
}

const MANAGED = 'aws:ResourceTag/aws-node-termination-handler/managed';

/**
 * @see https://github.com/aws/aws-node-termination-handler#5-create-an-iam-role-for-the-pods
 *
 * @internal
 */
export function awsNodeTerminationHandler(options: AwsNodeTerminationHandlerOptions): ControllerDefinition {
  const { queue } = options;
  failIf(
    'Controller.awsNodeTerminationHandler',
    missingProblem('queue', queue, 'Pass the queue that EventBridge writes to.'),
  );
  const groups =
    options.autoScalingGroups
    && required('awsNodeTerminationHandler', 'autoScalingGroups', 'Auto Scaling group', options.autoScalingGroups);
  return {
    name: 'aws-node-termination-handler',
    namespace: 'kube-system',
    serviceAccountName: 'aws-node-termination-handler',
    statements: () => [
      allow({ actions: ['sqs:DeleteMessage', 'sqs:ReceiveMessage'], resources: [queue.queueArn] }),
      ...throughServices(['kms:Decrypt'], ['sqs'], queueKeys(queue)),
      allow({
        actions: ['autoscaling:CompleteLifecycleAction', 'autoscaling:RecordLifecycleActionHeartbeat'],
        resources: groups?.map(group => group.autoScalingGroupArn) ?? ['*'],
        conditions: groups ? undefined : { Null: { [MANAGED]: 'false' } },
      }),
      allow({
        actions: [
          'autoscaling:DescribeAutoScalingInstances',
          'autoscaling:DescribeLifecycleHooks',
          'autoscaling:DescribeTags',
          'ec2:DescribeInstances',
        ],
        resources: ['*'],
      }),
    ],
  };
}
