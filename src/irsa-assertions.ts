import { join } from 'path';
import { Stack, Stage } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import {
  AllowedServiceAccounts,
  AllowsOnlyOptions,
  IrsaAssertionsOptions,
  ServiceAccountAccess,
} from './access-options';
import type { AccessAssertions } from './private/access/assertions';
import { fail } from './private/errors';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- loads the analysis only when used
const analysis = (): typeof import('./private/access/assertions') => require('./private/access/assertions');

/**
 * Says in a unit test which service accounts can assume which roles. By IAM's rules, from the templates and manifests
 * that the app makes: it does not matter whether the roles are made by this library, by `iam.Role`, `CfnRole` or
 * `cluster.addServiceAccount`.
 *
 * What only the deployment decides (an issuer compared with one that you give, a condition on the caller's IP address)
 * is a failure of `allows` and of `denies`, with the reason. A failed assertion throws an error that shows the
 * statement of the trust policy.
 *
 * Deployed things are not looked at, nor are the policies of an organization.
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
   * About a whole app, or a stage of it.
   *
   * @param assembly what `app.synth()` returns. A stage that is synthesized alone has no manifests: the app writes them
   * @throws when the assembly or a manifest cannot be read
   */
  public static fromAssembly(assembly: CloudAssembly, options: IrsaAssertionsOptions = {}): IrsaAssertions {
    return new IrsaAssertions(new (analysis().AccessAssertions)(assembly.directory, options));
  }

  /**
   * About the roles, manifests and resources of one stack and the stacks nested in it. The app is synthesized, unless
   * it was before, and its other stacks are read for what this one imports.
   *
   * @param stack the stack; a nested stack is one too
   * @throws when the app cannot be synthesized, or a manifest cannot be read
   */
  public static fromStack(stack: Stack, options: IrsaAssertionsOptions = {}): IrsaAssertions {
    const [stage, { root }] = [Stage.of(stack), stack.node];
    if (!stage || !Stage.isStage(root)) fail(stack, 'The stack must be part of an App. Give it one as its scope.');
    const { directory } = root.synth(); // of the whole app: only that writes manifests
    return new IrsaAssertions(
      new (analysis().AccessAssertions)(directory, options, join(stage.synth().directory, stack.templateFile)),
    );
  }

  private constructor(private readonly assertions: AccessAssertions) {}

  /**
   * The service account can assume the role by its trust policy; each role, where `roleMatching` matches several.
   *
   * @throws when it cannot, when nobody knows before the deployment, and when there is no such role
   */
  public allows(access: ServiceAccountAccess): void {
    this.assertions.allows(access);
  }

  /**
   * The service account cannot assume the role: its trust policy lets it in by no issuer, no audience and no cluster;
   * no role, where `roleMatching` matches several.
   *
   * @throws when it can, when nobody knows before the deployment, and when there is no such role
   */
  public denies(access: ServiceAccountAccess): void {
    this.assertions.denies(access);
  }

  /**
   * The given service accounts can assume the given roles, and no other service account of any cluster can assume any
   * role, by web identity or EKS Pod Identity. A pattern in a trust policy is another one, unless it is given with
   * `pattern`; so is everybody (`*`). Other principals of trust policies, such as `lambda.amazonaws.com` or a user's
   * ARN, are no service accounts.
   *
   * @param accesses may be empty: then no service account can assume a role
   * @param options to say it of some roles alone
   * @throws when one of them cannot, when somebody else can, and when a trust policy cannot be read
   */
  public allowsOnly(accesses: AllowedServiceAccounts[], options: AllowsOnlyOptions = {}): void {
    this.assertions.allowsOnly(accesses, options);
  }

  /**
   * Every annotated ServiceAccount in the manifests names a role that the app makes and that lets it in with its
   * audience: the rules `role-not-found`, `role-does-not-trust` and `audience-mismatch` of `IrsaValidator`, at any
   * severity: what only the deployment knows is no match. So it is with the associations of EKS Pod Identity. Roles
   * that the app imports for a service account are somebody else's and not looked at.
   *
   * @throws when one does not, and when no ServiceAccount is annotated at all
   */
  public manifestsMatchRoles(): void {
    this.assertions.manifestsMatchRoles();
  }

  /**
   * No template has a Lambda function or a custom resource: no `AWS::Lambda::Function`,
   * `AWS::CloudFormation::CustomResource` or `Custom::*`.
   *
   * @throws when one has, with logical ids and types
   */
  public hasNoLambda(): void {
    this.assertions.hasNoLambda();
  }
}
