import { IRole } from 'aws-cdk-lib/aws-iam';
import { AckResourceTagsOptions } from './options';
import { ackController, allOf, checkedTags } from './parts';
import { allow, arn, ControllerDefinition, inRegion, required, serviceLinkedRole } from '../definition';

/**
 * Options of `AckService.emrContainers`.
 */
export interface AckEmrContainersOptions extends AckResourceTagsOptions {
  /**
   * The roles that jobs may run as. At least one.
   */
  readonly executionRoles: IRole[];
}

/**
 * Unlike the recommended policy, this omits logs, buckets and the web pages of jobs, which the controller does not
 * read.
 *
 * @see https://github.com/aws-controllers-k8s/emrcontainers-controller/blob/main/config/iam/recommended-inline-policy
 *
 * @internal
 */
export function ackEmrContainers(options: AckEmrContainersOptions): ControllerDefinition {
  const { request, resource } = checkedTags(options);
  const roles = required('ackController', 'executionRoles', 'role', options.executionRoles);
  const unscoped =
    'AWS cannot distinguish tags at creation from tags that are added later, so it may add the tags '
      + 'to existing virtual clusters, and run jobs there as the roles.';
  return ackController('emrcontainers', { unscoped }, scope => {
    const clusters = [arn(scope, 'emr-containers', '/virtualclusters/*')];
    return [
      allow({
        actions: ['emr-containers:CreateVirtualCluster'],
        resources: ['*'],
        conditions: allOf(inRegion(scope), request),
      }),
      allow({ actions: ['emr-containers:TagResource'], resources: clusters, conditions: request }),
      allow({
        actions: ['emr-containers:StartJobRun'],
        resources: clusters,
        conditions: {
          ...allOf(request, resource),
          ArnEquals: { 'emr-containers:ExecutionRoleArn': roles.map(role => role.roleArn) },
        },
      }),
      allow({
        actions: [
          'emr-containers:CancelJobRun',
          'emr-containers:DeleteVirtualCluster',
          'emr-containers:DescribeJobRun',
          'emr-containers:DescribeVirtualCluster',
          'emr-containers:ListJobRuns',
          'emr-containers:ListTagsForResource',
          'emr-containers:UntagResource',
        ],
        resources: clusters,
        conditions: resource,
      }),
      allow({ actions: ['emr-containers:ListVirtualClusters'], resources: ['*'], conditions: inRegion(scope) }),
      serviceLinkedRole(scope, 'emr-containers.amazonaws.com'),
    ];
  });
}
