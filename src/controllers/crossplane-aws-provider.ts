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
   * What the provider may do: that depends on the resources that your compositions make, so nobody publishes it. At
   * least one statement.
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
      ? 'your `statements` allow more than reading on every resource, under no condition.'
      : undefined,
    problems: scope =>
      hasBoundary(scope)
        ? []
        : [
          problem(
            'permissionsBoundary',
            'be given for a provider that makes resources on behalf of whoever may write to the cluster',
            undefined,
            'Set it on the role, or for all roles by iam.PermissionsBoundary.of(scope).apply(policy).',
          ),
        ],
  };
}

function isUnscoped({ effect, actions, notActions, resources, notResources, conditions }: PolicyStatement): boolean {
  if (effect !== Effect.ALLOW || Object.keys(conditions).length > 0) return false;
  const writes = notActions.length > 0 || actions.some(action => !/^[a-z0-9-]+:(Describe|Get|List)/.test(action));
  return writes && (notResources.length > 0 || resources.includes('*'));
}

/** Set on the role, or by an aspect. A role that is not made here is somebody else's to limit. */
function hasBoundary(role: IConstruct): boolean {
  const resource = role.node.defaultChild;
  if (!(resource instanceof CfnRole)) return true;
  const overrides = propertyOverrides(resource);
  return (
    ('PermissionsBoundary' in overrides ? overrides.PermissionsBoundary : resource.permissionsBoundary) !== undefined
  );
}
