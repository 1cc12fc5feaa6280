import { CLUSTER_CHECKS } from '../../../../src/cli/doctor/checks/cluster-checks';
import { PROVIDER_CHECKS } from '../../../../src/cli/doctor/checks/provider-checks';
import { IamProvider } from '../../../../src/cli/doctor/facts';
import { CLUSTER, OIDC_PROVIDER, verdict, verdicts, withAnnotations } from '../facts';
import { ACCOUNT, ISSUER, PROVIDER, ROLE } from '../read/aws-server';

const ALL = [...CLUSTER_CHECKS, ...PROVIDER_CHECKS];
const statuses = (changes = {}) =>
  Object.fromEntries(Object.entries(verdicts(ALL, changes)).map(([id, { status }]) => [id, status]));

test('a healthy set-up', () => {
  expect(statuses()).toEqual({
    'cluster-exists': 'ok',
    'cluster-issuer': 'ok',
    'provider-exists': 'ok',
    'provider-audience': 'ok',
    'provider-thumbprints': 'ok',
  });
});

describe('cluster', () => {
  test('not there: the names that are near come first', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'Production', 'production-2'];
    expect(verdict(ALL, 'cluster-exists', { cluster: { value: undefined }, clusterNames: { value: names } })).toEqual({
      status: 'failed',
      summary: `Cluster "production" does not exist in account ${ACCOUNT}, region eu-west-1.`,
      evidence: ['clusters in the region: Production, production-2, a, b, c and 2 more'],
      fix: ['List the clusters: aws eks list-clusters --region eu-west-1', 'Correct --cluster, --region or --profile.',
        'For a cluster outside EKS, use --issuer instead of --cluster.'],
    });
  });

  test.each([
    [{ clusterNames: { value: [] } }, ['there are no clusters in the region']],
    [
      { clusterNames: { unknown: 'needs eks:ListClusters: no' } },
      ['other clusters: unknown (needs eks:ListClusters: no)'],
    ],
    [{}, undefined],
  ])('not there, and of the others %j', (more, evidence) => {
    expect(verdict(ALL, 'cluster-exists', { cluster: { value: undefined }, ...more }).evidence).toEqual(evidence);
    expect(statuses({ cluster: { value: undefined }, ...more })).toEqual({
      'cluster-exists': 'failed',
      'provider-exists': 'unknown',
      'provider-audience': 'unknown',
      'provider-thumbprints': 'unknown',
    });
  });

  test('not readable', () => {
    expect(verdict(ALL, 'cluster-exists', { cluster: { unknown: 'needs eks:DescribeCluster: no' } })).toMatchObject({
      status: 'unknown',
      summary: 'Needs eks:DescribeCluster: no.',
    });
    expect(verdict(ALL, 'provider-exists', { cluster: { unknown: 'x' } })).toMatchObject({
      status: 'unknown',
      summary: 'The issuer of the cluster is unknown: x.',
    });
  });

  test('without an issuer', () => {
    const { issuerUrl, ...cluster } = CLUSTER;
    expect(verdict(ALL, 'cluster-issuer', { cluster: { value: cluster } })).toMatchObject({
      status: 'failed',
      summary: 'Cluster production has no OIDC issuer. IRSA requires one.',
    });
  });
});

describe('provider', () => {
  const other = (issuer: string): IamProvider => ({ arn: `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}`, issuer });

  test.each([
    ['case', ISSUER.toUpperCase(), 'it differs only in case; STS compares exactly'],
    ['a slash', `${ISSUER}/`, 'it differs only in a trailing slash; STS compares exactly'],
    [
      'the region',
      ISSUER.replace('eu-west-1', 'eu-west-2'),
      'same ID, but host oidc.eks.eu-west-2.amazonaws.com instead of oidc.eks.eu-west-1.amazonaws.com: '
        + 'another region',
    ],
    [
      'the id',
      ISSUER.replace('B10E', '64EE'),
      'another cluster in the same region, or an earlier cluster of the same name',
    ],
  ])('one that misses by %s', (_, issuer, words) => {
    const { status, evidence, fix } = verdict(ALL, 'provider-exists', {
      providers: { value: [other('token.actions.githubusercontent.com'), other(issuer)] },
    });
    expect(status).toBe('failed');
    expect(evidence).toEqual([`issuer: ${ISSUER}`, `similar: ${other(issuer).arn} (${words})`]);
    expect(fix).toEqual([
      `Register the issuer: aws iam create-open-id-connect-provider --url https://${ISSUER} --client-id-list sts.amazonaws.com`,
      `Or in the CDK app: new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: 'https://${ISSUER}' });`,
    ]);
  });

  test('none at all, or none that is near', () => {
    expect(verdict(ALL, 'provider-exists', { providers: { value: [] } })).toMatchObject({
      summary: `The issuer of the cluster is not registered: account ${ACCOUNT} has no IAM OIDC provider for it.`,
      evidence: [`issuer: ${ISSUER}`],
    });
    const many = Array.from({ length: 7 }, (_, index) => other(`issuer-${index}.example`));
    expect(verdict(ALL, 'provider-exists', { providers: { value: many } }).evidence).toHaveLength(7);
    expect(statuses({ providers: { value: [] } })).toEqual({
      'cluster-exists': 'ok',
      'cluster-issuer': 'ok',
      'provider-exists': 'failed',
    });
  });

  test('of a role in another account, it must be there', () => {
    const changes = {
      ...withAnnotations({ 'eks.amazonaws.com/role-arn': ROLE.replace(ACCOUNT, '444455556666') }),
      providers: { value: [] },
    };
    expect(verdict(ALL, 'provider-exists', changes)).toMatchObject({
      summary: 'The issuer of the cluster is not registered: account 444455556666 has no IAM OIDC provider for it.',
      evidence: [
        `issuer: ${ISSUER}`,
        'the role is not in the account of the cluster; the provider must be in the account of the role',
      ],
    });
  });

  test('the fix registers the audience of the pods', () => {
    const { fix } = verdict(ALL, 'provider-exists', {
      ...withAnnotations({ 'eks.amazonaws.com/audience': 'mine' }),
      providers: { value: [] },
    });
    expect(fix).toEqual([
      expect.stringContaining('--client-id-list mine'),
      expect.stringContaining("audiences: ['mine'] });"),
    ]);
  });

  test('an audience that is no client id', () => {
    const annotations = withAnnotations({
      'eks.amazonaws.com/role-arn': ROLE,
      'eks.amazonaws.com/audience': 'STS.amazonaws.com',
    });
    expect(verdict(ALL, 'provider-audience', annotations)).toEqual({
      status: 'failed',
      summary: 'The provider does not accept the audience STS.amazonaws.com of the tokens.',
      evidence: [
        'client IDs: sts.amazonaws.com',
        '"sts.amazonaws.com" differs only in case or whitespace; STS compares exactly',
      ],
      fix: [
        'Add the audience: aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn '
          + `${PROVIDER} --client-id STS.amazonaws.com`,
        `Or in the CDK app: new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: 'https://${ISSUER}', audiences: ['sts.amazonaws.com', `
          + '\'STS.amazonaws.com\'] });',
      ],
    });
  });

  test('an empty annotation requests tokens for the API server', () => {
    expect(verdict(ALL, 'provider-audience', withAnnotations({ 'eks.amazonaws.com/audience': '' }))).toEqual({
      status: 'failed',
      summary: 'The provider does not accept the audience https://kubernetes.default.svc of the tokens.',
      evidence: ['client IDs: sts.amazonaws.com'],
      fix: [
        'Request a token for sts.amazonaws.com with the annotation eks.amazonaws.com/audience, or in the '
          + 'serviceAccountToken volume of the pods.',
      ],
    });
  });

  test('no client ids at all', () => {
    const none = { ...OIDC_PROVIDER, details: { value: { clientIds: [], thumbprints: [] } } };
    expect(verdict(ALL, 'provider-audience', { providers: { value: [none] } })).toMatchObject({
      status: 'failed',
      evidence: ['client IDs: none'],
    });
  });

  test('details that cannot be read', () => {
    const unread = { ...OIDC_PROVIDER, details: { unknown: 'needs iam:GetOpenIDConnectProvider: no' } };
    expect(verdict(ALL, 'provider-audience', { providers: { value: [unread] } })).toMatchObject({
      status: 'unknown',
      summary: 'Needs iam:GetOpenIDConnectProvider: no.',
    });
    const { details, ...bare } = OIDC_PROVIDER;
    expect(verdict(ALL, 'provider-audience', { providers: { value: [bare] } }).status).toBe('unknown');
    expect(
      verdict(ALL, 'provider-exists', { providers: { unknown: 'needs iam:ListOpenIDConnectProviders: no' } }).status,
    ).toBe('unknown');
  });

  test.each([
    'oidc.eks.eu-west-1.amazonaws.com/id/A',
    'oidc.eks.cn-north-1.amazonaws.com.cn/id/A',
    'oidc-eks.eu-west-1.api.aws/id/A',
    'oidc-eks.cn-north-1.api.amazonwebservices.com.cn/id/A',
  ])('a stale thumbprint of %s does not matter', issuer => {
    const provider = { ...other(issuer), details: { value: { clientIds: [], thumbprints: ['stale'] } } };
    expect(
      verdict(ALL, 'provider-thumbprints', {
        cluster: { value: { ...CLUSTER, issuerUrl: `https://${issuer}` } },
        providers: { value: [provider] },
      }),
    ).toMatchObject({ status: 'ok', summary: expect.stringMatching(/^AWS does not use the thumbprints/) });
  });

  test.each([
    [['9'.repeat(40)], 'ok'], [[], 'ok'], [['9'.repeat(39)], 'failed'], [[`${'99:'.repeat(19)}99`], 'failed'],
  ])('of another issuer, %j are %s', (thumbprints, status) => {
    const provider = { ...other('issuer.example'), details: { value: { clientIds: [], thumbprints } } };
    const changes = {
      cluster: { value: { ...CLUSTER, issuerUrl: 'https://issuer.example' } },
      providers: { value: [provider] },
    };
    expect(verdict(ALL, 'provider-thumbprints', changes).status).toBe(status);
    expect(
      verdict(ALL, 'provider-thumbprints', { ...changes, providers: { value: [other('issuer.example')] } }).status,
    ).toBe('unknown');
  });
});
