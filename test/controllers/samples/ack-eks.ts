import { Role } from 'aws-cdk-lib/aws-iam';
import { AckService } from '../../../src';
import { ackSample, calls, own, REGION } from '../ack-samples';
import { ControllerSample } from '../sample';

const nodes = 'arn:aws:iam::111122223333:role/nodes';
const view = { 'eks:policyArn': 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy' };
const admin = { 'eks:policyArn': 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy' };
const entry = own('eks', 'access-entry/apps-blue/role/111122223333/jane/1');

const may = [
  ...calls(['ec2:DescribeSubnets', 'eks:CreateCluster'], '*', REGION),
  ...calls(
    [
      'eks:CreateNodegroup',
      'eks:CreatePodIdentityAssociation',
      'eks:DeleteCluster',
      'eks:DescribeCluster',
      'eks:UpdateClusterConfig',
    ],
    own('eks', 'cluster/apps-blue'),
  ),
  ...calls(['eks:DeleteNodegroup'], own('eks', 'nodegroup/apps-blue/workers/1')),
  ...calls(['eks:UpdateAddon'], own('eks', 'addon/apps-blue/vpc-cni/1')),
  ...calls(['iam:GetRole'], nodes),
  ...calls(['iam:PassRole'], nodes, { 'iam:PassedToService': 'eks.amazonaws.com' }),
  ...calls(['iam:PassRole'], nodes, { 'iam:PassedToService': 'pods.eks.amazonaws.com' }),
];

const mayNot = [
  ...calls(['eks:CreateCluster'], '*', { 'aws:RequestedRegion': 'us-east-1' }),
  ...calls(
    ['eks:CreateNodegroup', 'eks:CreatePodIdentityAssociation', 'eks:DeleteCluster', 'eks:CreateAccessEntry'],
    own('eks', 'cluster/blue'),
  ),
  ...calls(['eks:DeleteNodegroup'], own('eks', 'nodegroup/blue/apps-workers/1')),
  ...calls(['eks:AccessKubernetesApi'], own('eks', 'cluster/apps-blue')),
  ...calls(['eks:UpdateAccessEntry'], entry), // AWS knows no condition that would keep groups out
  ...calls(['eks:AssociateAccessPolicy'], entry, admin),
  ...calls(['eks:DeleteAccessEntry'], own('eks', 'access-entry/blue/role/111122223333/jane/1')),
  ...calls(['eks:AssociateAccessPolicy'], own('eks', 'access-entry/blue/role/111122223333/jane/1'), view),
  ...calls(['eks:CreateAccessEntry'], own('eks', 'cluster/apps-blue'), { 'eks:kubernetesGroups': 'admins' }),
  ...calls(['iam:GetRole'], 'arn:aws:iam::111122223333:role/admin'),
  ...calls(['iam:PassRole'], 'arn:aws:iam::111122223333:role/admin', {
    'iam:PassedToService': 'pods.eks.amazonaws.com',
  }),
  ...calls(['iam:PassRole'], nodes, { 'iam:PassedToService': 'lambda.amazonaws.com' }),
];

const withEntries = [
  ...calls(['eks:CreateAccessEntry'], own('eks', 'cluster/apps-blue')),
  ...calls(['eks:AssociateAccessPolicy'], entry, view),
  ...calls(['eks:DeleteAccessEntry'], entry),
];

export const SAMPLES: ControllerSample[] = [
  ackSample(
    'eks',
    'EKS',
    stack => AckService.eks({ namePrefix: 'apps-', roles: [Role.fromRoleName(stack, 'Nodes', 'nodes')] }),
    {
      may,
      mayNot: [...mayNot, ...withEntries],
      scopedTo: 'clusters by the beginning of their names; roles',
    },
  ),
  ackSample(
    'eks',
    'EKS, with access entries',
    stack =>
      AckService.eks({
        namePrefix: 'apps-',
        roles: [Role.fromRoleName(stack, 'Nodes', 'nodes')],
        accessPolicies: ['AmazonEKSViewPolicy'],
      }),
    {
      may: [...may, ...withEntries],
      mayNot,
      scopedTo: 'clusters by the beginning of their names; roles, access policies',
    },
  ),
];
