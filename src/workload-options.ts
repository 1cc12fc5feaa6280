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
   * Names of containers and init containers that get credentials; all others of the workload get none. It cannot be
   * combined with `skipContainers`.
   *
   * The webhook knows containers to skip only. They are computed from the containers that synth sees: a container that
   * another admission webhook adds later, such as the sidecar of a service mesh, still gets credentials.
   *
   * @default - every container gets credentials
   */
  readonly includeContainers?: string[];

  /**
   * Whether SDKs name their sessions after the pod, by `AWS_ROLE_SESSION_NAME`: CloudTrail then shows which pod made a
   * call, and the name is the same as long as the pod runs.
   *
   * STS takes 2 to 64 characters, and a pod with another session name gets no credentials. The name of the pod is used
   * where it cannot be longer: in a Deployment, ReplicaSet, ReplicationController, DaemonSet, StatefulSet, Job, CronJob
   * or Rollout of Argo, whose pods have names of at most 63 characters, and in a Pod with a name of 2 to 64. For other
   * kinds and longer names, all pods have the session name `<namespace>.<workload>`, shortened to 64 characters with a
   * hash. A container that sets the variable itself keeps its value.
   *
   * For IRSA only. With EKS Pod Identity, EKS chooses the session name, which contains the name of the pod, and nothing
   * is written.
   *
   * @default false
   * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html
   */
  readonly sessionNameFromPod?: boolean;

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
export function optionsProblem(options: WorkloadOptions): string | undefined {
  const { fsGroup, tokenExpiration, skipContainers, includeContainers } = options;
  for (const property of ['skipContainers', 'includeContainers'] as const) {
    if (Token.isUnresolved(options[property])) {
      return problem(property, 'be a list known at synth', options[property], 'Write the names out.');
    }
  }
  if (includeContainers && skipContainers) {
    return problem('includeContainers', 'be given without `skipContainers`', includeContainers, 'Use one of the two.');
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
