import { writeFileSync } from 'fs';
import { createServer } from 'http';
import { AddressInfo } from 'net';
import { join } from 'path';
import {
  ACCOUNT,
  AwsServer,
  failure,
  ISSUER,
  json,
  PROVIDER,
  READ_BUCKET,
  ROLE,
  roleXml,
  SUBJECT,
  TRUST,
  xml,
} from './aws-server';
import { propertyOf } from '../../../../src/analysis/json-values';
import { Read } from '../../../../src/cli/doctor/facts';
import { Aws, AwsOptions, AwsQuestion } from '../../../../src/cli/doctor/read/aws';
import { CannotAskAws } from '../../../../src/cli/doctor/read/aws-errors';
import { directory } from '../../support';

const server = new AwsServer();
beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => server.reset());

const now = new Date('2026-01-02T12:00:00Z');
const question: AwsQuestion = {
  clusterName: 'production',
  namespace: 'payments',
  serviceAccount: 'api',
  roleArn: { value: ROLE },
  now,
};
const facts = async (more: Partial<AwsQuestion> = {}, options: AwsOptions = {}) =>
  (await Aws.connect(options)).facts({ ...question, ...more });
const why = (read: Read<unknown>) => ('unknown' in read ? read.unknown : `is known: ${JSON.stringify(read.value)}`);
const cannot = async (run: Promise<unknown>): Promise<CannotAskAws> => {
  const error = await run.then(() => undefined, caught => caught);
  expect(error).toBeInstanceOf(CannotAskAws);
  return error;
};

let written = 0;

/** Profiles of one test. */
function profiles(text: string): void {
  const file = join(directory, `aws-config-${written++}`); // the SDK reads a file once
  writeFileSync(file, text);
  process.env.AWS_CONFIG_FILE = file;
}

describe('what is read', () => {
  test('everything of a healthy set-up', async () => {
    expect(await facts({ action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/key' })).toEqual({
      region: 'eu-west-1',
      caller: { value: { account: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:user/somebody` } },
      roleCaller: { value: { account: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:user/somebody` } },
      cluster: {
        value: {
          name: 'production',
          arn: `arn:aws:eks:eu-west-1:${ACCOUNT}:cluster/production`,
          endpoint: 'https://1.eks.amazonaws.com',
          issuerUrl: `https://${ISSUER}`,
          authenticationMode: 'API_AND_CONFIG_MAP',
        },
      },
      providers: {
        value: [
          {
            arn: PROVIDER,
            issuer: ISSUER,
            details: { value: { clientIds: ['sts.amazonaws.com'], thumbprints: ['9'.repeat(40)] } },
          },
        ],
      },
      role: { value: { arn: ROLE, name: 'api', trust: TRUST, maxSessionSeconds: 7200 } },
      policies: {
        value: [
          {
            kind: 'attached',
            name: 'one',
            arn: `arn:aws:iam::${ACCOUNT}:policy/one`,
            document: { value: READ_BUCKET },
          },
          {
            kind: 'attached',
            name: 'two',
            arn: `arn:aws:iam::${ACCOUNT}:policy/two`,
            document: { value: READ_BUCKET },
          },
          { kind: 'inline', name: 'inside', document: { value: READ_BUCKET } },
        ],
      },
      simulated: { value: { decision: 'allowed', policies: ['one'], missingKeys: [], boundaryAllows: true } },
      podIdentities: { value: [] },
      trail: {
        value: {
          events: [],
          since: new Date('2026-01-01T12:00:00Z'),
          regions: ['eu-west-1', 'us-east-1'],
          complete: true,
        },
      },
    });
    const simulated = server.asked.find(({ action }) => action === 'iam:SimulatePrincipalPolicy')!;
    expect(simulated.params).toMatchObject({
      'PolicySourceArn': ROLE,
      'ActionNames.member.1': 's3:GetObject',
      'ResourceArns.member.1': 'arn:aws:s3:::bucket/key',
    });
  });

  test('nothing but what reads, and the boundary in full', async () => {
    server.answer(
      'iam:GetRole',
      xml(
        'iam:GetRole',
        `<Role>${roleXml(
          ROLE,
          TRUST,
          '<PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType>'
            + `<PermissionsBoundaryArn>arn:aws:iam::${ACCOUNT}:policy/edge</PermissionsBoundaryArn>`
            + '</PermissionsBoundary>',
        )}</Role>`,
      ),
    );
    const { policies } = await facts({ action: 's3:GetObject' });
    expect((policies as any).value[3]).toEqual({
      kind: 'boundary',
      name: 'edge',
      arn: `arn:aws:iam::${ACCOUNT}:policy/edge`,
      document: { value: READ_BUCKET },
    });
    expect(
      server.asked
        .map(({ action }) => action.split(':')[1])
        .filter(name => !/^(Get|List|Describe|Lookup|Simulate)/.test(name)),
    ).toEqual([]);
  });

  test('a cluster that is not there, and the names of the others', async () => {
    expect(await facts({ clusterName: 'prodcution' })).toMatchObject({
      cluster: { value: undefined },
      clusterNames: { value: ['production', 'staging'] },
    });
    server.deny('eks:ListClusters');
    expect(why((await facts({ clusterName: 'prodcution' })).clusterNames!)).toMatch(
      /^needs eks:ListClusters: User: .* is not authorized/,
    );
  });

  test('no provider for the issuer: those that there are', async () => {
    server.answer('iam:GetOpenIDConnectProvider', failure('iam:GetOpenIDConnectProvider', 'NoSuchEntity', 'none', 404));
    server.answer(
      'iam:ListOpenIDConnectProviders',
      xml(
        'iam:ListOpenIDConnectProviders',
        `<OpenIDConnectProviderList><member><Arn>${PROVIDER}F</Arn></member></OpenIDConnectProviderList>`,
      ),
    );
    expect((await facts()).providers).toEqual({ value: [{ arn: `${PROVIDER}F`, issuer: `${ISSUER}F` }] });
    server.deny('iam:ListOpenIDConnectProviders');
    expect((await facts()).providers).toEqual({ value: [] });
  });

  test('either permission for providers is enough to know whether there is one', async () => {
    server.deny('iam:GetOpenIDConnectProvider');
    const { providers } = await facts();
    expect(providers).toMatchObject({
      value: [{ arn: PROVIDER, details: { unknown: expect.stringMatching(/^needs iam:GetOpenIDConnectProvider/) } }],
    });
    server.deny('iam:ListOpenIDConnectProviders');
    expect(why((await facts()).providers)).toMatch(/^needs iam:ListOpenIDConnectProviders/);
  });

  test('a role that is not there', async () => {
    expect(await facts({ roleArn: { value: `arn:aws:iam::${ACCOUNT}:role/gone` } })).toMatchObject({
      role: { value: undefined },
      policies: { value: [] },
    });
  });

  test.each([
    ['blanks', `${ROLE} `],
    ['quotes', `"${ROLE}"`],
    ['a user', `arn:aws:iam::${ACCOUNT}:user/x`],
    ['a name', 'api'],
    ['nothing', ''],
    ['a short account', 'arn:aws:iam::1:role/api'],
  ])('an annotation that holds %s is a reason, and no call', async (_, annotation) => {
    const { role, policies, trail, providers } = await facts({ roleArn: { value: annotation } });
    for (const read of [role, policies, trail]) {
      expect(why(read)).toBe(`${JSON.stringify(annotation)} is not the ARN of a role`);
    }
    expect(providers).toMatchObject({ value: [{ arn: PROVIDER }] });
    expect(server.times('iam:GetRole')).toBe(0);
  });

  test.each([
    ['no JSON', 'no%20JSON', 'no%20JSON'],
    ['no encoding', '%E0%A4%A', '%E0%A4%A'],
    ['plain JSON', '{"a":"100%"}', { a: '100%' }],
  ])('a trust policy that is %s', async (_, text, trust) => {
    server.answer('iam:GetRole', xml('iam:GetRole', `<Role>${roleXml(ROLE, text)}</Role>`));
    expect((await facts()).role).toMatchObject({ value: { trust } });
  });

  test('the roles of an association, the policies that count, and what limits them', async () => {
    const describes = (more: any) => {
      const association = { associationId: 'a-1', ...more };
      server.answer('eks:DescribePodIdentityAssociation', json({ association }));
    };
    server.answer('eks:ListPodIdentityAssociations', json({ associations: [{ associationId: 'a-1' }] }));
    describes({ roleArn: ROLE, policy: JSON.stringify(READ_BUCKET), modifiedAt: 1_767_312_000 });
    const own = await facts({ roleArn: { unknown: 'nothing is annotated' } });
    expect(own.podIdentities).toEqual({
      value: [{ id: 'a-1', roleArn: ROLE, policy: READ_BUCKET, modified: new Date('2026-01-02T00:00:00Z') }],
    });
    expect(own.identityRoles).toEqual({ role: { value: expect.objectContaining({ arn: ROLE, trust: TRUST }) } });
    expect(own.role).toEqual({ unknown: 'nothing is annotated' });
    expect((own.policies as any).value.length).toBeGreaterThan(0);
    expect(own.otherAssociations).toBeUndefined();

    describes({ roleArn: ROLE, targetRoleArn: 'arn:aws:iam::444455556666:role/target' });
    const { identityRoles, policies } = await facts({ roleArn: { unknown: 'nothing is annotated' } });
    expect(identityRoles!.target).toEqual({
      unknown: 'it is in account 444455556666; use --role-profile with a profile for that account',
    });
    expect((identityRoles!.policies as any).value.length).toBeGreaterThan(0);
    expect(policies).toEqual(identityRoles!.target);

    describes({ roleArn: 'no-arn' });
    expect(why((await facts()).identityRoles!.role)).toContain('no-arn');
  });

  test('the associations of others, only without an annotation and an association', async () => {
    const other = { namespace: 'batch', serviceAccount: 'api', associationId: 'a-2' };
    server.answer('eks:ListPodIdentityAssociations', ({ params }) =>
      json({ associations: params.namespace ? [] : [other] }));
    expect((await facts()).otherAssociations).toBeUndefined();
    expect((await facts({ roleArn: { unknown: 'nothing is annotated' } })).otherAssociations).toEqual({
      value: [{ namespace: 'batch', name: 'api' }],
    });
  });

  test('EKS Auto Mode', async () => {
    const cluster = { name: 'a', arn: 'arn', endpoint: 'https://a', computeConfig: { enabled: true } };
    server.answer('eks:DescribeCluster', json({ cluster }));
    expect((await facts()).cluster).toMatchObject({ value: { isAuto: true } });
  });

  test('an association of EKS Pod Identity, asked for this service account alone', async () => {
    server.answer('eks:ListPodIdentityAssociations', json({ associations: [{ associationId: 'a-1' }] }));
    expect((await facts()).podIdentities).toEqual({
      value: [{ id: 'a-1', roleArn: `arn:aws:iam::${ACCOUNT}:role/other` }],
    });
    const target = 'arn:aws:iam::444455556666:role/target';
    server.answer(
      'eks:DescribePodIdentityAssociation',
      json({ association: { associationId: 'a-1', roleArn: ROLE, targetRoleArn: target } }),
    );
    expect((await facts()).podIdentities).toEqual({ value: [{ id: 'a-1', roleArn: ROLE, targetRoleArn: target }] });
    server.answer(
      'eks:DescribePodIdentityAssociation',
      json({ association: { associationId: 'a-1', roleArn: ROLE, disableSessionTags: true } }),
    );
    expect((await facts()).podIdentities).toEqual({ value: [{ id: 'a-1', roleArn: ROLE, disableSessionTags: true }] });
    expect(server.asked.find(({ action }) => action === 'eks:ListPodIdentityAssociations')!.params).toMatchObject({
      name: 'production',
      namespace: 'payments',
      serviceAccount: 'api',
    });
    server.deny('eks:DescribePodIdentityAssociation');
    expect(why((await facts()).podIdentities)).toMatch(
      /^the role of the EKS Pod Identity association a-1 is unknown: needs eks:DescribePodIdentityAssociation/,
    );
  });

  test('all roles, by pages', async () => {
    const names = [];
    for await (const { arn, trust } of (await Aws.connect()).listRoles()) {
      names.push([arn, propertyOf(trust, 'Version')]);
    }
    expect(names).toEqual([[ROLE, '2012-10-17'], [`${ROLE}-2`, '2012-10-17']]);
    expect(
      server.asked
        .filter(({ action }) => action === 'iam:ListRoles')
        .map(({ params: { MaxItems, Marker } }) => [MaxItems, Marker]),
    ).toEqual([
      ['1000', undefined],
      ['1000', 'more'],
    ]);
    server.deny('iam:ListRoles');
    const error = await cannot((async () => { for await (const _ of (await Aws.connect()).listRoles()); })());
    expect(error.message).toMatch(/^The roles cannot be listed: needs iam:ListRoles/);
  });

  test('at most eight policies at a time', async () => {
    let [running, most] = [0, 0];
    server.answer(
      'iam:ListRolePolicies',
      xml(
        'iam:ListRolePolicies',
        `<PolicyNames>${Array.from({ length: 30 }, (_, index) => `<member>p${index}</member>`).join('')}</PolicyNames>`
          + '<IsTruncated>false</IsTruncated>',
      ),
    );
    server.answer('iam:GetRolePolicy', ({ params: { PolicyName } }) => {
      most = Math.max(most, ++running);
      setTimeout(() => running--, 20);
      return {
        ...xml('iam:GetRolePolicy', `<PolicyName>${PolicyName}</PolicyName><PolicyDocument>%7B%7D</PolicyDocument>`),
        after: 20,
      };
    });
    const { policies } = await facts();
    expect((policies as any).value.map(({ name }: any) => name).slice(2)).toEqual(
      Array.from({ length: 30 }, (_, index) => `p${index}`),
    );
    expect(most).toBeLessThanOrEqual(9);
    expect(most).toBeGreaterThan(1);
  });
});

describe('the trail', () => {
  const event = (id: string, minutes: number, detail: any) => ({
    EventId: id,
    EventTime: now.getTime() / 1000 - minutes * 60,
    Username: SUBJECT,
    CloudTrailEvent: JSON.stringify(detail),
  });
  const identity = { userIdentity: { type: 'WebIdentityUser', userName: SUBJECT, identityProvider: PROVIDER } };
  const requestParameters = { roleArn: ROLE, roleSessionName: 'x' };

  test('this role by this service account, failures with their codes, newest first, each once', async () => {
    const events = [
      event('1', 30, { ...identity, requestParameters }),
      event('2', 10, {
        ...identity,
        requestParameters,
        errorCode: 'AccessDenied',
        errorMessage: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
      }),
      event('3', 5, {
        ...identity,
        userIdentity: { ...identity.userIdentity, userName: 'system:serviceaccount:other:api' },
        requestParameters,
      }),
      event('4', 20, { ...identity, requestParameters: { roleArn: `${ROLE}-old` } }),
      { ...event('5', 1, {}), Username: undefined, CloudTrailEvent: 'no JSON' },
      {
        ...event('6', 2, { userIdentity: {}, requestParameters, errorCode: 'InvalidIdentityToken' }),
        Username: undefined,
      },
    ];
    server.answer('cloudtrail:LookupEvents', ({ params: { NextToken: token } }) =>
      json(token ? { Events: events.slice(3) } : { Events: events.slice(0, 3), NextToken: 'more' }),
    );
    expect(((await facts()).trail as any).value.events).toEqual([
      { time: new Date('2026-01-02T11:58:00Z'), roleArn: ROLE, errorCode: 'InvalidIdentityToken' },
      {
        time: new Date('2026-01-02T11:50:00Z'),
        roleArn: ROLE,
        subject: SUBJECT,
        issuer: ISSUER,
        errorCode: 'AccessDenied',
        errorMessage: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
      },
      { time: new Date('2026-01-02T11:40:00Z'), roleArn: `${ROLE}-old`, subject: SUBJECT, issuer: ISSUER },
      { time: new Date('2026-01-02T11:30:00Z'), roleArn: ROLE, subject: SUBJECT, issuer: ISSUER },
    ]);
    const [{ params }] = server.asked.filter(({ action }) => action === 'cloudtrail:LookupEvents');
    expect(params).toMatchObject({
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'AssumeRoleWithWebIdentity' }],
      StartTime: now.getTime() / 1000 - 86_400,
      EndTime: now.getTime() / 1000,
    });
  });

  test('a bounded number of pages, and that is said', async () => {
    server.answer('cloudtrail:LookupEvents', json({ Events: [], NextToken: 'more' }));
    expect((await facts()).trail).toMatchObject({ value: { complete: false } });
    expect(server.times('cloudtrail:LookupEvents')).toBe(20);
  });

  test('the region of the cluster is enough; of another partition there is no other', async () => {
    server.answer('cloudtrail:LookupEvents', asked =>
      asked.headers.authorization!.includes('/us-east-1/')
        ? failure('cloudtrail:LookupEvents', 'AccessDeniedException', 'no', 403)
        : json({ Events: [] }),
    );
    expect((await facts()).trail).toMatchObject({ value: { regions: ['eu-west-1'], complete: false } });
    server.asked.length = 0;
    await facts({ roleArn: { value: `arn:aws-cn:iam::${ACCOUNT}:role/api` } });
    expect(server.times('cloudtrail:LookupEvents')).toBe(1);
  });
});

describe('a token', () => {
  const token = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl';

  test('is sent unsigned, for the shortest session, and its credentials go nowhere', async () => {
    const aws = await Aws.connect();
    const assumed = await aws.assumed(ROLE, token);
    expect(assumed).toEqual({ value: { assumedRoleArn: `arn:aws:sts::${ACCOUNT}:assumed-role/api/cdk-irsa-doctor` } });
    const { params, headers } = server.asked.find(({ action }) => action === 'sts:AssumeRoleWithWebIdentity')!;
    expect(params).toMatchObject({
      RoleArn: ROLE,
      RoleSessionName: 'cdk-irsa-doctor',
      DurationSeconds: '900',
      WebIdentityToken: token,
    });
    expect(headers.authorization).toBeUndefined();
  });

  test.each([
    ['AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403],
    ['InvalidIdentityToken', 'Incorrect token audience', 400],
    ['ExpiredTokenException', 'Token expired: current date/time 1 must be before 0', 400],
  ])('%s is the answer of STS', async (errorCode, errorMessage, status) => {
    server.answer(
      'sts:AssumeRoleWithWebIdentity',
      failure('sts:AssumeRoleWithWebIdentity', errorCode, errorMessage, status),
    );
    expect(await (await Aws.connect()).assumed(ROLE, token)).toEqual({
      value: { errorCode: expect.stringContaining(errorCode), errorMessage },
    });
  });

  test('what says nothing of the role is unknown', async () => {
    const aws = await Aws.connect();
    server.answer(
      'sts:AssumeRoleWithWebIdentity',
      failure('sts:AssumeRoleWithWebIdentity', 'Throttling', 'Rate exceeded'),
    );
    expect(why(await aws.assumed(ROLE, token))).toBe(
      'sts:AssumeRoleWithWebIdentity: AWS throttled several attempts; try again later',
    );
    server.answer('sts:AssumeRoleWithWebIdentity', { status: 502, body: '<html>Bad gateway</html>' });
    expect(why(await aws.assumed(ROLE, token))).toBe(
      'sts:AssumeRoleWithWebIdentity: the response cannot be read (HTTP status 502)',
    );
  });

  test('is in no message, even if STS repeats it', async () => {
    server.answer(
      'sts:AssumeRoleWithWebIdentity',
      failure('sts:AssumeRoleWithWebIdentity', 'InvalidIdentityToken', `The token ${token} is bad, so is my-opaque`),
    );
    expect(await (await Aws.connect()).assumed(ROLE, token)).toMatchObject({
      value: { errorMessage: 'The token (token) is bad, so is my-opaque' },
    });
    expect(await (await Aws.connect()).assumed(ROLE, 'my-opaque')).toMatchObject({
      value: { errorMessage: 'The token (token) is bad, so is (token)' },
    });
  });
});

describe('two accounts', () => {
  const OTHER = '444455556666';
  const there = `arn:aws:iam::${OTHER}:role/api`;
  const byKey = (asked: any) => (asked.headers.authorization.includes('AKIAOTHER') ? OTHER : ACCOUNT);
  beforeEach(() => {
    server.answer('sts:GetCallerIdentity', asked =>
      xml('sts:GetCallerIdentity', `<Arn>arn:aws:iam::${byKey(asked)}:user/x</Arn><Account>${byKey(asked)}</Account>`),
    );
    server.answer('iam:GetOpenIDConnectProvider', asked =>
      xml(
        'iam:GetOpenIDConnectProvider',
        `<Url>x</Url><ClientIDList><member>${asked.params.OpenIDConnectProviderArn} by `
          + `${byKey(asked)}</member></ClientIDList>`,
      ),
    );
    server.answer('iam:GetRole', asked =>
      xml('iam:GetRole', `<Role>${roleXml(`arn:aws:iam::${byKey(asked)}:role/api`, TRUST)}</Role>`),
    );
    profiles(
      '[profile other]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = x\n[profile main]\naws_access_key_id = '
        + 'AKIAMAIN\naws_secret_access_key = x\nregion = eu-central-1\n',
    );
  });

  test('without a profile for the role, it is said which option is missing, and nothing is asked', async () => {
    const { role, providers, policies, trail, cluster } = await facts({ roleArn: { value: there } });
    for (const read of [role, providers, policies, trail]) {
      expect(why(read)).toBe(
        `role api is in account ${OTHER}, but the credentials are for account ${ACCOUNT}; use --role-profile `
          + `with a profile for account ${OTHER}`,
      );
    }
    expect(cluster).toHaveProperty('value.name');
    expect(server.asked.filter(({ action }) => action.startsWith('iam:'))).toEqual([]);
  });

  test('with it, the role and the provider are read there', async () => {
    const read = await facts({ roleArn: { value: there } }, { roleProfile: 'other' });
    expect(read).toMatchObject({
      caller: { value: { account: ACCOUNT } },
      roleCaller: { value: { account: OTHER } },
      role: { value: { arn: there } },
      providers: {
        value: [{ details: { value: { clientIds: [`arn:aws:iam::${OTHER}:oidc-provider/${ISSUER} by ${OTHER}`] } } }],
      },
    });
    expect(
      server.asked.filter(({ action }) => action.startsWith('eks:')).every(asked => byKey(asked) === ACCOUNT),
    ).toBe(true);
  });

  test('a profile of the wrong account is said', async () => {
    expect(why((await facts({}, { roleProfile: 'other' })).role)).toBe(
      `role api is in account ${ACCOUNT}, but the profile other of --role-profile is for account ${OTHER}`,
    );
  });

  test('a profile brings its region; the option wins', async () => {
    delete process.env.AWS_REGION;
    expect((await Aws.connect({ profile: 'main' })).region).toBe('eu-central-1');
    expect((await Aws.connect({ profile: 'main', region: 'eu-north-1' })).region).toBe('eu-north-1');
  });
});

describe('faults', () => {
  test.each([
    ['eks:DescribeCluster', 'cluster'],
    ['eks:ListPodIdentityAssociations', 'podIdentities'],
    ['iam:GetRole', 'role'],
    ['iam:ListAttachedRolePolicies', 'policies'],
    ['iam:ListRolePolicies', 'policies'],
    ['iam:SimulatePrincipalPolicy', 'simulated'],
    ['cloudtrail:LookupEvents', 'trail'],
    ['sts:GetCallerIdentity', 'caller'],
  ] as const)('without %s, only %s is unknown', async (action, fact) => {
    server.deny(action);
    const read: any = await facts({ action: 's3:GetObject' });
    expect(why(read[fact])).toMatch(
      new RegExp(`^needs ${action}: User: arn:aws:iam::${ACCOUNT}:user/somebody is not authorized`),
    );
    const others = ['cluster', 'providers', 'role', 'policies', 'simulated', 'podIdentities', 'trail', 'caller'].filter(
      name => name !== fact,
    );
    const unknown = others.filter(name => 'unknown' in read[name]);
    expect(unknown).toEqual(action === 'iam:GetRole' ? ['policies', 'simulated'] : []);
  });

  test.each(['iam:GetPolicy', 'iam:GetPolicyVersion', 'iam:GetRolePolicy'])(
    'without %s, only those documents are unknown',
    async action => {
      server.deny(action);
      const { policies } = await facts();
      const documents = (policies as any).value.map(({ kind, document }: any) => [
        kind,
        why(document).split(':').slice(0, 2).join(':'),
      ]);
      const unread = `needs ${action}`;
      const known = expect.stringMatching(/^is known/);
      expect(documents).toEqual(
        action === 'iam:GetRolePolicy'
          ? [
            ['attached', known],
            ['attached', known],
            ['inline', unread],
          ]
          : [
            ['attached', unread],
            ['attached', unread],
            ['inline', known],
          ],
      );
    },
  );

  test('throttling is waited for, a bounded number of times', async () => {
    let refusals = 2;
    server.answer('iam:ListRolePolicies', asked =>
      refusals-- > 0
        ? failure(asked.action, 'Throttling', 'Rate exceeded')
        : xml(asked.action, '<PolicyNames/><IsTruncated>false</IsTruncated>'),
    );
    expect((await facts()).policies).toHaveProperty('value.length', 2);
    server.answer('iam:GetRole', failure('iam:GetRole', 'Throttling', 'Rate exceeded'));
    expect(why((await facts()).role)).toBe(
      'iam:GetRole: AWS throttled several attempts; try again later',
    );
    expect(server.asked.filter(({ action }) => action === 'iam:GetRole').length).toBe(5);
  });

  test('a slow service is given up', async () => {
    server.answer('cloudtrail:LookupEvents', { body: '{}', after: 5_000 });
    const started = Date.now();
    expect(why((await facts({}, { timeouts: { connection: 200, request: 200 } })).trail)).toBe(
      'cloudtrail:LookupEvents: the service could not be reached: it did not respond in time',
    );
    expect(Date.now() - started).toBeLessThan(4_500);
  });

  test.each([
    ['HTML', { status: 200, body: '<html><body>Sign in to the hotel Wi-Fi</body></html>', type: 'text/html' }],
    ['noise', { status: 200, body: '\u0000\u0001{{{<<<' }],
    ['nothing', { status: 200, body: '' }],
    ['a server error', { status: 500, body: 'oops my-secret-key' }],
  ])('%s for an answer is no crash', async (_, answer) => {
    for (const action of [
      'eks:DescribeCluster',
      'iam:GetRole',
      'cloudtrail:LookupEvents',
      'iam:SimulatePrincipalPolicy',
      'iam:ListRolePolicies',
    ]) {server.answer(action, answer);}
    const read = await facts({ action: 's3:GetObject' });
    expect(JSON.stringify(read)).not.toMatch(/my-secret-key|hotel/);
    expect(why(read.role)).toMatch(/^iam:GetRole/);
  });

  test('an ExpiredToken in the middle ends it', async () => {
    server.answer(
      'iam:GetRole',
      failure('iam:GetRole', 'ExpiredToken', 'The security token included in the request is expired', 403),
    );
    expect(await cannot(facts())).toMatchObject({
      kind: 'expired',
      message:
        'The AWS credentials in use have expired. Sign in again, for SSO with `aws sso login`.',
    });
  });
});

describe('nothing can be asked', () => {
  test.each([
    ['ExpiredToken', 'expired', /have expired/],
    ['InvalidClientTokenId', 'credentials', /does not accept the credentials/],
    ['SignatureDoesNotMatch', 'credentials', /does not accept the credentials/],
  ])('%s', async (code, kind, message) => {
    server.answer(
      'sts:GetCallerIdentity',
      failure(
        'sts:GetCallerIdentity',
        code,
        'The canonical string should have been x-amz-security-token:FwoGsecret my-secret-key',
        403,
      ),
    );
    const error = await cannot(Aws.connect());
    expect(error.kind).toBe(kind);
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/secret/);
  });

  test('no credentials at all', async () => {
    delete process.env.AWS_ACCESS_KEY_ID;
    expect(await cannot(Aws.connect())).toMatchObject({
      kind: 'credentials',
      message:
        'There are no AWS credentials. Use --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    });
    process.env.AWS_PROFILE = 'nobody';
    expect((await cannot(Aws.connect())).message).toMatch(/^There are no AWS credentials \(AWS_PROFILE is nobody\)/);
  });

  test('an unknown profile, whatever other credentials there are', async () => {
    // Those of a container or an instance, with which the default chain goes on.
    process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI = `${server.url}/clusters`;
    server.answer(
      'eks:ListClusters',
      json({ AccessKeyId: 'AKIACONTAINER', SecretAccessKey: 'x', Token: 'x', Expiration: '2099-01-01T00:00:00Z' }),
    );
    expect(await cannot(Aws.connect({ profile: 'nobody' }))).toMatchObject({
      kind: 'credentials',
      message: expect.stringMatching(/^Profile nobody provides no AWS credentials/),
    });
    expect((await cannot(Aws.connect({ roleProfile: 'nobody' }))).message).toMatch(
      /^Profile nobody provides no AWS credentials/,
    );
  });

  test('a credential process that fails, without its command line', async () => {
    profiles('[profile helper]\ncredential_process = /bin/false --password hunter2\n');
    expect((await cannot(Aws.connect({ profile: 'helper' }))).message).not.toMatch(/hunter2/);
  });

  test('a profile whose role may not be assumed, or that wants an MFA code', async () => {
    const base = '[profile base]\naws_access_key_id = AKIAMAIN\naws_secret_access_key = x\n';
    profiles(
      `${base}[profile role]\nsource_profile = base\nrole_arn = ${ROLE}\n[profile mfa]\nsource_profile = `
        + `base\nrole_arn = ${ROLE}\nmfa_serial = x\n`,
    );
    server.answer(
      'sts:AssumeRole',
      failure(
        'sts:AssumeRole',
        'AccessDenied',
        `User: x is not authorized to perform: sts:AssumeRole on resource: ${ROLE}`,
        403,
      ),
    );
    expect(await cannot(Aws.connect({ profile: 'role' }))).toMatchObject({
      kind: 'credentials',
      message: 'The credentials of profile role use a role that they are not allowed to assume: User: x is not '
        + `authorized to perform: sts:AssumeRole on resource: ${ROLE}.`,
    });
    expect((await cannot(Aws.connect({ profile: 'mfa' }))).message).toMatch(/^Profile mfa requires an MFA code/);
  });

  test('an SSO session that has not begun', async () => {
    process.env.HOME = directory;
    profiles(
      '[profile sso]\nsso_session = s\nsso_account_id = 111122223333\nsso_role_name = r\n[sso-session s]\nsso_region '
        + '= eu-west-1\nsso_start_url = https://example.awsapps.com/start\n',
    );
    expect(await cannot(Aws.connect({ profile: 'sso' }))).toMatchObject({
      kind: 'expired',
      message: 'There is no valid sign-in of profile sso. Sign in: `aws sso login --profile sso`.',
    });
  });

  test.each([['no region', undefined], ['an empty one', '']])('%s', async (_, region) => {
    if (region === undefined) delete process.env.AWS_REGION;
    else process.env.AWS_REGION = region;
    expect(await cannot(Aws.connect())).toMatchObject({
      kind: 'region',
      message: 'No AWS region is set. Use --region eu-west-1, AWS_REGION, or `region` in the profile.',
    });
  });

  test.each([['region', ' '], ['profile', ''], ['roleProfile', '']])('an empty %s', async (name, value) => {
    expect((await cannot(Aws.connect({ [name]: value }))).message).toMatch(
      /^`--(region|profile|role-profile)` must not be empty\.$/,
    );
  });

  test('somebody else who answers', async () => {
    server.answer('sts:GetCallerIdentity', {
      body: '<html><body>Sign in to the hotel Wi-Fi</body></html>',
      type: 'text/html',
    });
    expect(await cannot(Aws.connect())).toMatchObject({
      kind: 'endpoint',
      message: 'The response in region eu-west-1 is not from AWS. Check for a proxy or the sign-in page of a network.',
    });
  });

  test('a region that is none', async () => {
    delete process.env.AWS_ENDPOINT_URL;
    expect(await cannot(Aws.connect({ region: 'eu west/1' }))).toMatchObject({ kind: 'region' });
  });

  test('an endpoint that refuses, or never answers', async () => {
    process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:1';
    expect(await cannot(Aws.connect())).toMatchObject({
      kind: 'endpoint',
      message:
        'AWS cannot be reached in region eu-west-1 at AWS_ENDPOINT_URL: the connection was refused. Check the '
          + 'region, the network and proxies.',
    });
    const silent = createServer(() => undefined);
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
    process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    expect((await cannot(Aws.connect({ timeouts: { connection: 100, request: 100 } }))).message).toMatch(
      /it did not respond in time/,
    );
    silent.closeAllConnections();
    silent.close();
  });
});
