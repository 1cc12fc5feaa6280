/**
 * What the doctor reads, by real calls against the endpoint that `npx projen doctor-test` starts.
 *
 * What this endpoint (ministack, as it is started there) cannot show, and test/cli/doctor/read/aws.test.ts shows
 * against a server of its own instead: denied and throttled calls; errors in CloudTrail (here nobody's failures are
 * written down, nor who asked by web identity);
 * pages (every list comes as one); the simulation of a role with a path (its policies are not found).
 */
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { CreateClusterCommand, CreatePodIdentityAssociationCommand } from '@aws-sdk/client-eks';
import {
  AttachRolePolicyCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  DeleteOpenIDConnectProviderCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { UnsecuredJWT } from 'jose';
import { Verdict } from '../../src/cli/doctor/check';
import { CLUSTER_CHECKS } from '../../src/cli/doctor/checks/cluster-checks';
import { POLICY_CHECKS } from '../../src/cli/doctor/checks/policy-checks';
import { PROVIDER_CHECKS } from '../../src/cli/doctor/checks/provider-checks';
import { ROLE_CHECKS } from '../../src/cli/doctor/checks/role-checks';
import { Aws, AwsFacts, AwsQuestion } from '../../src/cli/doctor/read/aws';
import { verdicts } from '../cli/doctor/facts';
import { Account, ENDPOINT, REGION, reset, webIdentityTrust } from '../deploy/harness';

const account = new Account('111122223333');
const other = new Account('444455556666');
const SUBJECT = 'system:serviceaccount:payments:api';
const ROLE = `arn:aws:iam::${account.id}:role/api`;
const BOUNDARY = `arn:aws:iam::${account.id}:policy/edge`;
const CHECKS = [...CLUSTER_CHECKS, ...PROVIDER_CHECKS, ...ROLE_CHECKS, ...POLICY_CHECKS];
const question: AwsQuestion = {
  clusterName: 'production',
  namespace: 'payments',
  serviceAccount: 'api',
  roleArn: { value: ROLE },
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::bucket/key',
  now: new Date(),
};
const allow = (action: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Sid: 'Some', Effect: 'Allow', Action: action, Resource: '*' }],
  });
let issuer: string;

beforeAll(async () => {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: ENDPOINT,
    AWS_ACCESS_KEY_ID: account.id,
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_REGION: REGION,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  await reset();
  await account.eks.send(
    new CreateClusterCommand({
      name: 'production',
      roleArn: `arn:aws:iam::${account.id}:role/cluster`,
      resourcesVpcConfig: {},
    }),
  );
  issuer = await account.issuer('production');
  await createProvider(account);
  const trust = JSON.stringify(webIdentityTrust(account.id, issuer, [SUBJECT]));
  await account.iam.send(
    new CreateRoleCommand({ RoleName: 'api', MaxSessionDuration: 7200, AssumeRolePolicyDocument: trust }),
  );
  await account.iam.send(new CreateRoleCommand({ RoleName: 'web', Path: '/team/', AssumeRolePolicyDocument: trust }));
  await account.iam.send(new CreatePolicyCommand({ PolicyName: 'reads', PolicyDocument: allow('s3:ListBucket') }));
  await account.iam.send(
    new CreatePolicyVersionCommand({
      PolicyArn: `arn:aws:iam::${account.id}:policy/reads`,
      PolicyDocument: allow('s3:GetObject'),
      SetAsDefault: true,
    }),
  );
  await account.iam.send(
    new AttachRolePolicyCommand({ RoleName: 'api', PolicyArn: `arn:aws:iam::${account.id}:policy/reads` }),
  );
  await account.iam.send(
    new PutRolePolicyCommand({ RoleName: 'api', PolicyName: 'writes', PolicyDocument: allow('dynamodb:PutItem') }),
  );
});

function createProvider(where: Account, url = `https://${issuer}`) {
  return where.iam.send(
    new CreateOpenIDConnectProviderCommand({
      Url: url,
      ClientIDList: ['sts.amazonaws.com'],
      ThumbprintList: ['9'.repeat(40)],
    }),
  );
}

async function read(more: Partial<AwsQuestion> = {}): Promise<AwsFacts> {
  return (await Aws.connect()).facts({ ...question, ...more });
}

/** What the checks make of it. */
async function judge(more: Partial<AwsQuestion> = {}): Promise<Record<string, Verdict>> {
  const asked = { ...question, ...more };
  const annotations = { 'eks.amazonaws.com/role-arn': 'value' in asked.roleArn ? asked.roleArn.value : '' };
  return verdicts(CHECKS, {
    ...(await read(more)),
    question: { ...asked, roleArn: undefined },
    serviceAccount: { value: { namespace: 'payments', name: 'api', annotations, created: asked.now } },
  });
}

function statuses(all: Record<string, Verdict>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(all)
      .filter(([, { status }]) => status !== 'ok')
      .map(([id, { status, summary }]) => [id, `${status}: ${summary}`]),
  );
}

/** Breaks something for one test. */
async function broken(
  breaking: () => Promise<unknown>,
  mending: () => Promise<unknown>,
  look: () => Promise<void>,
): Promise<void> {
  await breaking();
  try {
    await look();
  } finally {
    await mending();
  }
}

test('a healthy set-up, in full', async () => {
  expect(await read()).toMatchObject({
    region: REGION,
    caller: { value: { account: account.id } },
    cluster: {
      value: {
        name: 'production',
        issuerUrl: `https://${issuer}`,
        arn: `arn:aws:eks:${REGION}:${account.id}:cluster/production`,
      },
    },
    providers: {
      value: [
        {
          arn: `arn:aws:iam::${account.id}:oidc-provider/${issuer}`,
          issuer,
          details: { value: { clientIds: ['sts.amazonaws.com'], thumbprints: ['9'.repeat(40)] } },
        },
      ],
    },
    role: {
      value: {
        arn: ROLE,
        name: 'api',
        trust: webIdentityTrust(account.id, issuer, [SUBJECT]),
        maxSessionSeconds: 7200,
      },
    },
    policies: {
      value: [
        { name: 'reads', kind: 'attached', document: { value: JSON.parse(allow('s3:GetObject')) } },
        { name: 'writes', kind: 'inline', document: { value: JSON.parse(allow('dynamodb:PutItem')) } },
      ],
    },
    simulated: { value: { decision: 'allowed' } },
    podIdentities: { value: [] },
    trail: { value: { complete: true } },
  });
  expect(statuses(await judge())).toEqual({});
});

test('a cluster of another name', async () => {
  expect((await judge({ clusterName: 'prodution' }))['cluster-exists']).toMatchObject({
    status: 'failed',
    evidence: ['clusters in the region: production'],
  });
});

test('no provider, but one of another cluster', async () => {
  const near = `${issuer.slice(0, -4)}0000`;
  await broken(
    async () => {
      await account.iam.send(
        new DeleteOpenIDConnectProviderCommand({
          OpenIDConnectProviderArn: `arn:aws:iam::${account.id}:oidc-provider/${issuer}`,
        }),
      );
      await createProvider(account, `https://${near}`);
    },
    async () => {
      await account.iam.send(
        new DeleteOpenIDConnectProviderCommand({
          OpenIDConnectProviderArn: `arn:aws:iam::${account.id}:oidc-provider/${near}`,
        }),
      );
      await createProvider(account);
    },
    async () => {
      const all = await judge();
      expect(all['provider-exists']).toMatchObject({
        status: 'failed',
        evidence: expect.arrayContaining([expect.stringContaining('another cluster in the same region')]),
      });
      expect(Object.keys(statuses(all))).toEqual(['provider-exists']);
    },
  );
});

test.each([
  [
    'another namespace',
    (trust: any) => (trust.Statement[0].Condition.StringEquals[`${issuer}:sub`] = 'system:serviceaccount:payment:api'),
    '(the namespace; the service account api matches)',
  ],
  [
    'a wildcard under StringEquals',
    (trust: any) => (trust.Statement[0].Condition.StringEquals[`${issuer}:sub`] = 'system:serviceaccount:payments:*'),
    'a wildcard with StringEquals never matches',
  ],
  [
    'the provider of another cluster',
    (trust: any) => (trust.Statement[0].Principal.Federated = `arn:aws:iam::${account.id}:oidc-provider/${issuer}0`),
    'it trusts another cluster of the region',
  ],
])('a trust policy with %s', async (_, change, words) => {
  const trust = webIdentityTrust(account.id, issuer, [SUBJECT]);
  const update = (document: any) =>
    account.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'api', PolicyDocument: JSON.stringify(document) }));
  const changed = JSON.parse(JSON.stringify(trust));
  change(changed);
  await broken(
    () => update(changed),
    () => update(trust),
    async () => {
      const all = await judge();
      expect(Object.keys(statuses(all))).toEqual(['trust']);
      expect(all.trust.summary).toContain(words);
    },
  );
});

test('a role that is gone, and one with another path', async () => {
  expect(Object.keys(statuses(await judge({ roleArn: { value: `arn:aws:iam::${account.id}:role/gone` } })))).toEqual([
    'role-exists',
  ]);
  const { 'role-exists': exists } = await judge({ roleArn: { value: `arn:aws:iam::${account.id}:role/web` } });
  expect(exists).toMatchObject({
    status: 'failed',
    summary: 'Role web has the path /team/ instead of /. STS compares the whole ARN.',
  });
});

test('a boundary that is too narrow', async () => {
  await account.iam.send(new CreatePolicyCommand({ PolicyName: 'edge', PolicyDocument: allow('dynamodb:*') }));
  await broken(
    () => account.iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: 'api', PermissionsBoundary: BOUNDARY })),
    () => account.iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'api' })),
    async () => {
      expect(await read()).toMatchObject({ role: { value: { boundary: BOUNDARY } } });
      expect((await judge())['permissions-boundary'].status).toBe('failed');
    },
  );
});

test('no policy at all: nothing is allowed', async () => {
  await broken(
    async () => {
      await account.iam.send(
        new DetachRolePolicyCommand({ RoleName: 'api', PolicyArn: `arn:aws:iam::${account.id}:policy/reads` }),
      );
      await account.iam.send(new DeleteRolePolicyCommand({ RoleName: 'api', PolicyName: 'writes' }));
    },
    async () => {
      await account.iam.send(
        new AttachRolePolicyCommand({ RoleName: 'api', PolicyArn: `arn:aws:iam::${account.id}:policy/reads` }),
      );
      await account.iam.send(
        new PutRolePolicyCommand({ RoleName: 'api', PolicyName: 'writes', PolicyDocument: allow('dynamodb:PutItem') }),
      );
    },
    async () => expect(Object.keys(statuses(await judge()))).toEqual(['policies', 'action']),
  );
});

test('an association of EKS Pod Identity', async () => {
  const { association } = await account.eks.send(
    new CreatePodIdentityAssociationCommand({
      clusterName: 'production',
      namespace: 'payments',
      serviceAccount: 'api',
      roleArn: ROLE,
    }),
  );
  await account.eks.send(
    new CreatePodIdentityAssociationCommand({
      clusterName: 'production',
      namespace: 'payments',
      serviceAccount: 'other',
      roleArn: ROLE,
    }),
  );
  expect((await read()).podIdentities).toEqual({
    value: [{ id: association!.associationId, roleArn: ROLE, modified: expect.any(Date) }],
  });
});

test('a role of another account, and the option that is missing', async () => {
  const { role } = await read({ roleArn: { value: `arn:aws:iam::${other.id}:role/api` } });
  const advice = `use --role-profile with a profile for account ${other.id}`;
  expect(role).toEqual({ unknown: expect.stringContaining(advice) });
});

test('all roles', async () => {
  const arns = [];
  for await (const { arn } of (await Aws.connect()).listRoles()) arns.push(arn);
  expect(arns).toContain(ROLE);
});

test('STS gives the role to whom it trusts; what is written down is found', async () => {
  const trail = new CloudTrailClient({
    endpoint: ENDPOINT,
    region: REGION,
    credentials: { accessKeyId: account.id, secretAccessKey: 'none' },
  });
  await trail.send(new LookupEventsCommand({})); // from the first call on, the endpoint writes down
  // The endpoint looks at no signature.
  const tokenOf = (sub: string) =>
    new UnsecuredJWT({ iss: `https://${issuer}`, aud: ['sts.amazonaws.com'], sub }).encode().concat('x');
  expect(await (await Aws.connect()).assumed(ROLE, tokenOf(SUBJECT))).toEqual({
    value: { assumedRoleArn: `arn:aws:sts::${account.id}:assumed-role/api/cdk-irsa-doctor` },
  });
  expect(await (await Aws.connect()).assumed(ROLE, tokenOf(`${SUBJECT}-2`))).toMatchObject({
    value: { errorCode: 'AccessDenied' },
  });
  expect((await read({ now: new Date(Date.now() + 1000) })).trail).toHaveProperty('value.complete', true);
});
