import { IRole } from 'aws-cdk-lib/aws-iam';
import { AckResourceTagsOptions } from './options';
import { ackController, allOf, checkedTags, passRoles } from './parts';
import { allow, arn, ControllerDefinition, inRegion, required } from '../definition';

/**
 * Options of `AckService.mwaaServerless`.
 */
export interface AckMwaaServerlessOptions extends AckResourceTagsOptions {
  /**
   * The roles that workflows may run as. At least one.
   */
  readonly executionRoles: IRole[];
}

/**
 * @see https://github.com/aws-controllers-k8s/mwaaserverless-controller/blob/main/config/iam/recommended-inline-policy
 *
 * @internal
 */
export function ackMwaaServerless(options: AckMwaaServerlessOptions): ControllerDefinition {
  const { request, resource } = checkedTags(options);
  const roles = required('ackController', 'executionRoles', 'role', options.executionRoles);
  const unscoped =
    'AWS cannot distinguish tags at creation from tags that are added later, so it may add the tags to '
      + 'existing workflows.';
  return ackController('mwaaserverless', { unscoped }, scope => {
    const workflows = [arn(scope, 'airflow-serverless', 'workflow/*')];
    return [
      allow({
        actions: ['airflow-serverless:CreateWorkflow'],
        resources: ['*'],
        conditions: allOf(inRegion(scope), request),
      }),
      allow({ actions: ['airflow-serverless:TagResource'], resources: workflows, conditions: request }),
      allow({
        actions: [
          'airflow-serverless:DeleteWorkflow',
          'airflow-serverless:GetWorkflow',
          'airflow-serverless:ListTagsForResource',
          'airflow-serverless:TagResource',
          'airflow-serverless:UntagResource',
          'airflow-serverless:UpdateWorkflow',
        ],
        resources: workflows,
        conditions: resource,
      }),
      ...passRoles(roles, ['airflow-serverless.amazonaws.com']),
    ];
  });
}
