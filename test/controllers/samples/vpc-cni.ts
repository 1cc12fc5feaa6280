import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { elsewhere } from './elsewhere';
import { Controller } from '../../../src';
import { ControllerSample } from '../sample';

const EC2 = 'arn:aws:ec2:eu-west-1:111122223333:';
const INTERFACE = `${EC2}network-interface/eni-0123456789abcdef0`;
const INSTANCE = `${EC2}instance/i-0123456789abcdef0`;
const SUBNET = `${EC2}subnet/subnet-0123456789abcdef0`;
const GROUP = `${EC2}security-group/sg-0123456789abcdef0`;
const LOG_GROUP = 'arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/blue/cluster';
const TAG = 'cluster.k8s.amazonaws.com/name';

const onInterface = (context?: Record<string, string>) =>
  [
    'AssignPrivateIpAddresses',
    'UnassignPrivateIpAddresses',
    'AttachNetworkInterface',
    'DetachNetworkInterface',
    'DeleteNetworkInterface',
    'ModifyNetworkInterfaceAttribute',
  ].map(name => ({ action: `ec2:${name}`, resource: INTERFACE, context }));
const onInstance = (context?: Record<string, string>) =>
  ['AttachNetworkInterface', 'DetachNetworkInterface', 'ModifyNetworkInterfaceAttribute'].map(name => ({
    action: `ec2:${name}`,
    resource: INSTANCE,
    context,
  }));
const inVpc = (vpc: string) => [
  ...[SUBNET, GROUP].map(resource => ({
    action: 'ec2:CreateNetworkInterface',
    resource,
    context: { 'ec2:Vpc': `${EC2}vpc/${vpc}` },
  })),
  { action: 'ec2:ModifyNetworkInterfaceAttribute', resource: GROUP, context: { 'ec2:Vpc': `${EC2}vpc/${vpc}` } },
];
/** In a subnet that another account shares: the ARNs of subnet and VPC have that account. */
const inSharedVpc = inVpc('vpc-1').map(({ context, resource, ...call }) => ({
  ...call,
  resource: resource === SUBNET ? SUBNET.replace('111122223333', '444455556666') : resource,
  context: { 'ec2:Vpc': context['ec2:Vpc'].replace('111122223333', '444455556666') },
}));
const create = (context?: Record<string, string>) => ({
  action: 'ec2:CreateNetworkInterface',
  resource: INTERFACE,
  context,
});
const tag = (context?: Record<string, string>) => ({ action: 'ec2:CreateTags', resource: INTERFACE, context });
const logs = [
  { action: 'logs:CreateLogGroup', resource: LOG_GROUP },
  { action: 'logs:CreateLogStream', resource: `${LOG_GROUP}:log-stream:a` },
  { action: 'logs:PutLogEvents', resource: `${LOG_GROUP}:log-stream:a` },
];
const common = { factory: 'vpcCni', namespace: 'kube-system', serviceAccountName: 'aws-node' };

export const SAMPLES: ControllerSample[] = [
  {
    ...common,
    make: stack =>
      Controller.vpcCni({
        ipv4: true,
        clusterName: 'blue',
        vpc: Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['eu-west-1a'] }),
        networkPolicyLogs: true,
      }),
    may: [
      { action: 'ec2:DescribeNetworkInterfaces', resource: '*' },
      ...onInterface({ [`aws:ResourceTag/${TAG}`]: 'blue' }),
      ...onInstance({ 'aws:ResourceTag/kubernetes.io/cluster/blue': 'owned' }),
      ...inVpc('vpc-1'),
      ...inSharedVpc,
      create({ [`aws:RequestTag/${TAG}`]: 'blue' }),
      tag({ [`aws:RequestTag/${TAG}`]: 'blue' }),
      tag({ [`aws:ResourceTag/${TAG}`]: 'blue' }),
      ...logs,
      { action: 'logs:DescribeLogGroups', resource: '*' },
    ],
    mayNot: [
      ...onInterface(),
      ...onInterface({ [`aws:ResourceTag/${TAG}`]: 'green' }),
      ...onInstance(),
      ...onInstance({ 'aws:ResourceTag/kubernetes.io/cluster/green': 'owned' }),
      ...inVpc('vpc-2'),
      ...elsewhere([
        ...onInterface({ [`aws:ResourceTag/${TAG}`]: 'blue' }),
        ...onInstance({ 'aws:ResourceTag/kubernetes.io/cluster/blue': 'owned' }),
        ...inVpc('vpc-1'),
        create({ [`aws:RequestTag/${TAG}`]: 'blue' }),
        tag({ [`aws:RequestTag/${TAG}`]: 'blue' }),
        tag({ [`aws:ResourceTag/${TAG}`]: 'blue' }),
        ...logs,
      ]),
      create(),
      create({ [`aws:RequestTag/${TAG}`]: 'green' }),
      tag(),
      tag({ [`aws:RequestTag/${TAG}`]: 'green' }),
      tag({ [`aws:ResourceTag/${TAG}`]: 'green' }),
      tag({ [`aws:RequestTag/${TAG}`]: 'blue', [`aws:ResourceTag/${TAG}`]: 'green' }),
      tag({ [`aws:RequestTag/${TAG}`]: 'green', [`aws:ResourceTag/${TAG}`]: 'blue' }),
      { action: 'ec2:AssignIpv6Addresses', resource: INTERFACE, context: { [`aws:ResourceTag/${TAG}`]: 'blue' } },
      {
        action: 'ec2:TerminateInstances',
        resource: INSTANCE,
        context: { 'aws:ResourceTag/kubernetes.io/cluster/blue': 'owned' },
      },
      ...logs.map(call => ({ ...call, resource: call.resource.replace('blue', 'green') })),
    ],
    scopedTo: "network interfaces and nodes of the cluster, by tags; the VPC; the cluster's log group",
  },
  {
    ...common,
    variant: 'IPv6',
    make: () => Controller.vpcCni({ ipv6: true, clusterName: 'blue' }),
    may: [
      { action: 'ec2:DescribeInstances', resource: '*' },
      { action: 'ec2:AssignIpv6Addresses', resource: INTERFACE, context: { [`aws:ResourceTag/${TAG}`]: 'blue' } },
      {
        action: 'ec2:ModifyNetworkInterfaceAttribute',
        resource: INTERFACE,
        context: { [`aws:ResourceTag/${TAG}`]: 'blue' },
      },
      tag({ [`aws:RequestTag/${TAG}`]: 'blue' }),
    ],
    mayNot: [
      { action: 'ec2:AssignIpv6Addresses', resource: INTERFACE },
      { action: 'ec2:AssignIpv6Addresses', resource: INTERFACE, context: { [`aws:ResourceTag/${TAG}`]: 'green' } },
      ...onInterface({ [`aws:ResourceTag/${TAG}`]: 'blue' }).filter(
        ({ action }) => action !== 'ec2:ModifyNetworkInterfaceAttribute',
      ),
      create({ [`aws:RequestTag/${TAG}`]: 'blue' }),
      {
        action: 'ec2:AttachNetworkInterface',
        resource: INSTANCE,
        context: { 'aws:ResourceTag/kubernetes.io/cluster/blue': 'owned' },
      },
      ...logs,
    ],
    scopedTo: "network interfaces and nodes of the cluster, by tags; the VPC; the cluster's log group",
  },
  {
    ...common,
    variant: 'all clusters',
    make: () => Controller.vpcCni({ ipv4: true, ipv6: true }),
    may: [
      ...onInterface(),
      ...onInstance(),
      ...inVpc('vpc-2'),
      ...inSharedVpc,
      { action: 'ec2:AssignIpv6Addresses', resource: INTERFACE },
      create(),
      tag(),
    ],
    mayNot: [
      ...elsewhere([...onInterface(), ...onInstance(), ...inVpc('vpc-2'), create(), tag()]),
      { action: 'ec2:CreateTags', resource: INSTANCE },
      ...logs,
    ],
    unscoped: true,
    scopedTo: 'the account and region',
  },
  {
    ...common,
    variant: 'IPv6, with more interfaces',
    make: () => Controller.vpcCni({ ipv6: true, ipv6Interfaces: true, clusterName: 'blue' }),
    may: [
      create({ [`aws:RequestTag/${TAG}`]: 'blue' }),
      ...['AttachNetworkInterface', 'DetachNetworkInterface', 'DeleteNetworkInterface', 'UnassignIpv6Addresses'].map(
        name => ({ action: `ec2:${name}`, resource: INTERFACE, context: { [`aws:ResourceTag/${TAG}`]: 'blue' } }),
      ),
      ...onInstance({ 'aws:ResourceTag/kubernetes.io/cluster/blue': 'owned' }),
      { action: 'ec2:CreateNetworkInterface', resource: SUBNET },
    ],
    mayNot: [
      create(),
      ...onInterface(),
      { action: 'ec2:AssignPrivateIpAddresses', resource: INTERFACE, context: { [`aws:ResourceTag/${TAG}`]: 'blue' } },
    ],
    scopedTo: 'network interfaces and nodes of the cluster, by tags',
  },
];
