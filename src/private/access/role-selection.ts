import { Token } from 'aws-cdk-lib';
import { Role } from '../../analysis/access-map';
import { linesInShort } from '../../analysis/lists';
import { isStandIn } from '../../analysis/stand-in';
import { nearest } from '../../conventions/nearest';
import { fail, failIf, problem } from '../errors';

const MOST_LISTED = 20;

/** One role, or those that a regular expression matches. */
export interface RoleSelection {
  readonly role?: string;
  readonly roleMatching?: string;
}

/**
 * The roles that are meant; at least one.
 *
 * @throws when none is, with those that there are
 */
export function selectedRoles(where: string, roles: Role[], { role, roleMatching }: RoleSelection): Role[] {
  if ((role === undefined) === (roleMatching === undefined)) {
    fail(
      where,
      problem(
        'role',
        'be given, or `roleMatching`, and not both',
        role,
        'Name one role, or a regular expression for several.',
      ),
    );
  }
  const found = role === undefined ? matching(where, roles, roleMatching!) : named(where, roles, role);
  return found.length > 0 ? found : fail(where, missing(roles, { role, roleMatching }));
}

/** A role in words: its name, and where it is made. */
export function roleInWords({ name, place: { constructPath, stack, logicalId } }: Role): string {
  const path = constructPath === undefined ? `${stack}/${logicalId}` : withoutResource(constructPath);
  return isStandIn(name) ? path : `${name} (${path})`;
}

function named(where: string, roles: Role[], wanted: string): Role[] {
  failIf(where, literalProblem('role', wanted));
  return roles.filter(role => names(role).includes(wanted));
}

function matching(where: string, roles: Role[], wanted: string): Role[] {
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
  return typeof value === 'string' && value !== '' && !Token.isUnresolved(value)
    ? undefined
    : problem(
      property,
      'be a text known at synth',
      value,
      'Take the construct path, `role.node.path`, where only the deployment knows name and ARN.',
    );
}

/** What a role can be called by. */
function names({ name, arn, place: { constructPath } }: Role): string[] {
  if (constructPath === undefined) return [name, arn];
  const role = withoutResource(constructPath);
  return [name, arn, role, role.replace(/\/Role$/, '')]; // the last: of the service account that it belongs to
}

/** A role's path, from that of its L1. */
function withoutResource(constructPath: string): string {
  return constructPath.replace(/\/Resource$/, '');
}

function missing(roles: Role[], { role, roleMatching }: RoleSelection): string {
  if (roles.length === 0) return 'There is no AWS::IAM::Role in the templates.';
  const [similar] = role === undefined ? [] : nearest(role, roles.flatMap(names));
  const listed = linesInShort(roles.map(roleInWords), MOST_LISTED).map(line => `\n  ${line}`).join('');
  return (
    `${role === undefined ? `No role matches ${JSON.stringify(roleMatching)}` : 'No role has the name, ARN or '
      + `construct path ${JSON.stringify(role)}`}.`
    + `${similar === undefined ? '' : ` The most similar is ${similar}.`} The roles:${listed}`
  );
}
