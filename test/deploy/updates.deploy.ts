/**
 * Deployed roles that change: what IAM holds after each update. And updates that fail, are interrupted, or come twice
 * at once.
 */
import { ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import { CfnResource, Stack } from 'aws-cdk-lib';
import { CfnCluster } from 'aws-cdk-lib/aws-eks';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Account, assembly, outcome, reset, webIdentityTrust } from './harness';
import { ClusterOidcProvider, IrsaRole, ServiceAccountSubject, TrustPolicy } from '../../src';
import { letsIn } from '../judges/iam-simulator';

const account = new Account('222233334444');
const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A';
const OTHER_ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B';
const DEPLOY = ['--require-approval', 'never'];

interface Workload {
  readonly subjects?: string[];
  readonly audience?: string;
  /** Literal; otherwise the issuer of a cluster in the stack. */
  readonly issuerUrl?: string;
  /** A cluster's service role cannot change: another one makes another cluster. */
  readonly clusterRole?: string;
  readonly more?: (stack: Stack, role: IrsaRole) => void;
}

/** One role for service accounts `payments/<subject>`. */
function workload({
  subjects = ['api'],
  audience,
  issuerUrl,
  clusterRole = 'cluster',
  more,
}: Workload): (stack: Stack) => void {
  return stack => {
    const oidcProvider = new ClusterOidcProvider(stack, 'Oidc', {
      issuerUrl:
        issuerUrl
        ?? new CfnCluster(stack, 'Cluster', {
          roleArn: `arn:aws:iam::${account.id}:role/${clusterRole}`,
          resourcesVpcConfig: { subnetIds: ['subnet-1', 'subnet-2'] },
        }).attrOpenIdConnectIssuerUrl,
      audiences: audience ? [audience] : undefined,
    });
    const role = new IrsaRole(stack, 'Role', {
      roleName: `${stack.stackName}-role`,
      trust: new TrustPolicy().addServiceAccounts(
        oidcProvider,
        subjects.map(name => ServiceAccountSubject.exact('payments', name)),
        { audience },
      ),
    });
    more?.(stack, role);
  };
}

const pause = () => new Promise(resolve => setTimeout(resolve, 200));
const deploy = (stackName: string, options: Workload) =>
  account.cdk('deploy', '--app', assembly(account, stackName, workload(options)), ...DEPLOY);
const noDifference = (stackName: string, options: Workload) =>
  account.cdk('diff', '--fail', '--app', assembly(account, stackName, workload(options)));
const trust = (stackName: string) => account.trust(`${stackName}-role`);
const token = (issuer: string, name: string, aud = 'sts.amazonaws.com') => ({
  providerArn: `arn:aws:iam::${account.id}:oidc-provider/${issuer}`,
  issuer,
  sub: `system:serviceaccount:payments:${name}`,
  aud,
  account: account.id,
});
const expected = (issuer: string, ...names: string[]) =>
  webIdentityTrust(
    account.id,
    issuer,
    names.map(name => `system:serviceaccount:payments:${name}`),
  );

beforeAll(async () => {
  await reset();
  await account.bootstrap();
});

describe.each<[string, string, string | undefined]>([
  ['a literal issuer', 'literal', `https://${ISSUER}`],
  ['the issuer of a cluster in the stack', 'deferred', undefined],
])('%s', (_, stackName, issuerUrl) => {
  const issuer = async () => issuerUrl ? ISSUER : account.issuer((await account.resources(stackName)).Cluster.id);

  const replaced = issuerUrl ? { issuerUrl: `https://${OTHER_ISSUER}` } : { clusterRole: 'other-cluster' };

  afterAll(async () => {
    await account.cdk('destroy', '--app', assembly(account, stackName, workload({ issuerUrl })), '--force');
    expect(await account.leftovers()).toEqual([]);
  });

  test('created', async () => {
    await deploy(stackName, { issuerUrl });
    expect(await trust(stackName)).toEqual(expected(await issuer(), 'api'));
    expect(letsIn(await trust(stackName), token(await issuer(), 'api'))).toBe(true);
    expect(letsIn(await trust(stackName), token(await issuer(), 'worker'))).toBe(false);
    await noDifference(stackName, { issuerUrl });
  });

  test('a difference is seen by cdk diff', async () => {
    const { status, output } = await account.run([
      'diff',
      '--fail',
      '--app',
      assembly(account, stackName, workload({ issuerUrl, subjects: ['api', 'worker'] })),
    ]);
    expect(output).toContain('[~] AWS::IAM::Role');
    expect(status).toBe(1);
  });

  test('a subject is added', async () => {
    await deploy(stackName, { issuerUrl, subjects: ['api', 'worker'] });
    expect(await trust(stackName)).toEqual(expected(await issuer(), 'api', 'worker'));
    expect(letsIn(await trust(stackName), token(await issuer(), 'worker'))).toBe(true);
    expect(letsIn(await trust(stackName), token(await issuer(), 'workers'))).toBe(false);
    await noDifference(stackName, { issuerUrl, subjects: ['api', 'worker'] });
  });

  test('the subject is taken away again', async () => {
    await deploy(stackName, { issuerUrl });
    expect(await trust(stackName)).toEqual(expected(await issuer(), 'api'));
  });

  test('the audience is changed', async () => {
    await deploy(stackName, { issuerUrl, audience: 'vault' });
    expect(letsIn(await trust(stackName), token(await issuer(), 'api', 'vault'))).toBe(true);
    expect(letsIn(await trust(stackName), token(await issuer(), 'api'))).toBe(false);
    expect(await account.providers()).toEqual({
      [`arn:aws:iam::${account.id}:oidc-provider/${await issuer()}`]: ['vault'],
    });
    await noDifference(stackName, { issuerUrl, audience: 'vault' });
    await deploy(stackName, { issuerUrl });
    expect(await trust(stackName)).toEqual(expected(await issuer(), 'api'));
  });

  test('the cluster is replaced', async () => {
    const before = await issuer();
    await deploy(stackName, replaced);
    const after = issuerUrl ? OTHER_ISSUER : await issuer();
    expect(after).not.toBe(before);
    expect(await trust(stackName)).toEqual(expected(after, 'api'));
    expect(letsIn(await trust(stackName), token(after, 'api'))).toBe(true);
    expect(letsIn(await trust(stackName), token(before, 'api'))).toBe(false);
    expect(Object.keys(await account.providers())).toEqual([`arn:aws:iam::${account.id}:oidc-provider/${after}`]);
    await noDifference(stackName, replaced);
  });

  test('an update that fails is rolled back to the trust before', async () => {
    const [before, providers] = [await trust(stackName), await account.providers()];
    // It would also take the provider, and the cluster, of before.
    const update = { issuerUrl, subjects: ['api', 'worker'] };
    const fails = workload({
      ...update,
      more: (stack, role) => new CfnResource(stack, 'Refused', { type: 'Custom::Refused' }).node.addDependency(role),
    });
    const { status, output } = await account.run(['deploy', '--app', assembly(account, stackName, fails), ...DEPLOY]);
    expect(status).toBe(1);
    expect(output).toContain('refused on purpose');
    expect(await account.status(stackName)).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await trust(stackName)).toEqual(before);
    expect(await account.providers()).toEqual(providers);
    // Without the resource that failed, the same update succeeds.
    await deploy(stackName, update);
    expect(await trust(stackName)).toEqual(expected(await issuer(), 'api', 'worker'));
  });
});

describe('in the middle of a deployment', () => {
  const issuerUrl = `https://${ISSUER}`;
  /** First the role, then something slow, then the policy. */
  const slow = (options: Workload = {}): Workload => ({
    ...options,
    issuerUrl,
    more: (stack, role) => {
      const slowly = new CfnResource(stack, 'Slow', { type: 'Custom::Slow', properties: { Seconds: 15 } });
      slowly.node.addDependency(role.node.defaultChild!);
      role.addToPrincipalPolicy(
        new PolicyStatement({ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::receipts/*'] }),
      );
      (role.node.findChild('DefaultPolicy').node.defaultChild as CfnResource).node.addDependency(slowly);
    },
  });
  const start = (stackName: string, options: Workload) =>
    account.start(['deploy', '--app', assembly(account, stackName, workload(options)), ...DEPLOY]);
  const untilThereIsARole = async (stackName: string) => {
    while (!await trust(stackName).catch(() => undefined)) await pause();
  };
  const policies = async (stackName: string) =>
    (await account.iam.send(new ListRolePoliciesCommand({ RoleName: `${stackName}-role` }))).PolicyNames;

  afterEach(async () => {
    for (const stackName of ['interrupted', 'twice']) {
      await account.cdk('destroy', '--app', assembly(account, stackName, workload({ issuerUrl })), '--force');
    }
    expect(await account.leftovers()).toEqual([]);
  });

  test('the CLI is killed between role and policy, and the deployment started again', async () => {
    const killed = start('interrupted', slow());
    const end = outcome(killed);
    await untilThereIsARole('interrupted');
    killed.kill('SIGKILL');
    await end;
    expect(await account.status('interrupted')).toBe('CREATE_IN_PROGRESS');
    expect(await policies('interrupted')).toEqual([]);

    // CloudFormation goes on by itself, and lets nobody else in until it is done.
    const refused = await outcome(start('interrupted', slow({ subjects: ['api', 'worker'] })));
    expect(refused).toEqual({
      status: 1,
      output: expect.stringContaining('is in CREATE_IN_PROGRESS state and can not be updated'),
    });
    while (await account.status('interrupted') === 'CREATE_IN_PROGRESS') await pause();
    await deploy('interrupted', slow({ subjects: ['api', 'worker'] }));
    expect(await trust('interrupted')).toEqual(expected(ISSUER, 'api', 'worker'));
    expect(await policies('interrupted')).toEqual([expect.stringMatching(/^RoleDefaultPolicy/)]);
    await noDifference('interrupted', slow({ subjects: ['api', 'worker'] }));
  });

  test('two deployments at once', async () => {
    const first = outcome(start('twice', slow()));
    await untilThereIsARole('twice');
    const second = await outcome(start('twice', slow({ subjects: ['api', 'worker'] })));
    expect(second).toEqual({
      status: 1,
      output: expect.stringContaining('is in CREATE_IN_PROGRESS state and can not be updated'),
    });
    expect((await first).status).toBe(0);
    expect(await trust('twice')).toEqual(expected(ISSUER, 'api'));
    await noDifference('twice', slow());
    await deploy('twice', slow({ subjects: ['api', 'worker'] }));
    expect(await trust('twice')).toEqual(expected(ISSUER, 'api', 'worker'));
  });
});
