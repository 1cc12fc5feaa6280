import { Duration, Token } from 'aws-cdk-lib';
import { problem } from './private/errors';
import { tokenExpirationProblem } from './private/manifests/token-expiration';

/** The group that the documentation of EKS and of the webhook uses for containers that are not root. */
export const TOKEN_READERS = 65534;
const LARGEST_GROUP = 2 ** 31 - 1;

/**
 * How the pods of a workload use a service account.
 */
export interface WorkloadOptions {
  /**
   * The group that owns the token file (`securityContext.fsGroup` of the pod), 0 to 2,147,483,647, so that a container
   * that does not run as root can read it. Kubernetes gives the volumes of the pod to this group too.
   *
   * @see https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
   * @default - 65534 where a container that gets credentials evidently runs as non-root, the pod says no group, and it
   * is no Windows pod; otherwise what the workload says
   */
  readonly fsGroup?: number;

  /**
   * How long a token is valid, 10 minutes to 24 hours (600 to 86,400 seconds). It comes before the service account's.
   *
   * @default - what the service account says
   */
  readonly tokenExpiration?: Duration;

  /**
   * Names of containers and init containers that get no credentials, such as a sidecar. At least one container must
   * remain.
   *
   * @default - every container gets credentials
   */
  readonly skipContainers?: string[];

  /**
   * Whether pods are made anew when their role or audience becomes another one, by an annotation of the pod template:
   * credentials are injected when a pod is created, never later. Nothing is written to a Pod, a Job or a CronJob: they
   * have no pods to replace.
   *
   * @default true
   */
  readonly restartOnChange?: boolean;
}

/** What is wrong with the options themselves. Tokens pass. */
export function optionsProblem({ fsGroup, tokenExpiration, skipContainers }: WorkloadOptions): string | undefined {
  if (Token.isUnresolved(skipContainers)) {
    return problem('skipContainers', 'be a list known at synth', skipContainers, 'Write the names out.');
  }
  return fsGroupProblem(fsGroup) ?? tokenExpirationProblem(tokenExpiration);
}

/** What is wrong with a group. Tokens pass. */
export function fsGroupProblem(value: unknown): string | undefined {
  if (value === undefined || Token.isUnresolved(value)) return undefined;
  if (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= LARGEST_GROUP) return undefined;
  return problem(
    'fsGroup',
    `be a whole number, 0 to ${LARGEST_GROUP}`,
    value,
    `${TOKEN_READERS} is what the documentation of EKS uses.`,
  );
}
