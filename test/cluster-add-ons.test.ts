/**
 * The example cluster-add-ons by the rules of cdk-nag: no finding but those below, each with its reason; and by IAM's
 * sizes.
 */
import { App, Aspects, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks, INagLogger, NagSuppressions } from 'cdk-nag';
import { IConstruct } from 'constructs';
import { deployed } from './judges/deployment';
import { ACCOUNT, PROVIDER_ARN, REGION, warnings } from './support';
import { ClusterAddOns } from '../examples/cluster-add-ons/app';

/** What the deployment fills in, where it counts for the length. */
const KNOWN = {
  'AWS::Partition': 'aws',
  'Oidc70BFA75F.Arn': PROVIDER_ARN,
  'Backups9A29A52D.Arn': 'arn:aws:s3:::blue-backups-111122223333',
  'VolumeKeyB3FBD601.Arn': `arn:aws:kms:${REGION}:${ACCOUNT}:key/11111111-2222-3333-4444-555555555555`,
  'Interruptions573E04A6.Arn': `arn:aws:sqs:${REGION}:${ACCOUNT}:blue-interruptions`,
  'PodLogs17A126C3.Arn': `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/eks/blue/pods:*`,
};

/** Why a wildcard is right; `holds` where each statement with that resource shows it. */
interface Reason {
  readonly text: string;
  readonly holds?: (statement: any) => boolean;
}

const reads = ({ Action }: any) => [Action].flat().every(action => /^[\w-]+:(Describe|Get|List)/.test(action));
const READS: Reason = { text: 'It only reads, and what it reads cannot be named beforehand.', holds: reads };
const held = (by: string): Reason => ({
  text: `What it changes is held by conditions of the statement: ${by}.`,
  holds: statement => reads(statement) || statement.Condition !== undefined,
});
const because = (text: string): Reason => ({ text });

const here = (service: string, ...resources: string[]) =>
  resources.map(resource => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`);
const ec2 = (...resources: string[]) => here('ec2', ...resources);
const ofAnyAccount = (...resources: string[]) => resources.map(resource => `arn:aws:ec2:${REGION}:*:${resource}`);
const ofNoAccount = (...resources: string[]) => resources.map(resource => `arn:aws:ec2:${REGION}::${resource}`);
const balancing = (...resources: string[]) => here('elasticloadbalancing', ...resources);

const ELB_TAG = held('the tag elbv2.k8s.aws/cluster, and the VPC for ports');
const NO_TAG = because(
  'AWS WAF and Shield know no tag of a load balancer: what the stack acknowledges as cdk-irsa:controller-unscoped.',
);
const NODE_TAGS = held(
  'the tags kubernetes.io/cluster/blue and karpenter.sh/nodepool, or those of the instance profile',
);
const VOLUME_TAGS = held('the tags of volumes, snapshots and nodes of the cluster');

/** Wildcards in the policies of the add-ons (AwsSolutions-IAM5). */
const WILDCARDS: [policy: string, reason: Reason, resources: string[]][] = [
  [
    'LoadBalancers/Role/Controller',
    READS,
    [
      '*',
      ...here('acm', 'certificate/*'),
      ...here('cognito-idp', 'userpool/*'),
      `arn:aws:iam::${ACCOUNT}:server-certificate/*`,
    ],
  ],
  [
    'LoadBalancers/Role/Controller',
    held('the service that the role is for'),
    [`arn:aws:iam::${ACCOUNT}:role/aws-service-role/elasticloadbalancing.amazonaws.com/*`],
  ],
  [
    'LoadBalancers/Role/Controller',
    because('One VPC, by its ID; the account that shares it is another one where it is shared.'),
    ofAnyAccount('vpc/vpc-0123456789abcdef0'),
  ],
  [
    'LoadBalancers/Role/Controller',
    ELB_TAG,
    [
      ...ec2('security-group/*'),
      ...balancing(
        'loadbalancer/app/*/*',
        'loadbalancer/net/*/*',
        'targetgroup/*/*',
        'listener/app/*/*/*',
        'listener/net/*/*/*',
      ),
    ],
  ],
  [
    'LoadBalancers/Role/Controller',
    because('The service knows no condition for SetRulePriorities; all else is held by the tag.'),
    balancing('listener-rule/app/*/*/*', 'listener-rule/net/*/*/*'),
  ],
  [
    'LoadBalancers/Role/Controller2',
    ELB_TAG,
    balancing(
      'loadbalancer/net/*/*',
      'targetgroup/*/*',
      'listener/app/*/*/*',
      'listener/net/*/*/*',
      'listener-rule/app/*/*/*',
      'listener-rule/net/*/*/*',
    ),
  ],
  [
    'LoadBalancers/Role/Controller2',
    NO_TAG,
    [
      '*',
      ...balancing('loadbalancer/app/*/*'),
      ...here('wafv2', 'regional/webacl/*/*'),
      ...here('waf-regional', 'webacl/*'),
      `arn:aws:shield::${ACCOUNT}:protection/*`,
    ],
  ],
  ['Dns/Role', READS, ['*']],
  ['Certificates/Role', READS, ['*', 'arn:aws:route53:::change/*']],
  ['Nodes/Role', READS, ['*', `arn:aws:ssm:${REGION}::parameter/aws/service/*`]],
  [
    'Nodes/Role',
    because('A launch needs them besides the instance, which is held by its tags; the EC2NodeClass selects them.'),
    [
      ...ofNoAccount('image/*', 'snapshot/*'),
      ...ofAnyAccount('security-group/*', 'subnet/*', 'capacity-reservation/*', 'placement-group/*'),
    ],
  ],
  [
    'Nodes/Role',
    NODE_TAGS,
    [
      ...ec2(
        'fleet/*',
        'instance/*',
        'launch-template/*',
        'network-interface/*',
        'spot-instances-request/*',
        'volume/*',
      ),
      `arn:aws:iam::${ACCOUNT}:instance-profile/*`,
    ],
  ],
  ['Volumes/Role', READS, ['*']],
  ['Volumes/Role', VOLUME_TAGS, [...ec2('instance/*', 'volume/*', 'volume/vol-*'), ...ofNoAccount('snapshot/*')]],
  ['Files/Role', READS, ['*']],
  [
    'Files/Role',
    held('the tag efs.csi.aws.com/cluster, which it can set at creation only'),
    here('elasticfilesystem', 'access-point/*'),
  ],
  [
    'Secrets/Role',
    because('The secrets that are named blue/…: the operator is to read all of them.'),
    [`arn:<AWS::Partition>:secretsmanager:${REGION}:${ACCOUNT}:secret:blue/*-??????`],
  ],
  ['Backup/Role', READS, ['*']],
  ['Backup/Role', because('The objects of the one bucket, which is made for it.'), ['<Backups9A29A52D.Arn>/*']],
  ['Backup/Role', held('the tags of the cluster and of a backup'), [...ec2('volume/*'), ...ofNoAccount('snapshot/*')]],
];

/** Findings about a resource as a whole. */
const OTHERS: [resource: string, rule: string, text: string][] = [
  [
    'Backups',
    'AwsSolutions-S1',
    'One role reaches the bucket; data events of CloudTrail tell what it does, where that is wanted.',
  ],
  [
    'Interruptions',
    'AwsSolutions-SQS3',
    'An event that Karpenter has not handled after five minutes is of no use to anybody.',
  ],
];

interface Finding {
  readonly finding: string;
  readonly reason?: string;
}

const SUPPRESSIONS: Required<Finding>[] = [
  ...WILDCARDS.flatMap(([policy, { text }, resources]) =>
    resources.map(resource => ({
      finding: `${policy}/Resource: AwsSolutions-IAM5[Resource::${resource}]`,
      reason: text,
    })),
  ),
  ...OTHERS.map(([resource, rule, text]) => ({ finding: `${resource}/Resource: ${rule}[]`, reason: text })),
];

/** The stack of the example, and what nag says of it. */
function checked(suppress: (stack: Stack) => void = () => {}): {
  stack: Stack;
  findings: Finding[];
  suppressed: Finding[];
} {
  const app = new App({ context: { '@aws-cdk/aws-iam:minimizePolicies': true } });
  const stack = new ClusterAddOns(app, 'ClusterAddOns', { env: { account: ACCOUNT, region: REGION } });
  const [findings, suppressed]: Finding[][] = [[], []];
  const finding = ({ resource, ruleId, findingId }: any) =>
    `${resource.node.path.replace('ClusterAddOns/', '')}: ${ruleId}[${findingId}]`;
  const fault = ({ ruleId, errorMessage }: any) => findings.push({ finding: `${ruleId} failed: ${errorMessage}` });
  const logger: INagLogger = {
    onCompliance: () => {},
    onNotApplicable: () => {},
    onNonCompliance: data => findings.push({ finding: finding(data) }),
    onSuppressed: data =>
      suppressed.push({ finding: finding(data), reason: data.suppressionReason.replace(`[${data.findingId}] `, '') }),
    onError: fault,
    onSuppressedError: fault,
  };
  Aspects.of(app).add(new AwsSolutionsChecks({ additionalLoggers: [logger] }));
  suppress(stack);
  app.synth();
  return { stack, findings, suppressed };
}

const sorted = (findings: Finding[]) => [...findings].sort((left, right) => (left.finding < right.finding ? -1 : 1));

test('cdk-nag finds nothing but what there is a reason for', () => {
  const { findings, suppressed } = checked(stack => {
    for (const [policy, { text: reason }, resources] of WILDCARDS) {
      const appliesTo = resources.map(resource => `Resource::${resource}`);
      NagSuppressions.addResourceSuppressionsByPath(stack, `/ClusterAddOns/${policy}/Resource`, [
        { id: 'AwsSolutions-IAM5', reason, appliesTo },
      ]);
    }
    for (const [resource, id, reason] of OTHERS) {
      NagSuppressions.addResourceSuppressionsByPath(stack, `/ClusterAddOns/${resource}/Resource`, [{ id, reason }]);
    }
  });
  expect(findings).toEqual([]);
  expect(sorted(suppressed)).toEqual(sorted(SUPPRESSIONS));
});

test('none of the reasons is for something that cdk-nag does not find', () => {
  const { findings, suppressed } = checked();
  expect(findings.map(({ finding }) => finding).sort()).toEqual(SUPPRESSIONS.map(({ finding }) => finding).sort());
  expect(suppressed).toEqual([]);
});

const example = checked().stack;

test.each(
  WILDCARDS.flatMap(([policy, { text, holds }, resources]) =>
    resources.filter(() => holds).map((resource): [string, string, string] => [policy, resource, text]),
  ),
)('%s, %s: %s', (policy, resource, reason) => {
  const { holds } = WILDCARDS.find(([path, { text }]) => path === policy && text === reason)![1];
  const statements = statementsOf(policy).filter(({ Resource }) => [Resource].flat().includes(resource));
  expect(statements).not.toEqual([]);
  expect(statements.filter(statement => !holds!(statement))).toEqual([]);
});

test('the stack warns of nothing that it has not acknowledged', () => {
  expect(warnings(example)).toEqual([]);
});

test('the policies are of sizes that IAM takes by default', () => {
  const template = Template.fromStack(example);
  const size = (document: any) => JSON.stringify(deployed(document, { values: KNOWN })).length;
  const roles = Object.values<any>(template.findResources('AWS::IAM::Role')).map(({ Properties }) => Properties);
  expect(roles).toHaveLength(10);
  for (const { AssumeRolePolicyDocument, Policies = [], ManagedPolicyArns = [] } of roles) {
    expect(size(AssumeRolePolicyDocument)).toBeLessThanOrEqual(2048);
    expect(
      Policies.reduce((sum: number, { PolicyDocument }: any) => sum + size(PolicyDocument), 0),
    ).toBeLessThanOrEqual(10240);
    expect(ManagedPolicyArns.length).toBeLessThanOrEqual(10);
  }
  const managed = Object.values<any>(template.findResources('AWS::IAM::ManagedPolicy'));
  expect(managed.length).toBeGreaterThan(0);
  for (const { Properties } of managed) expect(size(Properties.PolicyDocument)).toBeLessThanOrEqual(6144);
});

/** The statements of a role or a managed policy, by the path of its construct. */
function statementsOf(policy: string): any[] {
  const construct = policy.split('/').reduce((parent: IConstruct, id) => parent.node.findChild(id), example);
  const { policyDocument, policies } = construct.node.defaultChild as any;
  const documents = policyDocument
    ? [policyDocument]
    : example.resolve(policies).map((inline: any) => inline.policyDocument);
  return example.resolve(documents).flatMap(({ Statement }: any) => Statement);
}
