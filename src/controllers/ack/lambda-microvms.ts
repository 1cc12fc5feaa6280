import { IRole } from 'aws-cdk-lib/aws-iam';
import { AckNamePrefixOptions } from './options';
import { ackController, checkedPrefix, passRoles } from './parts';
import { allow, arn, ControllerDefinition, inRegion, required } from '../definition';

/**
 * Options of `AckService.lambdaMicrovms`.
 */
export interface AckLambdaMicrovmsOptions extends AckNamePrefixOptions {
  /**
   * The roles that images may be built with and run as. At least one.
   */
  readonly roles: IRole[];
}

/**
 * @see https://github.com/aws-controllers-k8s/lambdamicrovms-controller/blob/main/config/iam/recommended-inline-policy
 *
 * @internal
 */
export function ackLambdaMicrovms(options: AckLambdaMicrovmsOptions): ControllerDefinition {
  const prefix = checkedPrefix(options);
  const roles = required('ackController', 'roles', 'role', options.roles);
  return ackController('lambdamicrovms', {}, scope => [
    allow({
      actions: ['lambda:CreateMicrovmImage', 'lambda:ListMicrovmImages', 'lambda:ListMicrovms'],
      resources: ['*'],
      conditions: inRegion(scope),
    }),
    allow({
      actions: [
        'lambda:DeleteMicrovmImage',
        'lambda:GetMicrovm',
        'lambda:GetMicrovmImage',
        'lambda:GetMicrovmImageVersion',
        'lambda:ListTags',
        'lambda:RunMicrovm',
        'lambda:TagResource',
        'lambda:TerminateMicrovm',
        'lambda:UntagResource',
        'lambda:UpdateMicrovmImage',
      ],
      resources: [arn(scope, 'lambda', `microvm-image:${prefix}*`)],
    }),
    ...passRoles(roles, ['lambda.amazonaws.com']),
  ]);
}
