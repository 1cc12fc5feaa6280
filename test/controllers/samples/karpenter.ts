import { Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { elsewhere } from './elsewhere';
import { Controller } from '../../../src';
import { Call, ControllerSample } from '../sample';

const ec2 = (resource: string, account = '111122223333') => `arn:aws:ec2:eu-west-1:${account}:${resource}`;
const PROFILE = 'arn:aws:iam::111122223333:instance-profile/blue_1';
const NODE_ROLE = 'arn:aws:iam::111122223333:role/nodes';
const QUEUE = 'arn:aws:sqs:eu-west-1:111122223333:interruptions';
const CLUSTER = 'arn:aws:eks:eu-west-1:111122223333:cluster/blue';

const requested = (cluster: string) => ({
  [`aws:RequestTag/kubernetes.io/cluster/${cluster}`]: 'owned',
  'aws:RequestTag/eks:eks-cluster-name': cluster,
  'aws:RequestTag/karpenter.sh/nodepool': 'default',
});
const tagged = (cluster: string) => ({
  [`aws:ResourceTag/kubernetes.io/cluster/${cluster}`]: 'owned',
  'aws:ResourceTag/karpenter.sh/nodepool': 'default',
});
const profileRequested = (cluster: string) => ({
  [`aws:RequestTag/kubernetes.io/cluster/${cluster}`]: 'owned',
  'aws:RequestTag/eks:eks-cluster-name': cluster,
  'aws:RequestTag/topology.kubernetes.io/region': 'eu-west-1',
  'aws:RequestTag/karpenter.k8s.aws/ec2nodeclass': 'default',
});
const profileTagged = (cluster: string) => ({
  [`aws:ResourceTag/kubernetes.io/cluster/${cluster}`]: 'owned',
  'aws:ResourceTag/topology.kubernetes.io/region': 'eu-west-1',
  'aws:ResourceTag/karpenter.k8s.aws/ec2nodeclass': 'default',
});

const may: Call[] = [
  { action: 'ec2:RunInstances', resource: ec2('image/ami-1', '') },
  { action: 'ec2:RunInstances', resource: ec2('subnet/subnet-1', '444455556666') },
  { action: 'ec2:CreateFleet', resource: ec2('launch-template/lt-1'), context: tagged('blue') },
  { action: 'ec2:CreateFleet', resource: ec2('fleet/fleet-1'), context: requested('blue') },
  { action: 'ec2:RunInstances', resource: ec2('instance/i-1'), context: requested('blue') },
  { action: 'ec2:CreateLaunchTemplate', resource: ec2('launch-template/lt-1'), context: requested('blue') },
  {
    action: 'ec2:CreateTags',
    resource: ec2('instance/i-1'),
    context: { ...requested('blue'), 'ec2:CreateAction': 'RunInstances' },
  },
  { action: 'ec2:CreateTags', resource: ec2('instance/i-1'), context: { ...tagged('blue'), 'aws:TagKeys': 'Name' } },
  { action: 'ec2:TerminateInstances', resource: ec2('instance/i-1'), context: tagged('blue') },
  { action: 'ec2:DeleteLaunchTemplate', resource: ec2('launch-template/lt-1'), context: tagged('blue') },
  { action: 'iam:PassRole', resource: NODE_ROLE, context: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
  { action: 'iam:CreateInstanceProfile', resource: PROFILE, context: profileRequested('blue') },
  {
    action: 'iam:TagInstanceProfile',
    resource: PROFILE,
    context: { ...profileTagged('blue'), ...profileRequested('blue') },
  },
  { action: 'iam:AddRoleToInstanceProfile', resource: PROFILE, context: profileTagged('blue') },
  { action: 'iam:DeleteInstanceProfile', resource: PROFILE, context: profileTagged('blue') },
  { action: 'iam:GetInstanceProfile', resource: PROFILE },
  { action: 'iam:ListInstanceProfiles', resource: '*' },
  { action: 'eks:DescribeCluster', resource: CLUSTER },
  {
    action: 'arc-zonal-shift:GetManagedResource',
    resource: '*',
    context: { 'arc-zonal-shift:ResourceIdentifier': CLUSTER },
  },
  { action: 'ec2:DescribeInstanceTypes', resource: '*', context: { 'aws:RequestedRegion': 'eu-west-1' } },
  {
    action: 'ssm:GetParameter',
    resource: 'arn:aws:ssm:eu-west-1::parameter/aws/service/eks/optimized-ami/1.34/amazon-linux-2023/recommended',
  },
];

/** The same calls without one of the things that they carry. No tag at all is no tag that it may not set. */
const incomplete = may.flatMap(({ context = {}, ...call }) =>
  Object.keys(context)
    .filter(key => key !== 'aws:TagKeys')
    .map(missing => ({
      ...call,
      context: Object.fromEntries(Object.entries(context).filter(([key]) => key !== missing)),
    })),
);
/** The same calls with what is somebody else's. */
const others = ([[/blue/g, 'green'], [/eu-west-1/g, 'us-east-1']] as [RegExp, string][]).flatMap(([own, other]) => may
  .map(call => ({ ...call, context: JSON.parse(JSON.stringify(call.context ?? {}).replace(own, other)) }))
  .filter(({ context }) => JSON.stringify(context).includes(other)));

const mayNot: Call[] = [
  ...incomplete,
  ...others,
  ...elsewhere(may),
  { action: 'ec2:RunInstances', resource: ec2('instance/i-1') },
  { action: 'ec2:RunInstances', resource: ec2('launch-template/lt-1') },
  { action: 'ec2:CreateTags', resource: ec2('instance/i-1'), context: { ...tagged('blue'), 'aws:TagKeys': 'Owner' } },
  {
    action: 'ec2:CreateTags',
    resource: ec2('instance/i-1'),
    context: {
      ...tagged('blue'),
      'aws:TagKeys': 'eks:eks-cluster-name',
      'aws:RequestTag/eks:eks-cluster-name': 'green',
    },
  },
  { action: 'ec2:TerminateInstances', resource: ec2('instance/i-1') },
  { action: 'ec2:StopInstances', resource: ec2('instance/i-1'), context: tagged('blue') },
  {
    action: 'iam:PassRole',
    resource: 'arn:aws:iam::111122223333:role/admin',
    context: { 'iam:PassedToService': 'ec2.amazonaws.com' },
  },
  { action: 'iam:PassRole', resource: NODE_ROLE, context: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
  { action: 'iam:TagInstanceProfile', resource: PROFILE, context: profileRequested('blue') },
  { action: 'iam:AddRoleToInstanceProfile', resource: PROFILE },
  ...['fleet/fleet-1', 'instance/i-1', 'launch-template/lt-1'].map(resource => ({
    action: 'ec2:CreateFleet',
    resource: ec2(resource, '444455556666'),
    context: requested('blue'),
  })),
  { action: 'iam:GetInstanceProfile', resource: PROFILE.replace('111122223333', '444455556666') },
  { action: 'eks:DescribeCluster', resource: CLUSTER.replace('blue', 'green') },
  { action: 'ssm:GetParameter', resource: 'arn:aws:ssm:eu-west-1:111122223333:parameter/password' },
];

const KEY = (name: string) => `arn:aws:kms:eu-west-1:111122223333:key/${name}`;
const decrypt = (key: string, service: string): Call => ({
  action: 'kms:Decrypt',
  resource: KEY(key),
  context: { 'kms:ViaService': `${service}.eu-west-1.amazonaws.com` },
});
const receive: Call = { action: 'sqs:ReceiveMessage', resource: QUEUE };
const cell = {
  namespace: 'kube-system',
  serviceAccountName: 'karpenter',
  scopedTo: 'the cluster by its tags, the region, the roles of the nodes, the queue',
};

export const SAMPLES: ControllerSample[] = [
  {
    ...cell,
    factory: 'karpenter',
    make: stack =>
      Controller.karpenter({
        clusterName: 'blue',
        nodeRoles: [Role.fromRoleName(stack, 'Nodes', 'nodes')],
        interruptionQueue: Queue.fromQueueAttributes(stack, 'Queue', {
          queueArn: stack.formatArn({ service: 'sqs', resource: 'interruptions' }),
        }),
      }),
    may: [...may, receive, { action: 'sqs:DeleteMessage', resource: QUEUE }],
    mayNot: [
      ...mayNot,
      decrypt('queue', 'sqs'),
      { action: 'sqs:ReceiveMessage', resource: `${QUEUE}-2` },
      { action: 'sqs:SendMessage', resource: QUEUE },
    ],
  },
  {
    ...cell,
    factory: 'karpenter',
    variant: 'no interruption queue',
    make: stack =>
      Controller.karpenter({ clusterName: 'blue', nodeRoles: [Role.fromRoleName(stack, 'Nodes', 'nodes')] }),
    may,
    mayNot: [...mayNot, receive],
  },
  {
    ...cell,
    factory: 'karpenter',
    variant: 'keys and AMIs of one\'s own',
    make: stack =>
      Controller.karpenter({
        clusterName: 'blue',
        nodeRoles: [Role.fromRoleName(stack, 'Nodes', 'nodes')],
        interruptionQueue: Queue.fromQueueAttributes(stack, 'Queue', {
          queueArn: stack.formatArn({ service: 'sqs', resource: 'interruptions' }),
          keyArn: stack.formatArn({ service: 'kms', resource: 'key', resourceName: 'queue' }),
        }),
        kmsKeys: [
          Key.fromKeyArn(stack, 'Key', stack.formatArn({ service: 'kms', resource: 'key', resourceName: 'volumes' })),
        ],
        amiParameters: [
          StringParameter.fromStringParameterAttributes(stack, 'Ami', {
            parameterName: '/images/node',
            forceDynamicReference: true,
          }),
        ],
      }),
    may: [
      ...may,
      receive,
      decrypt('queue', 'sqs'),
      decrypt('volumes', 'ec2'),
      { ...decrypt('volumes', 'ec2'), action: 'kms:GenerateDataKeyWithoutPlaintext' },
      {
        action: 'kms:CreateGrant',
        resource: KEY('volumes'),
        context: { ...decrypt('volumes', 'ec2').context, 'kms:GrantIsForAWSResource': 'true' },
      },
      { action: 'ssm:GetParameter', resource: 'arn:aws:ssm:eu-west-1:111122223333:parameter/images/node' },
    ],
    mayNot: [
      ...mayNot,
      decrypt('queue', 'ec2'),
      decrypt('volumes', 'sqs'),
      decrypt('other', 'ec2'),
      { action: 'kms:Decrypt', resource: KEY('volumes') },
      { ...decrypt('volumes', 'ec2'), action: 'kms:CreateGrant' },
      { action: 'ssm:GetParameter', resource: 'arn:aws:ssm:eu-west-1:111122223333:parameter/images/other' },
    ],
  },
];
