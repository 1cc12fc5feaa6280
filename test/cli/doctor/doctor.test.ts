/**
 * The whole command, against servers of this process. Against an API server and an endpoint that somebody else wrote:
 * `npx projen doctor-test`.
 */
import { ApiServer, ROLE_KEY, Servers } from './api-server';
import { pod, serviceAccount } from './healthy';
import { ACCOUNT, clusterJson, ISSUER, json, ROLE, roleXml, rolesXml, TRUST, xml } from './read/aws-server';
import { DOCTOR } from '../../../src/cli/doctor/doctor-command';
import { injected } from '../../token/pod-identity-webhook';
import { asking, cli } from '../support';

const API = ['doctor', '--cluster', 'production', '--namespace', 'payments', '--service-account', 'api'];
const ALL = ['doctor', '--cluster', 'production', '--all'];
const SEE = 'See cdk-irsa doctor --help.';
const EXAMPLE = '\nExample: cdk-irsa doctor --cluster production -n payments --service-account api';

const servers = Servers.forTests();
const { aws } = servers;
/** What the API server answers, by path; 404 to everything else. */
let objects: ApiServer['objects'];

beforeEach(() => {
  aws.answer('eks:DescribeCluster', clusterJson(endpoint()));
  stands();
});

const endpoint = () => servers.api.endpoint;

function stands(...held: Parameters<ApiServer['stands']>): void {
  servers.api.stands(...held);
  ({ objects } = servers.api);
}

describe('one service account', () => {
  test('that is healthy', async () => {
    const { code, stdout, stderr } = await asking(...API);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^payments\/api in cluster production \(eu-west-1\)\n\nHealthy: /);
    expect(aws.times('sts:AssumeRoleWithWebIdentity')).toBe(0);
    expect(aws.times('eks:DescribeCluster')).toBe(1);
  });

  test('whose pods bring the role themselves', async () => {
    const one = structuredClone(injected(pod(), serviceAccount({ [ROLE_KEY]: ROLE })));
    one.spec.volumes[0].name = one.spec.containers[0].volumeMounts[0].name = 'token';
    stands(serviceAccount({}), [one]);
    const { code, stdout } = await asking(...API, '--assume', '--format', 'json');
    expect(code).toBe(0);
    expect(
      JSON.parse(stdout).checks.filter(
        ({ id, status }: any) => status === 'ok' && ['role-annotation', 'role-exists', 'trust', 'assume'].includes(id),
      ),
    ).toHaveLength(4);
  });

  test('that has EKS Pod Identity only', async () => {
    const trust = {
      Version: '2012-10-17',
      Statement: [{
        Effect: 'Allow', Principal: { Service: 'pods.eks.amazonaws.com' }, Action: ['sts:AssumeRole', 'sts:TagSession'],
      }],
    };
    const env = [
      { name: 'AWS_CONTAINER_CREDENTIALS_FULL_URI', value: 'http://169.254.170.23/v1/credentials' },
      { name: 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', value: '/var/run/secrets/token' },
    ];
    stands(serviceAccount({}), [pod({ nodeName: 'node-1', containers: [{ name: 'main', image: 'a', env }] })]);
    objects['/api/v1/namespaces/kube-system/pods'] = {
      items: [{
        metadata: { name: 'agent' },
        spec: { nodeName: 'node-1' },
        status: { conditions: [{ type: 'Ready', status: 'True' }] },
      }],
      metadata: {},
    };
    aws.answer('eks:ListPodIdentityAssociations', json({ associations: [{ associationId: 'a-1' }] }));
    aws.answer(
      'eks:DescribePodIdentityAssociation', json({ association: { associationId: 'a-1', roleArn: ROLE } }),
    );
    aws.answer('iam:GetRole', xml('iam:GetRole', `<Role>${roleXml(ROLE, trust)}</Role>`));
    const { code, stdout } = await asking(...API, '--assume');
    expect(stdout).toMatch(/^payments\/api in cluster production \(eu-west-1\)\n\nHealthy: /);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/^ {2}\w+ +(trust|provider-exists|webhook) /m);
    expect(aws.times('sts:AssumeRoleWithWebIdentity')).toBe(0);
    objects['/api/v1/namespaces/kube-system/pods'] = { items: [], metadata: {} };
    expect((await asking(...API)).code).toBe(1);
  });

  test('that is broken', async () => {
    stands(serviceAccount({}), [pod()]);
    const { code, stdout } = await asking(
      ...API,
      '--format',
      'json',
      '--assume',
      '--action',
      's3:GetObject',
      '--resource',
      'arn:aws:s3:::bucket/a',
      '--timeout',
      '5',
    );
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'unhealthy',
      diagnosis: 'role-annotation',
      input: { action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/a' },
    });
    expect(aws.times('sts:AssumeRoleWithWebIdentity')).toBe(0);
  });

  test('whose pods, or whose webhook, nobody can tell of leaves it unknown', async () => {
    delete objects['/api/v1/namespaces/payments/pods'];
    expect((await asking(...API)).code).toBe(2); // no pods
    objects['/api/v1/namespaces/payments/pods'] = { kind: 'Status', items: [{}] };
    expect((await asking(...API)).code).toBe(2); // not to be read
    stands(serviceAccount({ [ROLE_KEY]: ROLE }), []);
    objects['/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations'] = { items: [], metadata: {} };
    expect((await asking(...API)).code).toBe(2);
  });

  test('that cannot be read leaves it unknown', async () => {
    servers.api.kubeConfig({ context: 'production', server: 'https://127.0.0.1:1' });
    aws.answer('eks:DescribeCluster', clusterJson('https://127.0.0.1:1'));
    const { code, stdout } = await asking(...API);
    expect(code).toBe(2);
    expect(stdout).toContain('No problem found, but the required check');
  });

  test('is tried only where that is asked for, and no secret is told', async () => {
    const { code, stdout } = await asking(...API, '--assume', '--format', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).checks).toContainEqual(expect.objectContaining({ id: 'assume', status: 'ok' }));
    expect(aws.times('sts:AssumeRoleWithWebIdentity')).toBe(1);
    expect(stdout).not.toMatch(/eyJ|ASIA|the-secret-key|the-session-token|the-token-of-the-user|my-secret-key/);
  });

  test('a token for the API server is not sent to STS', async () => {
    stands(serviceAccount({ [ROLE_KEY]: ROLE, 'eks.amazonaws.com/audience': '' }), []);
    const { code, stdout } = await asking(...API, '--assume', '--format', 'json');
    expect(code).toBe(1);
    const { checks } = JSON.parse(stdout);
    expect(checks).toContainEqual(
      expect.objectContaining({
        id: 'assume',
        status: 'unknown',
        summary: expect.stringContaining('does not send to STS'),
      }),
    );
    expect(checks).toContainEqual(expect.objectContaining({ id: 'trust', status: 'failed' }));
    expect(aws.times('sts:AssumeRoleWithWebIdentity')).toBe(0);
  });

  test('without a token nothing is tried', async () => {
    delete objects['/api/v1/namespaces/payments/serviceaccounts/api/token'];
    const { stdout } = await asking(...API, '--assume', '--format', 'json');
    expect(JSON.parse(stdout).checks).toContainEqual(expect.objectContaining({ id: 'assume', status: 'unknown' }));
    expect(aws.times('sts:AssumeRoleWithWebIdentity')).toBe(0);
  });
});

describe('another cluster than the kubeconfig\'s', () => {
  test('is refused', async () => {
    aws.answer('eks:DescribeCluster', clusterJson('https://other.eks.amazonaws.com'));
    for (const args of [API, ALL]) {
      expect(await asking(...args)).toEqual({
        code: 2,
        stdout: '',
        stderr:
          'Context production of the kubeconfig does not point to cluster production: its server is '
            + `${endpoint()}, but production is at https://other.eks.amazonaws.com. Select its context with --context, `
            + 'or create one: aws eks update-kubeconfig --name production\n',
      });
    }
  });

  test('cannot be told where the cluster has no endpoint yet', async () => {
    aws.answer('eks:DescribeCluster', clusterJson(''));
    expect((await asking(...API)).code).toBe(0);
  });
});

describe('--all', () => {
  const roles = (...all: Parameters<typeof rolesXml>) => aws.answer('iam:ListRoles', rolesXml(...all));
  const account = (name: string, annotations: Record<string, string>) => ({
    metadata: { namespace: 'payments', name, annotations, creationTimestamp: '2026-01-01T00:00:00Z' },
  });
  const accounts = (...all: any[]) => {
    objects['/api/v1/serviceaccounts'] = { items: all, metadata: {} };
  };
  const trustOf = (name: string, issuer = ISSUER) =>
    JSON.parse(JSON.stringify(TRUST).replaceAll(':api"', `:${name}"`).replaceAll(ISSUER, issuer));
  const surveyed = async (...more: string[]) => {
    const { code, stdout } = await asking(...ALL, '--format', 'json', ...more);
    return { code, ...JSON.parse(stdout) };
  };

  test('as a table, what is wrong first', async () => {
    roles([ROLE, TRUST], [`arn:aws:iam::${ACCOUNT}:role/left-over`, trustOf('old')]);
    accounts(
      account('api', { [ROLE_KEY]: ROLE }),
      account('worker', { [ROLE_KEY]: `arn:aws:iam::${ACCOUNT}:role/gone` }),
      account('default', {}),
    );
    const { code, stdout } = await asking(...ALL);
    expect(code).toBe(1);
    expect(stdout).toBe(`All namespaces of cluster production (eu-west-1). Not checked: policies, EKS Pod
Identity.

ok       IAM has an OIDC provider for ${ISSUER}.

STATUS   SERVICE ACCOUNT  ROLE
failed   payments/worker  gone
         the role does not exist
ok       payments/api     team/api

Roles that trust missing service accounts
  arn:aws:iam::${ACCOUNT}:role/left-over
    - payments/old
  Anyone who can create such a service account gets the role. If it is not
  needed, delete the role or remove the subject from its trust policy.

Who can act as service accounts with a role
  payments/api: only Kubernetes itself
  payments/old: only Kubernetes itself

2 service accounts with a role (of 3): 1 ok, 1 failed, 0 unknown. 1 role (of 2)
trusts missing service accounts.
`);
  });

  test('progress is shown on a terminal, in one line', async () => {
    accounts(...Array.from({ length: 1200 }, (_, index) => account(`app-${index}`, {})));
    roles();
    const { isTTY } = process.stderr;
    process.stderr.isTTY = true;
    const { stderr } = await asking(...ALL);
    process.stderr.isTTY = isTTY;
    expect(stderr).toMatch(/\r500 service accounts … +\r1000 service accounts … +\r +\r\rwho can act as .* … +\r +\r$/);
    expect(stderr).not.toContain('\n');
  });

  test('without any', async () => {
    accounts();
    roles();
    const { code, stdout } = await asking(...ALL, '--format', 'text');
    expect(code).toBe(0);
    expect(stdout).not.toContain('STATUS');
    expect(stdout).toContain('0 service accounts with a role (of 0)');
  });

  test.each<[string, Record<string, string>, any, string, RegExp | undefined]>([
    ['healthy', { [ROLE_KEY]: ROLE }, TRUST, 'ok', undefined],
    ['without an ARN', { [ROLE_KEY]: 'api' }, TRUST, 'failed', /^"api" is not the ARN of a role$/],
    [
      'of another account',
      { [ROLE_KEY]: 'arn:aws:iam::444455556666:role/x' },
      TRUST,
      'unknown',
      /account 444455556666.*use --role-profile/,
    ],
    ['of a role that is gone', { [ROLE_KEY]: `${ROLE}x` }, TRUST, 'failed', /^the role does not exist$/],
    ['not trusted', { [ROLE_KEY]: ROLE }, trustOf('other'), 'failed', /does not allow it: .*got api, trusted other/],
    [
      'denied',
      { [ROLE_KEY]: ROLE },
      { ...TRUST, Statement: [...TRUST.Statement, { Effect: 'Deny', Principal: '*', Action: '*' }] },
      'failed',
      /: statement 1 of the trust policy denies it$/,
    ],
    [
      'with an empty audience',
      { [ROLE_KEY]: ROLE, 'eks.amazonaws.com/audience': '' },
      TRUST,
      'failed',
      /`aud` differs: got https:\/\/kubernetes\.default\.svc, trusted sts\.amazonaws\.com$/,
    ],
    [
      'trusted by nobody', { [ROLE_KEY]: ROLE }, { Version: '2012-10-17', Statement: [] }, 'failed',
      /: the trust policy allows nobody$/,
    ],
    [
      'trusted perhaps',
      { [ROLE_KEY]: ROLE },
      {
        ...TRUST,
        Statement: [
          { ...TRUST.Statement[0], Condition: { ...TRUST.Statement[0].Condition, Bool: { 'aws:Unheard': 'true' } } },
        ],
      },
      'unknown',
      /whether the trust policy allows it/,
    ],
    [
      'for an audience that the provider does not know',
      { [ROLE_KEY]: ROLE, 'eks.amazonaws.com/audience': 'x' },
      JSON.parse(JSON.stringify(TRUST).replace('"sts.amazonaws.com"', '"x"')),
      'failed',
      /does not accept its audience x/,
    ],
  ])('%s', async (_, annotations, trust, status, reason) => {
    accounts(account('api', annotations));
    roles([ROLE, trust]);
    const { serviceAccounts } = await surveyed();
    expect(serviceAccounts).toEqual([
      {
        namespace: 'payments',
        serviceAccount: 'api',
        roleArn: annotations[ROLE_KEY],
        status,
        ...(reason && { reason: expect.stringMatching(reason) }),
      },
    ]);
  });

  test.each<[string, () => any[], string, RegExp | undefined, number]>([
    ['that have the role', () => [injected(pod(), serviceAccount({ [ROLE_KEY]: ROLE }))], 'ok', undefined, 0],
    ['without', () => [], 'unknown', /^No pod uses payments\/api/, 2],
    ['of other service accounts', () => [pod({ serviceAccountName: 'default' })], 'unknown', /^No pod uses/, 2],
    [
      'of another namespace',
      () => [injected(pod({}, { namespace: 'batch' }), serviceAccount({ [ROLE_KEY]: ROLE }))],
      'unknown',
      /^No pod uses/,
      2,
    ],
    ['that the webhook did not change', () => [pod()], 'failed', /^The webhook did not change Pod api-1/, 1],
    [
      'of EKS Pod Identity',
      () => [pod({ containers: [{ name: 'a', image: 'a', env: [{ name: 'AWS_CONTAINER_CREDENTIALS_FULL_URI' }] }] })],
      'unknown',
      /EKS Pod Identity, which --all does not check/,
      2,
    ],
  ])('pods %s', async (_, pods, status, reason, code) => {
    accounts(serviceAccount({ [ROLE_KEY]: ROLE }));
    roles([ROLE, TRUST]);
    objects['/api/v1/pods'] = { items: pods(), metadata: {} };
    expect(await surveyed()).toMatchObject({
      code,
      serviceAccounts: [{ status, ...reason && { reason: expect.stringMatching(reason) } }],
    });
  });

  test('pods and a webhook that cannot be read are named in the first line, and nobody knows', async () => {
    accounts(account('api', { [ROLE_KEY]: ROLE }));
    roles([ROLE, TRUST]);
    objects['/api/v1/pods'] = { items: [{}] };
    delete objects['/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations'];
    const { code, stdout } = await asking(...ALL);
    expect(code).toBe(2);
    expect(stdout.replace(/\n/g, ' ')).toMatch(
      /^All namespaces of cluster production \(eu-west-1\)\. Not checked: pods \(.*did not return a Kubernetes object.*\), pol/,
    );
  });

  test('what is not known makes it unknown', async () => {
    accounts(account('api', { [ROLE_KEY]: 'arn:aws:iam::444455556666:role/x' }));
    roles();
    expect(await surveyed()).toMatchObject({ code: 2, outcome: 'unknown' });
  });

  const LEFT_OVER =
    'left over are roles for subjects of this cluster, patterns that nobody matches, and parts of roles';
  test(LEFT_OVER, async () => {
    const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
    const two = { ...TRUST, Statement: [...TRUST.Statement, ...trustOf('gone').Statement] };
    const pattern = (sub: string) => ({
      ...TRUST,
      Statement: [
        {
          ...TRUST.Statement[0],
          Condition: {
            StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
            StringLike: { [`${ISSUER}:sub`]: sub },
          },
        },
      ],
    });
    accounts(account('api', { [ROLE_KEY]: ROLE }));
    roles(
      [ROLE, TRUST],
      [role('two'), two],
      [role('foreign'), trustOf('gone', 'other.example.com')],
      [role('matched'), pattern('system:serviceaccount:payments:a*')],
      [role('unmatched'), pattern('system:serviceaccount:payments:b*')],
    );
    const { code, leftoverRoles } = await surveyed();
    expect(code).toBe(1);
    expect(leftoverRoles).toEqual([
      { role: role('two'), missing: ['payments/gone'], used: true },
      { role: role('unmatched'), missing: ['payments/b*'], used: false },
    ]);
  });

  test('of a namespace that is not there: nothing of it is healthy', async () => {
    roles();
    objects['/api/v1/namespaces/paymnets/serviceaccounts'] = { items: [], metadata: {} };
    expect(await asking(...ALL, '--namespace', 'paymnets')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'Namespace paymnets does not exist in the cluster.\n',
    });
    objects['/api/v1/namespaces/paymnets'] = { metadata: { name: 'paymnets' } };
    expect((await asking(...ALL, '--namespace', 'paymnets')).code).toBe(0);
  });

  test('of one namespace, roles of others are not left over', async () => {
    roles(
      [ROLE, TRUST],
      [`arn:aws:iam::${ACCOUNT}:role/batch`, JSON.parse(JSON.stringify(TRUST).replace('payments', 'batch'))],
    );
    const { code, stdout } = await asking(...ALL, '--namespace', 'payments');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Namespace payments of cluster production \(eu-west-1\)\. Not checked: /);
  });

  test('without a provider nobody gets a role', async () => {
    aws.answer('iam:GetOpenIDConnectProvider', {
      status: 404,
      body:
        '<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>no</Message></Error>'
        + '</ErrorResponse>',
    });
    aws.answer('iam:ListOpenIDConnectProviders', xml('iam:ListOpenIDConnectProviders', '<OpenIDConnectProviderList/>'));
    roles([ROLE, TRUST]);
    expect(await surveyed()).toMatchObject({
      code: 1,
      provider: { status: 'failed', summary: expect.stringContaining('There is no IAM OIDC provider for') },
    });
  });

  test('a provider that cannot be read is not known', async () => {
    aws.deny('iam:GetOpenIDConnectProvider', 'iam:ListOpenIDConnectProviders');
    roles([ROLE, TRUST]);
    expect(await surveyed()).toMatchObject({
      code: 2,
      provider: { status: 'unknown', summary: expect.stringContaining('iam:ListOpenIDConnectProviders') },
    });
  });

  test('a provider whose audiences cannot be read is not known', async () => {
    aws.deny('iam:GetOpenIDConnectProvider');
    roles([ROLE, TRUST]);
    expect(await surveyed()).toMatchObject({
      code: 2,
      provider: {
        status: 'unknown',
        summary: expect.stringMatching(
          /^IAM has an OIDC provider for .*, but its audiences are unknown: needs iam:GetOpenIDConnectProvider/,
        ),
      },
    });
  });

  test.each<[string, () => void, RegExp]>([
    [
      'is not there',
      () =>
        aws.answer('eks:DescribeCluster', {
          status: 404,
          body: JSON.stringify({ __type: 'ResourceNotFoundException', message: 'no' }),
          type: 'application/json',
        }),
      /^Cluster production does not exist in this account and region\.\n$/,
    ],
    [
      'cannot be read',
      () => aws.deny('eks:DescribeCluster'),
      /^Cluster production cannot be read: needs eks:DescribeCluster/,
    ],
    [
      'has no issuer',
      () => aws.answer('eks:DescribeCluster', clusterJson(endpoint(), '')),
      /^Cluster production has no OIDC issuer\. IRSA requires one\.\n$/,
    ],
  ])('a cluster that %s', async (_, prepare, words) => {
    prepare();
    const { code, stdout, stderr } = await asking(...ALL);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(words);
  });

  test('lists that cannot be read', async () => {
    aws.deny('iam:ListRoles');
    expect(await asking(...ALL)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('needs iam:ListRoles'),
    });
    aws.reset();
    servers.api.kubeConfig({ context: 'production' });
    aws.answer('eks:DescribeCluster', clusterJson(endpoint()));
    delete objects['/api/v1/serviceaccounts'];
    expect(await asking(...ALL)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'The service accounts cannot be listed: the API server returned 404 (NotFound).\n',
    });
  });
});

describe('arguments', () => {
  test.each<[string[], string]>([
    [[], `\`--cluster\`, \`--namespace\` and \`--service-account\` must be given. ${SEE}${EXAMPLE}`],
    [['--cluster', 'a'], `\`--namespace\` and \`--service-account\` must be given. ${SEE}${EXAMPLE}`],
    [['--cluster', 'a', '--namespace', 'b'], `\`--service-account\` must be given. ${SEE}${EXAMPLE}`],
    [['--issuer', 'https://a', '--namespace', 'b'], `\`--service-account\` must be given. ${SEE}${EXAMPLE}`],
    [['--context', 'a', '--namespace', 'b'], `\`--service-account\` must be given. ${SEE}${EXAMPLE}`],
    [
      ['--namespace', 'b', '--resource', 'arn:x', '--interval', '5'],
      '`--cluster` and `--service-account` must be given. `--resource` requires `--action`. '
        + `\`--interval\` requires \`--watch\`. ${SEE}${EXAMPLE}`,
    ],
    [
      ['--cluster', 'a', '--all', 'production'],
      `Too many arguments for 'doctor'. Expected 0 arguments but got 1. ${SEE}`,
    ],
    [
      ['--cluster', 'a/b', '--all'],
      `\`--cluster\` must be the name of an EKS cluster: 1 to 100 letters, digits, - and _, got: "a/b". ${SEE}`,
    ],
    [
      ['--cluster', 'a'.repeat(101), '--all'],
      '`--cluster` must be the name of an EKS cluster: 1 to 100 letters, digits, - and _, got: '
        + `"${'a'.repeat(101)}". ${SEE}`,
    ],
    [
      ['--cluster', 'a', '--namespace', 'A', '--all'],
      '`--namespace` must be a DNS-1123 label: at most 63 characters from a-z, 0-9 and -, with a letter or digit at '
        + `both ends, got: "A". ${SEE}`,
    ],
    [
      ['--cluster', 'a', '--namespace', 'b', '--service-account', 'c/d'],
      '`--service-account` must be a DNS-1123 subdomain: at most 253 characters from a-z, 0-9, - and ., with a '
        + `letter or digit at both ends and next to every dot, got: "c/d". ${SEE}`,
    ],
    [
      ['--cluster', 'a', '--namespace', 'b', '--service-account', 'c', '--pod', 'D'],
      '`--pod` must be a DNS-1123 subdomain: at most 253 characters from a-z, 0-9, - and ., with a letter or digit '
        + `at both ends and next to every dot, got: "D". ${SEE}`,
    ],
    [
      ['--cluster', 'a', '--namespace', 'b', '--service-account', 'c', '--resource', 'arn:x'],
      `\`--resource\` requires \`--action\`. ${SEE}`,
    ],
    [
      ['--cluster', 'a', '--namespace', 'b', '--service-account', 'c', '--action', 's3:*'],
      `\`--action\` must be one action, such as s3:ListBucket, got: "s3:*". ${SEE}`,
    ],
    [
      ['--cluster', 'a', '--namespace', 'b', '--service-account', 'c', '--format', 'yaml'],
      `\`--format\` must be one of text, json, got: "yaml". ${SEE}`,
    ],
    [['--cluster', 'a', '--all', '--timeout', '0'], `\`--timeout\` must be 1 to 3600 whole seconds, got: "0". ${SEE}`],
    [
      ['--cluster', 'a', '--all', '--timeout', '3601'],
      `\`--timeout\` must be 1 to 3600 whole seconds, got: "3601". ${SEE}`,
    ],
    [
      ['--cluster', 'a', '--all', '--timeout', '1.5'],
      `\`--timeout\` must be 1 to 3600 whole seconds, got: "1.5". ${SEE}`,
    ],
    [
      ['--cluster', 'a', '--all', '--watch', '--interval', '0'],
      `\`--interval\` must be 1 to 3600 whole seconds, got: "0". ${SEE}`,
    ],
    [
      ['--cluster', 'a', '--all', '--watch', '--watch-timeout', '604801'],
      `\`--watch-timeout\` must be 1 to 604800 whole seconds, got: "604801". ${SEE}`,
    ],
    [
      ['--cluster', 'a', '--issuer', 'https://a', '--all'],
      `Option '--issuer <url>' cannot be used with option '--cluster <name>'. ${SEE}`,
    ],
    ...['http://a', 'a', 'https://', 'https://a:443', 'https://a?b', 'https://a/#', 'https://a b'].map(
      (url): [string[], string] => [
        ['--issuer', url, '--all'],
        `\`--issuer\` must be an https:// URL without port, query and fragment, got: ${JSON.stringify(url)}. ${SEE}`,
      ],
    ),
    [
      ['--issuer', 'https://B10E.gr7.eu-west-1.eks.amazonaws.com', '--all'],
      '`--issuer` must be the issuer of the cluster, not the endpoint of its API server, got: '
        + `"https://B10E.gr7.eu-west-1.eks.amazonaws.com". ${SEE}`,
    ],
    [
      [...API.slice(1), '--role', 'api'],
      `\`--role\` must be the ARN of an IAM role, got: "api". ${SEE}`,
    ],
    [
      [...API.slice(1), '--context', 'a', '--context', 'b'],
      `\`--context\` can be repeated only with \`--all\`. ${SEE}`,
    ],
    [
      ['--cluster', 'a', '--all', '--context', 'a', '--context', 'b'],
      `\`--cluster\` names one cluster, and \`--context\` several. ${SEE}`,
    ],
    [
      ['--issuer', 'https://a', '--all', '--context', 'a', '--context', 'b'],
      `\`--issuer\` names one cluster, and \`--context\` several. ${SEE}`,
    ],
    ...['--pod a', '--assume', '--watch', '--context a'].map((more): [string[], string] => [
      [...API.slice(1), '--aws-only', ...more.split(' ')],
      expect.stringContaining('Option \'--aws-only\' cannot be used with option'),
    ]),
    [
      [...API.slice(1), '--watch', '-o', 'file'],
      `Option '--watch' cannot be used with option '-o, --output <file>'. ${SEE}`,
    ],
    [['--cluster', 'a', '--all', '--assume'], `Option '--all' cannot be used with option '--assume'. ${SEE}`],
    [
      ['--cluster', 'a', '--all', '--service-account', 'c'],
      `Option '--all' cannot be used with option '--service-account <name>'. ${SEE}`,
    ],
    [['--cluster', 'a', '--all', '--pod', 'c'], `Option '--all' cannot be used with option '--pod <name>'. ${SEE}`],
    [
      ['--cluster', 'a', '--all', '--action', 's3:GetObject'],
      `Option '--all' cannot be used with option '--action <action>'. ${SEE}`,
    ],
  ])('%j', (args, words) => {
    const stderr = typeof words === 'string' ? `${words}\n` : words;
    expect(cli('doctor', ...args)).toEqual({ code: 2, stdout: '', stderr });
  });

  test('--help names each permission', () => {
    const { stdout } = cli('doctor', '--help');
    for (const action of [
      'eks:DescribeCluster',
      'iam:GetRole',
      'iam:SimulatePrincipalPolicy',
      'cloudtrail:LookupEvents',
    ]) {expect(stdout).toContain(`\n  ${action} `);}
    expect(stdout).toContain('serviceaccounts/token (--assume)');
  });

  test('nothing of it leaves its line', async () => {
    expect(cli('doctor', '--\u001b[2J')).toMatchObject({ code: 2, stderr: `Unknown option '--\\u001b[2J'. ${SEE}\n` });
    jest.spyOn(DOCTOR, 'run').mockImplementationOnce(() => Promise.reject(new Error('\u001b[2J')));
    expect(await asking(...API)).toMatchObject({ stderr: expect.stringContaining('Internal error: \\u001b[2J.') });
  });

  test('a defect is told without a stack trace', async () => {
    jest.spyOn(DOCTOR, 'run').mockImplementationOnce(() => Promise.reject(new Error('boom')));
    expect(await asking(...API)).toEqual({
      code: 2,
      stdout: '',
      stderr: 'Internal error: boom. This is a bug in cdk-irsa; please report it at https://github.com/cdk-irsa/cdk-irsa/issues.\n',
    });
  });
});
