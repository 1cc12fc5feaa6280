import { IDENTITY_PROVIDER_CASES } from './identity-provider-cases';
import {
  Case,
  Expected,
  OTHER_ISSUER,
  OTHER_PROVIDER_ARN,
  podIdentity,
  provider,
  role,
  trust,
  trusting,
  webIdentity,
} from './support';
import { ISSUER, PROVIDER_ARN } from '../../support';

const AUD = `${ISSUER}:aud`;
const SUB = `${ISSUER}:sub`;
const AUDIENCE = 'sts.amazonaws.com';
const SUBJECT = 'system:serviceaccount:payments:api';
const GITHUB = 'token.actions.githubusercontent.com';
const HTTPS_ARN = PROVIDER_ARN.replace(ISSUER, `https://${ISSUER}`);
const GITHUB_ARN = PROVIDER_ARN.replace(ISSUER, GITHUB);

const like = (sub: string | string[]) => webIdentity({ StringEquals: { [AUD]: AUDIENCE }, StringLike: { [SUB]: sub } });
const of = (statement: any, roleProperties: Record<string, unknown> = {}) => ({
  resources: { Role: role('api', [statement], roleProperties) },
});

/** What a deployment parameter holds. */
const PARAMETER = { Ref: 'Parameter' };
const withParameter = (statement: any) => ({
  stacks: { Stack: { parameters: { Parameter: { Type: 'String' } }, ...of(statement) } },
});

const long = (count: number) =>
  Array.from({ length: count }, (_, index) => `payments:${'a'.repeat(40)}${String(index).padStart(4, '0')}`);

const wholeCluster = (sub: string): Expected => ({
  message: `Role api, Statement[0]: \`sub\` is compared with ${sub}, which matches every service account of ${ISSUER}.`,
  fix: 'List the service accounts with ServiceAccountSubject.exact(namespace, name), or their namespace with '
    + 'ServiceAccountSubject.anyInNamespace(namespace).',
  at: 'Stack/Role',
});

const ENDPOINT = 'abc.gr7.eu-west-1.eks.amazonaws.com';
const USE_ISSUER =
  'Use the value that `aws eks describe-cluster --name <cluster> '
  + '--query cluster.identity.oidc.issuer --output text` prints.';

const NOTHING: Expected[] = [];

export const TRUST_CASES: Case[] = [
  ...IDENTITY_PROVIDER_CASES,
  // provider-of-another-partition
  {
    rule: 'provider-of-another-partition',
    name: 'aws in China',
    stacks: { Stack: { environment: 'aws://111122223333/cn-north-1', ...of(trusting()) } },
    expected: [
      {
        message: `Role api, Statement[0]: trusts ${PROVIDER_ARN} of partition aws, but the role is in partition `
          + 'aws-cn.',
        fix: 'Use the partition of the stack in the ARN, or use ClusterOidcProvider.fromIssuerUrl(stack, \'Oidc\', '
          + `'https://${ISSUER}').`,
        at: 'Stack/Role',
      },
    ],
  },
  { rule: 'provider-of-another-partition', name: 'the same', ...of(trusting()), expected: [] },
  {
    rule: 'provider-of-another-partition',
    name: 'of any partition',
    stacks: { Stack: { environment: 'unknown', ...of(trusting()) } },
    expected: [],
  },

  // provider-of-another-account
  {
    rule: 'provider-of-another-account',
    name: 'another',
    ...of(
      webIdentity(
        { StringEquals: { [AUD]: AUDIENCE, [SUB]: SUBJECT } },
        { Principal: { Federated: PROVIDER_ARN.replace('111122223333', '444455556666') } },
      ),
    ),
    expected: [
      {
        message: `Role api, Statement[0]: trusts arn:aws:iam::444455556666:oidc-provider/${ISSUER}, a provider of `
          + 'account 444455556666, but the role is in account 111122223333.',
        fix: 'Register the issuer in account 111122223333 with new ClusterOidcProvider(stack, \'Oidc\', { issuerUrl: '
          + `'https://${ISSUER}' }), and trust that provider.`,
        at: 'Stack/Role',
      },
    ],
  },
  { rule: 'provider-of-another-account', name: 'the same', ...of(trusting()), expected: [] },
  {
    rule: 'provider-of-another-account',
    name: 'one of two',
    ...of(
      webIdentity(
        { StringEquals: { [AUD]: AUDIENCE, [SUB]: SUBJECT } },
        { Principal: { Federated: [PROVIDER_ARN, PROVIDER_ARN.replace('111122223333', '444455556666')] } },
      ),
    ),
    expected: [
      {
        message: `Role api, Statement[0]: trusts arn:aws:iam::444455556666:oidc-provider/${ISSUER}, a provider of `
          + 'account 444455556666, but the role is in account 111122223333.',
        fix: 'Register the issuer in account 111122223333 with new ClusterOidcProvider(stack, \'Oidc\', { issuerUrl: '
          + `'https://${ISSUER}' }), and trust that provider.`,
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'provider-of-another-account',
    name: 'of a stack for any account',
    stacks: { Stack: { environment: 'unknown', ...of(trusting()) } },
    expected: [],
  },

  // audience-not-a-client-id
  {
    rule: 'audience-not-a-client-id',
    name: 'another',
    resources: { Provider: provider(), Role: role('api', [trusting('payments:api', 'kafka')]) },
    expected: [
      {
        message: 'Role api, Statement[0]: accepts tokens for the audience kafka, which is not a client ID of '
          + `${PROVIDER_ARN}. Its client IDs are sts.amazonaws.com.`,
        fix: "Add it to the provider with audiences: ['sts.amazonaws.com', 'kafka'], or use one of its client IDs.",
        at: 'Stack/Role',
        others: ['Stack/Provider'],
      },
    ],
  },
  {
    rule: 'audience-not-a-client-id',
    name: 'one of them',
    resources: {
      Provider: provider(ISSUER, ['kafka', AUDIENCE]),
      Role: role('api', [trusting('payments:api', 'kafka')]),
    },
    expected: [],
  },
  {
    rule: 'audience-not-a-client-id',
    name: 'client ids that only the deployment knows',
    stacks: {
      Stack: {
        parameters: { Parameter: { Type: 'String' } },
        resources: { Provider: provider(ISSUER, [PARAMETER]), Role: role('api', [trusting('payments:api', 'kafka')]) },
      },
    },
    expected: [],
  },
  {
    rule: 'audience-not-a-client-id',
    name: 'a provider of another app',
    ...of(trusting('payments:api', 'kafka')),
    expected: [],
  },

  // https-in-key
  {
    rule: 'https-in-key',
    name: 'in sub',
    ...of(webIdentity({ StringEquals: { [AUD]: AUDIENCE, [`https://${SUB}`]: SUBJECT } })),
    expected: [
      {
        message: `Role api, Statement[0]: the condition key https://${ISSUER}:sub starts `
          + 'with a URL scheme, which IAM rejects.',
        fix: `Write ${ISSUER}:sub.`,
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'https-in-key',
    name: 'in the ARN of the provider, where the keys are right',
    ...of({ ...trusting(), Principal: { Federated: HTTPS_ARN } }),
    expected: [
      {
        message: `Role api, Statement[0]: the ARN ${HTTPS_ARN} contains a URL scheme, which no provider ARN has.`,
        fix: `Write ${PROVIDER_ARN}.`,
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'missing-aud',
    name: 'of a provider whose ARN has a scheme',
    ...of(webIdentity({ StringEquals: { [SUB]: SUBJECT } }, { Principal: { Federated: HTTPS_ARN } })),
    also: ['https-in-key'],
    expected: [
      {
        message: `Role api, Statement[0]: accepts tokens of ${ISSUER} for every audience: \`aud\` is not restricted by `
          + 'StringEquals, the conditions are on sub (StringEquals).',
        fix: `Add "StringEquals": { "${AUD}": "sts.amazonaws.com" }, or use trust.addServiceAccounts(), which adds `
          + 'aud and sub.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'provider-of-another-account',
    name: 'whose ARN has a scheme',
    ...of({ ...trusting(), Principal: { Federated: HTTPS_ARN.replace('111122223333', '444455556666') } }),
    also: ['https-in-key'],
    expected: [
      {
        message: `Role api, Statement[0]: trusts ${HTTPS_ARN.replace('111122223333', '444455556666')}, a provider of `
          + 'account 444455556666, but the role is in account 111122223333.',
        fix: 'Register the issuer in account 111122223333 with new ClusterOidcProvider(stack, \'Oidc\', { issuerUrl: '
          + `'https://${ISSUER}' }), and trust that provider.`,
        at: 'Stack/Role',
      },
    ],
  },
  { rule: 'https-in-key', name: 'no scheme', ...of(trusting()), expected: [] },

  // provider-arn-in-key
  {
    rule: 'provider-arn-in-key',
    name: 'the whole ARN',
    ...of(webIdentity({ StringEquals: { [AUD]: AUDIENCE, [`${PROVIDER_ARN}:sub`]: SUBJECT } })),
    expected: [
      {
        message: `Role api, Statement[0]: the condition key ${PROVIDER_ARN}:sub contains `
          + 'oidc-provider/, which is part of the provider ARN but not of any token.',
        fix: `Write ${ISSUER}:sub.`,
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'provider-arn-in-key',
    name: 'a part of it',
    ...of(webIdentity({ StringEquals: { [`oidc-provider/${AUD}`]: AUDIENCE, [SUB]: SUBJECT } })),
    expected: [
      {
        message: `Role api, Statement[0]: the condition key oidc-provider/${ISSUER}:aud `
          + 'contains oidc-provider/, which is part of the provider ARN but not of any token.',
        fix: `Write ${ISSUER}:aud.`,
        at: 'Stack/Role',
      },
    ],
  },
  { rule: 'provider-arn-in-key', name: 'the issuer', ...of(trusting()), expected: [] },

  // issuer-mismatch
  {
    rule: 'issuer-mismatch',
    name: 'keys of another cluster',
    ...of(webIdentity({ StringEquals: { [`${OTHER_ISSUER}:aud`]: AUDIENCE, [`${OTHER_ISSUER}:sub`]: SUBJECT } })),
    expected: [
      {
        message: `Role api, Statement[0]: trusts tokens of ${ISSUER}, but compares ${OTHER_ISSUER}:aud, a claim of `
          + 'another issuer, so the condition is never true.',
        fix: `Write ${ISSUER}:aud, or trust the provider of ${OTHER_ISSUER}. Use a separate statement for each issuer.`,
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'issuer-mismatch',
    name: 'one statement for two clusters',
    ...of(
      webIdentity(
        { StringEquals: { [AUD]: AUDIENCE, [SUB]: SUBJECT } },
        { Principal: { Federated: [PROVIDER_ARN, OTHER_PROVIDER_ARN] } },
      ),
    ),
    expected: [
      {
        message: `Role api, Statement[0]: trusts tokens of ${OTHER_ISSUER}, but compares ${ISSUER}:aud, a claim of `
          + 'another issuer, so the condition is never true.',
        fix: `Write ${OTHER_ISSUER}:aud, or trust the provider of ${ISSUER}. Use a separate statement for each issuer.`,
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'issuer-mismatch',
    name: 'another case: IAM compares keys without',
    ...of(webIdentity({ StringEquals: { [AUD.toUpperCase()]: AUDIENCE, [SUB.toLowerCase()]: SUBJECT } })),
    expected: [],
  },
  {
    rule: 'issuer-mismatch',
    name: 'a key of another issuer that may be missing',
    ...of(
      webIdentity({
        StringEquals: { [AUD]: AUDIENCE, [SUB]: SUBJECT },
        StringEqualsIfExists: { [`${OTHER_ISSUER}:aud`]: AUDIENCE },
      }),
    ),
    expected: [],
  },
  {
    rule: 'issuer-mismatch',
    name: 'a provider that only the deployment knows',
    ...withParameter(
      webIdentity({ StringEquals: { [AUD]: AUDIENCE, [SUB]: SUBJECT } }, { Principal: { Federated: PARAMETER } }),
    ),
    expected: [],
  },

  // missing-aud
  {
    rule: 'missing-aud',
    name: 'sub alone',
    ...of(webIdentity({ StringEquals: { [SUB]: SUBJECT } })),
    expected: [
      {
        message: `Role api, Statement[0]: accepts tokens of ${ISSUER} for every audience: \`aud\` is not restricted by `
          + 'StringEquals, the conditions are on sub (StringEquals).',
        fix: `Add "StringEquals": { "${ISSUER}:aud": "sts.amazonaws.com" }, or use trust.addServiceAccounts(), which `
          + 'adds aud and sub.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'missing-aud',
    name: 'under IfExists',
    ...of(webIdentity({ StringEquals: { [SUB]: SUBJECT }, StringEqualsIfExists: { [AUD]: AUDIENCE } })),
    expected: [
      {
        message: `Role api, Statement[0]: accepts tokens of ${ISSUER} for every audience: \`aud\` is not restricted by `
          + 'StringEquals, the conditions are on sub (StringEquals), aud (StringEqualsIfExists).',
        fix: `Add "StringEquals": { "${ISSUER}:aud": "sts.amazonaws.com" }, or use trust.addServiceAccounts(), which `
          + 'adds aud and sub.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'missing-aud',
    name: 'under ForAllValues',
    ...of(webIdentity({ 'StringEquals': { [SUB]: SUBJECT }, 'ForAllValues:StringEquals': { [AUD]: AUDIENCE } })),
    expected: [
      {
        message: `Role api, Statement[0]: accepts tokens of ${ISSUER} for every audience: \`aud\` is not restricted by `
          + 'StringEquals, the conditions are on sub (StringEquals), aud (ForAllValues:StringEquals).',
        fix: `Add "StringEquals": { "${ISSUER}:aud": "sts.amazonaws.com" }, or use trust.addServiceAccounts(), which `
          + 'adds aud and sub.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'missing-aud',
    name: 'under Null',
    ...of(webIdentity({ StringEquals: { [SUB]: SUBJECT }, Null: { [AUD]: 'false' } })),
    expected: [
      {
        message: `Role api, Statement[0]: accepts tokens of ${ISSUER} for every audience: \`aud\` is not restricted by `
          + 'StringEquals, the conditions are on sub (StringEquals), aud (Null).',
        fix: `Add "StringEquals": { "${ISSUER}:aud": "sts.amazonaws.com" }, or use trust.addServiceAccounts(), which `
          + 'adds aud and sub.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'missing-aud',
    name: 'any',
    ...of(webIdentity({ StringLike: { [SUB]: SUBJECT, [AUD]: '*' } })),
    expected: [
      {
        message: `Role api, Statement[0]: accepts tokens of ${ISSUER} for every audience: \`aud\` is not restricted by `
          + 'StringEquals, the conditions are on sub (StringLike), aud (StringLike).',
        fix: `Add "StringEquals": { "${ISSUER}:aud": "sts.amazonaws.com" }, or use trust.addServiceAccounts(), which `
          + 'adds aud and sub.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'missing-aud',
    name: 'its own variable',
    ...of(webIdentity({ StringEquals: { [SUB]: SUBJECT, [AUD]: `\${${AUD}}` } })),
    expected: [
      {
        message: `Role api, Statement[0]: accepts tokens of ${ISSUER} for every audience: \`aud\` is not restricted by `
          + 'StringEquals, the conditions are on sub (StringEquals), aud (StringEquals).',
        fix: `Add "StringEquals": { "${ISSUER}:aud": "sts.amazonaws.com" }, or use trust.addServiceAccounts(), which `
          + 'adds aud and sub.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'missing-aud',
    name: 'under Bool',
    ...of(webIdentity({ StringEquals: { [SUB]: SUBJECT }, Bool: { [AUD]: 'true' } })),
    expected: [
      {
        message: `Role api, Statement[0]: accepts tokens of ${ISSUER} for every audience: \`aud\` is not restricted by `
          + 'StringEquals, the conditions are on sub (StringEquals), aud (Bool).',
        fix: `Add "StringEquals": { "${ISSUER}:aud": "sts.amazonaws.com" }, or use trust.addServiceAccounts(), which `
          + 'adds aud and sub.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'missing-aud',
    name: 'by a wildcard of actions',
    ...of(webIdentity({ StringEquals: { [SUB]: SUBJECT } }, { Action: 'sts:*' })),
    expected: [
      {
        message: `Role api, Statement[0]: accepts tokens of ${ISSUER} for every audience: \`aud\` is not restricted by `
          + 'StringEquals, the conditions are on sub (StringEquals).',
        fix: `Add "StringEquals": { "${ISSUER}:aud": "sts.amazonaws.com" }, or use trust.addServiceAccounts(), which `
          + 'adds aud and sub.',
        at: 'Stack/Role',
      },
    ],
  },
  { rule: 'missing-aud', name: 'there', ...of(trusting()), expected: [] },
  {
    rule: 'missing-aud',
    name: 'in another case',
    ...of(webIdentity({ StringEquals: { [AUD.toUpperCase()]: AUDIENCE, [SUB]: SUBJECT } })),
    expected: [],
  },
  {
    rule: 'missing-aud',
    name: 'under StringLike, without a wildcard, as AWS writes it',
    ...of(webIdentity({ StringLike: { [AUD]: AUDIENCE, [SUB]: `${SUBJECT}-*` } })),
    expected: [],
  },
  {
    rule: 'missing-aud',
    name: 'under ForAnyValue, which wants the key',
    ...of(
      webIdentity({ 'ForAnyValue:StringEquals': { [AUD]: AUDIENCE }, 'StringEqualsIgnoreCase': { [SUB]: SUBJECT } }),
    ),
    expected: [],
  },
  {
    rule: 'missing-aud',
    name: 'a statement for no web identity',
    ...of({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: 'arn:aws:iam::111122223333:role/x' } }),
    expected: [],
  },
  {
    rule: 'missing-aud',
    name: 'another action',
    ...of(webIdentity(undefined, { Action: 'sts:TagSession' })),
    expected: [],
  },
  {
    rule: 'missing-aud',
    name: 'a public provider',
    ...of(
      webIdentity(
        { StringEquals: { 'cognito-identity.amazonaws.com:aud': 'eu-west-1:pool' } },
        { Principal: { Federated: 'cognito-identity.amazonaws.com' } },
      ),
    ),
    expected: [],
  },
  {
    rule: 'missing-aud',
    name: 'SAML',
    ...of(
      webIdentity(undefined, {
        Action: 'sts:*',
        Principal: { Federated: 'arn:aws:iam::111122223333:saml-provider/x' },
      }),
    ),
    expected: [],
  },
  {
    rule: 'missing-aud',
    name: 'SAML of any account',
    stacks: {
      Stack: {
        environment: 'unknown',
        ...of(
          webIdentity(undefined, {
            Action: 'sts:*',
            Principal: { Federated: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:saml-provider/x' } },
          }),
        ),
      },
    },
    expected: [],
  },
  { rule: 'missing-aud', name: 'a Deny', ...of(webIdentity(undefined, { Effect: 'Deny' })), expected: [] },
  {
    rule: 'missing-aud',
    name: 'a provider that only the deployment knows',
    ...withParameter(webIdentity({ StringEquals: { [SUB]: SUBJECT } }, { Principal: { Federated: PARAMETER } })),
    expected: [
      {
        message: 'Role api, Statement[0]: accepts tokens of ⟨Stack/Parameter⟩ for every audience: `aud` is not '
          + 'restricted by'
          + ` StringEquals, the conditions are on ${ISSUER}:sub (StringEquals).`,
        fix: 'Add "StringEquals": { "<issuer>:aud": "sts.amazonaws.com" }, or use trust.addServiceAccounts(), which '
          + 'adds aud and sub.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'missing-aud',
    name: 'an issuer that only the deployment knows',
    stacks: {
      Stack: {
        environment: 'unknown',
        resources: {
          Cluster: { Type: 'AWS::EKS::Cluster', Properties: { Name: 'blue' } },
          Role: {
            Type: 'AWS::IAM::Role',
            Properties: {
              AssumeRolePolicyDocument: {
                'Fn::Sub': [
                  JSON.stringify(
                    trust([
                      webIdentity(
                        { StringEquals: { '${Issuer}:sub': SUBJECT } },
                        {
                          Principal: {
                            Federated: 'arn:${AWS::Partition}:iam::${AWS::AccountId}:oidc-provider/${Issuer}',
                          },
                        },
                      ),
                    ]),
                  ),
                  {
                    Issuer: {
                      'Fn::Select': [
                        1,
                        { 'Fn::Split': ['//', { 'Fn::GetAtt': ['Cluster', 'OpenIdConnectIssuerUrl'] }] },
                      ],
                    },
                  },
                ],
              },
            },
          },
        },
      },
    },
    expected: [
      {
        message:
          'Role ⟨Stack/Role⟩, Statement[0]: accepts tokens of ⟨Stack/Cluster.OpenIdConnectIssuerUrl⟩ for every '
            + 'audience: `aud` is not restricted by StringEquals, the conditions are on sub (StringEquals).',
        fix: 'Add "StringEquals": { "⟨Stack/Cluster.OpenIdConnectIssuerUrl⟩:aud": "sts.amazonaws.com" }, or use '
          + 'trust.addServiceAccounts(), which adds aud and sub.',
        at: 'Stack/Role',
      },
    ],
  },

  // missing-sub
  {
    rule: 'missing-sub',
    name: 'aud alone',
    ...of(webIdentity({ StringEquals: { [AUD]: AUDIENCE } }, { Sid: 'Cluster' })),
    expected: [
      {
        message: `Role api, Statement[0] (Cluster): accepts every token of ${ISSUER}: \`sub\` is not restricted by `
          + 'StringEquals or StringLike, the conditions are on aud (StringEquals).',
        fix: `Add "StringEquals": { "${ISSUER}:sub": "system:serviceaccount:<namespace>:<name>" }, or use `
          + 'trust.addServiceAccounts(), which adds aud and sub.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'missing-sub',
    name: 'no conditions',
    ...of(webIdentity()),
    also: ['missing-aud'],
    expected: [
      {
        message: `Role api, Statement[0]: accepts every token of ${ISSUER}: \`sub\` is not restricted by StringEquals `
          + 'or '
          + 'StringLike, there are no conditions.',
        fix: `Add "StringEquals": { "${ISSUER}:sub": "system:serviceaccount:<namespace>:<name>" }, or use `
          + 'trust.addServiceAccounts(), which adds aud and sub.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'missing-sub',
    name: 'under IfExists',
    ...of(webIdentity({ StringEquals: { [AUD]: AUDIENCE }, StringLikeIfExists: { [SUB]: SUBJECT } })),
    expected: [
      {
        message: `Role api, Statement[0]: accepts every token of ${ISSUER}: \`sub\` is not restricted by StringEquals `
          + 'or '
          + 'StringLike, the conditions are on aud (StringEquals), sub (StringLikeIfExists).',
        fix: `Add "StringEquals": { "${ISSUER}:sub": "system:serviceaccount:<namespace>:<name>" }, or use `
          + 'trust.addServiceAccounts(), which adds aud and sub.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'missing-sub',
    name: 'everybody',
    ...of(webIdentity({ StringEquals: { [AUD]: AUDIENCE } }, { Principal: '*' })),
    expected: [
      {
        message: 'Role api, Statement[0]: accepts every token of every issuer: `sub` is not restricted by StringEquals '
          + 'or '
          + `StringLike, the conditions are on ${ISSUER}:aud (StringEquals).`,
        fix: 'Add "StringEquals": { "<issuer>:sub": "system:serviceaccount:<namespace>:<name>" }, or use '
          + 'trust.addServiceAccounts(), which adds aud and sub.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'missing-sub',
    name: 'in a role of a loop',
    resources: {
      'Fn::ForEach::Roles': [
        'Name',
        ['a', 'b'],
        {
          'Fn::ForEach::More': [
            'Other',
            ['c'],
            { 'Role${Name}${Other}': role('api', [webIdentity({ StringEquals: { [AUD]: AUDIENCE } })]) },
          ],
        },
      ],
    },
    expected: [
      {
        message: `Role ⟨Stack/unresolved⟩, Statement[0]: accepts every token of ${ISSUER}: \`sub\` is not restricted `
          + 'by '
          + 'StringEquals or StringLike, the conditions are on aud (StringEquals).',
        fix: `Add "StringEquals": { "${SUB}": "system:serviceaccount:<namespace>:<name>" }, or use `
          + 'trust.addServiceAccounts(), which adds aud and sub.',
        at: 'Stack/Role${Name}${Other}',
      },
    ],
  },
  { rule: 'missing-sub', name: 'there', ...of(trusting()), expected: [] },
  { rule: 'missing-sub', name: 'under StringLike', ...of(like(`${SUBJECT}-*`)), expected: [] },
  {
    rule: 'missing-sub',
    name: 'under CfnJson, as aws-eks writes it',
    resources: {
      Json: {
        Type: 'Custom::AWSCDKCfnJson',
        Properties: { ServiceToken: 'x', Value: JSON.stringify({ [AUD]: AUDIENCE, [SUB]: SUBJECT }) },
      },
      Role: role('api', [webIdentity({ StringEquals: { 'Fn::GetAtt': ['Json', 'Value'] } })]),
    },
    expected: [],
  },

  // wildcard-under-string-equals
  {
    rule: 'wildcard-under-string-equals',
    name: 'in sub',
    ...of(webIdentity({ StringEquals: { [AUD]: AUDIENCE, [SUB]: [SUBJECT, 'system:serviceaccount:payments:*'] } })),
    expected: [
      {
        message: `Role api, Statement[0]: ${ISSUER}:sub is compared with system:serviceaccount:payments:* by `
          + 'StringEquals, which treats the wildcard literally, so it never matches.',
        fix: 'Use StringLike, as ServiceAccountSubject.matching() does, or name the service account exactly.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'wildcard-under-string-equals',
    name: 'in aud',
    ...of(webIdentity({ StringEquals: { [AUD]: '*', [SUB]: SUBJECT } })),
    expected: [
      {
        message: `Role api, Statement[0]: ${ISSUER}:aud is compared with * by StringEquals, which treats the wildcard `
          + 'literally, so it never matches.',
        fix: 'Name the audience, for example sts.amazonaws.com.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'wildcard-under-string-equals',
    name: 'a ? under another operator of equality',
    ...of(webIdentity({ StringEquals: { [AUD]: AUDIENCE }, StringEqualsIgnoreCase: { [SUB]: `${SUBJECT}-?` } })),
    expected: [
      {
        message: `Role api, Statement[0]: ${ISSUER}:sub is compared with system:serviceaccount:payments:api-? by `
          + 'StringEqualsIgnoreCase, which treats the wildcard literally, so it never matches.',
        fix: 'Use StringLike, as ServiceAccountSubject.matching() does, or name the service account exactly.',
        at: 'Stack/Role',
      },
    ],
  },
  { rule: 'wildcard-under-string-equals', name: 'under StringLike', ...of(like(`${SUBJECT}-*`)), expected: [] },
  { rule: 'wildcard-under-string-equals', name: 'none', ...of(trusting()), expected: [] },
  {
    rule: 'wildcard-under-string-equals',
    name: 'in another claim',
    ...of(webIdentity({ StringEquals: { [AUD]: AUDIENCE, [SUB]: SUBJECT, [`${ISSUER}:email`]: '*' } })),
    expected: [],
  },

  // whole-cluster
  ...[
    '*',
    'system:*',
    'system:serviceaccount:*',
    'system:serviceaccount:*:*',
    'system:serviceaccount:?*:?*',
    '????????????????????????*',
    'system:serviceaccount:*?:*',
    'system:serviceaccount:????*',
  ].map((sub): Case => ({ rule: 'whole-cluster', name: sub, ...of(like(sub)), expected: [wholeCluster(sub)] })),
  {
    rule: 'whole-cluster',
    name: 'beside a named one',
    ...of(like([SUBJECT, 'system:*'])),
    expected: [
      {
        message: 'Role api, Statement[0]: `sub` is compared with system:*, which matches every service account of '
          + `${ISSUER}.`,
        fix: 'List the service accounts with ServiceAccountSubject.exact(namespace, name), or their namespace with '
          + 'ServiceAccountSubject.anyInNamespace(namespace).',
        at: 'Stack/Role',
      },
    ],
  },
  ...[
    'system:serviceaccount:payments:*',
    'system:serviceaccount:*:api',
    'system:serviceaccount:?:*',
    'system:serviceaccount:*-*',
    'system:serviceaccount:????:????',
    `system:serviceaccount:${'?'.repeat(20)}*`,
    'system:serviceaccount:*u*',
  ].map((sub): Case => ({ rule: 'whole-cluster', name: `not ${sub}`, ...of(like(sub)), expected: NOTHING })),
  {
    rule: 'whole-cluster',
    name: 'narrowed by another operator',
    ...of(webIdentity({ StringEquals: { [AUD]: AUDIENCE, [SUB]: SUBJECT }, StringLike: { [SUB]: '*' } })),
    expected: [],
  },

  // not-principal
  {
    rule: 'not-principal',
    name: 'in an Allow',
    ...of({ Effect: 'Allow', Action: 'sts:AssumeRole', NotPrincipal: { AWS: 'arn:aws:iam::111122223333:role/x' } }),
    expected: [
      {
        message: 'Role api, Statement[0]: allows everyone except {"AWS":"arn:aws:iam::111122223333:role/x"}.',
        fix: 'List the trusted principals under Principal, and exclude others with a statement with "Effect": "Deny".',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'not-principal',
    name: 'in a Deny',
    resources: {
      Role: role('api', [
        trusting(),
        { Effect: 'Deny', Action: 'sts:AssumeRole', NotPrincipal: { AWS: 'arn:aws:iam::111122223333:role/x' } },
      ]),
    },
    expected: [],
  },

  // trust-policy-quota
  {
    rule: 'trust-policy-quota',
    name: 'over the default',
    ...of(trusting(long(25))),
    expected: [
      {
        severity: 'warning',
        message: 'Role api: its trust policy has 2388 characters, more than 2048.',
        fix: 'Request a quota increase (role trust policy length, L-C07B4B0D), or split the subjects across several '
          + 'roles.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'trust-policy-quota',
    name: 'over the largest',
    ...of(trusting(long(120))),
    expected: [
      {
        message: 'Role api: its trust policy has 9798 characters, more than 8192.',
        fix: 'Split the subjects across several roles; IAM allows no more.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'trust-policy-quota',
    name: 'with what only the deployment knows',
    stacks: {
      Stack: {
        parameters: { Parameter: { Type: 'String' } },
        resources: {
          Role: role('api', [
            webIdentity({
              StringEquals: {
                [AUD]: AUDIENCE,
                [SUB]: [
                  ...long(23).map(one => `system:serviceaccount:${one}`),
                  { 'Fn::Sub': 'system:serviceaccount:${Parameter}:api' },
                ],
              },
            }),
          ]),
        },
      },
    },
    expected: [
      {
        severity: 'warning',
        message: 'Role api: its trust policy has about 2325 characters, more than 2048.',
        fix: 'Request a quota increase (role trust policy length, L-C07B4B0D), or split the subjects across several '
          + 'roles.',
        at: 'Stack/Role',
      },
    ],
  },
  { rule: 'trust-policy-quota', name: 'short', ...of(trusting(long(20))), expected: [] },

  // unreadable-trust
  {
    rule: 'unreadable-trust',
    name: 'a parameter',
    stacks: {
      Stack: {
        parameters: { Parameter: { Type: 'String' } },
        resources: {
          Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'api', AssumeRolePolicyDocument: PARAMETER } },
        },
      },
    },
    expected: [
      {
        message: 'Role api: its trust policy cannot be read: the policy is not valid JSON.',
        fix: 'Use IrsaRole, or a policy document whose intrinsic functions refer only to resources and '
          + 'parameters of the app.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'unreadable-trust',
    name: 'conditions of a custom resource',
    resources: {
      Custom: { Type: 'Custom::Conditions', Properties: { ServiceToken: 'x' } },
      Role: role('api', [webIdentity({ StringEquals: { 'Fn::GetAtt': ['Custom', 'Value'] } })]),
    },
    expected: [
      {
        message: 'Role api: its trust policy cannot be read: the Condition of Statement[0] is only known at '
          + 'deployment.',
        fix: 'Use IrsaRole, or a policy document whose intrinsic functions refer only to resources and '
          + 'parameters of the app.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'unreadable-trust',
    name: 'a reference to what is not there',
    ...of(webIdentity({ StringEquals: { [AUD]: AUDIENCE, [SUB]: { Ref: 'Gone' } } })),
    expected: [
      {
        message: 'Role api: its trust policy cannot be read: Stack: Ref refers to Gone, which is not in the template.',
        fix: 'Use IrsaRole, or a policy document whose intrinsic functions refer only to resources and '
          + 'parameters of the app.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'unreadable-trust',
    name: 'a statement of a custom resource',
    resources: {
      Custom: { Type: 'Custom::Statement', Properties: { ServiceToken: 'x' } },
      Role: role('api', [trusting(), { 'Fn::GetAtt': ['Custom', 'Value'] }]),
    },
    expected: [
      {
        message: 'Role api: its trust policy cannot be read: Statement[1] is only known at deployment.',
        fix: 'Use IrsaRole, or a policy document whose intrinsic functions refer only to resources and '
          + 'parameters of the app.',
        at: 'Stack/Role',
      },
    ],
  },
  ...Object.entries<[any, string]>({
    'an effect': [{ ...trusting(), Effect: PARAMETER }, 'the Effect of Statement[0] is only known at deployment'],
    'a principal': [{ ...trusting(), Principal: PARAMETER }, 'the Principal of Statement[0] is only known at '
      + 'deployment'],
    'a pattern that may be *': [
      webIdentity({ StringEquals: { [AUD]: AUDIENCE }, StringLike: { [SUB]: [SUBJECT, PARAMETER] } }),
      'the pattern for `sub` of Statement[0] is only known at deployment',
    ],
    'a macro in a statement': [
      { ...trusting(), 'Fn::Transform': { Name: 'AWS::Include' } },
      'Stack: the result of Fn::Transform is not in the template',
    ],
    'a loop in conditions': [
      webIdentity({ 'StringEquals': { [AUD]: AUDIENCE, [SUB]: SUBJECT }, 'Fn::ForEach::More': ['Name', ['a'], {}] }),
      'Stack: the result of Fn::ForEach::More is not in the template',
    ],
  }).map(([name, [statement, reason]]): Case => ({
    rule: 'unreadable-trust',
    name,
    ...withParameter(statement),
    expected: [
      {
        message: `Role api: its trust policy cannot be read: ${reason}.`,
        fix: 'Use IrsaRole, or a policy document whose intrinsic functions refer only to resources and '
          + 'parameters of the app.',
        at: 'Stack/Role',
      },
    ],
  })),
  {
    rule: 'unreadable-trust',
    name: 'a document of a macro',
    resources: {
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: 'api',
          AssumeRolePolicyDocument: { 'Version': '2012-10-17', 'Fn::Transform': { Name: 'AWS::Include' } },
        },
      },
    },
    expected: [
      {
        message:
          'Role api: its trust policy cannot be read: Stack: the result of Fn::Transform is not in the template; it '
            + 'has no Statement.',
        fix: 'Use IrsaRole, or a policy document whose intrinsic functions refer only to resources and '
          + 'parameters of the app.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'unreadable-trust',
    name: 'a role of a loop, of its variable',
    resources: {
      'Fn::ForEach::Roles': [
        'Name',
        ['a', 'b'],
        { 'Role${Name}': role('api', [webIdentity({ StringEquals: { [AUD]: AUDIENCE, [SUB]: { Ref: 'Name' } } })]) },
      ],
    },
    expected: [
      {
        message:
          'Role ⟨Stack/unresolved⟩: its trust policy cannot be read: Stack: Ref refers to Name, which is not in the '
            + 'template.',
        fix: 'Use IrsaRole, or a policy document whose intrinsic functions refer only to resources and '
          + 'parameters of the app.',
        at: 'Stack/Role${Name}',
      },
    ],
  },
  {
    rule: 'unreadable-trust',
    name: 'a principal of a parameter, for no web identities',
    ...withParameter({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: PARAMETER }),
    expected: [],
  },
  {
    rule: 'unreadable-trust',
    name: 'a subject of a parameter',
    ...withParameter(
      webIdentity({
        StringEquals: { [AUD]: AUDIENCE, [SUB]: { 'Fn::Sub': 'system:serviceaccount:${Parameter}:api' } },
      }),
    ),
    expected: [],
  },
  {
    rule: 'unreadable-trust',
    name: 'conditions of a role for no pods',
    resources: {
      Custom: { Type: 'Custom::Conditions', Properties: { ServiceToken: 'x' } },
      Role: role('api', [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { Service: 'ec2.amazonaws.com' },
          Condition: { StringEquals: { 'Fn::GetAtt': ['Custom', 'Value'] } },
        },
      ]),
    },
    expected: [],
  },

  // wildcard-namespace
  {
    rule: 'wildcard-namespace',
    name: 'a pattern',
    ...of(like('system:serviceaccount:pull-request-*:runner')),
    expected: [
      {
        message:
          'Role api, Statement[0]: the pattern system:serviceaccount:pull-request-*:runner matches several namespaces.',
        fix: 'List the namespaces explicitly with ServiceAccountSubject.exact(namespace, name). Or restrict who can '
          + 'create matching namespaces, and suppress this rule on the role with that reason.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'wildcard-namespace',
    name: 'that has no second half',
    ...of(like('system:serviceaccount:pay*')),
    expected: [
      {
        message: 'Role api, Statement[0]: the pattern system:serviceaccount:pay* matches several namespaces.',
        fix: 'List the namespaces explicitly with ServiceAccountSubject.exact(namespace, name). Or restrict who can '
          + 'create matching namespaces, and suppress this rule on the role with that reason.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'wildcard-namespace',
    name: 'that begins before',
    ...of(like('*:runner')),
    expected: [
      {
        message: 'Role api, Statement[0]: the pattern *:runner matches several namespaces.',
        fix: 'List the namespaces explicitly with ServiceAccountSubject.exact(namespace, name). Or restrict who can '
          + 'create matching namespaces, and suppress this rule on the role with that reason.',
        at: 'Stack/Role',
      },
    ],
  },
  {
    rule: 'wildcard-namespace',
    name: 'by EKS Pod Identity',
    also: ['open-pod-identity'],
    ...of(podIdentity({ Condition: { StringLike: { 'aws:RequestTag/kubernetes-namespace': 'team-?' } } })),
    expected: [
      {
        message: 'Role api, Statement[0]: the pattern team-? matches several namespaces.',
        fix: 'List the namespaces explicitly with ServiceAccountSubject.exact(namespace, name). Or restrict who can '
          + 'create matching namespaces, and suppress this rule on the role with that reason.',
        at: 'Stack/Role',
      },
    ],
  },
  { rule: 'wildcard-namespace', name: 'of names', ...of(like('system:serviceaccount:payments:*')), expected: [] },
  { rule: 'wildcard-namespace', name: 'none', ...of(trusting()), expected: [] },
  {
    rule: 'wildcard-namespace',
    name: 'of the whole cluster: another rule says so',
    ...of(like('system:serviceaccount:*')),
    expected: [],
  },
  {
    rule: 'wildcard-namespace',
    name: "of another issuer's subjects",
    ...of(
      webIdentity(
        { StringEquals: { [`${GITHUB}:aud`]: AUDIENCE }, StringLike: { [`${GITHUB}:sub`]: 'repo:octo/*' } },
        { Principal: { Federated: GITHUB_ARN } },
      ),
    ),
    expected: [],
  },
  {
    rule: 'wildcard-namespace',
    name: 'by EKS Pod Identity, of names',
    ...of(
      podIdentity({
        Condition: {
          StringLike: {
            'aws:RequestTag/kubernetes-namespace': 'team',
            'aws:RequestTag/kubernetes-service-account': '*',
          },
        },
      }),
    ),
    expected: [],
  },
  {
    rule: 'wildcard-namespace',
    name: 'in a Deny',
    ...of({ ...like('system:serviceaccount:pay*:x'), Effect: 'Deny' }),
    expected: [],
  },

  // wrong-issuer
  {
    rule: 'wrong-issuer',
    name: 'the endpoint of an API server, registered and trusted',
    resources: {
      Provider: provider(ENDPOINT),
      Role: role('api', [trusting('payments:api', 'sts.amazonaws.com', ENDPOINT)]),
    },
    expected: [{
      message: `Provider ${PROVIDER_ARN.replace(ISSUER, ENDPOINT)}: the part after oidc-provider/ must be the issuer `
        + 'of the cluster, not the endpoint of its API server.',
      fix: USE_ISSUER,
      at: 'Stack/Provider',
    }],
  },
  {
    rule: 'wrong-issuer',
    name: 'trusted, and registered elsewhere',
    resources: { Role: role('api', [trusting('payments:api', 'sts.amazonaws.com', `${ISSUER}/keys`)]) },
    expected: [{
      message: `Role api, Statement[0]: trusts ${PROVIDER_ARN}/keys: the part after oidc-provider/ must have a `
        + 'lower-case host and the path /id/<ID>, like every EKS issuer.',
      fix: USE_ISSUER,
      at: 'Stack/Role',
    }],
  },
  {
    rule: 'wrong-issuer',
    name: 'issuers of EKS, of clusters elsewhere, and one known at deployment',
    resources: {
      Provider: provider(),
      China: provider('oidc.eks.cn-north-1.amazonaws.com.cn/id/ABC'),
      Bucket: provider('s3.eu-west-1.amazonaws.com/issuer'),
      Later: {
        Type: 'AWS::IAM::OIDCProvider',
        Properties: { Url: { 'Fn::GetAtt': ['Cluster', 'OpenIdConnectIssuerUrl'] } },
      },
      Parts: {
        Type: 'AWS::IAM::OIDCProvider',
        Properties: { Url: { 'Fn::Sub': 'https://oidc.eks.eu-west-1.amazonaws.com/id/${Id}' } },
      },
      Upper: provider('Issuer.example.com'),
    },
    expected: [],
  },

  // provider-not-in-app
  {
    rule: 'provider-not-in-app',
    name: 'two roles',
    resources: { Role: role('api', [trusting()]), Other: role('other', [trusting()]) },
    expected: [notInApp('Role api, Statement[0] and 1 more')],
  },
  {
    rule: 'provider-not-in-app',
    name: 'in another account',
    stacks: {
      Stack: of(trusting()),
      Other: { environment: 'aws://444455556666/eu-west-1', resources: { Provider: provider() } },
    },
    expected: [notInApp('Role api, Statement[0]')],
  },
  {
    rule: 'provider-not-in-app',
    name: 'another one is imported, or one of another account',
    stacks: {
      Stack: {
        ...of(trusting()),
        existingProviders: [OTHER_PROVIDER_ARN, PROVIDER_ARN.replace('111122223333', '444455556666')],
      },
    },
    expected: [notInApp('Role api, Statement[0]')],
  },
  {
    rule: 'provider-not-in-app',
    name: 'imported',
    stacks: { Stack: { ...of(trusting()), existingProviders: [PROVIDER_ARN] } },
    expected: [],
  },
  {
    rule: 'provider-not-in-app',
    name: 'imported by a stack for any account',
    stacks: {
      Stack: of(trusting()),
      Other: {
        environment: 'unknown',
        resources: {},
        existingProviders: [
          { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:oidc-provider/${ISSUER}` },
        ],
      },
    },
    expected: [],
  },
  {
    rule: 'provider-not-in-app',
    name: 'in the app',
    resources: { Provider: provider(), Role: role('api', [trusting()]) },
    expected: [],
  },
  {
    rule: 'provider-not-in-app',
    name: 'in a stack for any account',
    stacks: { Stack: of(trusting()), Other: { environment: 'unknown', resources: { Provider: provider() } } },
    expected: [],
  },
];

function notInApp(name: string): Expected {
  return {
    message: `${name}: trusts ${PROVIDER_ARN}, which the app neither registers nor imports.`,
    fix: 'Check that it exists in the role\'s account: aws iam list-open-id-connect-providers.',
    at: 'Stack/Role',
  };
}
