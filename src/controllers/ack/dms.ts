import { Stack } from 'aws-cdk-lib';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { AckResourceTagsOptions } from './options';
import { ackController, allOf, checkedTags, passRoles } from './parts';
import { allow, arn, ControllerDefinition, inRegion } from '../definition';
import { optional } from '../parts';

/**
 * Options of `AckService.dms`.
 */
export interface AckDmsOptions extends AckResourceTagsOptions {
  /**
   * The roles that endpoints may use to access their data and secrets.
   *
   * @default - none
   */
  readonly roles?: IRole[];
}

const TYPES = ['cert', 'endpoint', 'es', 'rep', 'subgrp', 'task'];

/**
 * @see https://github.com/aws-controllers-k8s/dms-controller/blob/main/config/iam/recommended-inline-policy
 *
 * @internal
 */
export function ackDms(options: AckDmsOptions): ControllerDefinition {
  const { request, resource } = checkedTags(options);
  const roles = optional('ackController', 'roles', 'role', options.roles);
  const unscoped =
    'AWS cannot distinguish tags at creation from tags that are added later, so it may add the tags to existing '
      + 'resources in DMS.';
  return ackController('dms', { unscoped }, scope => {
    const resources = TYPES.map(type => arn(scope, 'dms', `${type}:*`));
    return [
      allow({
        actions: [
          'dms:AddTagsToResource',
          'dms:CreateEndpoint',
          'dms:CreateEventSubscription',
          'dms:CreateReplicationInstance',
          'dms:CreateReplicationSubnetGroup',
          'dms:ImportCertificate',
        ],
        resources,
        conditions: request,
      }),
      // Its endpoints and replication instance already exist and have the tags.
      allow({
        actions: ['dms:CreateReplicationTask'],
        resources: [arn(scope, 'dms', 'endpoint:*'), arn(scope, 'dms', 'rep:*')],
        conditions: allOf(request, resource),
      }),
      allow({
        actions: [
          'dms:AddTagsToResource',
          'dms:DeleteCertificate',
          'dms:DeleteEndpoint',
          'dms:DeleteEventSubscription',
          'dms:DeleteReplicationInstance',
          'dms:DeleteReplicationSubnetGroup',
          'dms:DeleteReplicationTask',
          'dms:ListTagsForResource',
          'dms:ModifyEndpoint',
          'dms:ModifyEventSubscription',
          'dms:ModifyReplicationInstance',
          'dms:ModifyReplicationSubnetGroup',
          'dms:ModifyReplicationTask',
          'dms:RemoveTagsFromResource',
          'dms:StartReplicationTask',
          'dms:StopReplicationTask',
        ],
        resources,
        conditions: resource,
      }),
      allow({
        actions: [
          'dms:DescribeCertificates',
          'dms:DescribeEndpoints',
          'dms:DescribeEventSubscriptions',
          'dms:DescribeReplicationInstances',
          'dms:DescribeReplicationSubnetGroups',
          'dms:DescribeReplicationTasks',
        ],
        resources: ['*'],
        conditions: inRegion(scope),
      }),
      // Roles for secrets trust the regional DMS service principal.
      ...passRoles(roles, ['dms.amazonaws.com', `dms.${Stack.of(scope).region}.amazonaws.com`]),
    ];
  });
}
