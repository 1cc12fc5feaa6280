import { allow, arn, ControllerDefinition, inRegion, required } from './definition';
import { failIf } from '../private/errors';
import { clusterNameProblem, clusterNameProblems } from '../private/issuer/cluster-names';

/**
 * Options of `Controller.clusterAutoscaler`.
 */
export interface ClusterAutoscalerOptions {
  /**
   * The names of the clusters whose nodes it scales, in the account and region of the role. At least one. Their Auto
   * Scaling groups must have the tag `k8s.io/cluster-autoscaler/<name>` = `owned`, which EKS sets for managed node
   * groups. A name may be known only at deployment.
   */
  readonly clusterNames: string[];
}

/**
 * @see https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md#iam-policy
 *
 * @internal
 */
export function clusterAutoscaler(options: ClusterAutoscalerOptions): ControllerDefinition {
  const clusterNames = required('clusterAutoscaler', 'clusterNames', 'EKS cluster', options.clusterNames);
  clusterNames.forEach(name => failIf('Controller.clusterAutoscaler', clusterNameProblem('clusterNames', name)));
  return {
    name: 'cluster-autoscaler',
    namespace: 'kube-system',
    serviceAccountName: 'cluster-autoscaler',
    helmKey: 'rbac.serviceAccount',
    helmValues: { 'autoDiscovery.clusterName': clusterNames.length === 1 ? clusterNames[0] : undefined },
    problems: scope => clusterNames.flatMap(name => clusterNameProblems(scope, 'clusterNames', name)),
    statements: scope => [
      allow({
        actions: [
          'autoscaling:DescribeAutoScalingGroups',
          'autoscaling:DescribeAutoScalingInstances',
          'autoscaling:DescribeLaunchConfigurations',
          'autoscaling:DescribeScalingActivities',
          'autoscaling:DescribeTags',
          'ec2:DescribeImages',
          'ec2:DescribeInstanceTypes',
          'ec2:DescribeLaunchTemplateVersions',
          'ec2:GetInstanceTypesFromInstanceRequirements',
        ],
        resources: ['*'],
        conditions: inRegion(scope),
      }),
      allow({
        actions: ['eks:DescribeNodegroup'],
        resources: clusterNames.map(name => arn(scope, 'eks', `nodegroup/${name}/*`)),
      }),
      // All conditions of a statement must match, so each cluster needs a separate statement.
      ...clusterNames.map(name =>
        allow({
          actions: ['autoscaling:SetDesiredCapacity', 'autoscaling:TerminateInstanceInAutoScalingGroup'],
          resources: [arn(scope, 'autoscaling', 'autoScalingGroup:*:autoScalingGroupName/*')],
          conditions: { StringEquals: { [`aws:ResourceTag/k8s.io/cluster-autoscaler/${name}`]: 'owned' } },
        }),
      ),
    ],
  };
}
