import type { RoleSelection } from '../../access-options';
import { Role } from '../../analysis/access-map';
import { linesInShort } from '../../analysis/lists';
import { isStandIn } from '../../analysis/stand-in';
import { nearest } from '../../conventions/nearest';
import { fail, failIf, problem } from '../errors';
import { isToken } from '../values/is-token';

const MAX_LISTED = 20;

/**
 * Returns the selected roles; at least one.
 *
 * @throws if no role matches; the message lists the existing roles
 */
export function selectedRoles(where: string, roles: Role[], { role, roleOf, roleMatching }: RoleSelection): Role[] {
  if ([role, roleOf, roleMatching].filter(value => value !== undefined).length !== 1) {
    fail(where, problem('role', 'be set, unless `roleOf` or `roleMatching` is; set only one of them', role,
      'Name one role, pass the service account that has the role, or use a regular expression for several roles.'));
  }
  if (roleMatching !== undefined) {
    const found = findByPattern(where, roles, roleMatching);
    return found.length > 0 ? found : fail(where, describeMissing(roles, `matches ${JSON.stringify(roleMatching)}`));
  }
  const wanted = roleOf?.role.node.path ?? role!;
  const found = findByName(where, roles, wanted);
  if (found.length === 0 && roleOf && !isToken(roleOf.roleArn)) {
    found.push(...findByName(where, roles, roleOf.roleArn)); // an existing role that the app creates elsewhere
  }
  const rule = `has the name, ARN or construct path ${JSON.stringify(wanted)}`;
  return found.length > 0 ? found : fail(where, describeMissing(roles, rule, wanted));
}

/** Describes a role by its name and its construct path. */
export function roleInWords({ name, place: { constructPath, stack, logicalId } }: Role): string {
  const path = constructPath === undefined ? `${stack}/${logicalId}` : withoutResource(constructPath);
  return isStandIn(name) ? path : `${name} (${path})`;
}

function findByName(where: string, roles: Role[], wanted: string): Role[] {
  failIf(where, literalProblem('role', wanted));
  return roles.filter(role => names(role).includes(wanted));
}

function findByPattern(where: string, roles: Role[], wanted: string): Role[] {
  failIf(where, literalProblem('roleMatching', wanted));
  let pattern: RegExp;
  try {
    pattern = new RegExp(wanted);
  } catch (error) {
    return fail(where, problem('roleMatching', 'be a regular expression', wanted, `${(error as Error).message}.`));
  }
  return roles.filter(role => names(role).some(name => pattern.test(name)));
}

function literalProblem(property: string, value: string): string | undefined {
  return typeof value === 'string' && value !== '' && !isToken(value)
    ? undefined
    : problem(
      property,
      'be text that is known at synth time',
      value,
      'If name and ARN are known only at deployment, use the construct path, `role.node.path`.',
    );
}

/** Returns the names that select a role. */
function names({ name, arn, place: { constructPath } }: Role): string[] {
  if (constructPath === undefined) return [name, arn];
  const role = withoutResource(constructPath);
  return [name, arn, role, role.replace(/\/Role$/, '')]; // the last: the service account that owns the role
}

/** Returns the path of a role from that of its L1 resource. */
function withoutResource(constructPath: string): string {
  return constructPath.replace(/\/Resource$/, '');
}

function describeMissing(roles: Role[], rule: string, wanted?: string): string {
  if (roles.length === 0) return 'The templates contain no AWS::IAM::Role.';
  const [similar] = wanted === undefined ? [] : nearest(wanted, roles.flatMap(names));
  const advice = similar === undefined ? '' : ` The most similar is ${similar}.`;
  const listed = linesInShort(roles.map(roleInWords), MAX_LISTED).map(line => `\n  ${line}`).join('');
  return `No role ${rule}.${advice} Existing roles:${listed}`;
}
