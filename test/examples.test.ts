import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { templateProblems } from './judges/cloudformation';
import { deployed, Deployment } from './judges/deployment';
import { allows, letsIn, trustPolicyErrors } from './judges/iam-simulator';
import { Manifest, manifestProblems, parseManifests } from './judges/kubernetes';
import { ACCOUNT, ISSUER, REGION } from './support';
import { Assembly, exampleDir, EXAMPLES, resourcesWithCode, synthesize, Template } from '../scripts/examples';
import { report } from '../scripts/report';

// What CloudFormation knows once it deploys: pseudo parameters, parameters, and what resources return by their names.
const GIVEN = {
  'AWS::Partition': 'aws',
  'ClusterName': 'blue',
  'Namespace': 'team-a',
  'ServiceAccountName': 'describer',
};
const issuerOfCluster = (name: string) => `oidc.eks.${REGION}.amazonaws.com/id/OF${name.toUpperCase()}`;
const iamArn = (resource: string) => `arn:aws:iam::${ACCOUNT}:${resource}`;
const serviceArn = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
const RETURNS: { type: string; property: string; attributes: (value: string) => Record<string, string> }[] = [
  { type: 'AWS::EKS::Cluster', property: 'Name', attributes: name => ({ Arn: serviceArn('eks', `cluster/${name}`), OpenIdConnectIssuerUrl: `https://${issuerOfCluster(name)}` }) },
  { type: 'AWS::IAM::OIDCProvider', property: 'Url', attributes: url => ({ Arn: iamArn(`oidc-provider/${url.replace('https://', '')}`) }) },
  { type: 'AWS::IAM::Role', property: 'RoleName', attributes: name => ({ Arn: iamArn(`role/${name}`) }) },
  { type: 'AWS::S3::Bucket', property: 'BucketName', attributes: name => ({ Arn: `arn:aws:s3:::${name}` }) },
  { type: 'AWS::DynamoDB::Table', property: 'TableName', attributes: name => ({ Arn: serviceArn('dynamodb', `table/${name}`) }) },
  { type: 'AWS::SQS::Queue', property: 'QueueName', attributes: name => ({ Arn: serviceArn('sqs', name) }) },
];

const MANAGED_POLICIES: Record<string, any> = {
  'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess': { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['s3:Get*', 's3:List*', 's3:Describe*'], Resource: '*' }] },
};

interface Expected {
  readonly example: string;
  readonly serviceAccount: string;
  /** The Pods and Deployments that use it. */
  readonly usedBy: string[];
  readonly issuer: string;
  readonly may: [action: string, resource: string];
  readonly mayNot: [action: string, resource: string];
}

const SITE = 'arn:aws:s3:::private-site-111122223333';
const FILES = 'arn:aws:s3:::my-app-files-111122223333';
const EXPECTED: Expected[] = [
  {
    example: 'deployment-nginx',
    serviceAccount: 'default/test-aws-iam',
    usedBy: ['Deployment deployment-nginx'],
    issuer: ISSUER,
    may: ['s3:GetObject', `${SITE}/index.html`],
    mayNot: ['s3:PutObject', `${SITE}/index.html`],
  },
  {
    example: 'from-eksctl',
    serviceAccount: 'payments/receipts',
    usedBy: [],
    issuer: ISSUER,
    may: ['s3:PutObject', 'arn:aws:s3:::receipts-111122223333/any'],
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
    example: 'payments-dynamodb',
    serviceAccount: 'default/payments-service-user',
    usedBy: ['Deployment payments-service'],
    issuer: ISSUER,
    may: ['dynamodb:PutItem', serviceArn('dynamodb', 'table/payments')],
    mayNot: ['dynamodb:DeleteTable', serviceArn('dynamodb', 'table/payments')],
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
    example: 's3-full-access',
    serviceAccount: 'default/my-service-account',
    usedBy: ['Pod aws-cli'],
    issuer: ISSUER,
    may: ['s3:PutObject', `${FILES}/any/key`],
    mayNot: ['s3:PutObject', 'arn:aws:s3:::another/key'],
  },
];

/** Service accounts whose role is none of the example's own. */
const WITH_EXISTING_ROLES: Record<string, string[]> = { 'from-eksctl': ['default/reports'] };

/** A role as IAM holds it after the deployment. */
interface DeployedRole {
  readonly arn: string;
  readonly trust: any;
  readonly policies: any[];
}

const directory = mkdtempSync(join(tmpdir(), 'examples-'));
const assemblies = new Map<string, Assembly>();

beforeAll(async () => {
  await Promise.all(EXAMPLES.map(async example =>
    assemblies.set(example, await synthesize(example, join(directory, example, 'cdk.out'), join(directory, example, 'dist')))));
}, 300_000);

afterAll(() => rmSync(directory, { recursive: true }));

test('every example is expected to make a workload', () => {
  expect([...new Set(EXPECTED.map(({ example }) => example))]).toEqual(EXAMPLES);
});

describe.each(EXAMPLES)('example %s', example => {
  test('has templates that AWS\'s own validator accepts', () => {
    const { templates } = assemblyOf(example);
    expect(templates).not.toEqual([]);
    for (const { file } of templates) expect(templateProblems(file)).toEqual([]);
  });

  test('runs no code at deployment', () => {
    expect(assemblyOf(example).templates.flatMap(resourcesWithCode)).toEqual([]);
  });

  test('writes no token', () => {
    const { templates } = assemblyOf(example);
    for (const text of [...templates.map(({ file }) => readFileSync(file, 'utf8')), ...manifestTexts(example)]) expect(text).not.toContain('${Token[');
  });

  test('has manifests that the schemas of Kubernetes accept', () => {
    expect(manifestsOf(example).flatMap(manifestProblems)).toEqual([]);
  });

  test('makes the service accounts that are expected, and lets each workload use one of them', () => {
    const expected = EXPECTED.filter(workload => workload.example === example);
    expect(serviceAccountsOf(example).map(nameOf).sort())
      .toEqual([...expected.map(({ serviceAccount }) => serviceAccount), ...WITH_EXISTING_ROLES[example] ?? []].sort());
    expect(workloadsOf(example).map(({ workload, serviceAccount }) => `${workload} uses ${serviceAccount}`).sort())
      .toEqual(expected.flatMap(({ usedBy, serviceAccount }) => usedBy.map(workload => `${workload} uses ${serviceAccount}`)).sort());
  });

  test('has a README that shows what comes out', () => {
    const readme = readFileSync(join(exampleDir(example), 'README.md'), 'utf8');
    const shown = (language: string) => [...readme.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, block]) => block);
    expect(shown('yaml')).not.toEqual([]);
    for (const yaml of shown('yaml')) expect(manifestTexts(example).join('')).toContain(yaml);
    expect(shown('json')).not.toEqual([]);
    for (const json of shown('json')) expect(assemblyOf(example).templates.flatMap(({ body }) => everythingIn(body))).toContainEqual(JSON.parse(json));
  });

  test('stays as it is', () => {
    const trustPolicies = assemblyOf(example).templates.map(({ stackName, body }) => [stackName, Object.fromEntries(resourcesOf(body, 'AWS::IAM::Role')
      .map(([id, { Properties }]) => [id, Properties.AssumeRolePolicyDocument])
      .filter(([, document]) => JSON.stringify(document).includes('sts:AssumeRoleWithWebIdentity')))]);
    expect(Object.fromEntries(trustPolicies)).toMatchSnapshot('trust policies');
    expect(manifestTexts(example).join('\n')).toMatchSnapshot('manifests');
    expect(report(assemblyOf(example), directory)).toMatchSnapshot('report');
  });
});

describe.each(EXPECTED)('$example: $serviceAccount', ({ example, serviceAccount, issuer, may, mayNot }) => {
  const providerArn = iamArn(`oidc-provider/${issuer}`);
  const sub = `system:serviceaccount:${serviceAccount.replace('/', ':')}`;
  const aud = 'sts.amazonaws.com';
  const token = { providerArn, issuer, sub, aud };
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
    ['of another cluster', { ...token, issuer: otherIssuer, providerArn: iamArn(`oidc-provider/${otherIssuer}`) }],
    ['that another provider vouches for', { ...token, providerArn: iamArn(`oidc-provider/${otherIssuer}`) }],
  ])('has a role that refuses a token %s', (_, neighbour) => {
    expect(letsIn(roleOf(example, serviceAccount).trust, neighbour)).toBe(false);
  });

  test('may do its work, and no more', () => {
    const { policies } = roleOf(example, serviceAccount);
    expect(allows(policies, ...may)).toBe(true);
    expect(allows(policies, ...mayNot)).toBe(false);
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
function deploymentOf({ body }: Template, exports: Record<string, string> = {}): Deployment {
  const values: Record<string, string> = { ...GIVEN };
  for (const { type, property, attributes } of RETURNS) {
    for (const [id, { Properties }] of resourcesOf(body, type)) {
      const returned = attributes(deployed(Properties?.[property] ?? id, { values, exports }));
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
  return deploymentsOf(example).flatMap(({ template: { body }, deployment }) => resourcesOf(body, 'AWS::IAM::Role').map(([id, { Properties }]) => {
    const now = (value: any) => deployed(value, deployment);
    const trust = now(Properties.AssumeRolePolicyDocument);
    const granted = resourcesOf(body, 'AWS::IAM::Policy').map(([, policy]) => policy.Properties).filter(({ Roles }) => Roles.some((role: any) => role.Ref === id));
    return {
      arn: deployment.values[`${id}.Arn`],
      trust: typeof trust === 'string' ? JSON.parse(trust) : trust,
      policies: [
        ...(Properties.ManagedPolicyArns ?? []).map((arn: any) => MANAGED_POLICIES[now(arn)]),
        ...[...Properties.Policies ?? [], ...granted].map(({ PolicyDocument }) => now(PolicyDocument)),
      ],
    };
  }));
}

/** The role that the annotation of a service account names. */
function roleOf(example: string, serviceAccount: string): DeployedRole {
  const manifest = serviceAccountsOf(example).find(candidate => nameOf(candidate) === serviceAccount);
  const arn = manifest?.metadata.annotations['eks.amazonaws.com/role-arn'];
  const role = rolesOf(example).find(candidate => candidate.arn === arn);
  if (!role) throw new Error(`no role ${arn} for ${serviceAccount}`);
  return role;
}

/** What a user applies: files, and outputs of deployed stacks. */
function manifestTexts(example: string): string[] {
  const { templates, ownManifestFiles } = assemblyOf(example);
  const files = [...templates.flatMap(({ manifestFile }) => manifestFile ?? []), ...ownManifestFiles];
  const outputs = deploymentsOf(example).flatMap(({ template: { body }, deployment }) =>
    body.Outputs?.KubernetesManifests ? [deployed(body.Outputs.KubernetesManifests.Value, deployment)] : []);
  return [...files.map(file => readFileSync(file, 'utf8')), ...outputs];
}

function manifestsOf(example: string): Manifest[] {
  return manifestTexts(example).flatMap(parseManifests);
}

function serviceAccountsOf(example: string): Manifest[] {
  return manifestsOf(example).filter(({ kind }) => kind === 'ServiceAccount');
}

function workloadsOf(example: string): { workload: string; serviceAccount: string }[] {
  return manifestsOf(example).flatMap(({ kind, metadata, spec }) => {
    const podSpec = kind === 'Pod' ? spec : spec?.template?.spec;
    return podSpec ? [{ workload: `${kind} ${metadata.name}`, serviceAccount: `${metadata.namespace}/${podSpec.serviceAccountName}` }] : [];
  });
}

function nameOf({ metadata }: Manifest): string {
  return `${metadata.namespace}/${metadata.name}`;
}
