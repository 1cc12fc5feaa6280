/**
 * Chains of roles over two accounts, for each kind of identity, and associations with a target role and a session
 * policy: read back from IAM and EKS, and judged by the IAM engine.
 */
import { mkdtempSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import {
  CreateClusterCommand, DescribePodIdentityAssociationCommand, ListPodIdentityAssociationsCommand,
} from '@aws-sdk/client-eks';
import { GetRolePolicyCommand, ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import { App, Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Account, reset } from './harness';
import {
  ClusterOidcProvider, IrsaRole, IrsaServiceAccount, IWorkloadIdentity, PodIdentityServiceAccount, TrustPolicy,
} from '../../src';
import { canAssume, ChainedRole, trustPolicyErrors } from '../judges/iam-simulator';

const own = new Account('111122223333');
const data = new Account('444455556666');
const ISSUER_URL = 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';
const INBOX = 'arn:aws:iam::444455556666:role/reports-inbox';
const EXTERNAL_ID = 'eu-west-1/111122223333/production/reports/no-tags';
const DEPLOY = ['--all', '--require-approval', 'never', '--no-version-reporting'];

/** The service accounts by their names, and the session tags that their pods have. */
const TAGS: Record<string, Record<string, string> | undefined> = {
  irsa: undefined,
  both: { 'kubernetes-namespace': 'reports', 'kubernetes-service-account': 'both' },
  pods: { 'kubernetes-namespace': 'reports', 'kubernetes-service-account': 'pods' },
  target: { 'kubernetes-namespace': 'reports', 'kubernetes-service-account': 'target' },
};

/** Stacks of both accounts: the one of the data is named first, and must be deployed last. */
function build(): { readonly directory: string; readonly roleArns: Record<string, string> } {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'chains-')), analyticsReporting: false });
  const stack = (id: string, { id: account }: Account) => new Stack(app, id, { env: { account, region: 'eu-west-1' } });
  const [inboxes, workloads] = [stack('Inboxes', data), stack('Workloads', own)];
  const inbox = new IrsaRole(inboxes, 'Inbox', { roleName: 'reports-inbox', trust: new TrustPolicy() });
  const oidcProvider = ClusterOidcProvider.fromIssuerUrl(workloads, 'Oidc', ISSUER_URL);
  const named = (serviceAccountName: string) => ({ namespace: 'reports', serviceAccountName });
  const byPods = (name: string, props = {}) =>
    new PodIdentityServiceAccount(workloads, name, { ...named(name), clusterName: 'production', ...props });

  const identities: Record<string, IWorkloadIdentity> = {
    irsa: new IrsaServiceAccount(workloads, 'irsa', { ...named('irsa'), oidcProvider }),
    both: new IrsaServiceAccount(workloads, 'both', {
      ...named('both'), oidcProvider, podIdentity: { clusterName: 'production' },
    }),
    pods: byPods('pods'),
    target: byPods('target', { targetRole: inbox }),
  };
  for (const identity of Object.values(identities)) identity.grantAssume(inbox);

  const bucket = new Bucket(workloads, 'Reports');
  const untagged = byPods('no-tags', {
    targetRole: inbox,
    disableSessionTags: true,
    sessionPolicy: new PolicyDocument({
      statements: [new PolicyStatement({ actions: ['s3:GetObject'], resources: [bucket.arnForObjects('*')] })],
    }),
  });
  inbox.trust.addPrincipal(untagged, { externalId: untagged.externalId });
  const roleArns = Object.entries({ ...identities, 'no-tags': untagged }).map(([name, { roleArn }]) => [name, roleArn]);
  return { directory: app.synth().directory, roleArns: Object.fromEntries(roleArns) };
}

const { directory, roleArns } = build();

/** A role, as IAM holds it. */
async function roleOf(account: Account, arn: string): Promise<ChainedRole> {
  const RoleName = arn.split('/').pop()!;
  const { PolicyNames = [] } = await account.iam.send(new ListRolePoliciesCommand({ RoleName }));
  const policies = await Promise.all(PolicyNames.map(async PolicyName => {
    const { PolicyDocument: text } = await account.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
    return JSON.parse(decodeURIComponent(text!));
  }));
  return { arn, trust: await account.trust(RoleName), policies };
}

beforeAll(async () => {
  await reset();
  await Promise.all([own.bootstrap(), data.bootstrap(own)]);
  await own.eks.send(new CreateClusterCommand({
    name: 'production', roleArn: `arn:aws:iam::${own.id}:role/cluster`, resourcesVpcConfig: {},
  }));
  await own.cdk('deploy', '--app', directory, ...DEPLOY);
});

test('the trust policy of the next role is valid', async () => {
  expect(trustPolicyErrors((await roleOf(data, INBOX)).trust)).toEqual([]);
});

test.each(Object.entries(TAGS))('%s assumes the role of the other account', async (name, tags) => {
  const [caller, inbox] = [await roleOf(own, roleArns[name]), await roleOf(data, INBOX)];
  expect(canAssume(caller, inbox, { tags })).toBe(true);
  expect(canAssume({ ...caller, arn: `${caller.arn}x` }, inbox, { tags })).toBe(false);
  expect(canAssume({ ...caller, policies: [] }, inbox, { tags })).toBe(false);
});

test('without session tags, the external ID decides', async () => {
  const [caller, inbox] = [await roleOf(own, roleArns['no-tags']), await roleOf(data, INBOX)];
  expect(canAssume(caller, inbox, { externalId: EXTERNAL_ID })).toBe(true);
  expect(canAssume(caller, inbox, { externalId: EXTERNAL_ID.replace('reports', 'other') })).toBe(false);
  expect(canAssume(caller, inbox)).toBe(false);
});

test('EKS holds the associations, with target role and session policy', async () => {
  const list = new ListPodIdentityAssociationsCommand({ clusterName: 'production' });
  const { associations = [] } = await own.eks.send(list);
  const described = await Promise.all(associations.map(async ({ associationId }) => {
    const { association } = await own.eks.send(
      new DescribePodIdentityAssociationCommand({ clusterName: 'production', associationId }),
    );
    const { serviceAccount, roleArn, targetRoleArn, disableSessionTags, policy } = association!;
    const sessionPolicy = policy && JSON.parse(policy);
    return [serviceAccount!, { roleArn, targetRoleArn, disableSessionTags, policy: sessionPolicy }] as const;
  }));
  const bucket = Object.values(await own.resources('Workloads')).find(({ type }) => type === 'AWS::S3::Bucket')!.id;
  const byName = Object.fromEntries(described);
  expect(Object.keys(byName).sort()).toEqual(['both', 'no-tags', 'pods', 'target']);
  for (const name of Object.keys(byName)) expect(byName[name].roleArn).toBe(roleArns[name]);
  expect(byName.pods).toMatchObject({ targetRoleArn: undefined, policy: undefined });
  expect(byName.target).toMatchObject({ targetRoleArn: INBOX, policy: undefined });
  expect(byName['no-tags']).toMatchObject({
    targetRoleArn: INBOX,
    disableSessionTags: true,
    policy: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/*` }],
    },
  });
});

test('cdk diff finds no difference, and cdk destroy leaves nothing behind', async () => {
  await own.cdk('diff', '--app', directory, '--fail', 'Workloads', 'Inboxes');
  await own.cdk('destroy', '--app', directory, '--all', '--force');
  expect([await own.leftovers(), await data.leftovers()]).toEqual([[], []]);
});
