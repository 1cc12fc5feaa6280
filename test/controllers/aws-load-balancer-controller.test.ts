/**
 * Oracle: AWS's own policy for the controller, the newest that aws-cdk-lib ships.
 */
import { readdirSync, readFileSync } from 'fs';
import { dirname, join } from 'path';
import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { SAMPLES } from './samples/aws-load-balancer-controller';
import { Controller, IrsaServiceAccount } from '../../src';
import { deployed } from '../judges/deployment';
import { allows } from '../judges/iam-simulator';
import { literalProvider, literalStack } from '../support';

const FOLDER = join(dirname(require.resolve('aws-cdk-lib/package.json')), 'aws-eks/lib/addons');
const version = (file: string) =>
  Number(
    /v(\d+)\.(\d+)\.(\d+)/
      .exec(file)!
      .slice(1)
      .map(part => part.padStart(3, '0'))
      .join(''),
  );
const NEWEST = readdirSync(FOLDER)
  .filter(file => /^alb-iam_policy-v[\d.]+\.json$/.test(file))
  .sort((left, right) => version(left) - version(right))
  .pop()!;
const ORACLE = JSON.parse(readFileSync(join(FOLDER, NEWEST), 'utf8'));
const actionsOf = (policy: any): string[] =>
  [...new Set<string>(policy.Statement.flatMap(({ Action }: any) => Action))].sort();

/** What releases after v2.8.2, the newest that the oldest aws-cdk-lib ships, call: its policy of v3 has them. */
const LATER = [
  'ec2:DescribeIpamPools',
  'ec2:DescribeRouteTables',
  'ec2:GetSecurityGroupsForVpc',
  'elasticloadbalancing:DescribeCapacityReservation',
  'elasticloadbalancing:DescribeListenerAttributes',
  'elasticloadbalancing:ModifyCapacityReservation',
  'elasticloadbalancing:ModifyIpPools',
  'elasticloadbalancing:ModifyListenerAttributes',
  'wafv2:ListWebACLs',
  'elasticloadbalancing:SetRulePriorities',
];

const [SAMPLE] = SAMPLES;
const EC2 = 'arn:aws:ec2:eu-west-1:111122223333';
const ELB = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333';

/** Where the oracle goes further, and why a controller does without. */
const NARROWER: [string, string, string, Record<string, string>?][] = [
  [
    'it makes no other role',
    'iam:CreateServiceLinkedRole',
    'arn:aws:iam::111122223333:role/other',
    { 'iam:AWSServiceName': 'elasticloadbalancing.amazonaws.com' },
  ],
  [
    'its nodes are in one VPC',
    'ec2:AuthorizeSecurityGroupIngress',
    `${EC2}:security-group/sg-1`,
    { 'ec2:Vpc': `${EC2}:vpc/vpc-other` },
  ],
  [
    'its nodes are in one VPC',
    'ec2:RevokeSecurityGroupIngress',
    `${EC2}:security-group/sg-1`,
    { 'ec2:Vpc': `${EC2}:vpc/vpc-other` },
  ],
  ['it makes security groups in its VPC', 'ec2:CreateSecurityGroup', `${EC2}:vpc/vpc-other`],
  ['it makes security groups with its tag', 'ec2:CreateSecurityGroup', `${EC2}:security-group/sg-1`],
  [
    'another cluster has a controller of its own',
    'ec2:DeleteSecurityGroup',
    `${EC2}:security-group/sg-1`,
    { 'aws:ResourceTag/elbv2.k8s.aws/cluster': 'green' },
  ],
  [
    'another cluster has a controller of its own',
    'elasticloadbalancing:DeleteLoadBalancer',
    `${ELB}:loadbalancer/app/a/1`,
    { 'aws:ResourceTag/elbv2.k8s.aws/cluster': 'green' },
  ],
  [
    'it tags as its own cluster',
    'elasticloadbalancing:CreateLoadBalancer',
    `${ELB}:loadbalancer/app/a/1`,
    { 'aws:RequestTag/elbv2.k8s.aws/cluster': 'green' },
  ],
  [
    'it adds listeners to load balancers of its own',
    'elasticloadbalancing:CreateListener',
    `${ELB}:loadbalancer/app/a/1`,
  ],
  ['it tags listeners as it makes them', 'elasticloadbalancing:DeleteListener', `${ELB}:listener/app/a/1/2`],
  ['it tags rules as it makes them', 'elasticloadbalancing:ModifyRule', `${ELB}:listener-rule/app/a/1/2/3`],
  ['it leaves the tags of others alone', 'elasticloadbalancing:RemoveTags', `${ELB}:listener/app/a/1/2`],
  ['target groups made elsewhere are named', 'elasticloadbalancing:RegisterTargets', `${ELB}:targetgroup/a/1`],
  ['a role reaches its own account', 'acm:DescribeCertificate', 'arn:aws:acm:us-east-1:111122223333:certificate/1'],
  ['it protects load balancers', 'wafv2:DisassociateWebACL', 'arn:aws:apigateway:eu-west-1::/restapis/a/stages/prod'],
];

function document(): any {
  const stack = literalStack();
  return deployed(stack.resolve(SAMPLE.make(stack).policyDocument(stack)), { values: { 'AWS::Partition': 'aws' } });
}

test(`has the actions of ${NEWEST}, and those of later releases`, () => {
  const oracle = actionsOf(ORACLE);
  expect(actionsOf(document()).filter(action => !LATER.includes(action))).toEqual(
    oracle.filter(action => !LATER.includes(action)),
  );
  expect(LATER.filter(action => !actionsOf(document()).includes(action))).toEqual([]);
});

test('allows nothing that AWS\'s policy does not', () => {
  const known = SAMPLE.may.filter(({ action }) => !LATER.includes(action));
  const refused = known.filter(({ action, resource, context }) => !allows([ORACLE], action, resource, context));
  expect(refused).toEqual([]);
});

test.each(NARROWER)('is narrower: %s (%s on %s)', (...[, action, resource, context]) => {
  expect([allows([ORACLE], action, resource, context), allows([document()], action, resource, context)]).toEqual([
    true,
    false,
  ]);
});

const vpc = (stack: Stack) =>
  Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-0123456789abcdef0', availabilityZones: ['eu-west-1a'] });

test('a name that no cluster has is an error', () => {
  expect(() => Controller.awsLoadBalancerController({ clusterName: 'my cluster', vpc: vpc(new Stack()) })).toThrow(
    '[Controller.awsLoadBalancerController] `clusterName` must be the name of an EKS cluster: at most 100 letters, '
      + 'digits, - and _, got: "my cluster". '
      + '`aws eks list-clusters` prints your clusters.',
  );
});

test.each([undefined, []])('no target group is an error: %j', targetGroups => {
  expect(() =>
    Controller.awsLoadBalancerControllerTargetGroupBindingOnly({ targetGroups: targetGroups as any }),
  ).toThrow(
    '[Controller.awsLoadBalancerControllerTargetGroupBindingOnly] `targetGroups` must name at least one target '
      + `group, got: ${targetGroups ? '[]' : 'nothing'}. `
      + 'Otherwise the controller would have access to all of them, or to none.',
  );
});

test.each<[string, object, string]>([
  [
    'certificates without a zone and an authority',
    { certificates: { domainNames: ['example.com'] } },
    '`certificates.hostedZones` must be given, or `certificates.certificateAuthorities`, got: nothing.',
  ],
  [
    'certificates for any name',
    { certificates: { hostedZones: [{}] } },
    '`certificates.domainNames` must name at least one domain name, got: nothing.',
  ],
  [
    'no zone',
    { certificates: { domainNames: ['example.com'], hostedZones: [] } },
    '`certificates.hostedZones` must name at least one hosted zone, got: [].',
  ],
  [
    'no authority',
    { certificates: { domainNames: ['example.com'], certificateAuthorities: [] } },
    '`certificates.certificateAuthorities` must name at least one certificate authority, got: [].',
  ],
  [
    'accelerators without the tagging API',
    { globalAccelerator: true, taggingApi: false },
    '`taggingApi` must be true with `globalAccelerator`, got: false. Leave it out.',
  ],
])('%s: an error', (_, options, message) => {
  expect(() =>
    Controller.awsLoadBalancerController({ clusterName: 'blue', vpc: vpc(new Stack()), ...options }),
  ).toThrow(`[Controller.awsLoadBalancerController] ${message}`);
});

test('accelerators outside the partition aws are an error', () => {
  const app = new App();
  const stack = literalStack(app, 'Stack', { account: '111122223333', region: 'cn-north-1' });
  new IrsaServiceAccount(stack, 'Sa', {
    oidcProvider: literalProvider(stack),
    controller: Controller.awsLoadBalancerController({ clusterName: 'blue', vpc: vpc(stack), globalAccelerator: true }),
  });
  expect(() => app.synth()).toThrow(
    '[Stack/Sa/Role] `globalAccelerator` must be left out in the partition of the stack, aws-cn, got: true.',
  );
});

test('the warning tells what it may take over', () => {
  const stack = literalStack();
  new IrsaServiceAccount(stack, 'Sa', {
    oidcProvider: literalProvider(stack),
    controller: Controller.awsLoadBalancerController({ clusterName: 'blue', vpc: vpc(stack), globalAccelerator: true }),
  });
  Annotations.fromStack(stack).hasWarning(
    '*',
    Match.stringLikeRegexp('one cluster, and it may take over accelerators without the tag of a cluster\\.'),
  );
});

test('a name that the deployment tells is in the conditions', () => {
  const app = new App();
  const stack = literalStack(app);
  const parameter = new CfnParameter(stack, 'Name', { allowedPattern: '^[A-Za-z0-9_-]+$' });
  new IrsaServiceAccount(stack, 'Sa', {
    oidcProvider: literalProvider(stack),
    controller: Controller.awsLoadBalancerController({ clusterName: parameter.valueAsString, vpc: vpc(stack) }),
  });
  const template = Template.fromStack(stack);
  const documents = [
    ...Object.values<any>(template.findResources('AWS::IAM::Role'))
      .flatMap(({ Properties }) => Properties.Policies ?? [])
      .map(policy => policy.PolicyDocument),
    ...Object.values<any>(template.findResources('AWS::IAM::ManagedPolicy')).map(
      ({ Properties }) => Properties.PolicyDocument,
    ),
  ].map(policy => deployed(policy, { values: { 'AWS::Partition': 'aws', 'Name': 'blue' } }));
  for (const { action, resource, context } of SAMPLE.may) {
    expect(allows(documents, action, resource, context)).toBe(true);
  }
  for (const { action, resource, context } of SAMPLE.mayNot) {
    expect(allows(documents, action, resource, context)).toBe(false);
  }
});
