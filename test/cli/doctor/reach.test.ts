/**
 * The whole command where it reaches further than one EKS cluster of the kubeconfig: without Kubernetes, outside EKS,
 * over several contexts, and again and again.
 */
import { join } from 'path';
import { ROLE_KEY, Servers } from './api-server';
import { pod, serviceAccount } from './healthy';
import { asking } from '../support';
import { ACCOUNT, AwsServer, failure, ISSUER, json, PROVIDER, ROLE, roleXml, TRUST, xml } from './read/aws-server';

const NAMES = ['--namespace', 'payments', '--service-account', 'api'];
const API = ['doctor', '--cluster', 'production', ...NAMES];
const SELF_HOSTED = 'https://issuer.example.com/blue';
const OUTSIDE = ['doctor', '--issuer', SELF_HOSTED, ...NAMES];

const servers = Servers.forTests();
const { aws, folder } = servers;

beforeEach(() => {
  servers.api.stands();
  aws.answer('eks:DescribeCluster', ({ params: { name } }) => clusterNamed(name));
});

const clusterNamed = (name: string) => json({
  cluster: {
    name,
    arn: `arn:aws:eks:eu-west-1:${ACCOUNT}:cluster/${name}`,
    endpoint: servers.api.endpoint,
    identity: { oidc: { issuer: `https://${ISSUER}` } },
  },
});
const roles = (...all: [arn: string, trust: any][]) => aws.answer(
  'iam:ListRoles',
  xml(
    'iam:ListRoles',
    `<Roles>${all.map(([arn, trust]) => `<member>${roleXml(arn, trust)}</member>`).join('')}</Roles>`
      + '<IsTruncated>false</IsTruncated>',
  ),
);
const role = (trust: any) => aws.answer('iam:GetRole', xml('iam:GetRole', `<Role>${roleXml(ROLE, trust)}</Role>`));
const replaced = (value: any, from: string, to: string) => JSON.parse(JSON.stringify(value).replaceAll(from, to));

async function diagnosed(...args: string[]) {
  const { code, stdout, stderr } = await asking(...args, '--format', 'json');
  expect(stderr).toBe('');
  const document = JSON.parse(stdout);
  const check = (id: string) => document.checks.find((one: any) => one.id === id);
  return { code, document, check };
}

describe('without Kubernetes', () => {
  const withoutKubeconfig = () => {
    process.env.KUBECONFIG = join(folder, 'none');
  };

  test('a healthy AWS side is inconclusive, never healthy', async () => {
    withoutKubeconfig();
    const { code, document, check } = await diagnosed(...API, '--role', ROLE);
    expect(code).toBe(2);
    expect(document).toMatchObject({ outcome: 'unknown', diagnosis: null, input: { role: ROLE } });
    expect(document.inconclusive).toEqual(expect.arrayContaining(['service-account-exists', 'pod-exists']));
    expect(check('trust')).toMatchObject({ status: 'ok' });
    expect(check('role-exists')).toMatchObject({ status: 'ok' });
    expect(check('pod-exists').summary).toMatch(/^No kubeconfig: .*none does not exist/);
  });

  test('--aws-only asks no API server', async () => {
    servers.api.objects = {};
    const { code, check } = await diagnosed(...API, '--role', ROLE, '--aws-only');
    expect(code).toBe(2);
    expect(check('namespace-exists')).toMatchObject({
      status: 'unknown', summary: expect.stringContaining('--aws-only'),
    });
  });

  test.each<[string, () => void, string]>([
    ['the trust', () => role(replaced(TRUST, ':api"', ':other"')), 'trust'],
    [
      'the provider',
      () => {
        aws.answer('iam:GetOpenIDConnectProvider', failure('iam:GetOpenIDConnectProvider', 'NoSuchEntity', 'no', 404));
        aws.answer(
          'iam:ListOpenIDConnectProviders', xml('iam:ListOpenIDConnectProviders', '<OpenIDConnectProviderList/>'),
        );
      },
      'provider-exists',
    ],
    ['the role', () => aws.answer('iam:GetRole', failure('iam:GetRole', 'NoSuchEntity', 'no', 404)), 'role-exists'],
  ])('%s is found to be broken', async (_, breakIt, id) => {
    breakIt();
    expect(await diagnosed(...API, '--role', ROLE, '--aws-only')).toMatchObject({
      code: 1, document: { diagnosis: id },
    });
  });

  test('without a role, the role is not known, and the option is named', async () => {
    const { code, check } = await diagnosed(...API, '--aws-only');
    expect(code).toBe(2);
    expect(check('role-exists')).toMatchObject({ status: 'unknown', summary: expect.stringContaining('--role') });
  });

  test('the role of an association of EKS Pod Identity is looked at', async () => {
    aws.answer('eks:ListPodIdentityAssociations', json({ associations: [{ associationId: 'a-1' }] }));
    aws.answer('eks:DescribePodIdentityAssociation', json({ association: { associationId: 'a-1', roleArn: ROLE } }));
    const found = await diagnosed(...API, '--aws-only');
    expect(found).toMatchObject({ code: 1, document: { diagnosis: 'pod-identity-role' } });
    role({
      Version: '2012-10-17',
      Statement: [{
        Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], Principal: { Service: 'pods.eks.amazonaws.com' },
      }],
    });
    const { code, check } = await diagnosed(...API, '--aws-only');
    expect(code).toBe(2);
    expect(check('pod-identity-role')).toMatchObject({ status: 'ok' });
    expect(await diagnosed(...API, '--aws-only', '--role', `${ROLE}x`)).toMatchObject({
      code: 1, document: { diagnosis: 'role-expected' },
    });
  });

  test('an audience that the annotation may name is no fault', async () => {
    role(replaced(TRUST, '"sts.amazonaws.com"', '"my-audience"'));
    aws.answer('iam:GetOpenIDConnectProvider', xml(
      'iam:GetOpenIDConnectProvider', `<Url>${ISSUER}</Url><ClientIDList><member>my-audience</member></ClientIDList>`,
    ));
    const { code, check } = await diagnosed(...API, '--aws-only', '--role', ROLE);
    expect(code).toBe(2);
    expect(check('provider-audience')).toMatchObject({ status: 'unknown' });
    expect(check('trust')).toMatchObject({
      status: 'unknown', summary: expect.stringContaining('only with the audience my-audience'),
    });
  });

  test.each([['--assume'], ['--pod', 'api-1'], ['--watch'], ['--context', 'a']])(
    'what needs the API server says that there is no kubeconfig: %s', async (...more) => {
      withoutKubeconfig();
      expect(await asking(...API, ...more)).toEqual({
        code: 2,
        stdout: '',
        stderr: `There is no kubeconfig: ${join(folder, 'none')} does not exist. Create one: aws eks `
          + 'update-kubeconfig --name production\n',
      });
    });
});

describe('--role, with Kubernetes', () => {
  test('is compared with the annotation', async () => {
    expect(await diagnosed(...API, '--role', ROLE)).toMatchObject({ code: 0 });
    const { code, document, check } = await diagnosed(...API, '--role', `${ROLE}x`);
    expect({ code, diagnosis: document.diagnosis }).toEqual({ code: 1, diagnosis: 'role-expected' });
    expect(check('role-expected').fix[0]).toContain(`eks.amazonaws.com/role-arn=${ROLE}x`);
  });
});

describe('a cluster outside EKS', () => {
  const discovery = (issuer: string) => {
    servers.api.objects['/.well-known/openid-configuration'] = { issuer };
  };

  beforeEach(() => {
    const host = SELF_HOSTED.replace('https://', '');
    role(replaced(TRUST, ISSUER, host));
    aws.answer('iam:GetOpenIDConnectProvider', ({ params }) =>
      (params.OpenIDConnectProviderArn === PROVIDER.replace(ISSUER, host)
        ? xml(
          'iam:GetOpenIDConnectProvider',
          `<Url>${host}</Url><ClientIDList><member>sts.amazonaws.com</member></ClientIDList>`,
        )
        : failure('iam:GetOpenIDConnectProvider', 'NoSuchEntity', 'no', 404)));
    discovery(SELF_HOSTED);
  });

  const eksCalls = () => ['eks:DescribeCluster', 'eks:ListClusters', 'eks:ListPodIdentityAssociations']
    .map(action => aws.times(action));

  test('is healthy, and EKS is not asked', async () => {
    const { code, stdout } = await asking(...OUTSIDE);
    expect(stdout.replace(/\n/g, ' ')).toMatch(
      /^payments\/api in the cluster with issuer https:\/\/issuer\.example\.com\/blue \(AWS region eu-west-1\)  Healthy: /,
    );
    expect(code).toBe(0);
    expect(eksCalls()).toEqual([0, 0, 0]);
    const { document } = await diagnosed(...OUTSIDE);
    expect(document.input).toMatchObject({ issuer: SELF_HOSTED });
    expect(document.input).not.toHaveProperty('cluster');
    expect(document.checks.map(({ id }: any) => id)).not.toContain('cluster-exists');
  });

  test('whose API server has another issuer is told', async () => {
    discovery('https://issuer.example.com/green');
    expect(await diagnosed(...OUTSIDE)).toMatchObject({ code: 1, document: { diagnosis: 'cluster-issuer' } });
    expect(await asking('doctor', '--issuer', SELF_HOSTED, '--all')).toMatchObject({
      code: 1, stdout: expect.stringContaining('https://issuer.example.com/green'),
    });
  });

  test('whose issuer nobody may read is inconclusive, unless STS gives the role', async () => {
    servers.api.objects['/.well-known/openid-configuration'] = { code: 403, kind: 'Status', reason: 'Forbidden' };
    const { code, document, check } = await diagnosed(...OUTSIDE);
    expect({ code, inconclusive: document.inconclusive }).toEqual({ code: 2, inconclusive: ['cluster-issuer'] });
    expect(check('cluster-issuer').summary).toContain('eeds get on /.well-known/openid-configuration');
    expect((await diagnosed(...OUTSIDE, '--assume')).code).toBe(0);
    servers.api.objects['/.well-known/openid-configuration'] = { issuer: 7 };
    expect((await diagnosed(...OUTSIDE)).code).toBe(2);
    delete servers.api.objects['/.well-known/openid-configuration'];
    expect((await diagnosed(...OUTSIDE)).code).toBe(2);
  });

  test('without Kubernetes is inconclusive', async () => {
    expect((await diagnosed(...OUTSIDE, '--aws-only', '--role', ROLE)).code).toBe(2);
  });

  test('all of it, without EKS Pod Identity', async () => {
    roles([ROLE, replaced(TRUST, ISSUER, SELF_HOSTED.replace('https://', ''))]);
    const { code, stdout } = await asking('doctor', '--issuer', SELF_HOSTED, '--all');
    expect(code).toBe(0);
    expect(stdout).toContain('Not checked: policies.\n');
    expect(eksCalls()).toEqual([0, 0, 0]);
  });

  test('pods with container credentials are not healthy', async () => {
    const env = [{ name: 'AWS_CONTAINER_CREDENTIALS_FULL_URI', value: 'http://169.254.170.23/v1/credentials' }];
    servers.api.stands(serviceAccount({ [ROLE_KEY]: ROLE }), [pod({ containers: [{ name: 'a', image: 'a', env }] })]);
    discovery(SELF_HOSTED);
    expect((await diagnosed(...OUTSIDE)).code).toBe(1);
  });

  test.each<[string, () => void]>([
    ['without a role', () => servers.api.stands(serviceAccount({}), [pod()])],
    ['without a webhook', () => {
      servers.api.stands(serviceAccount({ [ROLE_KEY]: ROLE }), [pod()]);
      const webhooks = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
      servers.api.objects[webhooks] = { items: [], metadata: {} };
    }],
    ['with a webhook that fails', () => servers.api.stands(serviceAccount({ [ROLE_KEY]: ROLE }), [pod()])],
    ['without a ServiceAccount', () => {
      delete servers.api.objects['/api/v1/namespaces/payments/serviceaccounts/api'];
    }],
    ['with another issuer', () => discovery('https://other.example.com')],
    ['with EKS Pod Identity', () => servers.api.stands(serviceAccount({}), [pod({
      containers: [{ name: 'a', image: 'a', env: [{ name: 'AWS_CONTAINER_CREDENTIALS_FULL_URI' }] }],
    })])],
  ])('no fix names aws eks: %s', async (_, breakIt) => {
    breakIt();
    const { code, stdout } = await asking(...OUTSIDE);
    expect(code).toBe(1);
    expect(stdout).not.toMatch(/aws eks|\/aws\/eks|undefined/);
  });
});

describe('a context that names its cluster', () => {
  const exec = (args: string[], env: object[] = []) => (
    { apiVersion: 'client.authentication.k8s.io/v1beta1', command: process.execPath, args, env });

  test('needs no --cluster', async () => {
    servers.api.kubeConfig({ context: 'blue', cluster: `arn:aws:eks:eu-west-1:${ACCOUNT}:cluster/blue` });
    const { code, document } = await diagnosed('doctor', '--context', 'blue', ...NAMES);
    expect(code).toBe(0);
    expect(document.input).toMatchObject({ cluster: 'blue', region: 'eu-west-1' });
  });

  test('in another region, asks AWS there', async () => {
    servers.api.kubeConfig({ context: 'blue', cluster: `arn:aws:eks:eu-north-1:${ACCOUNT}:cluster/blue` });
    expect((await diagnosed('doctor', '--context', 'blue', ...NAMES)).document.input.region).toBe('eu-north-1');
    expect((await diagnosed('doctor', '--context', 'blue', '--region', 'eu-west-1', ...NAMES)).document.input.region)
      .toBe('eu-west-1');
  });

  test('that names none is an error', async () => {
    expect(await asking('doctor', '--context', 'production', ...NAMES)).toEqual({
      code: 2,
      stdout: '',
      stderr: 'Context production of the kubeconfig does not name an EKS cluster. Create a context with aws eks '
        + 'update-kubeconfig, or pass --cluster together with this context only.\n',
    });
  });

  const ARNS = (name: string) => `arn:aws:eks:eu-west-1:${ACCOUNT}:cluster/${name}`;
  const FLEET = ['doctor', '--all', '--context', 'a', '--context', 'b', '--context', 'c', '--context', 'a'];
  const healthyFleet = () => {
    servers.api.kubeConfig(...['a', 'b', 'c'].map(name => ({ context: name, cluster: ARNS(name) })));
    roles([ROLE, TRUST]);
  };
  const b = (answer: Parameters<AwsServer['answer']>[1]) => aws.answer('eks:DescribeCluster', asked =>
    (asked.params.name !== 'b' ? clusterNamed(asked.params.name)
      : typeof answer === 'function' ? answer(asked) : answer));

  test('several are healthy only together', async () => {
    healthyFleet();
    const { code, stdout } = await asking(...FLEET);
    expect(code).toBe(0);
    expect(stdout.match(/^Context .*$/gm)).toEqual(['Context a', 'Context b', 'Context c']);
    expect(stdout).toMatch(/\nAll contexts\nok {7}a\n {9}1 service account with a role \(of 1\): 1 ok/);
  });

  test('one that fails does not hide the others, and makes it inconclusive', async () => {
    healthyFleet();
    b(failure('eks:DescribeCluster', 'AccessDeniedException', 'no', 403));
    const { code, stdout } = await asking(...FLEET);
    expect(code).toBe(2);
    expect(stdout).toMatch(/\nContext b\n\nCluster b cannot be read: needs eks:DescribeCluster/);
    expect(stdout).toMatch(/\nContext c\n\nAll namespaces of cluster c \(eu-west-1\)/);
    const { stdout: text } = await asking(...FLEET, '--format', 'json');
    expect(JSON.parse(text)).toMatchObject({
      schemaVersion: 1,
      tool: { name: 'cdk-irsa' },
      input: { contexts: ['a', 'b', 'c'], all: true },
      outcome: 'unknown',
      contexts: [
        { context: 'a', outcome: 'healthy', input: { cluster: 'a' }, serviceAccounts: [{ status: 'ok' }] },
        { context: 'b', outcome: 'unknown', problem: expect.stringContaining('eks:DescribeCluster') },
        { context: 'c', outcome: 'healthy' },
      ],
    });
  });

  test('a problem outranks what is unknown', async () => {
    healthyFleet();
    roles();
    b(failure('eks:DescribeCluster', 'AccessDeniedException', 'no', 403));
    expect((await asking(...FLEET)).code).toBe(1);
  });

  test('one without a name is told by its name', async () => {
    healthyFleet();
    servers.api.kubeConfig(
      { context: 'a', cluster: ARNS('a') }, { context: 'b' }, { context: 'c', cluster: ARNS('c') },
    );
    const { code, stdout } = await asking(...FLEET);
    expect(code).toBe(2);
    expect(stdout).toContain('\nContext b of the kubeconfig does not name an EKS cluster.');
    expect((await asking('doctor', '--all', '--context', 'a', '--context', 'no-such')).stdout).toContain(
      '\nThe kubeconfig has no context "no-such"',
    );
  });

  test('by the exec plugin', async () => {
    const token = 'process.stdout.write(JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1beta1", '
      + 'kind: "ExecCredential", status: { token: "t" } }))';
    servers.api.kubeConfig({
      context: 'blue',
      exec: exec(['-e', token, '--', 'eks', 'get-token', '--cluster-name', 'blue', '--region', 'eu-north-1']),
    });
    expect((await diagnosed('doctor', '--context', 'blue', ...NAMES)).document.input).toMatchObject({
      cluster: 'blue', region: 'eu-north-1',
    });
  });
});

describe('--watch', () => {
  const WATCH = [...API, '--watch', '--interval', '1'];
  const broken = () => role(replaced(TRUST, ':api"', ':other"'));

  beforeEach(() => {
    const { setTimeout: wait } = global;
    jest.spyOn(global, 'setTimeout').mockImplementation(((act: () => void, ms?: number, ...more: []) =>
      wait(act, ms === 1000 ? 20 : ms, ...more)) as typeof setTimeout);
  });
  afterEach(() => jest.restoreAllMocks());

  /** Does something when so many rounds have begun. */
  const inRound = (steps: Record<number, () => void>) => {
    let round = 0;
    aws.answer('eks:DescribeCluster', ({ params: { name } }) => {
      steps[++round]?.();
      return clusterNamed(name);
    });
    return () => round;
  };

  test('ends at once where it is healthy', async () => {
    const { code, stdout } = await asking(...WATCH);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\[20[\d-]+T[\d:.]+Z\]\npayments\/api in cluster production \(eu-west-1\)\n\nHealthy: /);
  });

  test('prints the diagnosis only when it changes, with the time, until it is healthy', async () => {
    broken();
    const rounds = inRound({ 3: () => role(replaced(TRUST, ':api"', ':third"')), 5: () => role(TRUST) });
    const { code, stdout, stderr } = await asking(...WATCH);
    expect({ code, stderr, rounds: rounds() }).toEqual({ code: 0, stderr: '', rounds: 5 });
    expect(stdout.match(/^\[.*\]$/gm)).toHaveLength(3);
    expect(stdout).not.toContain('Then check again');
  });

  test('as JSON, one document per line', async () => {
    broken();
    inRound({ 3: () => role(TRUST) });
    const { code, stdout } = await asking(...WATCH, '--format', 'json');
    expect(code).toBe(0);
    expect(stdout.trim().split('\n').map(line => JSON.parse(line).outcome)).toEqual(['unhealthy', 'healthy']);
  });

  test('gives up in time, with the last exit code', async () => {
    broken();
    const { code, stderr } = await asking(...WATCH, '--watch-timeout', '2');
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'Still not healthy after 2 seconds.\n' });
  });

  test('credentials that expire meanwhile are told, and those that are renewed go on', async () => {
    broken();
    const expired = failure('sts:GetCallerIdentity', 'ExpiredToken', 'The security token included is expired');
    const caller = xml(
      'sts:GetCallerIdentity',
      `<Arn>arn:aws:iam::${ACCOUNT}:user/somebody</Arn><UserId>AIDA</UserId><Account>${ACCOUNT}</Account>`,
    );
    let identities = 0;
    aws.answer('sts:GetCallerIdentity', () => {
      identities++;
      if (identities === 4) role(TRUST);
      return identities === 2 || identities === 3 ? expired : caller;
    });
    const { code, stdout } = await asking(...WATCH);
    expect(code).toBe(0);
    expect(stdout.match(/^\[.*\]$/gm)).toHaveLength(3);
    expect(stdout.replace(/\n/g, ' ')).toMatch(/\] The AWS credentials in use have expired\. /);
    expect(identities).toBe(4);
  });

  test('what cannot be used at the beginning is an error', async () => {
    aws.answer('sts:GetCallerIdentity', failure('sts:GetCallerIdentity', 'ExpiredToken', 'expired'));
    expect(await asking(...WATCH)).toMatchObject({
      code: 2, stdout: '', stderr: expect.stringContaining('have expired'),
    });
  });

  test('says on a terminal that it is alive', async () => {
    broken();
    inRound({ 4: () => role(TRUST) });
    const { isTTY } = process.stderr;
    process.stderr.isTTY = true;
    const { stderr } = await asking(...WATCH).finally(() => {
      process.stderr.isTTY = isTTY;
    });
    expect(stderr).toMatch(/\r20[\d-]+T[\d:.]+Z no change +\r/);
  });

  test('leaves no connection behind', async () => {
    broken();
    inRound({ 4: () => role(TRUST) });
    await asking(...WATCH);
    await new Promise(done => setTimeout(done, 100));
    expect(await aws.connections()).toBe(0);
  });
});
