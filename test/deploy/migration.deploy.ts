/**
 * The migrations of the examples, step by step and back: the role stays, and at no moment is its workload shut out.
 */
import { join } from 'path';
import { CreateClusterCommand, ListPodIdentityAssociationsCommand } from '@aws-sdk/client-eks';
import { GetRolePolicyCommand, ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import { Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { Account, assembly, reset, temporaryFolder, webIdentityTrust } from './harness';
import { exampleDir } from '../../scripts/examples';
import { letsIn, letsPodIn } from '../judges/iam-simulator';

const account = new Account('111122223333');
const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';
const IRSA = webIdentityTrust(account.id, ISSUER, ['system:serviceaccount:payments:api']);

const token = {
  providerArn: `arn:aws:iam::${account.id}:oidc-provider/${ISSUER}`,
  issuer: ISSUER,
  sub: 'system:serviceaccount:payments:api',
  aud: 'sts.amazonaws.com',
};
const pod = {
  clusterArn: `arn:aws:eks:eu-west-1:${account.id}:cluster/production`,
  account: account.id,
  namespace: 'payments',
  serviceAccount: 'api',
};
const webIdentityIn = (trust: any) => letsIn(trust, token);
const podIn = (trust: any) => letsPodIn(trust, pod);

/**
 * Deploys a step of an example; meanwhile, whether the role of before always let its workload in, and had its policy.
 */
async function deploy(
  example: string,
  stackName: string,
  step: string,
  role?: string,
  access: (trust: any) => boolean = () => true,
): Promise<void> {
  const out = join(folder, `${example}-${step}`);
  const deployment = account.run(
    ['deploy', '--all', '--require-approval', 'never', '--context', `step=${step}`, '--output', out],
    { cwd: exampleDir(example) },
  );
  let [reads, done] = [0, false];
  void deployment.finally(() => (done = true));
  while (role && !done) {
    expect(access(await account.trust(role))).toBe(true);
    expect(await policy(role)).toEqual(expect.arrayContaining(['s3:GetObject*']));
    reads++;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  const { status, output } = await deployment;
  if (status !== 0) throw new Error(output);
  if (role) expect(reads).toBeGreaterThan(10);
  expect(await account.run(['diff', '--fail', '--app', out, stackName])).toMatchObject({ status: 0 });
}

/** The actions that the one policy of a role allows. */
async function policy(RoleName: string): Promise<string[]> {
  const { PolicyNames } = await account.iam.send(new ListRolePoliciesCommand({ RoleName }));
  const { PolicyDocument } = await account.iam.send(
    new GetRolePolicyCommand({ RoleName, PolicyName: PolicyNames![0] }),
  );
  return JSON.parse(decodeURIComponent(PolicyDocument!)).Statement.flatMap(({ Action }: any) => Action);
}

const folder = temporaryFolder();

beforeEach(async () => {
  await reset();
  await account.bootstrap();
  await account.eks.send(
    new CreateClusterCommand({
      name: 'production',
      roleArn: `arn:aws:iam::${account.id}:role/cluster`,
      resourcesVpcConfig: {},
    }),
  );
});

test('from IRSA to Pod Identity, and back', async () => {
  const step = (name: string, role?: string, access?: (trust: any) => boolean) =>
    deploy('migrate-to-pod-identity', 'Migration', name, role, access);
  const associations = async () =>
    (await account.eks.send(new ListPodIdentityAssociationsCommand({ clusterName: 'production' }))).associations!.map(
      ({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`,
    );

  await step('irsa');
  const [role, archive] = await account.roleNames('Migration');
  const chained = async () => (await account.trust(archive)).Statement.map(({ Action }: any) => Action);
  expect(archive).toBe('receipts-archive');
  expect(await account.trust(role)).toEqual(IRSA);
  expect(await chained()).toEqual(['sts:AssumeRole']);

  await step('both', role, webIdentityIn);
  for (const inBy of [webIdentityIn, podIn]) expect(inBy(await account.trust(role))).toBe(true);
  expect(await associations()).toEqual(['payments/api']);
  expect(await chained()).toEqual([['sts:AssumeRole', 'sts:TagSession']]);

  await step('pod-identity', role, podIn);
  expect(webIdentityIn(await account.trust(role))).toBe(false);
  expect(await associations()).toEqual(['payments/api']);

  await step('both', role, podIn);
  expect(webIdentityIn(await account.trust(role))).toBe(true);

  await step('irsa', role, webIdentityIn);
  expect(await account.trust(role)).toEqual(IRSA);
  expect(await associations()).toEqual([]);
  expect(await account.roleNames('Migration')).toEqual([role, archive]);
});

test('from aws-eks', async () => {
  const step = (name: string, role?: string) => deploy('migrate-from-aws-eks', 'FromAwsEks', name, role, webIdentityIn);
  const resources = async () => account.resources('FromAwsEks');

  // The layer with kubectl is there already.
  await account.cdk(
    'deploy',
    '--require-approval',
    'never',
    '--app',
    assembly(
      account,
      'Kubectl',
      stack =>
        new LayerVersion(stack, 'Layer', {
          layerVersionName: 'kubectl',
          code: Code.fromAsset(exampleDir('migrate-from-aws-eks')),
        }),
    ),
  );
  await step('aws-eks');
  const { ClusterApiRole50842F04: { id: role } } = await resources();
  expect(await account.trust(role)).toEqual(IRSA);

  await step('retain', role);
  await step('cdk-irsa', role);
  expect((await resources()).ClusterApiRole50842F04.id).toBe(role);
  expect(await account.trust(role)).toEqual(IRSA);
  expect(Object.values(await resources()).map(({ type }) => type).filter(type => type !== 'AWS::CDK::Metadata').sort())
    .toEqual(['AWS::IAM::Policy', 'AWS::IAM::Role', 'AWS::S3::Bucket']);
  expect(await account.output('FromAwsEks', 'KubernetesManifests')).toContain(
    `eks.amazonaws.com/role-arn: "arn:aws:iam::${account.id}:role/${role}"`,
  );
});
