import { join } from 'path';
import { Stack, Stage } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import {
  AllowedServiceAccounts,
  AllowsOnlyOptions,
  IrsaAssertionsOptions,
  ServiceAccountAccess,
} from './access-options';
import { AccessAssertions } from './private/access/assertions';
import { fail } from './private/errors';

/**
 * Asserts in a unit test which service accounts can assume which roles. The assertions apply IAM's rules to the
 * templates and manifests that the app generates. It does not matter whether this library, `iam.Role`, `CfnRole` or
 * `cluster.addServiceAccount` created the roles.
 *
 * If the answer depends on values that are known only at deployment, such as the issuer or the IP address of the
 * caller, both `allows` and `denies` fail and state the reason. A failed assertion throws an error that contains the
 * statement of the trust policy.
 *
 * The assertions do not read deployed resources or the policies of an organization.
 *
 * @see https://docs.aws.amazon.com/cdk/v2/guide/testing.html
 * @example
 * import { App, Stack } from 'aws-cdk-lib';
 * import { ClusterOidcProvider, IrsaAssertions, IrsaServiceAccount } from 'cdk-irsa';
 *
 * const app = new App();
 * const stack = new Stack(app, 'Payments', { env: { account: '111122223333', region: 'eu-west-1' } });
 * const oidcProvider = new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE' });
 * const api = new IrsaServiceAccount(stack, 'Api', { oidcProvider, namespace: 'payments', serviceAccountName: 'api' });
 *
 * const irsa = IrsaAssertions.fromStack(stack);
 * irsa.allows({ identity: api });
 * irsa.denies({ namespace: 'payments', serviceAccount: 'web', roleOf: api });
 * irsa.allowsOnly([{ identity: api }]);
 * irsa.manifestsMatchRoles();
 * irsa.hasNoLambda();
 */
export class IrsaAssertions {
  /**
   * Creates assertions about a whole app or one of its stages.
   *
   * @param assembly the result of `app.synth()`; a stage that is synthesized on its own has no manifests, because the
   * app writes them
   * @throws if the assembly or a manifest cannot be read
   */
  public static fromAssembly(assembly: CloudAssembly, options: IrsaAssertionsOptions = {}): IrsaAssertions {
    return new IrsaAssertions(new AccessAssertions(assembly.directory, options));
  }

  /**
   * Creates assertions about the roles, manifests and resources of one stack and its nested stacks. The app is
   * synthesized unless it already was, and its other stacks are read to resolve imports.
   *
   * @param stack the stack, which may be a nested stack
   * @throws if the app cannot be synthesized, or a manifest cannot be read
   */
  public static fromStack(stack: Stack, options: IrsaAssertionsOptions = {}): IrsaAssertions {
    const [stage, { root }] = [Stage.of(stack), stack.node];
    if (!stage || !Stage.isStage(root)) fail(stack, 'The stack must be part of an App. Pass an App as its scope.');
    const { directory } = root.synth(); // synthesizes the whole app, because only the app writes manifests
    return new IrsaAssertions(
      new AccessAssertions(directory, options, join(stage.synth().directory, stack.templateFile)),
    );
  }

  private constructor(private readonly assertions: AccessAssertions) {}

  /**
   * Asserts that the trust policy of the role allows the service account to assume it. If `roleMatching` matches
   * several roles, this applies to each of them.
   *
   * @throws if it cannot assume the role, if this depends on the deployment, or if there is no such role
   */
  public allows(access: ServiceAccountAccess): void {
    this.assertions.allows(access);
  }

  /**
   * Asserts that the service account cannot assume the role: its trust policy allows it through no issuer, audience or
   * cluster. If `roleMatching` matches several roles, this applies to each of them.
   *
   * @throws if it can assume the role, if this depends on the deployment, or if there is no such role
   */
  public denies(access: ServiceAccountAccess): void {
    this.assertions.denies(access);
  }

  /**
   * Asserts that the listed service accounts can assume the listed roles, and that no other service account of any
   * cluster can assume any role, with web identity or EKS Pod Identity. A wildcard subject in a trust policy counts as
   * an unlisted service account unless you list it with `pattern: true`; so does `*` (everyone). Other principals in
   * trust policies, such as `lambda.amazonaws.com` or the ARN of a user, are ignored.
   *
   * @param accesses the service accounts and their roles; an empty list asserts that no service account can assume a
   * role
   * @param options selects the roles to check; by default all roles
   * @throws if a listed service account cannot assume its role, if an unlisted one can assume a role, or if a trust
   * policy cannot be read
   */
  public allowsOnly(accesses: AllowedServiceAccounts[], options: AllowsOnlyOptions = {}): void {
    this.assertions.allowsOnly(accesses, options);
  }

  /**
   * Asserts that every annotated ServiceAccount in the manifests names a role of the app whose trust policy allows it
   * to assume the role with its audience. The same applies to EKS Pod Identity associations. The assertion applies the
   * rules `role-not-found`, `role-does-not-trust` and `audience-mismatch` of `IrsaValidator` at any severity: a value
   * that is known only at deployment does not match. Roles that the app imports for a service account are not checked.
   *
   * @throws if a ServiceAccount does not match its role, or if no ServiceAccount is annotated
   */
  public manifestsMatchRoles(): void {
    this.assertions.manifestsMatchRoles();
  }

  /**
   * Asserts that no template contains a Lambda function or a custom resource (`AWS::Lambda::Function`,
   * `AWS::CloudFormation::CustomResource` or `Custom::*`).
   *
   * @throws if a template contains one; the error lists logical IDs and types
   */
  public hasNoLambda(): void {
    this.assertions.hasNoLambda();
  }
}
