import { IRole } from 'aws-cdk-lib/aws-iam';
import { Chart } from 'cdk8s';
import { IrsaRoleOptions } from './irsa-role';

/**
 * Options of every service account with a role, regardless of how its pods get the role's credentials.
 */
export interface ServiceAccountOptions extends IrsaRoleOptions {
  /**
   * The Kubernetes namespace: a DNS-1123 label of at most 63 characters.
   *
   * @default - required, unless `controller` is set: the value that its chart uses
   */
  readonly namespace?: string;

  /**
   * The name of the ServiceAccount: a DNS-1123 subdomain of at most 253 characters.
   *
   * @default - required, unless `controller` is set: the value that its chart uses
   */
  readonly serviceAccountName?: string;

  /**
   * An existing role. It is never modified: its trust policy must allow this service account, and role options cannot
   * be combined with it. Synth prints the trust policy that it needs, ready to paste if account, region and issuer are
   * literal. If an `IrsaRole` does not allow the service account, synth fails.
   *
   * @default - a new role that trusts exactly this service account
   */
  readonly role?: IRole;

  /**
   * Labels of the ServiceAccount.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Additional annotations of the ServiceAccount. They cannot contradict the annotations of this construct.
   *
   * @default - only the annotations of this construct
   */
  readonly annotations?: { [key: string]: string };

  /**
   * Whether Kubernetes mounts its own API token into pods. AWS credentials do not depend on it.
   *
   * @default - the default of Kubernetes, true
   */
  readonly automountServiceAccountToken?: boolean;

  /**
   * Names of the Secrets to use for pulling images.
   *
   * @default - none
   */
  readonly imagePullSecrets?: string[];

  /**
   * Whether the manifest also contains the Namespace. The Namespace is written only once, even if several service
   * accounts set this option.
   *
   * @default false
   */
  readonly createNamespace?: boolean;

  /**
   * Whether the manifest contains the ServiceAccount. Set it to false if something else creates the ServiceAccount,
   * such as a Helm chart, and pass `annotations` or `helmValues()` to it.
   *
   * @default true
   */
  readonly createServiceAccount?: boolean;

  /**
   * A chart of your own cdk8s app that contains the ServiceAccount, instead of the stack's manifest file. Everything in
   * the ServiceAccount must then be known at synth time.
   *
   * @default - the stack's manifest file, `KubernetesManifests.of(stack)`
   */
  readonly chart?: Chart;
}
