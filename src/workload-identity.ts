import {
  AddToPrincipalPolicyResult, Grant, IGrantable, IManagedPolicy, IRole, PolicyStatement,
} from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { HelmValuesOptions } from './kubernetes-manifests';
import { WorkloadOptions } from './workload-options';

/**
 * A Kubernetes service account together with the role that its pods assume, through IRSA or EKS Pod Identity.
 *
 * `IrsaServiceAccount` and `PodIdentityServiceAccount` implement it. Use it in your own code if it needs the identity
 * of a workload but does not depend on how its pods get their credentials.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import { Bucket } from 'aws-cdk-lib/aws-s3';
 * import { IWorkloadIdentity } from 'cdk-irsa';
 *
 * function giveReceipts(stack: Stack, identity: IWorkloadIdentity): void {
 *   new Bucket(stack, `Receipts-${identity.serviceAccountName}`).grantReadWrite(identity);
 * }
 */
export interface IWorkloadIdentity extends IConstruct, IGrantable {
  /**
   * The role that the service account assumes.
   */
  readonly role: IRole;

  /**
   * The ARN of the role. It is literal if the account, the region and the name of the role are.
   */
  readonly roleArn: string;

  /**
   * The Kubernetes namespace.
   */
  readonly namespace: string;

  /**
   * The name of the ServiceAccount.
   */
  readonly serviceAccountName: string;

  /**
   * The annotations of the ServiceAccount, for a Helm chart or a ServiceAccount of cdk8s-plus.
   */
  readonly annotations: { [key: string]: string };

  /**
   * Returns values for a Helm chart: `{ serviceAccount: { create, name, annotations } }`, or the values that the chart
   * of the `controller` expects.
   *
   * @throws if `key` is invalid, or missing for a controller whose chart supports no annotations
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- how jsii spells JSON
  helmValues(options?: HelmValuesOptions): { [key: string]: any };

  /**
   * Makes synth write `helmValues()` to a file next to the stack's manifests.
   *
   * @param fileName a name that ends in .yaml or .yml, without a folder
   * @throws if `fileName` or `key` is invalid
   */
  writeHelmValues(fileName: string, options?: HelmValuesOptions): void;

  /**
   * Returns the ServiceAccount as an object that may contain tokens, for `cluster.addManifest()`.
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- how jsii spells JSON
  toManifest(): { [key: string]: any };

  /**
   * Makes the pods of a workload use this service account.
   *
   * @param workload an `ApiObject`, or a construct whose default child is one, such as those of cdk8s-plus
   * @throws if an option is invalid, or the workload already uses another service account
   */
  applyTo(workload: IConstruct, options?: WorkloadOptions): void;

  /**
   * Adds a statement to the role's policy.
   */
  addToPrincipalPolicy(statement: PolicyStatement): AddToPrincipalPolicyResult;

  /**
   * Attaches a managed policy to the role.
   */
  addManagedPolicy(policy: IManagedPolicy): void;

  /**
   * Allows the pods to assume another role with the credentials of this one (role chaining). Adds both statements: the
   * permission of this role, and the trust statement of the other role, which names exactly this role. If EKS Pod
   * Identity sends session tags, both also allow `sts:TagSession`.
   *
   * The other role is deployed after this one. For a role that the app does not own (`Role.fromRoleArn`), synth prints
   * the trust statement as the info message `cdk-irsa:chained-role`, ready to paste.
   *
   * @param role the role to assume, in this or another account
   * @throws if `role` is not a role
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html#iam-term-role-chaining
   */
  grantAssume(role: IRole): Grant;
}
