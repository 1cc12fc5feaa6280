import { CfnRole, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { ControllerDefinition, required } from './definition';
import { problem } from '../private/errors';
import { propertyOverrides } from '../private/values/tokens';

/**
 * Options of `Controller.crossplaneAwsProvider`.
 */
export interface CrossplaneAwsProviderOptions {
  /**
   * The permissions of the provider. They depend on the resources that your compositions create, so there is no
   * published policy. At least one statement.
   */
  readonly statements: PolicyStatement[];
}

/**
 * @see https://github.com/crossplane-contrib/provider-upjet-aws/blob/main/AUTHENTICATION.md
 *
 * @internal
 */
export function crossplaneAwsProvider(options: CrossplaneAwsProviderOptions): ControllerDefinition {
  const statements = required('crossplaneAwsProvider', 'statements', 'statement', options.statements);
  return {
    name: 'crossplane-provider-aws',
    namespace: 'crossplane-system',
    serviceAccountName: 'provider-aws',
    insteadOfHelmValues: 'Write `annotations` to the serviceAccountTemplate of its DeploymentRuntimeConfig.',
    statements: () => statements.map(statement => statement.copy()),
    unscoped: statements.some(isUnscoped)
      ? 'your `statements` allow more than read access to all resources, without a condition.'
      : undefined,
    problems: scope =>
      hasBoundary(scope)
        ? []
        : [
          problem(
            'permissionsBoundary',
            'be set for a provider that creates resources on behalf of anyone who can write to the cluster',
            undefined,
            'Set it on the role, or for all roles with iam.PermissionsBoundary.of(scope).apply(policy).',
          ),
        ],
  };
}

function isUnscoped({ effect, actions, notActions, resources, notResources, conditions }: PolicyStatement): boolean {
  if (effect !== Effect.ALLOW || Object.keys(conditions).length > 0) return false;
  const writes = notActions.length > 0 || actions.some(action => !/^[a-z0-9-]+:(Describe|Get|List)/.test(action));
  return writes && (notResources.length > 0 || resources.includes('*'));
}

/**
 * Whether the role has a boundary, set on the role or by an aspect. A role that the app does not create is not checked.
 */
function hasBoundary(role: IConstruct): boolean {
  const resource = role.node.defaultChild;
  if (!(resource instanceof CfnRole)) return true;
  const overrides = propertyOverrides(resource);
  return (
    ('PermissionsBoundary' in overrides ? overrides.PermissionsBoundary : resource.permissionsBoundary) !== undefined
  );
}
