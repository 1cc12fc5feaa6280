import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { allow, arn, serviceLinkedRole } from './definition';
import { owned, requested, TAG, untouched } from './load-balancer-tags';
import { problem } from '../private/errors';
import { literalPartition } from '../private/values/tokens';

const KIND = 'aga.k8s.aws/resource';
const OWN_KIND = { [`aws:ResourceTag/${KIND}`]: 'GlobalAccelerator' };

/**
 * Statements on accelerators, whose tags also apply to their listeners and endpoint groups.
 *
 * @see
 * https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/docs/install/aga_controller_iam_policy.json
 */
export function acceleratorStatements(scope: IConstruct, clusterName: string): PolicyStatement[] {
  const accelerators = [arn(scope, 'globalaccelerator', 'accelerator/*', { region: '' })];
  const accelerator = (...actions: string[]) => actions.map(action => `globalaccelerator:${action}`);
  const own = { ...owned(clusterName), ...OWN_KIND };
  const created = { ...requested(clusterName), [`aws:RequestTag/${KIND}`]: 'GlobalAccelerator' };
  return [
    serviceLinkedRole(scope, 'globalaccelerator.amazonaws.com'),
    allow({ actions: ['ec2:DescribeRegions'], resources: ['*'] }),
    allow({
      actions: accelerator('ListEndpointGroups', 'ListListeners', 'ListTagsForResource'),
      resources: accelerators,
    }),
    allow({
      actions: accelerator('CreateAccelerator'),
      resources: ['*'],
      conditions: { StringEquals: created },
    }),
    allow({
      actions: accelerator(
        'AddEndpoints',
        'CreateEndpointGroup',
        'CreateListener',
        'DeleteAccelerator',
        'DeleteEndpointGroup',
        'DeleteListener',
        'DescribeAccelerator',
        'RemoveEndpoints',
        'UpdateAccelerator',
        'UpdateEndpointGroup',
        'UpdateListener',
      ),
      resources: accelerators,
      conditions: { StringEquals: own },
    }),
    // AWS cannot distinguish a new accelerator from an existing one without tags.
    allow({
      actions: accelerator('TagResource'),
      resources: accelerators,
      conditions: { StringEquals: created, StringEqualsIfExists: owned(clusterName) },
    }),
    allow({
      actions: accelerator('TagResource'),
      resources: accelerators,
      conditions: { StringEquals: own, Null: untouched() },
    }),
    allow({
      actions: accelerator('UntagResource'),
      resources: accelerators,
      conditions: { 'StringEquals': own, 'ForAllValues:StringNotEquals': { 'aws:TagKeys': [TAG, KIND] } },
    }),
  ];
}

/** Returns an error outside the partition `aws`, where the controller ignores its feature gate. */
export function acceleratorProblems(scope: IConstruct): string[] {
  const partition = literalPartition(Stack.of(scope));
  if (partition === undefined || partition === 'aws') return [];
  return [
    problem(
      'globalAccelerator',
      `be left out in the partition of the stack, ${partition}`,
      true,
      'AWS Global Accelerator is available only in the partition aws.',
    ),
  ];
}
