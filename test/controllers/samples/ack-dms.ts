import { Role } from 'aws-cdk-lib/aws-iam';
import { AckService } from '../../../src';
import { ackSample, calls, own, REGION } from '../ack-samples';
import { ControllerSample } from '../sample';

const endpoint = own('dms', 'endpoint:A');
const made = { 'aws:RequestTag/owner': 'ack' };
const there = { 'aws:ResourceTag/owner': 'ack' };
const secrets = 'arn:aws:iam::111122223333:role/secrets';
const passing = calls(['iam:PassRole'], secrets, { 'iam:PassedToService': 'dms.eu-west-1.amazonaws.com' });

const may = [
  ...calls(['dms:CreateEndpoint', 'dms:AddTagsToResource'], endpoint, made),
  ...calls(['dms:CreateReplicationInstance'], own('dms', 'rep:A'), made),
  ...calls(['dms:CreateReplicationTask'], endpoint, { ...made, ...there }),
  ...calls(['dms:ModifyEndpoint', 'dms:DeleteEndpoint'], endpoint, there),
  ...calls(['dms:DescribeEndpoints'], '*', REGION),
];

const mayNot = [
  ...calls(['dms:CreateEndpoint', 'dms:AddTagsToResource', 'dms:ModifyEndpoint', 'dms:DeleteEndpoint'], endpoint),
  ...calls(['dms:CreateEndpoint'], endpoint, { 'aws:RequestTag/owner': 'jane' }),
  ...calls(['dms:CreateReplicationTask'], endpoint, made),
  ...calls(['dms:CreateReplicationTask'], endpoint, there),
  ...calls(['dms:DeleteEndpoint'], endpoint, { 'aws:ResourceTag/owner': 'jane' }),
  ...calls(['iam:PassRole'], secrets, { 'iam:PassedToService': 'ec2.amazonaws.com' }),
  ...calls(['iam:PassRole'], 'arn:aws:iam::111122223333:role/admin', { 'iam:PassedToService': 'dms.amazonaws.com' }),
];

export const SAMPLES: ControllerSample[] = [
  ackSample('dms', 'DMS', () => AckService.dms({ resourceTags: { owner: 'ack' } }), {
    unscoped: true,
    may,
    mayNot: [...mayNot, ...passing],
    scopedTo: 'what carries the tags',
  }),
  ackSample(
    'dms',
    'DMS, with a role',
    stack =>
      AckService.dms({ resourceTags: { owner: 'ack' }, roles: [Role.fromRoleName(stack, 'Secrets', 'secrets')] }),
    {
      unscoped: true,
      may: [...may, ...passing],
      mayNot,
      scopedTo: 'what carries the tags; roles',
    },
  ),
];
