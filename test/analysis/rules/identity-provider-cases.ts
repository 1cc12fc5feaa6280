/**
 * Roles of identity providers that are not clusters: advice of their own, or none.
 */
import { annotated, Case, Expected, Files, role, webIdentity } from './support';
import { ISSUER, PROVIDER_ARN } from '../../support';

const GITHUB = 'token.actions.githubusercontent.com';
const GITLAB = 'gitlab.com';
const CIRCLECI = 'oidc.circleci.com/org/0000';
const TERRAFORM = 'app.terraform.io';
const ENTRA = 'sts.windows.net/1111';
const COGNITO = 'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_example';
const GOOGLE = 'accounts.google.com';

/** Every one, with the conditions that its documentation shows. */
const AS_DOCUMENTED: Record<string, object> = {
  [GITHUB]: {
    StringEquals: { [`${GITHUB}:aud`]: 'sts.amazonaws.com' },
    StringLike: { [`${GITHUB}:sub`]: 'repo:octo/app:*' },
  },
  [GITLAB]: { StringLike: { [`${GITLAB}:sub`]: 'project_path:group/*:ref_type:branch:ref:main' } },
  [CIRCLECI]: {
    StringEquals: { [`${CIRCLECI}:aud`]: '0000' },
    StringLike: { [`${CIRCLECI}:sub`]: 'org/0000/project/1/*' },
  },
  [TERRAFORM]: {
    StringEquals: { [`${TERRAFORM}:aud`]: 'aws.workload.identity' },
    StringLike: { [`${TERRAFORM}:sub`]: 'organization:o:project:p:workspace:*:run_phase:*' },
  },
  [ENTRA]: { StringEquals: { [`${ENTRA}:aud`]: 'api://app', [`${ENTRA}:sub`]: '2222' } },
  [COGNITO]: { StringEquals: { [`${COGNITO}:aud`]: 'client' } },
  [GOOGLE]: { StringEquals: { [`${GOOGLE}:aud`]: 'client' } },
};

export const OTHER_ISSUERS = Object.keys(AS_DOCUMENTED);

/** A role that trusts one of them. */
export function trustingOther(issuer: string, condition?: object): { resources: Files['resources'] } {
  return { resources: { Role: role('deploy', [statementOf(issuer, condition)]) } };
}

function statementOf(issuer: string, condition?: object, arn = PROVIDER_ARN.replace(ISSUER, issuer)): any {
  return webIdentity(condition, { Principal: { Federated: arn } });
}

function finding(message: string, fix: string, severity?: Expected['severity']): Expected[] {
  return [{ message: `Role deploy, Statement[0]: ${message}`, fix, at: 'Stack/Role', ...severity && { severity } }];
}

const ALL_RULES = [
  'missing-aud', 'missing-sub', 'whole-cluster', 'wildcard-namespace', 'provider-not-in-app',
  'role-without-service-account', 'issuer-mismatch', 'admin-policy', 'undeclared-service-account',
];

export const IDENTITY_PROVIDER_CASES: Case[] = [
  ...Object.entries(AS_DOCUMENTED).flatMap(([issuer, condition]) =>
    ALL_RULES.filter(rule => issuer !== GITLAB || rule !== 'missing-aud').map((rule): Case => ({
      rule,
      name: `${issuer}, as documented`,
      ...trustingOther(issuer, condition),
      expected: [],
    }))),

  // aud
  {
    rule: 'missing-aud',
    name: 'GitLab, as documented: a note',
    ...trustingOther(GITLAB, AS_DOCUMENTED[GITLAB]),
    expected: finding(
      'accepts tokens of gitlab.com for every client ID of the provider: `aud` is not restricted by StringEquals, the '
        + 'conditions are on sub (StringLike).',
      'Add "StringEquals": { "gitlab.com:aud": "https://gitlab.com" }.',
      'note',
    ),
  },
  {
    rule: 'missing-aud',
    name: 'GitHub beside a cluster',
    resources: {
      Role: role('deploy', [{
        ...statementOf(GITHUB, { StringLike: { [`${GITHUB}:sub`]: 'repo:octo/app:*' } }),
        Principal: { Federated: [PROVIDER_ARN.replace(ISSUER, GITHUB), PROVIDER_ARN] },
      }]),
    },
    also: ['issuer-mismatch'],
    expected: finding(
      `accepts tokens of ${GITHUB}, ${ISSUER} for every audience: \`aud\` is not restricted by StringEquals, the `
        + 'conditions '
        + 'are on sub (StringLike).',
      `Add "StringEquals": { "${GITHUB}:aud": "sts.amazonaws.com" }, or use trust.addServiceAccounts(), which adds `
        + 'aud and sub.',
    ),
  },

  // sub
  ...[
    [GITHUB, 'repo:<owner>/<repository>:ref:refs/heads/<branch>'],
    [GITLAB, 'project_path:<group>/<project>:ref_type:branch:ref:<branch>'],
    [CIRCLECI, 'org/<organization-id>/project/<project-id>/user/*'],
    [TERRAFORM, 'organization:<organization>:project:<project>:workspace:<workspace>:run_phase:*'],
    [ENTRA, '<object-id>'],
  ].map(([issuer, subject]): Case => ({
    rule: 'missing-sub',
    name: issuer,
    ...trustingOther(issuer, { StringEquals: { [`${issuer}:aud`]: 'client' } }),
    expected: finding(
      `accepts every token of ${issuer}: \`sub\` is not restricted by StringEquals or StringLike, the conditions are `
        + 'on aud '
        + '(StringEquals).',
      `Add "StringLike": { "${issuer}:sub": "${subject}" }.`,
    ),
  })),
  ...['*', '*:ref:refs/heads/main', 'repo:*', 'rep?:octo/app:*'].map((sub): Case => ({
    rule: 'whole-cluster',
    name: `GitHub, ${sub}`,
    ...trustingOther(GITHUB, {
      StringEquals: { [`${GITHUB}:aud`]: 'sts.amazonaws.com' },
      StringLike: { [`${GITHUB}:sub`]: sub },
    }),
    expected: finding(
      `\`sub\` is compared with ${sub}, which does not restrict who can use a token of GitHub Actions.`,
      'Write it as "repo:<owner>/<repository>:ref:refs/heads/<branch>".',
    ),
  })),
  ...['whole-cluster', 'wildcard-namespace'].map((rule): Case => ({
    rule,
    name: 'Google, every account',
    ...trustingOther(GOOGLE, {
      StringEquals: { [`${GOOGLE}:aud`]: 'client' },
      StringLike: { [`${GOOGLE}:sub`]: '*' },
    }),
    expected: [],
  })),
  {
    rule: 'wildcard-namespace',
    name: 'GitHub: another rule says so',
    ...trustingOther(GITHUB, {
      StringEquals: { [`${GITHUB}:aud`]: 'sts.amazonaws.com' },
      StringLike: { [`${GITHUB}:sub`]: '*:ref:refs/heads/main' },
    }),
    expected: [],
  },
  {
    rule: 'wildcard-under-string-equals',
    name: 'GitHub',
    ...trustingOther(GITHUB, { StringEquals: { [`${GITHUB}:aud`]: 'sts.*', [`${GITHUB}:sub`]: 'repo:octo/app:*' } }),
    expected: [
      ...finding(
        `${GITHUB}:aud is compared with sts.* by StringEquals, which treats the wildcard literally, so it never `
          + 'matches.',
        'Name the audience, for example sts.amazonaws.com.',
      ),
      ...finding(
        `${GITHUB}:sub is compared with repo:octo/app:* by StringEquals, which treats the wildcard literally, so it `
          + 'never matches.',
        'Use StringLike.',
      ),
    ],
  },

  // the provider
  {
    rule: 'provider-of-another-account',
    name: 'HCP Terraform',
    resources: {
      Role: role('deploy', [
        statementOf(TERRAFORM, AS_DOCUMENTED[TERRAFORM], `arn:aws:iam::444455556666:oidc-provider/${TERRAFORM}`),
      ]),
    },
    expected: finding(
      `trusts arn:aws:iam::444455556666:oidc-provider/${TERRAFORM}, a provider of account 444455556666, but the role `
        + 'is in '
        + 'account 111122223333.',
      'Register the issuer in account 111122223333 with new OidcProviderNative(stack, \'Oidc\', { url: '
        + `'https://${TERRAFORM}' `
        + '}), and trust that provider.',
    ),
  },
  {
    rule: 'provider-of-another-partition',
    name: 'HCP Terraform',
    resources: {
      Role: role('deploy', [
        statementOf(TERRAFORM, AS_DOCUMENTED[TERRAFORM], `arn:aws-cn:iam::111122223333:oidc-provider/${TERRAFORM}`),
      ]),
    },
    expected: finding(
      `trusts arn:aws-cn:iam::111122223333:oidc-provider/${TERRAFORM} of partition aws-cn, but the role is in `
        + 'partition '
        + 'aws.',
      'Use the partition of the stack in the ARN.',
    ),
  },

  // without a subject, which may be anybody's
  ...['role-without-service-account', 'admin-policy'].map((rule): Case => ({
    rule,
    name: 'GitHub without a subject: not for pods',
    resources: {
      Role: role('deploy', [statementOf(GITHUB)], {
        ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
      }),
    },
    manifests: { 'sa.yaml': annotated('payments/api', '') },
    expected: [],
  })),
];
