/**
 * Roles as IAM takes them: their names, and callers that are not pods.
 */
import { Found, Rule } from './rule';
import { eachAllow } from './web-identities';
import { StatementJson } from '../../conventions/policy-json';
import { conditionKeys, hasAction, limitsCallers } from '../../conventions/web-identity';
import { Role } from '../access-map';
import { grouped, propertyOf, textsOf } from '../json-values';
import { hasStandIn } from '../stand-in';

/** Keys whose conditions every caller can meet, unless a value names an account or an organization. */
const OPEN_KEYS = new Set([
  'aws:securetransport', 'aws:principalarn', 'aws:principalaccount', 'aws:principalorgid', 'aws:principalorgpaths',
  'aws:principaltype', 'aws:currenttime', 'aws:epochtime', 'aws:useragent', 'sts:rolesessionname',
]);

export const OPEN_TO_EVERYBODY = eachAllow(
  {
    id: 'open-to-everybody',
    severity: 'error',
    title: 'A trust policy with `Principal: *` and no condition that excludes anybody: a warning where a condition '
      + 'limits only how the caller calls, such as `sts:ExternalId`',
    why: 'Every principal of every AWS account may assume the role. `aws:SecureTransport`, or a pattern such as '
      + '`arn:*:iam::*:*`, holds for everybody.',
  },
  (statement, name) => {
    if (!isOpenToEverybody(statement)) return [];
    const keys = [...new Set(conditionKeys(statement.Condition))].filter(key => !OPEN_KEYS.has(key.toLowerCase()));
    return [{
      ...keys.length > 0 && { severity: 'warning' as const },
      message: keys.length > 0
        ? `${name}: every AWS account may assume the role, limited only by ${keys.join(', ')}.`
        : `${name}: every AWS account may assume the role, and no condition excludes anybody.`,
      fix: 'Name the principals, or compare aws:PrincipalOrgID, aws:PrincipalAccount or aws:PrincipalArn.',
    }];
  },
);

/** Whether principals of any account may assume a role by a statement, if it allows. */
export function isOpenToEverybody(statement: StatementJson): boolean {
  const { Principal: principal, Condition: condition } = statement;
  return (principal === '*' || textsOf(propertyOf(principal, 'AWS')).includes('*'))
    && hasAction(statement, 'sts:AssumeRole') && !limitsCallers(condition);
}

export const REPEATED_ROLE_NAME: Rule = {
  id: 'repeated-role-name',
  severity: 'error',
  title: 'Two roles with one name in one account, in any of its regions',
  why: 'IAM is global: the second deployment fails with `EntityAlreadyExists`, and both ServiceAccounts name one ARN. '
    + 'Upper and lower case, and the path, make no difference.',
  check: ({ roles }) =>
    [...grouped(roles.filter(({ name }) => !hasStandIn(name)), nameKey).values()].flatMap(([first, ...more]) =>
      more.filter(role => isAnother(first, role)).map((role): Found => ({
        message: `Role ${role.name}: another role of account ${role.account} has the same name.`,
        fix: 'Let CloudFormation or IrsaRole name one of them, or add the region to its name.',
        place: role.place,
        others: [first.place],
      })),
    ),
};

/** Stacks that can go to any account share one only with themselves. */
function nameKey({ name, account, place: { stack } }: Role): string {
  return JSON.stringify([name.toLowerCase(), account, hasStandIn(account) ? stack : '']);
}

/** Not the same resource, read twice, nor one of two of which a condition makes one. */
function isAnother({ place, condition }: Role, other: Role): boolean {
  const isSameResource = place.logicalId === other.place.logicalId && place.stack === other.place.stack;
  const isEither = condition !== undefined && other.condition !== undefined && condition !== other.condition;
  return !isSameResource && !isEither;
}
