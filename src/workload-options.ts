import { Duration, Token } from 'aws-cdk-lib';
import { problem } from './private/errors';
import { tokenExpirationProblem } from './private/manifests/token-expiration';

const MAX_GROUP_ID = 2 ** 31 - 1;

/**
 * How the pods of a workload use a service account.
 */
export interface WorkloadOptions {
  /**
   * The group that owns the volumes of the pod, the token file among them (`securityContext.fsGroup`), 0 to
   * 2,147,483,647. You rarely need it: since Kubernetes 1.19, containers that do not run as root can read the token
   * without it.
   *
   * @see https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
   * @default - the workload keeps its own `fsGroup`, if it has one
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
  if (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_GROUP_ID) return undefined;
  return problem(
    'fsGroup',
    `be a whole number, 0 to ${MAX_GROUP_ID}`,
    value,
    'Leave it out unless other volumes of the pod need it: the token can be read without it.',
  );
}
