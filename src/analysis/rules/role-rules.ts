/**
 * Names of roles, and trust in callers other than pods.
 */
import { Found, Rule } from './rule';
import { eachAllow } from './web-identities';
import { StatementJson } from '../../conventions/policy-json';
import { conditionKeys, hasAction, limitsCallers } from '../../conventions/web-identity';
import { Role } from '../access-map';
import { grouped, propertyOf, textsOf } from '../json-values';
import { hasStandIn } from '../stand-in';

/** Keys whose conditions every caller can satisfy, unless a value names an account or an organization. */
const OPEN_KEYS = new Set([
  'aws:securetransport', 'aws:principalarn', 'aws:principalaccount', 'aws:principalorgid', 'aws:principalorgpaths',
  'aws:principaltype', 'aws:currenttime', 'aws:epochtime', 'aws:useragent', 'sts:rolesessionname',
]);

export const OPEN_TO_EVERYBODY = eachAllow(
  {
    id: 'open-to-everybody',
    severity: 'error',
    title: 'A trust policy with `Principal: *` and no condition that excludes anyone; a warning if a condition '
      + 'restricts only how the role is assumed, such as `sts:ExternalId`',
    why: 'Every principal of every AWS account can assume the role. `aws:SecureTransport`, or a pattern such as '
      + '`arn:*:iam::*:*`, excludes nobody.',
  },
  (statement, name) => {
    if (!isOpenToEverybody(statement)) return [];
    const keys = [...new Set(conditionKeys(statement.Condition))].filter(key => !OPEN_KEYS.has(key.toLowerCase()));
    return [{
      ...keys.length > 0 && { severity: 'warning' as const },
      message: keys.length > 0
        ? `${name}: every AWS account can assume the role, restricted only by ${keys.join(', ')}.`
        : `${name}: every AWS account can assume the role; no condition excludes anyone.`,
      fix: 'List the principals, or add a condition on aws:PrincipalOrgID, aws:PrincipalAccount or aws:PrincipalArn.',
    }];
  },
);

/** Whether principals of any account can assume a role by a statement, provided that its effect is Allow. */
export function isOpenToEverybody(statement: StatementJson): boolean {
  const { Principal: principal, Condition: condition } = statement;
  return (principal === '*' || textsOf(propertyOf(principal, 'AWS')).includes('*'))
    && hasAction(statement, 'sts:AssumeRole') && !limitsCallers(condition);
}

export const REPEATED_ROLE_NAME: Rule = {
  id: 'repeated-role-name',
  severity: 'error',
  title: 'Two roles with the same name in one account, regardless of the region',
  why: 'IAM is global: the second deployment fails with `EntityAlreadyExists`, and both ServiceAccounts have the same '
    + 'ARN. Case and path do not make names distinct.',
  check: ({ roles }) =>
    [...grouped(roles.filter(({ name }) => !hasStandIn(name)), nameKey).values()].flatMap(([first, ...more]) =>
      more.filter(role => isAnother(first, role)).map((role): Found => ({
        message: `Role ${role.name}: another role of account ${role.account} has the same name.`,
        fix: 'Let CloudFormation or IrsaRole generate one of the names, or add the region to it.',
        place: role.place,
        others: [first.place],
      })),
    ),
};

/** Environment-agnostic stacks may all be in different accounts. */
function nameKey({ name, account, place: { stack } }: Role): string {
  return JSON.stringify([name.toLowerCase(), account, hasStandIn(account) ? stack : '']);
}

/** Not the same resource read twice, and not two resources of which a condition creates only one. */
function isAnother({ place, condition }: Role, other: Role): boolean {
  const isSameResource = place.logicalId === other.place.logicalId && place.stack === other.place.stack;
  const isEither = condition !== undefined && other.condition !== undefined && condition !== other.condition;
  return !isSameResource && !isEither;
}
