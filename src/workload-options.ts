import { Duration } from 'aws-cdk-lib';
import { problem } from './private/errors';
import { tokenExpirationProblem } from './private/manifests/token-expiration';
import { isToken } from './private/values/is-token';

const MAX_GROUP_ID = 2 ** 31 - 1;

/**
 * Options of `applyTo`: how the pods of a workload use a service account.
 */
export interface WorkloadOptions {
  /**
   * The group that owns the volumes of the pod, including the token file (`securityContext.fsGroup`), 0 to
   * 2,147,483,647. It is rarely needed: since Kubernetes 1.19, containers that do not run as root can read the token
   * without it.
   *
   * @see https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
   * @default - the workload keeps its own `fsGroup`, if it has one
   */
  readonly fsGroup?: number;

  /**
   * How long a token is valid, 10 minutes to 24 hours (600 to 86,400 seconds). It overrides the setting of the service
   * account.
   *
   * @default - the setting of the service account
   */
  readonly tokenExpiration?: Duration;

  /**
   * Names of containers and init containers that get no credentials, such as sidecars. At least one container must
   * remain.
   *
   * @default - every container gets credentials
   */
  readonly skipContainers?: string[];

  /**
   * Names of containers and init containers that get credentials; all others of the workload get none. It cannot be
   * combined with `skipContainers`.
   *
   * The webhook only supports a list of containers to skip, which is computed from the containers at synth time. A
   * container that another admission webhook adds later, such as the sidecar of a service mesh, still gets credentials.
   *
   * @default - every container gets credentials
   */
  readonly includeContainers?: string[];

  /**
   * Whether SDKs name their sessions after the pod (`AWS_ROLE_SESSION_NAME`). CloudTrail then shows which pod made a
   * call, and the name does not change while the pod runs.
   *
   * STS requires 2 to 64 characters; a pod with a session name of another length gets no credentials. Therefore the
   * name of the pod is used only if it cannot be longer: in a Deployment, ReplicaSet, ReplicationController, DaemonSet,
   * StatefulSet, Job, CronJob or Argo Rollout, whose pods have names of at most 63 characters, and in a Pod with a name
   * of 2 to 64. For other kinds and longer names, all pods use the session name `<namespace>.<workload>`, shortened to
   * 64 characters with a hash. A container that sets the variable itself keeps its value.
   *
   * This applies only to IRSA. With EKS Pod Identity, nothing is written, because EKS chooses a session name that
   * contains the name of the pod.
   *
   * @default false
   * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html
   */
  readonly sessionNameFromPod?: boolean;

  /**
   * Whether pods are re-created when their role or audience changes. An annotation in the pod template makes Kubernetes
   * do so, because credentials are injected only when a pod is created. Nothing is written to a Pod, Job or CronJob,
   * because they have no pods to replace.
   *
   * @default true
   */
  readonly restartOnChange?: boolean;
}

/** Returns what is wrong with the options themselves. Tokens are accepted. */
export function optionsProblem(options: WorkloadOptions): string | undefined {
  const { fsGroup, tokenExpiration, skipContainers, includeContainers } = options;
  for (const property of ['skipContainers', 'includeContainers'] as const) {
    if (isToken(options[property])) {
      return problem(property, 'be a list known at synth time', options[property], 'Pass an array of literals.');
    }
  }
  if (includeContainers && skipContainers) {
    return problem('includeContainers', 'not be combined with `skipContainers`', includeContainers,
      'Use only one of them.');
  }
  return fsGroupProblem(fsGroup) ?? tokenExpirationProblem(tokenExpiration);
}

/** Returns what is wrong with a group. Tokens are accepted. */
export function fsGroupProblem(value: unknown): string | undefined {
  if (value === undefined || isToken(value)) return undefined;
  if (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_GROUP_ID) return undefined;
  return problem(
    'fsGroup',
    `be a whole number, 0 to ${MAX_GROUP_ID}`,
    value,
    'Leave it out unless other volumes of the pod need it. The token is readable without it.',
  );
}
