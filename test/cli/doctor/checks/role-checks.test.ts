import { ROLE_CHECKS } from '../../../../src/cli/doctor/checks/role-checks';
import { IamPolicy } from '../../../../src/cli/doctor/facts';
import { HEALTHY, IAM_ROLE, OIDC_PROVIDER, verdict, verdicts, withAnnotations } from '../facts';
import { ACCOUNT, ISSUER, PROVIDER, READ_BUCKET, ROLE, SUBJECT, TRUST } from '../read/aws-server';

const statuses = (changes = {}) =>
  Object.fromEntries(Object.entries(verdicts(ROLE_CHECKS, changes)).map(([id, { status }]) => [id, status]));
const trusting = (change: (statement: any) => void) => {
  const trust = JSON.parse(JSON.stringify(TRUST));
  change(trust.Statement[0]);
  return { role: { value: { ...IAM_ROLE, trust } } };
};
const trust = (document: any) => ({ role: { value: { ...IAM_ROLE, trust: document } } });

test('a healthy set-up', () => {
  expect(statuses()).toEqual({
    'role-account': 'ok',
    'role-exists': 'ok',
    'trust': 'ok',
    'trust-others': 'ok',
    'session-length': 'ok',
    'permissions-boundary': 'ok',
  });
  expect(verdict(ROLE_CHECKS, 'trust').evidence).toEqual([
    `Statement[0]: Allow sts:AssumeRoleWithWebIdentity for ${PROVIDER} where aud StringEquals sts.amazonaws.com and `
      + `sub StringEquals ${SUBJECT}`,
  ]);
  expect(verdict(ROLE_CHECKS, 'trust-others').summary).toBe('The trust policy trusts no one else.');
});

test.each([
  ['no annotation', withAnnotations({}), 'The role is unknown: there is no annotation.'],
  ['no service account', { serviceAccount: { value: undefined } }, 'The role is unknown: there is no annotation.'],
  [
    'a service account that cannot be read',
    { serviceAccount: { unknown: 'needs get serviceaccounts' } },
    'The role is unknown (needs get serviceaccounts); pass its ARN with --role.',
  ],
  [
    'blanks',
    withAnnotations({ 'eks.amazonaws.com/role-arn': ` ${ROLE}` }),
    `" ${ROLE}" is not the ARN of a role.`,
  ],
])('%s: the role is unknown, with the reason', (_, changes, unknown) => {
  expect(verdict(ROLE_CHECKS, 'role-exists', { ...changes, role: { unknown } })).toMatchObject({
    status: 'unknown',
    summary: unknown,
  });
});

describe('role', () => {
  test('not there', () => {
    expect(verdict(ROLE_CHECKS, 'role-exists', { role: { value: undefined } })).toMatchObject({
      status: 'failed',
      summary: `Role api does not exist in account ${ACCOUNT}. STS reports this as AccessDenied.`,
    });
    expect(statuses({ role: { value: undefined } })).toEqual({ 'role-account': 'ok', 'role-exists': 'failed' });
  });

  test('of another path: STS compares the whole ARN', () => {
    expect(
      verdict(ROLE_CHECKS, 'role-exists', withAnnotations({ 'eks.amazonaws.com/role-arn': ROLE.replace('team/', '') })),
    ).toEqual({
      status: 'failed',
      summary: 'Role api has the path /team/ instead of /. STS compares the whole ARN.',
      evidence: [`requested: arn:aws:iam::${ACCOUNT}:role/api`, `in IAM: ${ROLE}`],
      fix: [
        `kubectl annotate serviceaccount api -n payments --overwrite eks.amazonaws.com/role-arn=${ROLE}`,
        expect.stringContaining('serviceAccount.roleArn'),
      ],
    });
  });

  test('of another name in case', () => {
    expect(
      verdict(
        ROLE_CHECKS,
        'role-exists',
        withAnnotations({ 'eks.amazonaws.com/role-arn': ROLE.replace('api', 'API') }),
      ),
    ).toMatchObject({ status: 'failed', summary: expect.stringContaining('another ARN') });
  });

  test('in another account, or in another partition', () => {
    expect(
      verdict(
        ROLE_CHECKS,
        'role-account',
        withAnnotations({ 'eks.amazonaws.com/role-arn': ROLE.replace(ACCOUNT, '444455556666') }),
      ),
    ).toMatchObject({
      status: 'ok',
      summary: `The role is in account 444455556666, the cluster in account ${ACCOUNT}: the OIDC provider must be in `
        + 'account 444455556666.',
    });
    expect(
      verdict(
        ROLE_CHECKS,
        'role-account',
        withAnnotations({ 'eks.amazonaws.com/role-arn': ROLE.replace('aws', 'aws-cn') }),
      ),
    ).toMatchObject({
      status: 'failed',
      fix: [
        `kubectl annotate serviceaccount api -n payments --overwrite eks.amazonaws.com/role-arn=${ROLE}`,
        expect.any(String),
      ],
    });
    expect(statuses({ cluster: { value: undefined } })['role-account']).toBeUndefined();
  });
});

describe('trust', () => {
  const sub = `${ISSUER}:sub`;
  const aud = `${ISSUER}:aud`;
  test.each<[string, (statement: any) => void, string]>([
    [
      'another namespace',
      one => (one.Condition.StringEquals[sub] = 'system:serviceaccount:payment:api'),
      '`sub` differs: got payments, trusted payment (the namespace; the service account api matches)',
    ],
    [
      'another name',
      one => (one.Condition.StringEquals[sub] = 'system:serviceaccount:payments:web'),
      '`sub` differs: got api, trusted web (the service account; the namespace payments matches)',
    ],
    [
      'https:// in the key',
      one => (one.Condition = { StringEquals: { [`https://${sub}`]: SUBJECT } }),
      `the key https://${sub} contains \`https://\`, but keys of IAM start with the host of the issuer`,
    ],
    [
      'oidc-provider/ in the key',
      one => (one.Condition = { StringEquals: { [`oidc-provider/${sub}`]: SUBJECT } }),
      `the key oidc-provider/${sub} contains \`oidc-provider/\`, but keys of IAM start with the host of the issuer`,
    ],
    [
      'a wildcard under StringEquals',
      one => (one.Condition.StringEquals[sub] = 'system:serviceaccount:payments:*'),
      '`sub` differs: got system:serviceaccount:payments:api, trusted system:serviceaccount:payments:*: a wildcard '
        + 'with StringEquals never matches; use StringLike',
    ],
    [
      'another audience',
      one => (one.Condition.StringEquals[aud] = 'sts.amazon.com'),
      '`aud` differs: got sts.amazonaws.com, trusted sts.amazon.com',
    ],
    [
      'the keys of another cluster',
      one => (one.Condition = { StringEquals: { [sub.replace('B10E', '64EE')]: SUBJECT } }),
      '`sub` of the issuer oidc.eks.eu-west-1.amazonaws.com/id/64EE is not in the request',
    ],
    [
      'another cluster',
      one => (one.Principal.Federated = PROVIDER.replace('B10E', '64EE')),
      'it trusts another cluster of the region, oidc.eks.eu-west-1.amazonaws.com/id/64EE, not '
        + 'oidc.eks.eu-west-1.amazonaws.com/id/B10E',
    ],
    [
      'another region',
      one => (one.Principal.Federated = PROVIDER.replace('eu-west-1', 'eu-west-2')),
      'it trusts the issuer in another region, oidc.eks.eu-west-2.amazonaws.com/id/B10E, not '
        + 'oidc.eks.eu-west-1.amazonaws.com/id/B10E',
    ],
    [
      'the provider of another account',
      one => (one.Principal.Federated = PROVIDER.replace(ACCOUNT, '444455556666')),
      `principal differs in the account: got ${ACCOUNT}, trusted 444455556666 `
        + `(${PROVIDER.replace(ACCOUNT, '444455556666')})`,
    ],
    [
      'the wrong action',
      one => (one.Action = 'sts:AssumeRole'),
      'action differs: got sts:AssumeRoleWithWebIdentity, trusted sts:AssumeRole',
    ],
  ])('%s', (_, change, why) => {
    const { status, summary, evidence, fix } = verdict(ROLE_CHECKS, 'trust', trusting(change));
    expect(status).toBe('failed');
    expect(summary).toBe(`The trust policy does not allow ${SUBJECT} to assume the role: ${why}.`);
    expect(evidence!.slice(0, 2)).toEqual([
      `requested: ${SUBJECT}, audience sts.amazonaws.com, issuer ${ISSUER}`,
      'closest match: Statement[0]',
    ]);
    expect(fix).toEqual(
      expect.arrayContaining([
        `Add this statement: ${JSON.stringify({ ...TRUST.Statement[0] })}`,
        "Or in the CDK app: trust.addServiceAccounts(provider, [ServiceAccountSubject.exact('payments', 'api')]);",
      ]),
    );
  });

  test('the rules of verify say more of the statement that is meant', () => {
    const { evidence, fix } = verdict(
      ROLE_CHECKS,
      'trust',
      trusting(one => (one.Condition.StringEquals[sub] = 'system:serviceaccount:payments:*')),
    );
    expect(evidence![2]).toContain('which treats the wildcard literally');
    expect(fix![0]).toContain('Use StringLike');
    const other = { ...TRUST.Statement[0], Principal: { Federated: PROVIDER.replace(ACCOUNT, '444455556666') } };
    const both = verdict(
      ROLE_CHECKS,
      'trust',
      trust({
        ...TRUST,
        Statement: [
          other,
          { ...TRUST.Statement[0], Condition: { StringEquals: { [sub]: 'system:serviceaccount:payments:web' } } },
        ],
      }),
    );
    expect(both.evidence!.slice(1)).toEqual(['closest match: Statement[1]']);
  });

  test('the audience that is annotated is asked for', () => {
    const changes = withAnnotations({ 'eks.amazonaws.com/role-arn': ROLE, 'eks.amazonaws.com/audience': 'mine' });
    expect(verdict(ROLE_CHECKS, 'trust', changes)).toMatchObject({
      status: 'failed',
      summary: expect.stringContaining('got mine, trusted sts.amazonaws.com'),
    });
    // What is annotated is a text of anybody's.
    const hostile = {
      ...changes,
      ...withAnnotations({ 'eks.amazonaws.com/role-arn': ROLE, 'eks.amazonaws.com/audience': "a', evil: '" }),
    };
    expect(verdict(ROLE_CHECKS, 'trust', hostile).fix!.join('\n')).toContain(', { audience: \'a\\\', evil: \\\'\' });');
    expect(verdict(ROLE_CHECKS, 'trust', changes).fix).toContain(
      'Or in the CDK app: trust.addServiceAccounts(provider, '
        + "[ServiceAccountSubject.exact('payments', 'api')], { audience: 'mine' });",
    );
  });

  test('a Deny', () => {
    const deny = { ...TRUST.Statement[0], Sid: 'KeepOut', Effect: 'Deny' };
    expect(verdict(ROLE_CHECKS, 'trust', trust({ ...TRUST, Statement: [TRUST.Statement[0], deny] }))).toMatchObject({
      status: 'failed',
      summary: `A Deny statement in the trust policy denies ${SUBJECT}.`,
      evidence: [expect.any(String), expect.stringMatching(/^Statement\[1\] \(KeepOut\): Deny sts:/)],
    });
  });

  test.each([
    ['nobody', { Version: '2012-10-17', Statement: [] }],
    [
      'only a Deny',
      { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Principal: '*', Action: 'sts:TagSession' }] },
    ],
  ])('allows %s', (_, document) => {
    expect(verdict(ROLE_CHECKS, 'trust', trust(document)).summary).toBe(
      `The trust policy does not allow ${SUBJECT} to assume the role: the trust policy allows nobody.`,
    );
  });

  test.each([
    [
      'a condition on what only the request knows',
      (one: any) => (one.Condition.StringEquals['aws:RequestedRegion'] = 'eu-west-1'),
      /aws:RequestedRegion/,
    ],
    ['an operator that is none', (one: any) => (one.Condition = { StringIs: { [sub]: SUBJECT } }), /StringIs/],
  ])('%s is unknown, with the reason', (_, change, why) => {
    const { status, evidence } = verdict(ROLE_CHECKS, 'trust', trusting(change));
    expect(status).toBe('unknown');
    expect(evidence!.join()).toMatch(why);
  });

  test.each([
    ['a text', 'no JSON'],
    ['null', null],
    ['a list', []],
    ['no statements', {}],
    ['odd statements', { Statement: [null, 1, { Effect: 'Allow' }] }],
    ['odd parts', { Statement: { Effect: 'Allow', Action: { a: 1 }, Principal: 7, Condition: 'x' } }],
  ])('%s for a policy is no crash', (_, document) => {
    const all = statuses(trust(document));
    expect(all.trust).toBe('unknown');
    expect(all['trust-others']).toBe('ok');
  });

  test('what cannot be read', () => {
    expect(statuses({ role: { unknown: 'needs iam:GetRole: no' } })).toMatchObject({
      'trust': 'unknown',
      'role-exists': 'unknown',
    });
    expect(verdict(ROLE_CHECKS, 'trust', { cluster: { unknown: 'x' } })).toMatchObject({
      status: 'unknown',
      summary: 'The issuer of the cluster is unknown: x.',
    });
  });
});

describe('trust otherwise', () => {
  test.each<[string, (statement: any) => void, string]>([
    [
      'no sub',
      one => (one.Condition = { StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' } }),
      'risk: Role api, Statement[0]: accepts every token of',
    ],
    [
      'no aud',
      one => (one.Condition = { StringEquals: { [`${ISSUER}:sub`]: SUBJECT } }),
      'risk: Role api, Statement[0]: accepts tokens of',
    ],
    [
      'the whole cluster',
      one => (
        (one.Condition.StringLike = { [`${ISSUER}:sub`]: 'system:serviceaccount:*' }),
        delete one.Condition.StringEquals[`${ISSUER}:sub`]
      ),
      'risk: Role api, Statement[0]: `sub` is compared with',
    ],
  ])('%s', (_, change, words) => {
    const { status, summary, evidence } = verdict(ROLE_CHECKS, 'trust-others', trusting(change));
    expect(status).toBe('ok');
    expect(summary).toMatch(/^The trust policy is broader than this service account needs: \d finding/);
    expect(evidence!.join('\n')).toContain(words);
  });

  test('other service accounts, EKS Pod Identity, accounts and services', () => {
    const more = [
      {
        ...TRUST.Statement[0],
        Condition: {
          StringEquals: { [`${ISSUER}:sub`]: 'system:serviceaccount:a:b', [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
        },
      },
      {
        Effect: 'Allow',
        Principal: { Service: 'pods.eks.amazonaws.com' },
        Action: ['sts:AssumeRole', 'sts:TagSession'],
      },
      {
        Effect: 'Allow',
        Principal: {
          Service: 'ec2.amazonaws.com',
          AWS: `arn:aws:iam::${ACCOUNT}:root`,
          Federated: 'accounts.google.com',
        },
        Action: 'sts:AssumeRole',
      },
    ];
    expect(
      verdict(ROLE_CHECKS, 'trust-others', trust({ ...TRUST, Statement: [TRUST.Statement[0], ...more] })).evidence,
    ).toEqual([
      `note: Role api, Statement[3]: every principal of account ${ACCOUNT} can assume the role, not only pods.`,
      `trusted: a:b of ${ISSUER}`,
      'trusted: *:* of *, through EKS Pod Identity',
      `also: arn:aws:iam::${ACCOUNT}:root`,
      'also: ec2.amazonaws.com',
      'also: accounts.google.com',
    ]);
  });

  test('many are counted', () => {
    const subs = Array.from({ length: 50 }, (_, index) => `system:serviceaccount:a:b${index}`);
    const { evidence } = verdict(
      ROLE_CHECKS,
      'trust-others',
      trusting(one => (one.Condition.StringEquals[`${ISSUER}:sub`] = [SUBJECT, ...subs])),
    );
    expect(evidence).toHaveLength(9);
    expect(evidence![8]).toBe('and 42 more');
  });
});

test('the length of a session, and of the token', () => {
  expect(verdict(ROLE_CHECKS, 'session-length')).toMatchObject({
    status: 'ok',
    summary: 'A session lasts one hour unless the SDK requests another duration, up to 3600 seconds.',
    evidence: [expect.stringContaining('valid for 86400 seconds by default')],
  });
  const changes = {
    ...withAnnotations({ 'eks.amazonaws.com/token-expiration': '3600' }),
    ...trusting(one => (one.Condition.NumericLessThan = { 'sts:DurationSeconds': '900' })),
  };
  expect(verdict(ROLE_CHECKS, 'session-length', changes).evidence).toEqual([
    'the token is valid for 3600 seconds, unless the pod overrides it; the kubelet renews it in time, and neither '
      + 'duration limits the other',
    'the trust policy requires sts:DurationSeconds NumericLessThan 900',
  ]);
});

describe('permissions boundary', () => {
  const arn = `arn:aws:iam::${ACCOUNT}:policy/edge`;
  const role = { value: { ...IAM_ROLE, boundary: arn } };
  const policies = (document: any) => ({
    value: [
      ...(HEALTHY.policies as any).value,
      { name: 'edge', kind: 'boundary' as const, arn, document } as IamPolicy,
    ],
  });
  const question = { ...HEALTHY.question, action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/key' };

  test('what it allows', () => {
    expect(
      verdict(ROLE_CHECKS, 'permissions-boundary', { role, policies: policies({ value: READ_BUCKET }) }),
    ).toMatchObject({
      status: 'ok',
      summary: 'Permissions boundary edge limits the role.',
      evidence: ['Statement[0] (Read): Allow s3:GetObject on arn:aws:s3:::bucket/*'],
    });
    expect(
      verdict(ROLE_CHECKS, 'permissions-boundary', { role, policies: policies({ value: READ_BUCKET }), question })
        .status,
    ).toBe('ok');
    expect(
      verdict(ROLE_CHECKS, 'permissions-boundary', {
        role,
        policies: policies({ value: READ_BUCKET }),
        question: { ...question, resource: undefined },
      }).status,
    ).toBe('ok');
  });

  test.each([
    ['does not allow', { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' } }],
    [
      'denies',
      {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: '*', Resource: '*' },
          { Effect: 'Deny', Action: 's3:*', Resource: '*' },
        ],
      },
    ],
  ])('one that %s what is asked for', (_, document) => {
    expect(
      verdict(ROLE_CHECKS, 'permissions-boundary', { role, policies: policies({ value: document }), question }),
    ).toMatchObject({
      status: 'failed',
      summary:
        'Permissions boundary edge limits the role and does not allow s3:GetObject on arn:aws:s3:::bucket/key.',
    });
  });

  test('one that cannot be read, or was not', () => {
    expect(
      verdict(ROLE_CHECKS, 'permissions-boundary', {
        role,
        policies: policies({ unknown: 'needs iam:GetPolicy: no' }),
      }),
    ).toMatchObject({ status: 'unknown', summary: 'Needs iam:GetPolicy: no.' });
    expect(verdict(ROLE_CHECKS, 'permissions-boundary', { role }).status).toBe('unknown');
    expect(verdict(ROLE_CHECKS, 'permissions-boundary', { role, policies: { unknown: 'x' } }).status).toBe('unknown');
  });
});

test('names that are no words of a shell are quoted', () => {
  const changes = {
    question: { ...HEALTHY.question, namespace: 'a b', serviceAccount: "it's" },
    ...withAnnotations({ 'eks.amazonaws.com/role-arn': ROLE.replace('team/', '') }),
  };
  expect(verdict(ROLE_CHECKS, 'role-exists', changes).fix![0]).toContain(
    "serviceaccount 'it'\\''s' -n 'a b' --overwrite",
  );
});

test('swapped `sub` and `aud` are told, and the subject is not to be registered as an audience', () => {
  const changes = {
    ...trusting(one => (one.Condition = {
      StringEquals: { [`${ISSUER}:aud`]: SUBJECT, [`${ISSUER}:sub`]: 'sts.amazonaws.com' },
    })),
    providers: { value: [OIDC_PROVIDER] },
  };
  const { summary, fix } = verdict(ROLE_CHECKS, 'trust', changes);
  expect(summary).toBe(
    `The trust policy does not allow ${SUBJECT} to assume the role: \`sub\` and \`aud\` are swapped.`,
  );
  expect(fix![0]).toMatch(/^aws iam get-role /);
  expect(fix!.join()).not.toContain('audiences:');
});

test('a provider whose client ids are known is judged beside', () => {
  const audience = { ...OIDC_PROVIDER, details: { value: { clientIds: ['other'], thumbprints: [] } } };
  const changes = {
    ...trusting(one => (one.Condition.StringEquals[`${ISSUER}:aud`] = 'mine')),
    providers: { value: [audience] },
  };
  expect(verdict(ROLE_CHECKS, 'trust', changes).evidence!.join()).toContain('Its client IDs are other');
});
