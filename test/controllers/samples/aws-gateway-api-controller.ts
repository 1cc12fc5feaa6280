import { Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Controller } from '../../../src';
import { Call, ControllerSample } from '../sample';

const LATTICE = 'arn:aws:vpc-lattice:eu-west-1:111122223333';
const SERVICE = `${LATTICE}:service/svc-1`;
const GROUP = `${LATTICE}:targetgroup/tg-1`;
const NETWORK = `${LATTICE}:servicenetwork/sn-1`;
const SHARED_NETWORK = 'arn:aws:vpc-lattice:eu-west-1:444455556666:servicenetwork/sn-2';
const ASSOCIATION = `${LATTICE}:servicenetworkvpcassociation/snva-1`;
const OWN = { 'aws:ResourceTag/application-networking.k8s.aws/ManagedBy': '111122223333/blue/vpc-0123456789abcdef0' };
const OTHER = {
  'aws:ResourceTag/application-networking.k8s.aws/ManagedBy': '111122223333/green/vpc-0123456789abcdef0',
};
const THIRD = { 'aws:ResourceTag/application-networking.k8s.aws/ManagedBy': '111122223333/red/vpc-0123456789abcdef0' };
const IN_VPC = { 'vpc-lattice:VpcId': 'vpc-0123456789abcdef0' };
const ELSEWHERE = { 'vpc-lattice:VpcId': 'vpc-00000000000000000' };

const vpc = (stack: Stack) =>
  Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-0123456789abcdef0', availabilityZones: ['eu-west-1a'] });
const calls = (context: Record<string, string>, ...all: [string, string][]): Call[] =>
  all.map(([action, resource]) => ({ action: `vpc-lattice:${action}`, resource, context }));
const managed = (context: Record<string, string>) =>
  calls(
    context,
    ['DeleteService', SERVICE],
    ['UpdateService', SERVICE],
    ['DeleteTargetGroup', GROUP],
    ['DeleteServiceNetwork', NETWORK],
  );
const inVpc = (context: Record<string, string>) =>
  calls(
    context,
    ['CreateTargetGroup', GROUP],
    ['CreateServiceNetworkVpcAssociation', ASSOCIATION],
    ['DeleteServiceNetworkVpcAssociation', ASSOCIATION],
  );
const KEYS = 'aws:TagKeys';
const tags = (context: Record<string, string>) =>
  calls(
    context,
    ['TagResource', SERVICE],
    ['TagResource', `${SERVICE}/listener/listener-1/rule/rule-1`],
    ['TagResource', GROUP],
  );
const LOGS: Call[] = [
  ...calls(
    {},
    ['CreateAccessLogSubscription', SERVICE],
    ['DeleteAccessLogSubscription', `${LATTICE}:accesslogsubscription/als-1`],
  ),
  { action: 'logs:CreateLogDelivery', resource: '*' },
];

const MAY: Call[] = [
  ...managed(OWN),
  ...inVpc(IN_VPC),
  ...calls(
    {},
    ['CreateService', SERVICE],
    ['CreateListener', `${SERVICE}/listener/listener-1`],
    ['UpdateRule', `${SERVICE}/listener/listener-1/rule/rule-1`],
    ['RegisterTargets', GROUP],
    ['CreateServiceNetworkServiceAssociation', SHARED_NETWORK],
    ['PutAuthPolicy', SERVICE],
    ['ListServices', '*'],
  ),
  ...tags(OWN),
  ...tags({}),
  ...calls({ [KEYS]: 'team' }, ['UntagResource', SERVICE]),
];
const MAY_NOT: Call[] = [
  ...managed(OTHER),
  ...managed({}),
  ...inVpc(ELSEWHERE),
  ...tags(OTHER),
  ...calls({ [KEYS]: 'application-networking.k8s.aws/ManagedBy' }, ['UntagResource', SERVICE]),
  ...calls(
    {},
    ['DeleteResourceGateway', `${LATTICE}:resourcegateway/rgw-1`],
    ['PutResourcePolicy', SERVICE],
    ['UpdateServiceNetwork', SHARED_NETWORK],
  ),
];
const NAMES = { namespace: 'aws-application-networking-system', serviceAccountName: 'gateway-api-controller' };

export const SAMPLES: ControllerSample[] = [
  {
    factory: 'awsGatewayApiController',
    make: stack => Controller.awsGatewayApiController({ clusterName: 'blue', vpc: vpc(stack) }),
    ...NAMES,
    may: MAY,
    mayNot: [...MAY_NOT, ...LOGS],
    unscoped: true,
    scopedTo: "the account and region; deletions and tags to the cluster's tag; associations to the VPC",
  },
  {
    factory: 'awsGatewayApiController',
    variant: 'with access logs',
    make: stack => Controller.awsGatewayApiController({ clusterName: 'blue', vpc: vpc(stack), accessLogs: true }),
    ...NAMES,
    may: [...MAY, ...LOGS],
    mayNot: MAY_NOT,
    unscoped: true,
    scopedTo: 'as without; log deliveries are not scoped',
  },
  {
    factory: 'awsGatewayApiController',
    variant: 'that takes over',
    make: stack =>
      Controller.awsGatewayApiController({
        clusterName: 'blue',
        vpc: vpc(stack),
        takeoverFrom: ['111122223333/green/vpc-0123456789abcdef0'],
      }),
    ...NAMES,
    may: [...MAY, ...tags(OTHER)],
    mayNot: [...managed(OTHER), ...tags(THIRD)],
    unscoped: true,
    scopedTo: 'as without; tags to those clusters too',
  },
];
