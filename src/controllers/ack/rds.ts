import { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { AckNamePrefixOptions } from './options';
import { ackController, checkedPrefix, passRoles } from './parts';
import { allow, arn, ControllerDefinition, inRegion, serviceLinkedRole } from '../definition';
import { throughServices } from '../kms-permissions';
import { optional } from '../parts';

/**
 * Options of `AckService.rds`.
 */
export interface AckRdsOptions extends AckNamePrefixOptions {
  /**
   * The keys that may encrypt databases and their managed passwords.
   *
   * @default - only AWS managed keys
   */
  readonly encryptionKeys?: IKey[];

  /**
   * The roles that databases may use for enhanced monitoring, or to access S3 and other services.
   *
   * @default - none
   */
  readonly roles?: IRole[];
}

/** Actions that create, change, delete or read named resources. */
const OWN_ACTIONS = [
  'rds:AddRoleToDBCluster',
  'rds:AddRoleToDBInstance',
  'rds:AddTagsToResource',
  'rds:CreateDBClusterEndpoint',
  'rds:CreateDBClusterParameterGroup',
  'rds:CreateDBClusterSnapshot',
  'rds:CreateDBParameterGroup',
  'rds:CreateDBSnapshot',
  'rds:CreateDBSubnetGroup',
  'rds:CreateGlobalCluster',
  'rds:CreateOptionGroup',
  'rds:DeleteDBCluster',
  'rds:DeleteDBClusterEndpoint',
  'rds:DeleteDBClusterParameterGroup',
  'rds:DeleteDBClusterSnapshot',
  'rds:DeleteDBInstance',
  'rds:DeleteDBParameterGroup',
  'rds:DeleteDBSnapshot',
  'rds:DeleteDBSubnetGroup',
  'rds:DeleteGlobalCluster',
  'rds:DeleteOptionGroup',
  'rds:DescribeDBClusterEndpoints',
  'rds:DescribeDBClusterParameterGroups',
  'rds:DescribeDBClusterParameters',
  'rds:DescribeDBClusterSnapshots',
  'rds:DescribeDBClusters',
  'rds:DescribeDBInstances',
  'rds:DescribeDBParameterGroups',
  'rds:DescribeDBParameters',
  'rds:DescribeDBSnapshots',
  'rds:DescribeDBSubnetGroups',
  'rds:DescribeGlobalClusters',
  'rds:DescribeOptionGroups',
  'rds:ListTagsForResource',
  'rds:ModifyDBClusterEndpoint',
  'rds:ModifyDBClusterParameterGroup',
  'rds:ModifyDBParameterGroup',
  'rds:ModifyDBSnapshot',
  'rds:ModifyDBSubnetGroup',
  'rds:ModifyGlobalCluster',
  'rds:ModifyOptionGroup',
  'rds:RemoveFromGlobalCluster',
  'rds:RemoveRoleFromDBCluster',
  'rds:RemoveRoleFromDBInstance',
  'rds:RemoveTagsFromResource',
  'rds:ResetDBClusterParameterGroup',
  'rds:ResetDBParameterGroup',
];

/** Actions on a database of the controller that also name groups, or a snapshot to restore. */
const DATABASE_ACTIONS = [
  'rds:CreateDBCluster',
  'rds:CreateDBInstance',
  'rds:CreateDBInstanceReadReplica',
  'rds:ModifyDBCluster',
  'rds:ModifyDBInstance',
  'rds:RestoreDBClusterFromSnapshot',
  'rds:RestoreDBClusterToPointInTime',
  'rds:RestoreDBInstanceFromDBSnapshot',
  'rds:RestoreDBInstanceToPointInTime',
];

/** RDS reads the network with the permissions of its caller. */
const NETWORK_ACTIONS = [
  'ec2:DescribeAvailabilityZones',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeVpcAttribute',
  'ec2:DescribeVpcs',
];

/**
 * The recommended policy is `AmazonRDSFullAccess`, plus read access to the passwords that RDS manages.
 *
 * @see https://github.com/aws-controllers-k8s/rds-controller/blob/main/config/iam/recommended-policy-arn
 *
 * @internal
 */
export function ackRds(options: AckRdsOptions): ControllerDefinition {
  const prefix = checkedPrefix(options);
  const keys = optional('ackController', 'encryptionKeys', 'key', options.encryptionKeys);
  const roles = optional('ackController', 'roles', 'role', options.roles);
  return ackController('rds', {}, scope => {
    const arnsOf = (name: string, types: string[]) => types.map(type => arn(scope, 'rds', `${type}:${name}*`));
    const own = [
      ...arnsOf(prefix, [
        'cluster',
        'cluster-endpoint',
        'cluster-pg',
        'cluster-snapshot',
        'db',
        'og',
        'pg',
        'snapshot',
        'subgrp',
      ]),
      arn(scope, 'rds', `global-cluster:${prefix}*`, { region: '' }),
    ];
    return [
      allow({ actions: OWN_ACTIONS, resources: own }),
      allow({
        actions: DATABASE_ACTIONS,
        resources: [
          ...arnsOf(prefix, ['cluster', 'cluster-pg', 'cluster-snapshot', 'db', 'og', 'pg', 'snapshot', 'subgrp']),
          // The default groups of RDS, and its daily snapshots.
          ...arnsOf('default', ['cluster-pg', 'og', 'pg', 'subgrp']),
          ...arnsOf(`rds:${prefix}`, ['cluster-snapshot', 'snapshot']),
          arn(scope, 'rds', `global-cluster:${prefix}*`, { region: '' }),
        ],
      }),
      allow({
        actions: [
          ...NETWORK_ACTIONS,
          'rds:DescribeDBEngineVersions',
          'rds:DescribeEngineDefaultClusterParameters',
          'rds:DescribeEngineDefaultParameters',
        ],
        resources: ['*'],
        conditions: inRegion(scope),
      }),
      // Passwords that RDS manages: it may create them, but not read them.
      allow({
        actions: ['secretsmanager:CreateSecret', 'secretsmanager:TagResource'],
        resources: [arn(scope, 'secretsmanager', 'secret:rds!*')],
      }),
      serviceLinkedRole(scope, 'rds.amazonaws.com'),
      ...encryption(keys),
      ...passRoles(roles, ['monitoring.rds.amazonaws.com', 'rds.amazonaws.com']),
    ];
  });
}

function encryption(keys: IKey[]): PolicyStatement[] {
  const services = ['rds', 'secretsmanager'];
  return [
    ...throughServices(['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'], services, keys),
    ...throughServices(['kms:CreateGrant'], services, keys, { Bool: { 'kms:GrantIsForAWSResource': 'true' } }),
  ];
}
