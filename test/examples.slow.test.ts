import { existsSync, mkdtempSync, readFileSync, rmSync } from 'fs';
import { availableParallelism, tmpdir } from 'os';
import { basename, join } from 'path';
import { parse } from 'yaml';
import { expectOneAnswer, verify } from './analysis/admission/one-answer';
import { templateProblems } from './judges/cloudformation';
import { deployed, Deployment } from './judges/deployment';
import { allows, canAssume, letsIn, letsPodIn, trustPolicyErrors } from './judges/iam-simulator';
import { Manifest, manifestProblems, parseManifests } from './judges/kubernetes';
import { ACCOUNT, ISSUER, REGION } from './support';
import {
  Assembly,
  exampleDir,
  filesIn,
  resourcesWithCode,
  SMALL_EXAMPLES,
  synthesize,
  Template,
} from '../scripts/examples';
import { report } from '../scripts/report';
import { accessMapOf } from '../src/analysis/reading/access-map-reader';
import { readAssembly } from '../src/analysis/reading/assembly';
import { RULES } from '../src/analysis/rules';
import { counts, findingsOf } from '../src/analysis/rules/rule';

// What CloudFormation knows once it deploys: pseudo parameters, parameters, and what resources return by their names.
const GIVEN = {
  'AWS::Partition': 'aws',
  'ClusterName': 'blue',
  'Namespace': 'team-a',
  'ServiceAccountName': 'describer',
};
const issuerId = (four: string) => `oidc.eks.${REGION}.amazonaws.com/id/${four.repeat(8)}`;
const issuerOfCluster = (name: string) => `oidc.eks.${REGION}.amazonaws.com/id/OF${name.toUpperCase()}`;
const iamArn = (resource: string, account = ACCOUNT) => `arn:aws:iam::${account}:${resource}`;
const serviceArn = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
const RETURNS: {
  type: string;
  property: string;
  attributes: (value: string, account?: string) => Record<string, string>;
}[] = [
  {
    type: 'AWS::EKS::Cluster',
    property: 'Name',
    attributes: name => ({
      Arn: serviceArn('eks', `cluster/${name}`),
      OpenIdConnectIssuerUrl: `https://${issuerOfCluster(name)}`,
    }),
  },
  {
    type: 'AWS::IAM::OIDCProvider',
    property: 'Url',
    attributes: (url, account) => ({ Arn: iamArn(`oidc-provider/${url.replace('https://', '')}`, account) }),
  },
  {
    type: 'AWS::IAM::Role',
    property: 'RoleName',
    attributes: (name, account) => ({ Arn: iamArn(`role/${name}`, account) }),
  },
  { type: 'AWS::S3::Bucket', property: 'BucketName', attributes: name => ({ Arn: `arn:aws:s3:::${name}` }) },
  {
    type: 'AWS::DynamoDB::Table',
    property: 'TableName',
    attributes: name => ({ Arn: serviceArn('dynamodb', `table/${name}`) }),
  },
  { type: 'AWS::SQS::Queue', property: 'QueueName', attributes: name => ({ Arn: serviceArn('sqs', name) }) },
  {
    type: 'AWS::Logs::LogGroup',
    property: 'LogGroupName',
    attributes: name => ({ Arn: serviceArn('logs', `log-group:${name}:*`) }),
  },
  { type: 'AWS::KMS::Key', property: 'none', attributes: id => ({ Arn: serviceArn('kms', `key/${id}`) }) },
];

const MANAGED_POLICIES: Record<string, any> = {
  'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess': {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['s3:Get*', 's3:List*', 's3:Describe*'], Resource: '*' }],
  },
};

/** Notes and warnings that belong to an example. */
const NOTES: Record<string, unknown[]> = {
  // Their ServiceAccounts exist: `roleOnly` in the file of eksctl.
  'from-eksctl': ['ebs-csi-controller-sa', 'external-dns'].map(name => expect.stringMatching(
    new RegExp(`^role-without-service-account: Role .*: trusts kube-system/${name}, but none of the given manifests`),
  )),
  'shared-role': [expect.stringContaining('wildcard-namespace: Role runners')],
};

interface Expected {
  readonly example: string;
  readonly serviceAccount: string;
  /** The Pods, Deployments and CronJobs that use it. */
  readonly usedBy: string[];
  /** The cluster, by its issuer; by its ARN for Pod Identity; neither where the role is somebody else's. */
  readonly issuer?: string;
  readonly clusterArn?: string;
  /** The account of the role. */
  readonly account?: string;
  readonly may?: Call;
  readonly mayNot?: Call;
}

type Call = [action: string, resource: string, context?: Record<string, string>];

const SITE = 'arn:aws:s3:::private-site-111122223333';
const FILES = 'arn:aws:s3:::my-app-files-111122223333';
const BLUE = issuerId('B10E');
const GREEN = issuerId('64EE');
const PRODUCTION = serviceArn('eks', 'cluster/production');
const DATA_ACCOUNT = '444455556666';
const ZONE = 'arn:aws:route53:::hostedzone/Z0123456789EXAMPLE';
const txtRecord = (name: string) => ({
  'route53:ChangeResourceRecordSetsNormalizedRecordNames': name,
  'route53:ChangeResourceRecordSetsRecordTypes': 'TXT',
});
const ofCluster = (tag: string, value: string) => ({ [`aws:ResourceTag/${tag}`]: value });
const TENANTS = 'arn:aws:s3:::tenants-111122223333';
const ofNamespace = (namespace: string) => ({ 'aws:PrincipalTag/kubernetes-namespace': namespace });
const ADD_ONS: [serviceAccount: string, may: Call, mayNot: Call][] = [
  [
    'kube-system/aws-load-balancer-controller',
    [
      'elasticloadbalancing:DeleteLoadBalancer',
      serviceArn('elasticloadbalancing', 'loadbalancer/app/any/1'),
      ofCluster('elbv2.k8s.aws/cluster', 'blue'),
    ],
    [
      'elasticloadbalancing:DeleteLoadBalancer',
      serviceArn('elasticloadbalancing', 'loadbalancer/app/any/1'),
      ofCluster('elbv2.k8s.aws/cluster', 'green'),
    ],
  ],
  [
    'external-dns/external-dns',
    ['route53:ChangeResourceRecordSets', ZONE],
    ['route53:ChangeResourceRecordSets', 'arn:aws:route53:::hostedzone/ANOTHER'],
  ],
  [
    'cert-manager/cert-manager',
    ['route53:ChangeResourceRecordSets', ZONE, txtRecord('_acme-challenge.example.com')],
    ['route53:ChangeResourceRecordSets', ZONE, txtRecord('www.example.com')],
  ],
  [
    'kube-system/karpenter',
    ['sqs:ReceiveMessage', serviceArn('sqs', 'blue-interruptions')],
    ['sqs:ReceiveMessage', serviceArn('sqs', 'blue-jobs')],
  ],
  [
    'kube-system/ebs-csi-controller-sa',
    ['ec2:DeleteVolume', serviceArn('ec2', 'volume/vol-1'), ofCluster('ebs.csi.aws.com/cluster-name', 'blue')],
    ['ec2:DeleteVolume', serviceArn('ec2', 'volume/vol-1'), ofCluster('ebs.csi.aws.com/cluster-name', 'green')],
  ],
  [
    'kube-system/efs-csi-controller-sa',
    [
      'elasticfilesystem:CreateAccessPoint',
      serviceArn('elasticfilesystem', 'file-system/fs-0123456789abcdef0'),
      { 'aws:RequestTag/efs.csi.aws.com/cluster': 'true' },
    ],
    [
      'elasticfilesystem:CreateAccessPoint',
      serviceArn('elasticfilesystem', 'file-system/fs-another'),
      { 'aws:RequestTag/efs.csi.aws.com/cluster': 'true' },
    ],
  ],
  [
    'external-secrets/external-secrets',
    ['secretsmanager:GetSecretValue', serviceArn('secretsmanager', 'secret:blue/db-AbCdEf')],
    ['secretsmanager:GetSecretValue', serviceArn('secretsmanager', 'secret:green/db-AbCdEf')],
  ],
  [
    'velero/velero-server',
    ['s3:PutObject', 'arn:aws:s3:::blue-backups-111122223333/any'],
    ['s3:PutObject', 'arn:aws:s3:::another/any'],
  ],
  [
    'kube-system/aws-for-fluent-bit',
    ['logs:PutLogEvents', serviceArn('logs', 'log-group:/eks/blue/pods:log-stream:any')],
    ['logs:PutLogEvents', serviceArn('logs', 'log-group:/eks/green/pods:log-stream:any')],
  ],
  [
    'keda/keda-operator',
    ['sqs:GetQueueAttributes', serviceArn('sqs', 'blue-jobs')],
    ['sqs:ReceiveMessage', serviceArn('sqs', 'blue-jobs')],
  ],
];
const EXPECTED: Expected[] = [
  {
    example: 'blue-green-clusters',
    serviceAccount: 'orders/api',
    usedBy: [],
    issuer: BLUE,
    may: ['dynamodb:PutItem', serviceArn('dynamodb', 'table/orders')],
    mayNot: ['dynamodb:PutItem', serviceArn('dynamodb', 'table/payments')],
  },
  ...ADD_ONS.map(([serviceAccount, may, mayNot]): Expected => ({
    example: 'cluster-add-ons',
    serviceAccount,
    usedBy: [],
    issuer: ISSUER,
    may,
    mayNot,
  })),
  {
    example: 'deployment-nginx',
    serviceAccount: 'default/test-aws-iam',
    usedBy: ['Deployment deployment-nginx'],
    issuer: ISSUER,
    may: ['s3:GetObject', `${SITE}/index.html`],
    mayNot: ['s3:PutObject', `${SITE}/index.html`],
  },
  {
    example: 'doctor-after-deploy',
    serviceAccount: 'invoices/reader',
    usedBy: ['Pod reader'],
    issuer: ISSUER,
    may: ['s3:GetObject', 'arn:aws:s3:::invoices-111122223333/any'],
    mayNot: ['s3:PutObject', 'arn:aws:s3:::invoices-111122223333/any'],
  },
  {
    example: 'doctor-after-deploy',
    serviceAccount: 'invoices/writer',
    usedBy: [],
    issuer: ISSUER,
    may: ['s3:PutObject', 'arn:aws:s3:::invoices-111122223333/any'],
    mayNot: ['s3:GetObject', 'arn:aws:s3:::invoices-111122223333/any'],
  },
  { example: 'from-eksctl', serviceAccount: 'default/reports', usedBy: [] },
  {
    example: 'from-eksctl',
    serviceAccount: 'payments/receipts',
    usedBy: [],
    issuer: ISSUER,
    may: ['s3:PutObject', 'arn:aws:s3:::receipts-111122223333/any'],
    mayNot: ['s3:PutObject', 'arn:aws:s3:::another/any'],
  },
  {
    example: 'gitops',
    serviceAccount: 'external-dns/external-dns',
    usedBy: [],
    issuer: ISSUER,
    may: ['route53:ChangeResourceRecordSets', ZONE],
    mayNot: ['route53:ChangeResourceRecordSets', 'arn:aws:route53:::hostedzone/ANOTHER'],
  },
  {
    example: 'gitops',
    serviceAccount: 'payments/receipts',
    usedBy: ['Deployment receipts'],
    issuer: ISSUER,
    may: ['s3:PutObject', 'arn:aws:s3:::receipts-111122223333/any'],
    mayNot: ['s3:GetObject', 'arn:aws:s3:::receipts-111122223333/any'],
  },
  {
    example: 'managed-addons',
    serviceAccount: 'models/trainer',
    usedBy: [],
    clusterArn: PRODUCTION,
    may: ['s3:PutObject', 'arn:aws:s3:::models-111122223333/any'],
    mayNot: ['s3:PutObject', 'arn:aws:s3:::another/any'],
  },
  {
    example: 'managed-policy',
    serviceAccount: 'reports/s3-reader',
    usedBy: ['Pod s3-reader'],
    issuer: ISSUER,
    may: ['s3:ListBucket', 'arn:aws:s3:::any'],
    mayNot: ['s3:DeleteBucket', 'arn:aws:s3:::any'],
  },
  {
    example: 'migrate-from-aws-eks',
    serviceAccount: 'payments/api',
    usedBy: [],
    issuer: ISSUER,
    may: ['s3:GetObject', 'arn:aws:s3:::receipts-111122223333/any'],
    mayNot: ['s3:PutObject', 'arn:aws:s3:::receipts-111122223333/any'],
  },
  {
    example: 'migrate-to-pod-identity',
    serviceAccount: 'payments/api',
    usedBy: [],
    issuer: ISSUER,
    clusterArn: PRODUCTION,
    may: ['s3:GetObject', 'arn:aws:s3:::receipts-111122223333/any'],
    mayNot: ['s3:PutObject', 'arn:aws:s3:::receipts-111122223333/any'],
  },
  {
    example: 'payments-dynamodb',
    serviceAccount: 'default/payments-service-user',
    usedBy: ['Deployment payments-service'],
    issuer: ISSUER,
    may: ['dynamodb:PutItem', serviceArn('dynamodb', 'table/payments')],
    mayNot: ['dynamodb:DeleteTable', serviceArn('dynamodb', 'table/payments')],
  },
  {
    example: 'pod-identity',
    serviceAccount: 'invoices/api',
    usedBy: [],
    clusterArn: PRODUCTION,
    may: ['s3:PutObject', 'arn:aws:s3:::drafts-111122223333/any'],
    mayNot: ['sts:AssumeRole', iamArn('role/invoices-archive', DATA_ACCOUNT)],
  },
  {
    example: 'pod-identity',
    serviceAccount: 'invoices/archiver',
    usedBy: ['Pod archiver'],
    clusterArn: PRODUCTION,
    may: ['sts:AssumeRole', iamArn('role/invoices-archive', DATA_ACCOUNT)],
    mayNot: ['s3:PutObject', 'arn:aws:s3:::drafts-111122223333/any'],
  },
  {
    example: 'pod-settings',
    serviceAccount: 'reports/reports',
    usedBy: ['CronJob nightly-report', 'Deployment reports-api'],
    issuer: ISSUER,
    may: ['s3:PutObject', 'arn:aws:s3:::reports-111122223333/nightly'],
    mayNot: ['s3:DeleteBucket', 'arn:aws:s3:::reports-111122223333'],
  },
  {
    example: 'replace-the-lambda',
    serviceAccount: 'test/test-service-account',
    usedBy: ['Pod describe-cluster'],
    issuer: issuerOfCluster('test'),
    may: ['eks:DescribeCluster', serviceArn('eks', 'cluster/test')],
    mayNot: ['eks:DescribeCluster', serviceArn('eks', 'cluster/blue')],
  },
  {
    example: 'replace-the-lambda',
    serviceAccount: 'team-a/describer',
    usedBy: ['Pod describe-cluster'],
    issuer: issuerOfCluster('blue'),
    may: ['eks:DescribeCluster', serviceArn('eks', 'cluster/blue')],
    mayNot: ['eks:DescribeCluster', serviceArn('eks', 'cluster/test')],
  },
  {
    example: 'replace-the-lambda',
    serviceAccount: 'worker/worker',
    usedBy: [],
    issuer: issuerOfCluster('test'),
    may: ['sqs:ReceiveMessage', serviceArn('sqs', 'JobsDF1CC2D4')],
    mayNot: ['sqs:SendMessage', serviceArn('sqs', 'JobsDF1CC2D4')],
  },
  {
    example: 'guarded-cluster',
    serviceAccount: 'payments/api',
    usedBy: ['Deployment api'],
    issuer: issuerOfCluster('two-teams'),
    may: ['dynamodb:PutItem', serviceArn('dynamodb', 'table/payments')],
    mayNot: ['dynamodb:DeleteTable', serviceArn('dynamodb', 'table/payments')],
  },
  {
    example: 'guarded-cluster',
    serviceAccount: 'shop/web',
    usedBy: ['Deployment web'],
    clusterArn: serviceArn('eks', 'cluster/two-teams'),
    may: ['s3:GetObject', 'arn:aws:s3:::shop-pictures-111122223333/any'],
    mayNot: ['s3:PutObject', 'arn:aws:s3:::shop-pictures-111122223333/any'],
  },
  {
    example: 's3-full-access',
    serviceAccount: 'default/my-service-account',
    usedBy: ['Pod aws-cli'],
    issuer: ISSUER,
    may: ['s3:PutObject', `${FILES}/any/key`],
    mayNot: ['s3:PutObject', 'arn:aws:s3:::another/key'],
  },
  ...['orders', 'payments'].flatMap((team): Expected[] => [
    { example: 'shared-role', serviceAccount: `${team}/audit`, usedBy: [] },
    {
      example: 'shared-role',
      serviceAccount: `${team}/runner`,
      usedBy: [],
      issuer: ISSUER,
      may: ['s3:PutObject', 'arn:aws:s3:::build-artifacts-111122223333/any'],
      mayNot: ['s3:PutObject', 'arn:aws:s3:::another/any'],
    },
  ]),
  ...[['tenant-a', 'tenant-b'], ['tenant-b', 'tenant-a']].map(([own, other]): Expected => ({
    example: 'tenants-by-session-tags',
    serviceAccount: `${own}/files`,
    usedBy: [],
    clusterArn: PRODUCTION,
    may: ['s3:GetObject', `${TENANTS}/${own}/any`, ofNamespace(own)],
    mayNot: ['s3:GetObject', `${TENANTS}/${other}/any`, ofNamespace(own)],
  })),
  {
    example: 'two-accounts',
    serviceAccount: 'reports/courier',
    usedBy: [],
    clusterArn: PRODUCTION,
    may: ['sts:TagSession', iamArn('role/reports-inbox', DATA_ACCOUNT)],
    mayNot: ['sts:TagSession', iamArn('role/reports-inbox')],
  },
  {
    example: 'two-accounts',
    serviceAccount: 'reports/importer',
    usedBy: [],
    issuer: ISSUER,
    may: ['sts:AssumeRole', iamArn('role/reports-inbox', DATA_ACCOUNT)],
    mayNot: ['sts:AssumeRole', iamArn('role/reports-inbox')],
  },
  {
    example: 'two-accounts',
    serviceAccount: 'reports/reader',
    usedBy: [],
    issuer: ISSUER,
    account: DATA_ACCOUNT,
    may: ['s3:GetObject', 'arn:aws:s3:::reports-444455556666/any'],
    mayNot: ['s3:PutObject', 'arn:aws:s3:::reports-444455556666/any'],
  },
  {
    example: 'self-hosted-issuer',
    serviceAccount: 'backup/backup',
    usedBy: ['Pod backup'],
    issuer: 'my-cluster-issuer-111122223333.s3.eu-west-1.amazonaws.com',
    may: ['s3:PutObject', 'arn:aws:s3:::backups-111122223333/last-run'],
    mayNot: ['s3:PutObject', 'arn:aws:s3:::my-cluster-issuer-111122223333/keys.json'],
  },
];

/** What the role of each managed add-on may do. */
const MANAGED_ADD_ONS: [addon: string, serviceAccount: string, may: Call, mayNot: Call][] = [
  [
    'vpc-cni',
    'kube-system/aws-node',
    ['ec2:AssignPrivateIpAddresses', serviceArn('ec2', 'network-interface/eni-1'),
      ofCluster('cluster.k8s.amazonaws.com/name', 'production')],
    ['ec2:AssignPrivateIpAddresses', serviceArn('ec2', 'network-interface/eni-1'),
      ofCluster('cluster.k8s.amazonaws.com/name', 'another')],
  ],
  [
    'aws-ebs-csi-driver',
    'kube-system/ebs-csi-controller-sa',
    ['ec2:DeleteVolume', serviceArn('ec2', 'volume/vol-1'), ofCluster('ebs.csi.aws.com/cluster-name', 'production')],
    ['ec2:DeleteVolume', serviceArn('ec2', 'volume/vol-1'), ofCluster('ebs.csi.aws.com/cluster-name', 'another')],
  ],
  [
    'aws-efs-csi-driver',
    'kube-system/efs-csi-controller-sa',
    ['elasticfilesystem:CreateAccessPoint', serviceArn('elasticfilesystem', 'file-system/fs-0123456789abcdef0'),
      { 'aws:RequestTag/efs.csi.aws.com/cluster': 'true' }],
    ['elasticfilesystem:CreateAccessPoint', serviceArn('elasticfilesystem', 'file-system/fs-another'),
      { 'aws:RequestTag/efs.csi.aws.com/cluster': 'true' }],
  ],
  [
    'aws-mountpoint-s3-csi-driver',
    'kube-system/s3-csi-driver-sa',
    ['s3:GetObject', 'arn:aws:s3:::models-111122223333/any'],
    ['s3:PutObject', 'arn:aws:s3:::models-111122223333/any'],
  ],
  [
    'amazon-cloudwatch-observability',
    'amazon-cloudwatch/cloudwatch-agent',
    ['logs:PutLogEvents', serviceArn('logs', 'log-group:/aws/containerinsights/production/performance:log-stream:x')],
    ['logs:PutLogEvents', serviceArn('logs', 'log-group:/aws/containerinsights/another/performance:log-stream:x')],
  ],
];

/** A role as IAM holds it after the deployment. */
interface DeployedRole {
  readonly arn: string;
  readonly trust: any;
  readonly policies: any[];
}

const directory = mkdtempSync(join(tmpdir(), 'examples-'));
const assemblies = new Map<string, Assembly>();

beforeAll(async () => {
  const waiting = [...SMALL_EXAMPLES];
  const synthesizeAll = async () => { // as many at once as there are cores
    for (let example = waiting.shift(); example !== undefined; example = waiting.shift()) {
      const [outdir, dist, gitops] = ['cdk.out', 'dist', ''].map(folder => join(directory, example!, folder));
      assemblies.set(example, await synthesize(example, outdir, dist, gitops));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, synthesizeAll));
}, 600_000);

afterAll(() => rmSync(directory, { recursive: true }));

test('every example is expected to make a workload', () => {
  expect([...new Set(EXPECTED.map(({ example }) => example))].sort()).toEqual(SMALL_EXAMPLES);
});

describe.each(SMALL_EXAMPLES)('example %s', example => {
  test('has templates that AWS\'s own validator accepts', () => {
    const { templates } = assemblyOf(example);
    expect(templates).not.toEqual([]);
    for (const { file } of templates) expect(templateProblems(file)).toEqual([]);
  });

  test('runs no code at deployment', () => {
    expect(assemblyOf(example).templates.flatMap(resourcesWithCode)).toEqual([]);
  });

  test('has nothing that the rules count', () => {
    const { ownManifestFiles } = assemblyOf(example);
    for (const manifests of [[], ownManifestFiles]) {
      const map = accessMapOf(readAssembly(join(directory, example, 'cdk.out')), { manifests });
      expect(map.roles).not.toEqual([]);
      expect(findingsOf(RULES, map).filter(counts)).toEqual([]);
    }
  });

  test('verifies without a note about its own files', () => {
    const { findings } = verify({ assembly: join(directory, example, 'cdk.out'), manifests: [] });
    expect(findings.map(({ rule, message }) => `${rule}: ${message}`)).toEqual(NOTES[example] ?? []);
  });

  test('gets one answer from assertions, validator, verify and report', () => {
    const input = { assembly: join(directory, example, 'cdk.out'), manifests: [] };
    expectOneAnswer(input);
    expect(verify(input).clean).toBe(true);
  });

  test('writes no token', () => {
    const { templates } = assemblyOf(example);
    for (const text of [...templates.map(({ file }) => readFileSync(file, 'utf8')), ...manifestTexts(example)]) {
      expect(text).not.toContain('${Token[');
    }
  });

  test('has manifests that the schemas of Kubernetes accept', () => {
    expect(manifestsOf(example).flatMap(manifestProblems)).toEqual([]);
  });

  test('makes the service accounts that are expected, and lets each workload use one of them', () => {
    const expected = EXPECTED.filter(workload => workload.example === example);
    expect(serviceAccountsOf(example).map(nameOf).sort()).toEqual(
      expected.map(({ serviceAccount }) => serviceAccount).sort(),
    );
    expect(
      workloadsOf(example)
        .map(({ workload, serviceAccount }) => `${workload} uses ${serviceAccount}`)
        .sort(),
    ).toEqual(
      expected
        .flatMap(({ usedBy, serviceAccount }) => usedBy.map(workload => `${workload} uses ${serviceAccount}`))
        .sort(),
    );
  });

  test('has a README that shows what comes out', () => {
    const readme = readFileSync(join(exampleDir(example), 'README.md'), 'utf8');
    const shown = (language: string) =>
      [...readme.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, block]) => block);
    expect(shown('yaml')).not.toEqual([]);
    for (const yaml of shown('yaml')) expect(manifestTexts(example).join('')).toContain(yaml);
    expect(shown('json')).not.toEqual([]);
    for (const json of shown('json')) {
      expect(assemblyOf(example).templates.flatMap(({ body }) => everythingIn(body))).toContainEqual(JSON.parse(json));
    }
  });

  test('has a README that shows the commands and addresses of its issuer', () => {
    const readme = readFileSync(join(exampleDir(example), 'README.md'), 'utf8');
    const outputs = assemblyOf(example).templates.flatMap(({ body }) => Object.entries<any>(body.Outputs ?? {}));
    for (const [name, { Value }] of outputs) {
      if (name.includes('UploadCommands')) expect(readme).toContain(`\n${Value}\n`);
      if (name.includes('ApiServerFlags')) {
        for (const [, flag, value] of Value.matchAll(/--(\S+)=(\S+)/g)) {
          for (const part of [flag, value]) expect(readme).toContain(part);
        }
      }
    }
  });

  test('stays as it is', () => {
    const trustPolicies = assemblyOf(example).templates.map(({ stackName, body }) => [
      stackName,
      Object.fromEntries(
        resourcesOf(body, 'AWS::IAM::Role')
          .map(([id, { Properties }]) => [id, Properties.AssumeRolePolicyDocument])
          .filter(([, document]) => /sts:AssumeRoleWithWebIdentity|pods\.eks/.test(JSON.stringify(document))),
      ),
    ]);
    expect(Object.fromEntries(trustPolicies)).toMatchSnapshot('trust policies');
    expect(manifestTexts(example).join('\n')).toMatchSnapshot('manifests');
    expect(report(assemblyOf(example), directory)).toMatchSnapshot('report');
  });
});

describe.each(EXPECTED.filter(({ issuer }) => issuer))(
  '$example: $serviceAccount',
  ({ example, serviceAccount, issuer = '', account = ACCOUNT }) => {
    const vouching = (provider: string) => iamArn(`oidc-provider/${provider}`, account);
    const sub = `system:serviceaccount:${serviceAccount.replace('/', ':')}`;
    const token = { providerArn: vouching(issuer), issuer, sub, aud: 'sts.amazonaws.com', account };
    const otherIssuer = 'oidc.eks.eu-west-1.amazonaws.com/id/ANOTHER';

    test('has a role that lets it in', () => {
      const { trust } = roleOf(example, serviceAccount);
      expect(trustPolicyErrors(trust)).toEqual([]);
      expect(letsIn(trust, token)).toBe(true);
    });

    test.each([
      ['of another namespace', { ...token, sub: sub.replace(/[^:]+(?=:[^:]+$)/, 'another') }],
      ['of another name', { ...token, sub: `${sub}x` }],
      ['without a subject', { ...token, sub: undefined }],
      ['for another audience', { ...token, aud: 'another' }],
      ['without an audience', { ...token, aud: undefined }],
      ['of another cluster', { ...token, issuer: otherIssuer, providerArn: vouching(otherIssuer) }],
      ['that another provider vouches for', { ...token, providerArn: vouching(otherIssuer) }],
    ])('has a role that refuses a token %s', (_, neighbour) => {
      expect(letsIn(roleOf(example, serviceAccount).trust, neighbour)).toBe(false);
    });
  },
);

describe.each(EXPECTED.filter(({ clusterArn }) => clusterArn))(
  '$example: $serviceAccount by Pod Identity',
  ({ example, serviceAccount, clusterArn = '' }) => {
    const [namespace, name] = serviceAccount.split('/');
    const request = { clusterArn, account: ACCOUNT, namespace, serviceAccount: name };

    test('has a role that lets it in', () => {
      const { trust } = roleOf(example, serviceAccount);
      expect(trustPolicyErrors(trust)).toEqual([]);
      expect(letsPodIn(trust, request)).toBe(true);
    });

    test.each([
      ['of another namespace', { ...request, namespace: 'another' }],
      ['of another name', { ...request, serviceAccount: `${name}x` }],
      ['of another cluster', { ...request, clusterArn: `${clusterArn}2` }],
      ['of another account', { ...request, account: DATA_ACCOUNT }],
      ['without session tags', { clusterArn, account: ACCOUNT }],
    ])('has a role that refuses a pod %s', (_, neighbour) => {
      expect(letsPodIn(roleOf(example, serviceAccount).trust, neighbour)).toBe(false);
    });
  },
);

test.each(EXPECTED.filter(({ may }) => may))(
  '$example: $serviceAccount may do its work, and no more',
  ({ example, serviceAccount, may, mayNot }) => {
    const { policies } = roleOf(example, serviceAccount);
    expect(allows(policies, ...may!)).toBe(true);
    expect(allows(policies, ...mayNot!)).toBe(false);
  },
);

describe('example managed-addons', () => {
  test.each(MANAGED_ADD_ONS)('%s: the role is for %s alone, to do its work', (addon, serviceAccount, may, mayNot) => {
    const [{ template: { body }, deployment }] = deploymentsOf('managed-addons');
    const own = resourcesOf(body, 'AWS::EKS::Addon')
      .map(([, { Properties }]) => deployed(Properties, deployment))
      .find(({ AddonName }) => AddonName === addon);
    const associated = own.PodIdentityAssociations?.[0] ?? { RoleArn: own.ServiceAccountRoleArn };
    const { trust, policies } = rolesOf('managed-addons').find(({ arn }) => arn === associated.RoleArn)!;
    expect(trustPolicyErrors(trust)).toEqual([]);
    const all = [...MANAGED_ADD_ONS.map(([, name]) => name), 'kube-system/default', 'models/trainer'];
    expect(all.filter(name => {
      const [namespace, account] = name.split('/');
      const byPods = letsPodIn(trust, { clusterArn: PRODUCTION, account: ACCOUNT, namespace, serviceAccount: account });
      const providerArn = iamArn(`oidc-provider/${ISSUER}`);
      const sub = `system:serviceaccount:${namespace}:${account}`;
      return own.ServiceAccountRoleArn === undefined
        ? byPods
        : byPods || letsIn(trust, { issuer: ISSUER, providerArn, sub, aud: 'sts.amazonaws.com' });
    })).toEqual([serviceAccount]);
    expect(associated.ServiceAccount ?? serviceAccount.split('/')[1]).toBe(serviceAccount.split('/')[1]);
    expect([allows(policies, ...may), allows(policies, ...mayNot)]).toEqual([true, false]);
  });
});

test('blue-green-clusters: the role lets the service account of the other cluster in, and of no third', () => {
  const { trust } = roleOf('blue-green-clusters', 'orders/api');
  const lets = (issuer: string) =>
    letsIn(trust, {
      issuer,
      providerArn: iamArn(`oidc-provider/${issuer}`),
      sub: 'system:serviceaccount:orders:api',
      aud: 'sts.amazonaws.com',
    });
  expect([BLUE, GREEN, ISSUER].map(lets)).toEqual([true, true, false]);
});

test('shared-role: runners of pull requests get in, and the manifests name both roles', () => {
  const { trust } = roleOf('shared-role', 'orders/runner');
  const lets = (sub: string) =>
    letsIn(trust, {
      issuer: ISSUER,
      providerArn: iamArn(`oidc-provider/${ISSUER}`),
      sub: `system:serviceaccount:${sub}`,
      aud: 'sts.amazonaws.com',
    });
  expect(['pull-request-7:runner', 'pull-request-7:deployer', 'pull:runner', 'orders:audit'].map(lets)).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect(new Set(serviceAccountsOf('shared-role').map(arnOf))).toEqual(
    new Set([iamArn('role/runners'), iamArn('role/audit-reader')]),
  );
});

test.each<[string, string, string, boolean]>([
  ['two-accounts', 'reports/importer', 'role/reports-inbox', false],
  ['two-accounts', 'reports/courier', 'role/reports-inbox', true],
  ['pod-identity', 'invoices/archiver', 'role/invoices-archive', true],
])('%s: the role of %s, and no other, may assume %s of the other account', (...given) => {
  const [example, serviceAccount, target, tagged] = given;
  const caller = roleOf(example, serviceAccount);
  const next = rolesOf(example).find(role => role.arn === iamArn(target, DATA_ACCOUNT))!;
  const [namespace, name] = serviceAccount.split('/');
  const tags = tagged ? { 'kubernetes-namespace': namespace, 'kubernetes-service-account': name } : undefined;
  expect(trustPolicyErrors(next.trust)).toEqual([]);
  expect(canAssume(caller, next, { tags })).toBe(true);
  expect(canAssume({ ...caller, arn: `${caller.arn}x` }, next, { tags })).toBe(false);
  expect(canAssume(caller, { ...next, arn: `${next.arn}x` }, { tags })).toBe(false);
});

test('migrate-to-pod-identity: the chain works with session tags and without', () => {
  const example = 'migrate-to-pod-identity';
  const caller = roleOf(example, 'payments/api');
  const next = rolesOf(example).find(role => role.arn === iamArn('role/receipts-archive'))!;
  for (const tags of [undefined, { 'kubernetes-namespace': 'payments' }]) {
    expect(canAssume(caller, next, { tags })).toBe(true);
    expect(canAssume({ ...caller, arn: iamArn('role/other') }, next, { tags })).toBe(false);
  }
});

describe('tenants-by-session-tags: one role for all', () => {
  const bucket = TENANTS;
  const listing = (prefix: string) => ({ 's3:prefix': prefix });
  const may = (namespace: string | undefined, action: string, resource: string, context = {}) => {
    const { policies } = roleOf('tenants-by-session-tags', 'tenant-a/files');
    return allows(policies, action, resource, { ...namespace !== undefined && ofNamespace(namespace), ...context });
  };

  test('both tenants have it', () => {
    const [one, other] = ['tenant-a/files', 'tenant-b/files'].map(name => roleOf('tenants-by-session-tags', name).arn);
    expect(one).toBe(other);
  });

  test.each(['tenant-a', 'tenant-b'])('%s reads, writes and lists its own folder', own => {
    for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']) {
      expect(may(own, action, `${bucket}/${own}/report.pdf`)).toBe(true);
    }
    expect(may(own, 's3:ListBucket', bucket, listing(`${own}/`))).toBe(true);
  });

  test.each<[string, string | undefined, string]>([
    ['another tenant', 'tenant-a', 'tenant-b'],
    ['one whose name begins like it', 'tenant-a', 'tenant-ab'],
    ['one whose name it begins like', 'tenant-ab', 'tenant-a'],
    ['any, without a tag', undefined, 'tenant-a'],
    ['any, with an empty tag', '', 'tenant-a'],
  ])('nothing of %s', (_, own, other) => {
    for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']) {
      expect(may(own, action, `${bucket}/${other}/report.pdf`)).toBe(false);
    }
    for (const prefix of [`${other}/`, other, '']) {
      expect(may(own, 's3:ListBucket', bucket, listing(prefix))).toBe(false);
    }
    expect(may(own, 's3:ListBucket', bucket)).toBe(false);
  });
});

describe('example gitops', () => {
  const committed = (folder: string) => filesIn(join(exampleDir('gitops'), folder), /\.yaml$/);
  const texts = (files: string[]) => files.map(file => [basename(file), readFileSync(file, 'utf8')]);

  test('has in its folder what comes out', () => {
    expect(texts(committed('clusters/blue'))).toEqual(texts(assemblyOf('gitops').ownManifestFiles));
    expect(assemblyOf('gitops').ownManifestFiles).not.toEqual([]);
  });

  test('has what Argo CD and Flux take, and it points at what is there', () => {
    const objects = committed('bootstrap').flatMap(file => parseManifests(readFileSync(file, 'utf8')));
    expect(objects.flatMap(manifestProblems)).toEqual([]);
    expect(objects.map(({ kind }) => kind)).toEqual(['Application', 'Application', 'GitRepository', 'Kustomization']);
    const [blue, dns, , flux] = objects.map(({ spec }) => spec);
    const named = [blue.source.path, flux.path, dns.sources[0].helm.valueFiles[0].replace('$values', '.')];
    expect(named.filter(path => !existsSync(join(exampleDir('gitops'), path)))).toEqual([]);
    expect(dns.destination.namespace).toBe('external-dns');
  });
});

function assemblyOf(example: string): Assembly {
  return assemblies.get(example)!;
}

/** A value, and each value in it. */
function everythingIn(value: any): any[] {
  return typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(everythingIn)] : [value];
}

function resourcesOf(body: any, type: string): [string, any][] {
  return Object.entries<any>(body.Resources).filter(([, resource]) => resource.Type === type);
}

/** What a stack knows once it is deployed, and what the others of its account export. */
function deploymentOf({ body, account }: Template, exports: Record<string, string> = {}): Deployment {
  const values: Record<string, string> = { ...GIVEN };
  for (const { type, property, attributes } of RETURNS) {
    for (const [id, { Properties }] of resourcesOf(body, type)) {
      const returned = attributes(deployed(Properties?.[property] ?? id, { values, exports }), account);
      for (const [name, value] of Object.entries(returned)) values[`${id}.${name}`] = value;
    }
  }
  return { values, exports };
}

/** Each template with what its stack knows. */
function deploymentsOf(example: string): { template: Template; deployment: Deployment }[] {
  const { templates } = assemblyOf(example);
  const exports = templates.flatMap(template => Object.values<any>(template.body.Outputs ?? {})
    .filter(({ Export }) => Export)
    .map(({ Export, Value }) => [Export.Name, Value].map(item => deployed(item, deploymentOf(template)))));
  return templates.map(template => ({ template, deployment: deploymentOf(template, Object.fromEntries(exports)) }));
}

function rolesOf(example: string): DeployedRole[] {
  return deploymentsOf(example).flatMap(({ template: { body }, deployment }) =>
    resourcesOf(body, 'AWS::IAM::Role').map(([id, { Properties }]) => {
      const now = (value: any) => deployed(value, deployment);
      const trust = now(Properties.AssumeRolePolicyDocument);
      const granted = resourcesOf(body, 'AWS::IAM::Policy')
        .map(([, policy]) => policy.Properties)
        .filter(({ Roles }) => Roles.some((role: any) => role.Ref === id));
      const own = new Map(
        resourcesOf(body, 'AWS::IAM::ManagedPolicy').map(([policyId, policy]) => [
          policyId,
          policy.Properties.PolicyDocument,
        ]),
      );
      return {
        arn: deployment.values[`${id}.Arn`],
        trust: typeof trust === 'string' ? JSON.parse(trust) : trust,
        policies: [
          ...(Properties.ManagedPolicyArns ?? []).map((arn: any) =>
            own.has(arn.Ref) ? now(own.get(arn.Ref)) : MANAGED_POLICIES[now(arn)],
          ),
          ...[...(Properties.Policies ?? []), ...granted].map(({ PolicyDocument }) => now(PolicyDocument)),
        ],
      };
    }),
  );
}

/** The role that the annotation of a service account names, or its association. */
function roleOf(example: string, serviceAccount: string): DeployedRole {
  const manifest = serviceAccountsOf(example).find(candidate => nameOf(candidate) === serviceAccount);
  const arns = [
    manifest && arnOf(manifest),
    ...deploymentsOf(example).flatMap(({ template: { body }, deployment }) =>
      resourcesOf(body, 'AWS::EKS::PodIdentityAssociation')
        .map(([, { Properties }]) => deployed(Properties, deployment))
        .filter(({ Namespace, ServiceAccount }) => `${Namespace}/${ServiceAccount}` === serviceAccount)
        .map(({ RoleArn }) => RoleArn),
    ),
  ];
  const role = rolesOf(example).find(({ arn }) => arns.includes(arn));
  if (!role) throw new Error(`no role ${arns.join()} for ${serviceAccount}`);
  return role;
}

function arnOf({ metadata }: Manifest): string | undefined {
  return metadata.annotations?.['eks.amazonaws.com/role-arn'];
}

/** What a user applies: files, and outputs of deployed stacks. */
function manifestTexts(example: string): string[] {
  const { templates, ownManifestFiles } = assemblyOf(example);
  const files = [...templates.flatMap(({ manifestFile }) => manifestFile ?? []), ...ownManifestFiles];
  const outputs = deploymentsOf(example).flatMap(({ template: { body }, deployment }) =>
    body.Outputs?.KubernetesManifests ? [deployed(body.Outputs.KubernetesManifests.Value, deployment)] : []);
  return [...files.map(file => readFileSync(file, 'utf8')), ...outputs];
}

/** The objects: what kustomize and Helm read has no metadata. */
function manifestsOf(example: string): Manifest[] {
  return manifestTexts(example).flatMap(parseManifests).filter(({ metadata }) => metadata !== undefined);
}

function serviceAccountsOf(example: string): Manifest[] {
  return [...manifestsOf(example).filter(({ kind }) => kind === 'ServiceAccount'), ...serviceAccountsOfCharts(example)];
}

/** What charts make of the values files, in the namespaces that the README installs them to. */
function serviceAccountsOfCharts(example: string): Manifest[] {
  const readme = readFileSync(join(exampleDir(example), 'README.md'), 'utf8');
  const installed = new Map(
    [
      ...readme.matchAll(
        /helm (?:upgrade --)?install(?:(?!helm ).)*?--namespace (\S+)(?:(?!helm ).)*?(?:-f|--values) (\S+\.values\.yaml)/gs,
      ),
    ].map(([, namespace, file]) => [basename(file), namespace]),
  );
  return assemblyOf(example).ownManifestFiles.filter(file => file.endsWith('.values.yaml')).map(file => {
    const { name, annotations } = everythingIn(parse(readFileSync(file, 'utf8'))).find(
      ({ create, annotations: given }) => create === true && given,
    );
    return { kind: 'ServiceAccount', metadata: { namespace: installed.get(basename(file)), name, annotations } };
  });
}

function workloadsOf(example: string): { workload: string; serviceAccount: string }[] {
  return manifestsOf(example).flatMap(({ kind, metadata, spec }) => {
    const podSpec = kind === 'Pod' ? spec : (spec?.jobTemplate?.spec ?? spec)?.template?.spec;
    return podSpec
      ? [
        {
          workload: `${kind} ${metadata.name}`,
          serviceAccount: `${metadata.namespace}/${podSpec.serviceAccountName}`,
        },
      ]
      : [];
  });
}

function nameOf({ metadata }: Manifest): string {
  return `${metadata.namespace}/${metadata.name}`;
}
