import { Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Controller } from '../../../src';
import { Call, ControllerSample } from '../sample';

const ELB = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333';
const EC2 = 'arn:aws:ec2:eu-west-1:111122223333';
const BALANCER = `${ELB}:loadbalancer/app/k8s-shop/1`;
const NETWORK_BALANCER = `${ELB}:loadbalancer/net/k8s-mail/1`;
const LISTENER = `${ELB}:listener/app/k8s-shop/1/2`;
const RULE = `${ELB}:listener-rule/net/k8s-mail/1/2/3`;
const GROUP = `${ELB}:targetgroup/k8s-shop/4`;
const SECURITY_GROUP = `${EC2}:security-group/sg-0123456789abcdef0`;
const VPC = `${EC2}:vpc/vpc-0123456789abcdef0`;
const OTHER_VPC = `${EC2}:vpc/vpc-00000000000000000`;
const CERTIFICATE = 'arn:aws:acm:eu-west-1:111122223333:certificate/12345678';
const WEB_ACL = 'arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/shop/473e64fd';

const OWN = { 'aws:ResourceTag/elbv2.k8s.aws/cluster': 'blue' };
const OTHER = { 'aws:ResourceTag/elbv2.k8s.aws/cluster': 'green' };
const TAGGED = { 'aws:RequestTag/elbv2.k8s.aws/cluster': 'blue' };
const STOLEN = { 'aws:RequestTag/elbv2.k8s.aws/cluster': 'green' };

/** Changes of what exists, on the kind of resource that they are made to. */
const CHANGES: [string, string[]][] = [
  [
    BALANCER,
    [
      'CreateListener',
      'DeleteLoadBalancer',
      'ModifyCapacityReservation',
      'ModifyIpPools',
      'ModifyLoadBalancerAttributes',
    ],
  ],
  [NETWORK_BALANCER, ['SetIpAddressType', 'SetSecurityGroups', 'SetSubnets']],
  [
    LISTENER,
    [
      'AddListenerCertificates',
      'CreateRule',
      'DeleteListener',
      'ModifyListener',
      'ModifyListenerAttributes',
      'RemoveListenerCertificates',
    ],
  ],
  [RULE, ['DeleteRule', 'ModifyRule']],
  [
    GROUP,
    ['DeleteTargetGroup', 'DeregisterTargets', 'ModifyTargetGroup', 'ModifyTargetGroupAttributes', 'RegisterTargets'],
  ],
  ...[BALANCER, NETWORK_BALANCER, LISTENER, RULE, GROUP].map((resource): [string, string[]] => [
    resource,
    ['AddTags', 'RemoveTags'],
  ]),
];
const changes = (context: Record<string, string>): Call[] => CHANGES.flatMap(([resource, actions]) => actions
  .map(action => ({ action: `elasticloadbalancing:${action}`, resource, context })));

const vpc = (stack: Stack) =>
  Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-0123456789abcdef0', availabilityZones: ['eu-west-1a'] });

function targetGroup(stack: Stack) {
  return ApplicationTargetGroup.fromTargetGroupAttributes(stack, 'Group', {
    targetGroupArn: stack.formatArn({
      service: 'elasticloadbalancing',
      resource: 'targetgroup',
      resourceName: 'legacy/5',
    }),
  });
}
const LEGACY_GROUP = `${ELB}:targetgroup/legacy/5`;

const MAY: Call[] = [
  ...changes(OWN),
  { action: 'elasticloadbalancing:DescribeLoadBalancers', resource: '*' },
  { action: 'ec2:DescribeSubnets', resource: '*' },
  { action: 'ec2:GetSecurityGroupsForVpc', resource: VPC },
  { action: 'elasticloadbalancing:CreateLoadBalancer', resource: BALANCER, context: TAGGED },
  { action: 'elasticloadbalancing:CreateLoadBalancer', resource: NETWORK_BALANCER, context: TAGGED },
  { action: 'elasticloadbalancing:CreateTargetGroup', resource: GROUP, context: TAGGED },
  ...[
    ['CreateLoadBalancer', BALANCER],
    ['CreateTargetGroup', GROUP],
    ['CreateListener', LISTENER],
    ['CreateRule', RULE],
  ].map(([action, resource]) => ({
    action: 'elasticloadbalancing:AddTags',
    resource,
    context: { ...TAGGED, 'elasticloadbalancing:CreateAction': action },
  })),
  { action: 'elasticloadbalancing:SetRulePriorities', resource: RULE },
  { action: 'elasticloadbalancing:SetWebAcl', resource: '*' },
  { action: 'ec2:CreateSecurityGroup', resource: SECURITY_GROUP, context: TAGGED },
  { action: 'ec2:CreateSecurityGroup', resource: VPC },
  {
    action: 'ec2:CreateTags',
    resource: SECURITY_GROUP,
    context: { ...TAGGED, 'ec2:CreateAction': 'CreateSecurityGroup' },
  },
  { action: 'ec2:CreateTags', resource: SECURITY_GROUP, context: { ...OWN, 'aws:RequestTag/team': 'shop' } },
  { action: 'ec2:DeleteTags', resource: SECURITY_GROUP, context: OWN },
  { action: 'ec2:DeleteSecurityGroup', resource: SECURITY_GROUP, context: OWN },
  { action: 'ec2:AuthorizeSecurityGroupIngress', resource: SECURITY_GROUP, context: { 'ec2:Vpc': VPC } },
  { action: 'ec2:RevokeSecurityGroupIngress', resource: SECURITY_GROUP, context: { 'ec2:Vpc': VPC } },
  { action: 'acm:DescribeCertificate', resource: CERTIFICATE },
  { action: 'wafv2:AssociateWebACL', resource: WEB_ACL },
  { action: 'wafv2:AssociateWebACL', resource: BALANCER },
  { action: 'wafv2:DisassociateWebACL', resource: BALANCER },
  { action: 'waf-regional:AssociateWebACL', resource: BALANCER },
  { action: 'shield:CreateProtection', resource: '*' },
  { action: 'shield:DeleteProtection', resource: 'arn:aws:shield::111122223333:protection/12345678' },
  {
    action: 'iam:CreateServiceLinkedRole',
    resource:
      'arn:aws:iam::111122223333:role/aws-service-role/elasticloadbalancing.amazonaws.com/'
      + 'AWSServiceRoleForElasticLoadBalancing',
    context: { 'iam:AWSServiceName': 'elasticloadbalancing.amazonaws.com' },
  },
];

const MAY_NOT: Call[] = [
  ...changes(OTHER),
  ...changes({}),
  { action: 'elasticloadbalancing:CreateLoadBalancer', resource: BALANCER },
  { action: 'elasticloadbalancing:CreateLoadBalancer', resource: BALANCER, context: STOLEN },
  { action: 'elasticloadbalancing:CreateTargetGroup', resource: GROUP, context: STOLEN },
  { action: 'elasticloadbalancing:AddTags', resource: BALANCER, context: { ...TAGGED, ...OTHER } },
  { action: 'elasticloadbalancing:AddTags', resource: LISTENER, context: TAGGED },
  { action: 'elasticloadbalancing:AddTags', resource: BALANCER, context: { ...STOLEN, ...OWN } },
  { action: 'elasticloadbalancing:RemoveTags', resource: BALANCER, context: { ...TAGGED, ...OWN } },
  { action: 'elasticloadbalancing:RegisterTargets', resource: LEGACY_GROUP },
  { action: 'ec2:CreateSecurityGroup', resource: SECURITY_GROUP },
  { action: 'ec2:CreateSecurityGroup', resource: OTHER_VPC },
  { action: 'ec2:CreateTags', resource: SECURITY_GROUP, context: TAGGED },
  { action: 'ec2:CreateTags', resource: SECURITY_GROUP, context: { ...OWN, ...STOLEN } },
  {
    action: 'ec2:CreateTags',
    resource: `${EC2}:instance/i-0123456789abcdef0`,
    context: { ...TAGGED, 'ec2:CreateAction': 'CreateSecurityGroup' },
  },
  { action: 'ec2:DeleteSecurityGroup', resource: SECURITY_GROUP, context: OTHER },
  { action: 'ec2:AuthorizeSecurityGroupIngress', resource: SECURITY_GROUP, context: { 'ec2:Vpc': OTHER_VPC } },
  { action: 'ec2:AuthorizeSecurityGroupIngress', resource: SECURITY_GROUP },
  { action: 'ec2:AuthorizeSecurityGroupEgress', resource: SECURITY_GROUP, context: { 'ec2:Vpc': VPC } },
  { action: 'wafv2:DeleteWebACL', resource: WEB_ACL },
  { action: 'wafv2:AssociateWebACL', resource: 'arn:aws:apigateway:eu-west-1::/restapis/abc/stages/prod' },
  {
    action: 'iam:CreateServiceLinkedRole',
    resource: 'arn:aws:iam::111122223333:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot',
    context: { 'iam:AWSServiceName': 'spot.amazonaws.com' },
  },
];

const NAMES = { namespace: 'kube-system', serviceAccountName: 'aws-load-balancer-controller' };
const BINDING: Call[] = ['RegisterTargets', 'DeregisterTargets'].map(action => ({
  action: `elasticloadbalancing:${action}`,
  resource: LEGACY_GROUP,
}));
const BINDING_ONLY: Call[] = [
  ...BINDING,
  { action: 'elasticloadbalancing:ModifyTargetGroup', resource: LEGACY_GROUP },
  { action: 'elasticloadbalancing:ModifyTargetGroupAttributes', resource: LEGACY_GROUP },
  { action: 'elasticloadbalancing:DescribeTargetHealth', resource: '*' },
];
const PORTS: Call[] = [
  { action: 'ec2:AuthorizeSecurityGroupIngress', resource: SECURITY_GROUP, context: { 'ec2:Vpc': VPC } },
];

export const SAMPLES: ControllerSample[] = [
  {
    factory: 'awsLoadBalancerController',
    make: stack => Controller.awsLoadBalancerController({ clusterName: 'blue', vpc: vpc(stack) }),
    ...NAMES,
    may: MAY,
    mayNot: MAY_NOT,
    unscoped: true,
    scopedTo: "what carries the cluster's tag, and ports in the VPC; not web ACLs, Shield and rule priorities",
  },
  {
    factory: 'awsLoadBalancerController',
    variant: 'with target groups made elsewhere',
    make: stack =>
      Controller.awsLoadBalancerController({
        clusterName: 'blue',
        vpc: vpc(stack),
        targetGroups: [targetGroup(stack)],
      }),
    ...NAMES,
    may: [...BINDING, { action: 'elasticloadbalancing:RegisterTargets', resource: GROUP, context: OWN }],
    mayNot: [
      { action: 'elasticloadbalancing:DeleteTargetGroup', resource: LEGACY_GROUP },
      { action: 'elasticloadbalancing:RegisterTargets', resource: GROUP },
    ],
    unscoped: true,
    scopedTo: 'the target groups too',
  },
  {
    factory: 'awsLoadBalancerControllerTargetGroupBindingOnly',
    make: stack => Controller.awsLoadBalancerControllerTargetGroupBindingOnly({ targetGroups: [targetGroup(stack)] }),
    ...NAMES,
    may: BINDING_ONLY,
    mayNot: [
      ...BINDING_ONLY.slice(0, 4).map(({ action }) => ({ action, resource: GROUP })),
      ...PORTS,
      { action: 'elasticloadbalancing:DeleteTargetGroup', resource: LEGACY_GROUP },
    ],
    scopedTo: 'the target groups, and ports in the VPC',
  },
  {
    factory: 'awsLoadBalancerControllerTargetGroupBindingOnly',
    variant: 'with networking',
    make: stack =>
      Controller.awsLoadBalancerControllerTargetGroupBindingOnly({
        targetGroups: [targetGroup(stack)],
        vpc: vpc(stack),
      }),
    ...NAMES,
    may: [...BINDING_ONLY, ...PORTS],
    mayNot: PORTS.map(call => ({ ...call, context: { 'ec2:Vpc': OTHER_VPC } })),
    scopedTo: 'the target groups, and ports in the VPC',
  },
];
