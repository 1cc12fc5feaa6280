import { Case, Expected, OTHER_ISSUER, podIdentity, role, trusting, webIdentity } from './support';
import { ISSUER, PROVIDER_ARN } from '../../support';

const AUD = `${ISSUER}:aud`;
const SUB = `${ISSUER}:sub`;
const RIGHT = { [AUD]: 'sts.amazonaws.com', [SUB]: 'system:serviceaccount:payments:api' };
const GITHUB = 'token.actions.githubusercontent.com';

const of = (...statements: any[]) => ({ resources: { Role: role('api', statements) } });
const finding = (message: string, fix: string): Expected[] => [
  { message: `Role api, Statement[0]: ${message}`, fix, at: 'Stack/Role' },
];
const sub = (value: string, operator = 'StringEquals') =>
  of(webIdentity({
    StringEquals: { [AUD]: 'sts.amazonaws.com' },
    [operator]: {
      ...operator === 'StringEquals' && {
        [AUD]: 'sts.amazonaws.com',
      },
      [SUB]: value,
    },
  }));

const impossible = (value: string, meant?: string): Expected[] =>
  finding(
    `\`sub\` is compared with ${value}, which no service account has, so it matches no token.`,
    meant === undefined
      ? 'Write system:serviceaccount:<namespace>:<name>, or use ServiceAccountSubject.exact(namespace, name).'
      : `Write ${meant}.`,
  );

export const IMPOSSIBLE_TRUST_CASES: Case[] = [
  // wrong-action
  {
    rule: 'wrong-action',
    name: 'the default of FederatedPrincipal',
    ...of(webIdentity({ StringEquals: RIGHT }, { Action: 'sts:AssumeRole' })),
    expected: finding(
      `allows tokens of ${PROVIDER_ARN} sts:AssumeRole, but not sts:AssumeRoleWithWebIdentity, so nobody can assume `
        + 'the role this way.',
      'Write "Action": "sts:AssumeRoleWithWebIdentity"; in the CDK, new FederatedPrincipal(arn, conditions, '
        + "'sts:AssumeRoleWithWebIdentity') or trust.addServiceAccounts().",
    ),
  },
  {
    rule: 'wrong-action',
    name: 'web identity for EKS Pod Identity',
    ...of(podIdentity({ Action: 'sts:AssumeRoleWithWebIdentity' })),
    expected: finding(
      'allows pods.eks.amazonaws.com sts:AssumeRoleWithWebIdentity, but not sts:AssumeRole, so nobody can assume the '
        + 'role this way.',
      'Write "Action": ["sts:AssumeRole", "sts:TagSession"], or use trust.addPodIdentity().',
    ),
  },
  ...[
    ['right', webIdentity({ StringEquals: RIGHT })],
    ['a pattern', webIdentity({ StringEquals: RIGHT }, { Action: 'sts:Assume*' })],
    [
      'every action but one',
      webIdentity({ StringEquals: RIGHT }, { Action: undefined, NotAction: 'sts:GetCallerIdentity' }),
    ],
    ['a function', webIdentity({ StringEquals: RIGHT }, { Action: { Ref: 'AWS::NoValue' } })],
    ['another service', { ...podIdentity(), Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } }],
    [
      'SAML',
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRoleWithSAML',
        Principal: { Federated: 'arn:aws:iam::111122223333:saml-provider/Okta' },
      },
    ],
    ['a Deny', { ...webIdentity(), Effect: 'Deny', Action: 'sts:AssumeRole' }],
  ].map(([name, statement]): Case => ({ rule: 'wrong-action', name: name as string, ...of(statement), expected: [] })),
  {
    rule: 'wrong-action',
    name: 'session tags in a statement of their own',
    ...of(trusting(), webIdentity(undefined, { Action: 'sts:TagSession' })),
    expected: [],
  },

  // impossible-subject
  ...(
    [
      ['a slash', 'system:serviceaccount:payments/api', 'system:serviceaccount:payments:api'],
      ['no prefix', 'serviceaccount:payments:api', 'system:serviceaccount:payments:api'],
      ['plural', 'system:serviceaccounts:payments:api', 'system:serviceaccount:payments:api'],
      ['upper case', 'system:serviceaccount:Payments:Api', 'system:serviceaccount:payments:api'],
      ['white space', ' system:serviceaccount:payments:api', 'system:serviceaccount:payments:api'],
      ['a name alone', 'payments:api'],
      ['no name', 'system:serviceaccount:payments:'],
      ['an underscore', 'system:serviceaccount:payments:my_api'],
      ['a third part', 'system:serviceaccount:payments:api:v2'],
    ] as [string, string, string?][]
  ).map(([name, value, meant]): Case => ({
    rule: 'impossible-subject',
    name,
    ...sub(value),
    expected: impossible(value, meant),
  })),
  {
    rule: 'impossible-subject',
    name: 'a pattern of nobody',
    ...sub('system:serviceaccounts:payments:*', 'StringLike'),
    expected: impossible('system:serviceaccounts:payments:*', 'system:serviceaccount:payments:*'),
  },
  {
    rule: 'impossible-subject',
    name: 'a self-hosted issuer, what looks like a subject',
    ...of(
      webIdentity(
        { StringEquals: { 'oidc.example.com:aud': 'sts.amazonaws.com', 'oidc.example.com:sub': 'serviceaccount:a:b' } },
        { Principal: { Federated: PROVIDER_ARN.replace(ISSUER, 'oidc.example.com') } },
      ),
    ),
    expected: impossible('serviceaccount:a:b', 'system:serviceaccount:a:b'),
  },
  {
    rule: 'impossible-subject',
    name: 'swapped with aud',
    ...of(webIdentity({ StringEquals: { [AUD]: 'system:serviceaccount:payments:api', [SUB]: 'sts.amazonaws.com' } })),
    expected: [
      ['aud', 'system:serviceaccount:payments:api'],
      ['sub', 'sts.amazonaws.com'],
    ].flatMap(([claim, value]) =>
      finding(
        `\`${claim}\` is compared with ${value}: \`sub\` and \`aud\` are swapped, so no token matches.`,
        'Compare `sub` with system:serviceaccount:<namespace>:<name> and `aud` with sts.amazonaws.com.',
      ),
    ),
  },
  ...(
    [
      ['right', sub('system:serviceaccount:payments:api')],
      ['dots in the name', sub('system:serviceaccount:payments:api.v2')],
      ['a pattern of names', sub('system:serviceaccount:payments:*', 'StringLike')],
      ['a pattern over the colon', sub('system:serviceaccount:pay*api', 'StringLike')],
      ['upper case is the same', sub('System:ServiceAccount:Payments:Api', 'StringEqualsIgnoreCase')],
      ['a policy variable', sub('system:serviceaccount:${aws:PrincipalTag/ns}:api', 'StringLike')],
      ['excluded', sub('system:serviceaccounts:x', 'StringNotEquals')],
      [
        'another identity provider',
        of({
          ...webIdentity({
            StringEquals: {
              [`${GITHUB}:aud`]: 'sts.amazonaws.com',
              [`${GITHUB}:sub`]: 'repo:acme/app:ref:refs/heads/main',
            },
          }),
          Principal: { Federated: PROVIDER_ARN.replace(ISSUER, GITHUB) },
        }),
      ],
    ] as [string, object][]
  ).map(([name, files]): Case => ({ rule: 'impossible-subject', name, ...files, expected: [] })),

  // unknown-claim
  {
    rule: 'unknown-claim',
    name: 'subject instead of sub',
    ...of(webIdentity({ StringEquals: { ...RIGHT, [`${ISSUER}:subject`]: 'system:serviceaccount:payments:api' } })),
    expected: finding(
      `no service account token has the condition key ${ISSUER}:subject, so the condition is never true.`,
      `Use the keys ending in :sub and :aud, such as ${ISSUER}:sub.`,
    ),
  },
  { rule: 'unknown-claim', name: 'sub and aud', ...of(trusting()), expected: [] },
  {
    rule: 'unknown-claim',
    name: 'that must be absent',
    ...of(webIdentity({ StringEquals: RIGHT, Null: { [`${ISSUER}:amr`]: 'true' } })),
    expected: [],
  },
  {
    rule: 'unknown-claim',
    name: 'of another identity provider',
    ...of({
      ...webIdentity({
        StringEquals: {
          [`${GITHUB}:aud`]: 'sts.amazonaws.com',
          [`${GITHUB}:sub`]: 'repo:acme/app',
          [`${GITHUB}:actor`]: 'me',
        },
      }),
      Principal: { Federated: PROVIDER_ARN.replace(ISSUER, GITHUB) },
    }),
    expected: [],
  },

  // missing-claim
  {
    rule: 'missing-claim',
    name: 'the issuer alone',
    ...of(webIdentity({ StringEquals: { ...RIGHT, [ISSUER]: 'system:serviceaccount:payments:api' } })),
    expected: finding(
      `the condition key ${ISSUER} does not name a claim, so the condition is never true.`,
      `Write ${ISSUER}:sub or ${ISSUER}:aud.`,
    ),
  },
  { rule: 'missing-claim', name: 'with claims', ...of(trusting()), expected: [] },
  {
    rule: 'missing-claim',
    name: 'another issuer',
    ...of(webIdentity({ StringEquals: { ...RIGHT, [OTHER_ISSUER]: 'x' } })),
    expected: [],
  },

  // resource-in-trust
  {
    rule: 'resource-in-trust',
    name: 'Resource',
    ...of({ ...trusting(), Resource: '*' }),
    expected: finding(
      'a trust policy must not contain Resource.',
      'Remove it. The resource of a trust policy is the role itself.',
    ),
  },
  { rule: 'resource-in-trust', name: 'right', ...of(trusting()), expected: [] },
];
