import { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { allow, required } from './definition';
import { fail, problem } from '../private/errors';

/**
 * A list that may be left out, but not be empty: that is a scope that went missing.
 *
 * @throws when it is empty
 */
export function optional<T>(factory: string, property: string, what: string, values: T[] | undefined): T[] {
  return values === undefined ? [] : required(factory, property, what, values);
}

/**
 * For a controller of parts, of which none is needed by itself.
 *
 * @throws when there is none
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
      'Without any of them the controller could do nothing.',
    ),
  );
}

/** The controller's half of a chain. The session tags of EKS Pod Identity are transitive and take `sts:TagSession`. */
export function assumeRoles(roles: IRole[]): PolicyStatement[] {
  if (roles.length === 0) return [];
  return [allow({ actions: ['sts:AssumeRole', 'sts:TagSession'], resources: roles.map(role => role.roleArn) })];
}

export function unique<T>(values: T[]): T[] {
  return [...new Set(values)];
}
