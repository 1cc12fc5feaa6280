/**
 * What roles of workloads may do, and who else can assume them.
 */
import { StatementJson } from '../../conventions/policy-json';
import { conditionKeys, matchesAction } from '../../conventions/web-identity';
import { AccessMap, Policy, Role } from '../access-map';
import { atPlaces, Found, Rule } from './rule';
import { statementName, WebIdentities, webIdentitiesOf } from './web-identities';
import { accessOfPods } from './words';
import { isEksIssuer } from '../admission/trust-requests';
import { arnParts, literal, matches, pattern } from '../iam/patterns';
import { looksLikeSubject } from '../iam/subjects';
import { objectOf, once, propertyOf, textsOf } from '../json-values';
import { statementsOf } from '../reading/trusted-subjects';
import { standIn } from '../stand-in';

/** A rule that checks the roles that pods can assume. */
function eachWorkloadRole(rule: Omit<Rule, 'check'>, check: (role: Role) => Omit<Found, 'place'>[]): Rule {
  return { ...rule, check: map => atPlaces(workloadRoles(map), check, ({ place }) => place) };
}

const WORKLOAD_ROLES = new WeakMap<AccessMap, Role[]>();

/** Roles that pods can assume, and roles intended for pods that nobody can assume yet. */
function workloadRoles(map: AccessMap): Role[] {
  return once(WORKLOAD_ROLES, map, () => {
    const arns = new Set(accessOfPods(map).map(({ role }) => role));
    const meant = new Set(webIdentitiesOf(map).filter(isMeantForPods).map(({ role }) => role));
    return map.roles.filter(role => arns.has(role.arn) || meant.has(role));
  });
}

function isMeantForPods({ providers, claims }: WebIdentities): boolean {
  return providers.some(({ issuer }) => isEksIssuer(issuer))
    || claims.some(({ values }) => values.some(looksLikeSubject));
}

const ADMINS = ['policy/AdministratorAccess', 'policy/PowerUserAccess', 'policy/IAMFullAccess'];
const ANY_ACTION = /^(\*+|\*+:\*+)$/;

export const ADMIN_POLICY = eachWorkloadRole(
  {
    id: 'admin-policy',
    severity: 'warning',
    title:
      'A workload role with administrator permissions: `AdministratorAccess`, `PowerUserAccess`, `IAMFullAccess`, or '
        + '`*` or `iam:*` on `*`',
    why: 'Anyone who compromises the pod controls the account. Not reported with a narrower permissions boundary.',
  },
  role =>
    widest(role, isAdmin).map(({ policy, what }) => ({
      message: `Role ${role.name}: its policy ${policy.name} ${what}, and pods can assume it.`,
      fix: 'Grant only what the workload needs, such as bucket.grantRead(irsaServiceAccount), or set a permissions '
        + 'boundary.',
      ...(policy.place && policy.kind === 'managed' && { others: [policy.place] }),
    })),
);

export const PASS_ROLE_ANY = eachWorkloadRole(
  {
    id: 'pass-any-role',
    severity: 'warning',
    title: 'A workload role that may pass any role: `iam:PassRole` on `*` without a condition',
    why: 'A pod can start a service that runs with a more powerful role and so gain its permissions. Administrator '
      + 'roles are reported by `admin-policy` instead.',
  },
  role =>
    widest(role, (policy: Policy) => passesAny(role, policy)).map(({ policy, what }) => ({
      message: `Role ${role.name}: its policy ${policy.name} ${what}, without a condition.`,
      fix: 'List the roles under Resource, and restrict the service with StringEquals iam:PassedToService, or use '
        + 'role.grantPassRole(irsaServiceAccount.grantPrincipal).',
      ...(policy.place && policy.kind === 'managed' && { others: [policy.place] }),
    })),
);

interface Wide {
  readonly policy: Policy;
  readonly what: string;
}

/** The policies that are too broad in one respect, unless the boundary is narrower. */
function widest({ policies }: Role, tooWide: (policy: Policy) => string | undefined): Wide[] {
  const boundaries = policies.filter(({ kind }) => kind === 'boundary');
  if (boundaries.some(boundary => tooWide(boundary) === undefined)) return [];
  return policies.filter(({ kind }) => kind !== 'boundary').flatMap(policy => {
    const what = tooWide(policy);
    return what === undefined ? [] : [{ policy, what }];
  });
}

function isAdmin({ arn = '', document }: Policy): string | undefined {
  const [, , , , owner, name] = arn === '' ? [] : arnParts(arn);
  if (owner === 'aws' && ADMINS.includes(name)) return 'is an administrator policy of AWS';
  return allowed(document).map(statement => {
    if (!isUnconditional(statement)) return undefined;
    if (!textsOf(statement.Resource).some(value => /^\*+$/.test(value))) return undefined;
    if (statement.NotAction !== undefined) {
      return `allows everything except ${textsOf(statement.NotAction).join(', ')} on *`;
    }
    const action = textsOf(statement.Action).find(value => ANY_ACTION.test(value) || /^iam:\*+$/i.test(value));
    return action && `allows ${action} on *`;
  }).find(reason => reason !== undefined);
}

function passesAny({ partition, account }: Role, { document }: Policy): string | undefined {
  return allowed(document).map(statement => {
    const action = textsOf(statement.Action).find(value =>
      matchesAction(value, 'iam:PassRole') && !ANY_ACTION.test(value),
    );
    if (action === undefined || !isUnconditional(statement)) return undefined;
    // Two arbitrary role names, one with a path: a resource that matches both means any role.
    const resource = textsOf(statement.Resource).find(value => ['a', 'z/0'].every(name =>
      matches(pattern(value), literal(`arn:${partition}:iam::${account}:role/${name}`)) === true));
    return resource && `allows ${action} on ${resource}`;
  }).find(reason => reason !== undefined);
}

function allowed(document: unknown): StatementJson[] {
  return statementsOf(document).filter(statement => propertyOf(statement, 'Effect') === 'Allow') as StatementJson[];
}

function isUnconditional({ Condition: condition }: StatementJson): boolean {
  return typeof (condition ?? {}) === 'object' && Object.keys(condition ?? {}).length === 0;
}

export const ASSUMABLE_BY_ACCOUNT = eachWorkloadRole({
  id: 'assumable-by-account',
  severity: 'warning',
  title: 'A workload role that a whole account can also assume without a condition',
  why: 'Every principal of the account that may call `sts:AssumeRole` can assume the role.',
}, role => statementsOf(role.trust).flatMap((value, index) => {
  const statement = objectOf<StatementJson>(value);
  const actions = textsOf(statement.Action ?? '*');
  if (statement.Effect !== 'Allow' || !actions.some(action => matchesAction(action, 'sts:AssumeRole'))) return [];
  if (conditionKeys(statement.Condition).length > 0) return [];
  return textsOf(propertyOf(statement.Principal, 'AWS'))
    .filter(isAccount)
    .map(principal => ({
      message: `${statementName(role, statement, index)}: every principal of account ${accountOf(principal)} can `
        + 'assume the role, not only pods.',
      fix: 'List the roles or users that need it, with new ArnPrincipal(arn), or remove the statement.',
    }));
}));

/** The account of an environment-agnostic stack. */
const ANY_ACCOUNT = standIn('AWS::AccountId');

function isAccount(principal: string): boolean {
  return (
    principal === ANY_ACCOUNT || /^\d{12}$/.test(principal) || arnParts(principal)[5] === 'root'
  );
}

function accountOf(principal: string): string {
  return arnParts(principal)[4] ?? principal;
}
