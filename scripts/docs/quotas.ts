import { Page, page, table } from './page';
import { constant } from './source';
import { DEFAULT_TRUST_QUOTA, MAX_SESSION_POLICY, MAX_TRUST_QUOTA } from '../../src/conventions/policy-quotas';

const ROLE = 'src/irsa-role.ts';
const ROLE_RULES = 'src/private/role/role-rules.ts';
const ISSUER = 'src/private/issuer/issuer.ts';
const WEBHOOK = 'src/conventions/webhook-annotations.ts';

const grouped = (value: number) => value.toLocaleString('en-US');
const number = (file: string, name: string) => grouped(constant(file, name));

/** The limits that synth checks, as the code has them. */
export function quotasPage(): Page {
  const limits = [
    [
      'characters of a trust policy',
      `${grouped(DEFAULT_TRUST_QUOTA)}, up to ${grouped(MAX_TRUST_QUOTA)}`,
      'L-C07B4B0D',
      '[`trust-policy-quota`](./warnings.md#trust-policy-quota), then an error',
    ],
    [
      'managed policies of a role',
      `${number(ROLE, 'DEFAULT_MANAGED_QUOTA')}, up to ${number(ROLE, 'MAX_MANAGED_QUOTA')}`,
      'L-0DA4ABF3',
      '[`managed-policies-quota`](./warnings.md#managed-policies-quota), then an error',
    ],
    ['characters of all inline policies of a role', number(ROLE, 'INLINE_LIMIT'), 'fixed', 'error'],
    [
      'characters of a managed policy of a controller',
      number('src/private/role/controller-policy.ts', 'MAX_POLICY_LENGTH'),
      'fixed',
      'split over several policies; an error if one statement is longer',
    ],
    ['characters of a session policy', grouped(MAX_SESSION_POLICY), 'fixed', 'error'],
    ['characters of a role name', number(ROLE_RULES, 'MAX_ROLE_NAME_LENGTH'), 'fixed', 'error'],
    ['characters of a role path', number(ROLE_RULES, 'MAX_ROLE_PATH_LENGTH'), 'fixed', 'error'],
    ['characters of a role description', number(ROLE_RULES, 'MAX_DESCRIPTION_LENGTH'), 'fixed', 'error'],
    [
      'hours of a session (`maxSessionDuration`)',
      `${number(ROLE_RULES, 'MIN_SESSION')} to ${number(ROLE_RULES, 'MAX_SESSION')}`,
      'fixed',
      'error',
    ],
    ['characters of an issuer URL', number(ISSUER, 'MAX_ISSUER_URL_LENGTH'), 'fixed', 'error'],
    ['characters of an audience', number(ISSUER, 'MAX_AUDIENCE_LENGTH'), 'fixed', 'error'],
    [
      'seconds until a token expires (`tokenExpiration`)',
      `${number(WEBHOOK, 'MIN_TOKEN_SECONDS')} to ${number(WEBHOOK, 'MAX_TOKEN_SECONDS')}`,
      'fixed',
      'error',
    ],
  ];
  return page(
    'quotas',
    'Quotas and limits',
    'The limits of IAM, EKS and Kubernetes that cdk-irsa checks at synth time.',
    'cdk-irsa checks these limits at synth time, so that a deployment does not fail because of them. Whitespace does '
      + 'not count. If a length is known only at deployment, cdk-irsa estimates it.',
    table(['limit', 'value', 'quota code', 'if exceeded'], limits),
    'Quotas per account and per cluster are in [Large fleets](../guides/large-fleets.md).',
  );
}
