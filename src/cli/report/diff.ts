/**
 * The access that a change adds and removes, computed from two reports. `cdk diff` cannot show this for trust policies
 * with values that are only known at deployment.
 */
import { PeopleChange, peopleChanges } from './people-diff';
import { beyond, Permission, piecesOf } from './permissions';
import { ReportData } from './report-data';
import { canonical, compare, identityPolicies, normalize, sortedTexts } from './statements';
import { Access, Policy, Role, Text } from '../../analysis/access-map';
import { covers, pattern } from '../../analysis/iam/patterns';
import { readDocument } from '../../analysis/iam/policy-document';
import { isObject, JsonObject, listOf, objectOf } from '../../analysis/json-values';
import { statementsOf } from '../../analysis/reading/trusted-subjects';

/** `changed`: the texts do not show whether it is wider or narrower. */
export type Direction = 'wider' | 'narrower' | 'changed';

interface OfRole {
  readonly direction: Direction;
  /** The ARN of the role. */
  readonly role: Text;
}

/** A service account, or a pattern, that can now or can no longer assume a role. */
interface WhoChange
  extends OfRole, Pick<Access, 'cluster' | 'namespace' | 'serviceAccount' | 'audience' | 'via'> {
  readonly kind: 'access';
}

/**
 * Statements of a trust policy for principals other than service accounts, or for the same service accounts with
 * different conditions.
 */
interface TrustChange extends OfRole {
  readonly kind: 'trust';
  readonly before: JsonObject[];
  readonly after: JsonObject[];
}

/** A permission of a role or of its boundary. */
interface PermissionChange extends OfRole {
  readonly kind: 'permission' | 'boundary-permission';
  readonly permission: Permission;
}

/** A policy that is not in the input, such as an AWS managed policy; or an added, removed or replaced boundary. */
interface PolicyChange extends OfRole {
  readonly kind: 'policy' | 'boundary';
  readonly before?: Text;
  readonly after?: Text;
}

/** The session policy of an association was added, removed, or cannot be read; or one of its permissions changed. */
interface SessionPolicyChange extends OfRole, Pick<Access, 'cluster' | 'namespace' | 'serviceAccount'> {
  readonly kind: 'session-policy' | 'session-permission';
  readonly permission?: Permission;
}

export type Change = WhoChange | TrustChange | PermissionChange | PolicyChange | SessionPolicyChange;

/** Sorted by role ARN; for each role, who can assume it comes before its permissions. */
export interface AccessDiff {
  readonly schemaVersion: 1;
  readonly addedRoles: Text[];
  readonly removedRoles: Text[];
  readonly changes: Change[];
  /** Who can act as service accounts through Kubernetes. */
  readonly whoCanAct: PeopleChange[];
}

export function accessDiff(before: ReportData, after: ReportData): AccessDiff {
  const [old, now] = [before, after].map(rolesOf);
  const arns = sortedTexts([...old.keys(), ...now.keys()]);
  return {
    schemaVersion: 1,
    addedRoles: arns.filter(arn => now.get(arn)?.role && !old.get(arn)?.role),
    removedRoles: arns.filter(arn => old.get(arn)?.role && !now.get(arn)?.role),
    changes: arns.flatMap(arn => changesOf(arn, old.get(arn) ?? NO_ROLE, now.get(arn) ?? NO_ROLE)),
    whoCanAct: peopleChanges(before, after),
  };
}

/** A role, if it is in the input, and who can assume it. */
interface Side {
  readonly role?: Role;
  readonly access: Access[];
}

const NO_ROLE: Side = { access: [] };

function rolesOf({ roles, access }: ReportData): Map<string, Side> {
  const sides = new Map<string, { role?: Role; access: Access[] }>(roles.map(role => [role.arn, { role, access: [] }]));
  for (const entry of access) {
    const side = sides.get(entry.role);
    if (side) side.access.push(entry);
    else sides.set(entry.role, { access: [entry] });
  }
  return sides;
}

function changesOf(role: Text, old: Side, now: Side): Change[] {
  const documents = ({ role: of }: Side) => (of ? identityPolicies(of).map(({ document }) => document) : []);
  return [
    ...whoChanges(role, old, now),
    ...trustChanges(role, old, now),
    ...permissionChanges('permission', role, documents(old), documents(now)),
    ...elsewhereChanges(role, old, now),
    ...boundaryChanges(role, boundaryOf(old), boundaryOf(now)),
    ...sessionPolicyChanges(role, old, now),
  ];
}

/** An access with its statement and the other conditions of the statement. */
interface Entrance {
  readonly access: Access;
  readonly statement: JsonObject;
  readonly demands: string;
}

function whoChanges(role: Text, old: Side, now: Side): WhoChange[] {
  const [was, is] = [old, now].map(entrancesOf);
  const changes = (direction: Direction, entrances: Entrance[], others: Entrance[]) =>
    entrances
      .filter(
        entrance => !others.some(other => sameWho(other.access, entrance.access))
          && !others.some(other => letsIn(other, entrance)),
      )
      .map(({ access: { cluster, namespace, serviceAccount, audience, via } }): WhoChange => ({
        kind: 'access',
        direction,
        role,
        cluster,
        namespace,
        serviceAccount,
        audience,
        via,
      }));
  return unique([...changes('wider', is, was), ...changes('narrower', was, is)]);
}

/** Changes in the trust policy other than added and removed service accounts. */
function trustChanges(role: Text, old: Side, now: Side): TrustChange[] {
  const [was, is] = [old, now].map(entrancesOf);
  const demandsChanged = (entrances: Entrance[], others: Entrance[]) => entrances
    .filter(
      entrance => others.some(other => sameWho(other.access, entrance.access))
        && !others.some(other => letsIn(other, entrance)),
    )
    .map(({ statement }) => statement);
  const [wasOther, isOther] = [old, now].map(otherStatements);
  const without = (statements: JsonObject[], others: JsonObject[]) =>
    statements.filter(statement => !others.some(other => canonical(other) === canonical(statement)));
  const before = distinct([...without(wasOther, isOther), ...demandsChanged(was, is)]);
  const after = distinct([...without(isOther, wasOther), ...demandsChanged(is, was)]);
  return before.length + after.length === 0
    ? []
    : [{ kind: 'trust', direction: directionOf(before, after), role, before, after }];
}

function directionOf(before: JsonObject[], after: JsonObject[]): Direction {
  const all = [
    ...before.map(statement => [statement, false] as const),
    ...after.map(statement => [statement, true] as const),
  ];
  const directions = sortedTexts(
    all.map(([{ Effect }, added]) =>
      Effect !== 'Allow' && Effect !== 'Deny' ? 'changed' : (Effect === 'Allow') === added ? 'wider' : 'narrower',
    ),
  );
  return directions.length === 1 ? directions[0] as Direction : 'changed';
}

function entrancesOf({ role, access }: Side): Entrance[] {
  const statements = statementsOf(role?.trust);
  return access.map(entry => {
    const statement = entry.statement === undefined ? undefined : statements[entry.statement];
    return {
      access: entry,
      statement: objectOf(statement),
      demands: isObject(statement)
        ? canonical(
          demandsOf(
            statement,
            access.filter(other => other.statement === entry.statement),
          ),
        )
        : '',
    };
  });
}

/** A statement without the names that are already in its access. */
function demandsOf(statement: JsonObject, accesses: Access[]): JsonObject {
  const names = new Set<unknown>(
    accesses.flatMap(({ cluster, namespace, serviceAccount, audience }) => [
      `system:serviceaccount:${namespace}:${serviceAccount}`,
      namespace,
      serviceAccount,
      audience,
      cluster,
    ]),
  );
  const { Principal, Condition, ...rest } = normalize(statement);
  const { Federated: _, Service: __, ...others } = objectOf(Principal);
  const withoutNames = ([key, value]: [string, unknown]) => {
    const more = listOf(value).filter(item => !names.has(item));
    return [more.length < listOf(value).length ? key.replace(/^.*:/, '') : key, more];
  };
  const operators = Object.entries(objectOf(Condition));
  return {
    ...rest,
    Principal: others,
    Condition: operators.map(([operator, keys]) => [operator, Object.entries(objectOf(keys)).map(withoutNames)]),
  };
}

/** The statements that do not allow service accounts. */
function otherStatements({ role, access }: Side): JsonObject[] {
  const taken = new Set(access.map(({ statement }) => statement));
  const others = statementsOf(role?.trust).filter(
    (statement, index): statement is JsonObject => isObject(statement) && !taken.has(index),
  );
  return role?.unresolved?.length ? [...others, { Unresolved: role.unresolved }] : others;
}

function sameWho(left: Access, right: Access): boolean {
  return isSameKind(left, right) && WHO.every(key => left[key] === right[key]);
}

/** Distinguishes trust policies from associations, because only an association gives pods a role. */
function isSameKind(left: Access, right: Access): boolean {
  return left.associated === right.associated && left.through === right.through;
}

const WHO = ['cluster', 'namespace', 'serviceAccount', 'audience', 'via'] as const;

/** Whether one access includes another, with the same conditions. */
function letsIn(one: Entrance, other: Entrance): boolean {
  return (
    one.demands === other.demands
    && one.access.via === other.access.via
    && isSameKind(one.access, other.access)
    && (['cluster', 'namespace', 'serviceAccount', 'audience'] as const).every(key =>
      covers(pattern(one.access[key]), pattern(other.access[key])),
    )
  );
}

function permissionChanges(
  kind: PermissionChange['kind'],
  role: Text,
  before: unknown[],
  after: unknown[],
): PermissionChange[] {
  const [was, is] = [before, after].map(piecesOf);
  const changes = (permissions: Permission[], added: boolean) =>
    permissions.map((permission): PermissionChange => ({
      kind,
      direction: (permission.effect === 'Allow') === added ? 'wider' : 'narrower',
      role,
      permission,
    }));
  const all = [...changes(beyond(is, was), true), ...changes(beyond(was, is), false)];
  return [
    ...all.filter(({ direction }) => direction === 'wider'),
    ...all.filter(({ direction }) => direction === 'narrower'),
  ];
}

function elsewhereChanges(role: Text, old: Side, now: Side): PolicyChange[] {
  const policies = ({ role: of }: Side) =>
    of
      ? sortedTexts(
        identityPolicies(of)
          .filter(({ document }) => document === undefined)
          .map(nameOf),
      )
      : [];
  const [was, is] = [old, now].map(policies);
  return [
    ...is
      .filter(name => !was.includes(name))
      .map((after): PolicyChange => ({ kind: 'policy', direction: 'wider', role, after })),
    ...was
      .filter(name => !is.includes(name))
      .map((before): PolicyChange => ({ kind: 'policy', direction: 'narrower', role, before })),
  ];
}

function boundaryOf({ role }: Side): Policy | undefined {
  return role?.policies.find(({ kind }) => kind === 'boundary');
}

/** A boundary only restricts, so removing it is wider. */
function boundaryChanges(role: Text, was: Policy | undefined, is: Policy | undefined): Change[] {
  if (was && is && was.document !== undefined && is.document !== undefined) {
    return permissionChanges('boundary-permission', role, [was.document], [is.document]);
  }
  const [before, after] = [was && nameOf(was), is && nameOf(is)];
  if (before === after) return [];
  return [
    {
      kind: 'boundary',
      direction: before === undefined ? 'narrower' : after === undefined ? 'wider' : 'changed',
      role,
      before,
      after,
    },
  ];
}

/** For existing associations. A session policy only restricts, so removing it is wider. */
function sessionPolicyChanges(role: Text, old: Side, now: Side): SessionPolicyChange[] {
  return now.access.filter(({ associated }) => associated === true).flatMap(access => {
    const earlier = old.access.find(other => sameWho(other, access));
    const [before, after] = [earlier?.sessionPolicy, access.sessionPolicy];
    if (!earlier || JSON.stringify(before) === JSON.stringify(after)) return [];
    const { cluster, namespace, serviceAccount } = access;
    const change = (kind: SessionPolicyChange['kind'], direction: Direction) =>
      ({ kind, direction, role, cluster, namespace, serviceAccount });
    if (before === undefined) return [change('session-policy', 'narrower')];
    if (after === undefined) return [change('session-policy', 'wider')];
    if ([before, after].some(policy => typeof readDocument(policy, 'identity') === 'string')) {
      return [change('session-policy', 'changed')];
    }
    return permissionChanges('permission', role, [before], [after])
      .map(({ direction, permission }) => ({ ...change('session-permission', direction), permission }));
  });
}

function nameOf({ arn, name }: Policy): string {
  return arn ?? name;
}

function unique<T>(items: T[]): T[] {
  return [...new Map(items.map(item => [JSON.stringify(item), item])).values()];
}

function distinct(statements: JsonObject[]): JsonObject[] {
  const byText = [...new Map(statements.map(statement => [canonical(statement), statement]))];
  return byText.sort(([left], [right]) => compare(left, right)).map(([, statement]) => statement);
}
