import { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { allow, required } from './definition';
import { fail, problem } from '../private/errors';

/**
 * Validates an optional list. It must not be empty, which would be a missing scope.
 *
 * @throws if it is empty
 */
export function optional<T>(factory: string, property: string, what: string, values: T[] | undefined): T[] {
  return values === undefined ? [] : required(factory, property, what, values);
}

/**
 * Validates that at least one of several optional parts is set.
 *
 * @throws if none is set
 */
export function requireOne(factory: string, parts: { [property: string]: unknown }): void {
  const [first, ...others] = Object.keys(parts);
  if (Object.values(parts).some(Boolean)) return;
  fail(
    `Controller.${factory}`,
    problem(
      first,
      `be given, or ${others.map(name => `\`${name}\``).join(' or ')}`,
      parts[first],
      'Otherwise the controller would have no permissions.',
    ),
  );
}

/**
 * The permission of the controller to assume roles. Session tags of EKS Pod Identity are transitive and require
 * `sts:TagSession`.
 */
export function assumeRoles(roles: IRole[]): PolicyStatement[] {
  if (roles.length === 0) return [];
  return [allow({ actions: ['sts:AssumeRole', 'sts:TagSession'], resources: roles.map(role => role.roleArn) })];
}

export function unique<T>(values: T[]): T[] {
  return [...new Set(values)];
}
