import { Stack } from 'aws-cdk-lib';
import { CertificateAuthority } from 'aws-cdk-lib/aws-acmpca';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { inStack } from './elsewhere';
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

const ACCELERATOR = 'arn:aws:globalaccelerator::111122223333:accelerator/1234abcd';
const ACCELERATOR_LISTENER = `${ACCELERATOR}/listener/0123vxyz`;
const ENDPOINTS = `${ACCELERATOR_LISTENER}/endpoint-group/098765zyx`;
const ownKind = (where: 'Request' | 'Resource') => ({
  [`aws:${where}Tag/aga.k8s.aws/resource`]: 'GlobalAccelerator',
});

/** Calls on accelerators that exist: pkg/deploy/aga/{accelerator,listener,endpoint_group}_manager.go. */
const ACCELERATOR_CHANGES: [string, string[]][] = [
  [ACCELERATOR, ['CreateListener', 'DeleteAccelerator', 'DescribeAccelerator', 'UpdateAccelerator']],
  [ACCELERATOR_LISTENER, ['CreateEndpointGroup', 'DeleteListener', 'UpdateListener']],
  [ENDPOINTS, ['AddEndpoints', 'DeleteEndpointGroup', 'RemoveEndpoints', 'UpdateEndpointGroup']],
];
const acceleratorChanges = (context: Record<string, string>): Call[] =>
  [...ACCELERATOR_CHANGES, [ACCELERATOR, ['TagResource', 'UntagResource']] as const].flatMap(([resource, actions]) =>
    actions.map(action => ({ action: `globalaccelerator:${action}`, resource, context })));
const CREATED_ACCELERATOR = { ...TAGGED, ...ownKind('Request') };

const ACCELERATORS: Pick<ControllerSample, 'may' | 'mayNot'> = {
  may: [
    ...acceleratorChanges({ ...OWN, ...ownKind('Resource') }),
    // accelerator_manager.go:88, with the tags of pkg/deploy/tracking/provider.go:115
    { action: 'globalaccelerator:CreateAccelerator', resource: '*', context: CREATED_ACCELERATOR },
    ...[CREATED_ACCELERATOR, { ...CREATED_ACCELERATOR, ...OWN, ...ownKind('Resource') }].map(context => ({
      action: 'globalaccelerator:TagResource',
      resource: ACCELERATOR,
      context,
    })),
    // tagging_manager.go:126: tags that the user has changed
    {
      action: 'globalaccelerator:TagResource',
      resource: ACCELERATOR,
      context: { ...OWN, ...ownKind('Resource'), 'aws:RequestTag/team': 'shop' },
    },
    // accelerator_synthesizer.go:151, accelerator_manager.go:325, listener_manager.go:216
    { action: 'globalaccelerator:ListTagsForResource', resource: ACCELERATOR },
    { action: 'globalaccelerator:ListListeners', resource: ACCELERATOR },
    { action: 'globalaccelerator:ListEndpointGroups', resource: ACCELERATOR_LISTENER },
    // pkg/deploy/elbv2/tagging_manager.go:264: the feature gate EnableRGTAPI
    { action: 'tag:GetResources', resource: '*' },
    {
      action: 'iam:CreateServiceLinkedRole',
      resource:
        'arn:aws:iam::111122223333:role/aws-service-role/globalaccelerator.amazonaws.com/'
        + 'AWSServiceRoleForGlobalAccelerator',
      context: { 'iam:AWSServiceName': 'globalaccelerator.amazonaws.com' },
    },
  ],
  mayNot: [
    ...acceleratorChanges({ ...OTHER, ...ownKind('Resource') }),
    ...acceleratorChanges(OWN),
    ...acceleratorChanges({}),
    ...acceleratorChanges({ ...OWN, ...ownKind('Resource') }).map(call => ({
      ...call,
      resource: call.resource.replace(':111122223333:', ':444455556666:'),
    })),
    { action: 'globalaccelerator:CreateAccelerator', resource: '*' },
    { action: 'globalaccelerator:CreateAccelerator', resource: '*', context: TAGGED },
    { action: 'globalaccelerator:CreateAccelerator', resource: '*', context: { ...STOLEN, ...ownKind('Request') } },
    ...[{ ...CREATED_ACCELERATOR, ...OTHER }, TAGGED, { ...OWN, ...ownKind('Resource'), ...STOLEN }].map(context => ({
      action: 'globalaccelerator:TagResource',
      resource: ACCELERATOR,
      context,
    })),
    {
      action: 'globalaccelerator:UntagResource',
      resource: ACCELERATOR,
      context: { ...OWN, ...ownKind('Resource'), 'aws:TagKeys': ['team', 'elbv2.k8s.aws/cluster'] },
    },
    { action: 'globalaccelerator:AllowCustomRoutingTraffic', resource: ENDPOINTS },
    { action: 'globalaccelerator:ProvisionByoipCidr', resource: '*' },
    { action: 'tag:TagResources', resource: '*' },
    { action: 'acm:RequestCertificate', resource: '*', context: TAGGED },
  ],
};

const ZONE = 'arn:aws:route53:::hostedzone/Z0123456789EXAMPLE';
const AUTHORITY = 'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/11111111-2222-3333-4444-555555555555';
const REQUEST = {
  ...TAGGED,
  'aws:RequestedRegion': 'eu-west-1',
  'acm:DomainNames': ['example.com', 'a.b.example.com'],
};
const PUBLIC_REQUEST = { ...REQUEST, 'acm:ValidationMethod': 'DNS' };
const PRIVATE_REQUEST = { ...PUBLIC_REQUEST, 'acm:CertificateAuthority': AUTHORITY };
const record = (action: string, type: string, name: string) => ({
  'route53:ChangeResourceRecordSetsActions': [action],
  'route53:ChangeResourceRecordSetsRecordTypes': [type],
  'route53:ChangeResourceRecordSetsNormalizedRecordNames': [name],
});
const VALIDATION = '_3639ac514e785e898d2646601fa951d5.example.com';

const requestCertificate = (context: Call['context']): Call => ({
  action: 'acm:RequestCertificate',
  resource: '*',
  context,
});
const changeRecord = (context: Call['context'], resource = ZONE): Call => ({
  action: 'route53:ChangeResourceRecordSets',
  resource,
  context,
});
const onCertificate = (action: string, context?: Call['context'], resource = CERTIFICATE): Call => ({
  action: `acm:${action}`,
  resource,
  context,
});

const CERTIFICATES: Pick<ControllerSample, 'may' | 'mayNot'> = {
  may: [
    // pkg/deploy/acm/certificate_manager.go:191, with the tags of :170; both kinds name a validation method
    requestCertificate(PUBLIC_REQUEST),
    requestCertificate(PRIVATE_REQUEST),
    onCertificate('AddTagsToCertificate', TAGGED),
    onCertificate('AddTagsToCertificate', { ...TAGGED, ...OWN }),
    // certificate_manager.go:149 and :265, pkg/aws/services/route53.go:93
    changeRecord(record('CREATE', 'CNAME', VALIDATION)),
    changeRecord(record('DELETE', 'CNAME', VALIDATION)),
    { action: 'route53:ListHostedZones', resource: '*' },
    // certificate_manager.go:312, pkg/deploy/acm/tagging_manager.go:137
    onCertificate('DeleteCertificate', OWN),
    onCertificate('ListTagsForCertificate'),
    ...['GetCertificate', 'IssueCertificate', 'ListPermissions'].map(name => ({
      action: `acm-pca:${name}`,
      resource: AUTHORITY,
    })),
  ],
  mayNot: [
    ...[
      STOLEN,
      { 'aws:RequestedRegion': 'us-east-1' },
      { 'acm:DomainNames': ['example.com', 'example.org'] },
      { 'acm:DomainNames': ['example.com.evil.org'] },
      { 'acm:ValidationMethod': 'EMAIL' },
      { 'acm:CertificateAuthority': AUTHORITY.replace('1111-2', '1111-0') },
    ].map(context => requestCertificate({ ...PUBLIC_REQUEST, ...context } as Call['context'])),
    requestCertificate({ ...TAGGED, 'aws:RequestedRegion': 'eu-west-1', 'acm:ValidationMethod': 'DNS' }),
    onCertificate('AddTagsToCertificate', STOLEN),
    onCertificate('AddTagsToCertificate', { ...TAGGED, ...OTHER }),
    onCertificate('AddTagsToCertificate', { 'aws:RequestTag/team': 'shop' }),
    onCertificate('RemoveTagsFromCertificate', OWN),
    onCertificate('DeleteCertificate', OTHER),
    onCertificate('DeleteCertificate'),
    onCertificate('DeleteCertificate', OWN, CERTIFICATE.replace('eu-west-1', 'us-east-1')),
    onCertificate('ExportCertificate', OWN),
    changeRecord(record('CREATE', 'CNAME', VALIDATION), `${ZONE}2`),
    changeRecord(record('UPSERT', 'CNAME', VALIDATION)),
    changeRecord(record('CREATE', 'TXT', VALIDATION)),
    changeRecord(record('CREATE', 'CNAME', 'www.example.com')),
    { action: 'acm-pca:IssueCertificate', resource: AUTHORITY.replace('1111-2', '1111-0') },
    { action: 'tag:GetResources', resource: '*' },
    { action: 'globalaccelerator:CreateAccelerator', resource: '*', context: CREATED_ACCELERATOR },
  ],
};

const hostedZone = (stack: Stack) =>
  HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
    hostedZoneId: 'Z0123456789EXAMPLE',
    zoneName: 'example.com',
  });
const authority = (stack: Stack) =>
  CertificateAuthority.fromCertificateAuthorityArn(stack, 'Authority', inStack(stack, AUTHORITY));
const DOMAIN_NAMES = ['example.com', '*.example.com'];

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
    factory: 'awsLoadBalancerController',
    variant: 'with certificates',
    make: stack =>
      Controller.awsLoadBalancerController({
        clusterName: 'blue',
        vpc: vpc(stack),
        certificates: {
          domainNames: DOMAIN_NAMES,
          hostedZones: [hostedZone(stack)],
          certificateAuthorities: [authority(stack)],
        },
      }),
    ...NAMES,
    ...CERTIFICATES,
    unscoped: true,
    scopedTo: 'domain names, zones and certificate authorities too',
  },
  {
    factory: 'awsLoadBalancerController',
    variant: 'with private certificates',
    make: stack =>
      Controller.awsLoadBalancerController({
        clusterName: 'blue',
        vpc: vpc(stack),
        certificates: { domainNames: DOMAIN_NAMES, certificateAuthorities: [authority(stack)] },
      }),
    ...NAMES,
    may: [requestCertificate(PRIVATE_REQUEST)],
    mayNot: [
      requestCertificate(PUBLIC_REQUEST),
      changeRecord(record('CREATE', 'CNAME', VALIDATION)),
      { action: 'route53:ListHostedZones', resource: '*' },
    ],
    unscoped: true,
    scopedTo: 'domain names and certificate authorities too',
  },
  {
    factory: 'awsLoadBalancerController',
    variant: 'with public certificates',
    make: stack =>
      Controller.awsLoadBalancerController({
        clusterName: 'blue',
        vpc: vpc(stack),
        certificates: { domainNames: DOMAIN_NAMES, hostedZones: [hostedZone(stack)] },
      }),
    ...NAMES,
    may: [requestCertificate(PUBLIC_REQUEST)],
    mayNot: [requestCertificate(PRIVATE_REQUEST), { action: 'acm-pca:IssueCertificate', resource: AUTHORITY }],
    unscoped: true,
    scopedTo: 'domain names and zones too',
  },
  {
    factory: 'awsLoadBalancerController',
    variant: 'with Global Accelerator',
    // Not in China and GovCloud.
    make: stack =>
      Controller.awsLoadBalancerController({ clusterName: 'blue', vpc: vpc(stack), globalAccelerator: true }),
    ...NAMES,
    ...ACCELERATORS,
    unscoped: true,
    scopedTo: "accelerators with the cluster's tag too",
  },
  {
    factory: 'awsLoadBalancerController',
    variant: 'with the tagging API',
    make: stack => Controller.awsLoadBalancerController({ clusterName: 'blue', vpc: vpc(stack), taggingApi: true }),
    ...NAMES,
    may: [...MAY, { action: 'tag:GetResources', resource: '*' }],
    mayNot: [...MAY_NOT, { action: 'tag:TagResources', resource: '*' }],
    unscoped: true,
    scopedTo: 'tagged resources of the account, to list',
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
