import { IRole } from 'aws-cdk-lib/aws-iam';
import { Chart } from 'cdk8s';
import { IrsaRoleOptions } from './irsa-role';

/**
 * What every service account with a role has, whichever way its pods get the role's credentials.
 */
export interface ServiceAccountOptions extends IrsaRoleOptions {
  /**
   * The Kubernetes namespace: a DNS-1123 label of at most 63 characters. Guessing it is how IRSA breaks.
   *
   * @default - required, unless `controller` is given: what its chart uses
   */
  readonly namespace?: string;

  /**
   * The name of the ServiceAccount: a DNS-1123 subdomain of at most 253 characters.
   *
   * @default - required, unless `controller` is given: what its chart uses
   */
  readonly serviceAccountName?: string;

  /**
   * An existing role. It is left as it is: its trust policy must let this service account in, and no role option can be
   * given beside it. Synth says what the trust policy must contain, ready to paste where account, region and issuer are
   * literal; an `IrsaRole` that does not let it in is an error.
   *
   * @default - a new role, which trusts exactly this service account
   */
  readonly role?: IRole;

  /**
   * Labels of the ServiceAccount.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * More annotations of the ServiceAccount. They cannot contradict the ones of this construct.
   *
   * @default - only the ones of this construct
   */
  readonly annotations?: { [key: string]: string };

  /**
   * Whether Kubernetes mounts its own API token into pods. The credentials for AWS do not depend on it.
   *
   * @default - the default of Kubernetes, true
   */
  readonly automountServiceAccountToken?: boolean;

  /**
   * Names of Secrets to pull images with.
   *
   * @default - none
   */
  readonly imagePullSecrets?: string[];

  /**
   * Whether the manifest holds the Namespace too, once however many service accounts ask for it.
   *
   * @default false
   */
  readonly createNamespace?: boolean;

  /**
   * Whether the manifest holds the ServiceAccount. False when somebody else, such as a Helm chart, makes it: give
   * it `annotations` or `helmValues()`.
   *
   * @default true
   */
  readonly createServiceAccount?: boolean;

  /**
   * A chart of your own cdk8s app, to hold the ServiceAccount instead of the stack's manifest file. Everything in the
   * ServiceAccount must be known at synth then.
   *
   * @default - the stack's manifest file, `KubernetesManifests.of(stack)`
   */
  readonly chart?: Chart;
}
