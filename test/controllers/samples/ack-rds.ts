import { Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { AckService } from '../../../src';
import { ackSample, calls, own, REGION } from '../ack-samples';
import { ControllerSample } from '../sample';

const monitoring = 'arn:aws:iam::111122223333:role/monitoring';
const linkedRole = 'arn:aws:iam::111122223333:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS';
const throughRds = { 'kms:ViaService': 'rds.eu-west-1.amazonaws.com' };
const forAws = { ...throughRds, 'kms:GrantIsForAWSResource': 'true' };

const may = [
  ...calls(
    [
      'rds:CreateDBInstance',
      'rds:ModifyDBInstance',
      'rds:DeleteDBInstance',
      'rds:DescribeDBInstances',
      'rds:AddTagsToResource',
    ],
    own('rds', 'db:apps-web'),
  ),
  ...calls(['rds:CreateDBInstance'], own('rds', 'pg:default.postgres16')),
  ...calls(['rds:CreateDBCluster', 'rds:DeleteDBCluster'], own('rds', 'cluster:apps-web')),
  ...calls(['rds:ModifyDBSnapshot'], own('rds', 'snapshot:apps-web')),
  ...calls(['rds:CreateDBSubnetGroup'], own('rds', 'subgrp:apps-web')),
  ...calls(['rds:RestoreDBInstanceFromDBSnapshot'], own('rds', 'snapshot:rds:apps-web-2026-01-01')),
  ...calls(['rds:CreateGlobalCluster'], 'arn:aws:rds::111122223333:global-cluster:apps-web'),
  ...calls(['rds:DescribeDBEngineVersions', 'ec2:DescribeSubnets'], '*', REGION),
  ...calls(['secretsmanager:CreateSecret', 'secretsmanager:TagResource'], own('secretsmanager', 'secret:rds!db-1')),
  ...calls(['iam:CreateServiceLinkedRole'], linkedRole, { 'iam:AWSServiceName': 'rds.amazonaws.com' }),
];

const mayNot = [
  ...calls(
    ['rds:CreateDBInstance', 'rds:ModifyDBInstance', 'rds:DeleteDBInstance', 'rds:AddTagsToResource'],
    own('rds', 'db:billing'),
  ),
  ...calls(['rds:ModifyDBParameterGroup', 'rds:DeleteDBParameterGroup'], own('rds', 'pg:default.postgres16')),
  ...calls(['rds:DeleteDBSnapshot'], own('rds', 'snapshot:billing')),
  ...calls(['rds:RestoreDBInstanceFromDBSnapshot'], own('rds', 'snapshot:rds:billing-2026-01-01')),
  ...calls(['rds:ModifyDBSnapshotAttribute'], own('rds', 'snapshot:apps-web')),
  ...calls(['secretsmanager:GetSecretValue', 'secretsmanager:DeleteSecret'], own('secretsmanager', 'secret:rds!db-1')),
  ...calls(['secretsmanager:CreateSecret'], own('secretsmanager', 'secret:billing')),
  ...calls(['iam:CreateServiceLinkedRole'], linkedRole, { 'iam:AWSServiceName': 'ecs.amazonaws.com' }),
  ...calls(['iam:PassRole'], monitoring, { 'iam:PassedToService': 'ec2.amazonaws.com' }),
  ...calls(['iam:PassRole'], 'arn:aws:iam::111122223333:role/admin', { 'iam:PassedToService': 'rds.amazonaws.com' }),
  ...calls(['kms:CreateGrant'], own('kms', 'key/other'), forAws),
  ...calls(['kms:CreateGrant'], own('kms', 'key/1'), throughRds),
  ...calls(['kms:CreateGrant'], own('kms', 'key/1'), { 'kms:GrantIsForAWSResource': 'true' }),
  ...calls(['kms:Decrypt'], own('kms', 'key/other'), throughRds),
  ...calls(['kms:Decrypt'], own('kms', 'key/1'), { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' }),
];

export const SAMPLES: ControllerSample[] = [
  ackSample('rds', 'RDS', () => AckService.rds({ namePrefix: 'apps-' }), {
    may,
    mayNot: [
      ...mayNot,
      ...calls(['iam:PassRole'], monitoring, { 'iam:PassedToService': 'monitoring.rds.amazonaws.com' }),
      ...calls(['kms:CreateGrant'], own('kms', 'key/1'), forAws),
    ],
    scopedTo: 'databases, clusters, snapshots and groups by the beginning of their names',
  }),
  ackSample(
    'rds',
    'RDS, with a key and a role',
    stack =>
      AckService.rds({
        namePrefix: 'apps-',
        roles: [Role.fromRoleName(stack, 'Monitoring', 'monitoring')],
        encryptionKeys: [
          Key.fromKeyArn(stack, 'Key', stack.formatArn({ service: 'kms', resource: 'key', resourceName: '1' })),
        ],
      }),
    {
      may: [
        ...may,
        ...calls(['iam:PassRole'], monitoring, { 'iam:PassedToService': 'monitoring.rds.amazonaws.com' }),
        ...calls(['kms:CreateGrant'], own('kms', 'key/1'), forAws),
        ...calls(['kms:DescribeKey', 'kms:GenerateDataKey'], own('kms', 'key/1'), throughRds),
      ],
      mayNot,
      scopedTo: 'databases, clusters, snapshots and groups by the beginning of their names; keys, roles',
    },
  ),
];
