/**
 * Questions about pods that several checks ask, and commands that change pods.
 */
import { linesInShort } from '../../../analysis/lists';
import {
  allContainers, ProjectedToken, SKIP_CONTAINERS, TOKEN_FILE, tokenAt, WEBHOOK_VOLUME, withCredentials,
} from '../../../conventions/pod-spec';
import { ROLE_ARN_ANNOTATION } from '../../../conventions/webhook-annotations';
import { counted } from '../../text';
import { Container, EnvironmentVariable, Facts, OtherPod, PodIdentity, PodObject } from '../facts';
import { isLive } from '../pod-phase';

const SHOWN = 3;

export const ROLE_ARN = 'AWS_ROLE_ARN';
export const CONTAINER_CREDENTIALS = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';

export type PodFacts = Pick<Facts, 'pods' | 'question' | 'serviceAccount'>;

/** A variable of a container: its value if the spec has it and it was read, otherwise where it comes from. */
export interface Variable {
  readonly value?: string;
  readonly from?: string;
  /** Whether the variable is skipped if its source does not exist. */
  readonly isOptional?: boolean;
}

export function environmentOf({ env = [] }: Pick<Container, 'env'>): Map<string, Variable> {
  return new Map(env.map(({ name, value, valueFrom }) => {
    const { optional } = valueFrom?.secretKeyRef ?? valueFrom?.configMapKeyRef ?? {};
    return [name, { value, from: sourceOf(valueFrom), ...optional === true && { isOptional: true } }];
  }));
}

function sourceOf(valueFrom: EnvironmentVariable['valueFrom']): string | undefined {
  if (valueFrom?.secretKeyRef) return `Secret ${valueFrom.secretKeyRef.name}`;
  if (valueFrom?.configMapKeyRef) return `ConfigMap ${valueFrom.configMapKeyRef.name}`;
  return valueFrom ? 'a field of the pod' : undefined;
}

/**
 * The pods to check. Pods that have ended or are being deleted count only if `--pod` names them. Empty if the pods
 * could not be read.
 */
export function livePods({ pods, question }: Pick<Facts, 'pods' | 'question'>): PodObject[] {
  const all = 'value' in pods ? pods.value ?? [] : [];
  return question.pod === undefined ? all.filter(isLive) : all;
}

/** The pods to check that use the service account. */
export function ownPods(facts: Pick<Facts, 'pods' | 'question'>): PodObject[] {
  return livePods(facts).filter(({ serviceAccount }) => serviceAccount === facts.question.serviceAccount);
}

/** The annotated role; without an annotation, the role that the pod templates set. */
export function annotatedRole(facts: PodFacts): string | undefined {
  const { serviceAccount } = facts;
  return 'value' in serviceAccount
    ? (serviceAccount.value?.annotations[ROLE_ARN_ANNOTATION] ?? broughtByPods(facts)?.role)
    : undefined;
}

/**
 * The role and the token audience that pod templates set themselves, with variables and a volume, so that they need
 * neither annotation nor webhook. Undefined unless all pods do so and agree.
 */
export function broughtByPods(facts: PodFacts): { readonly role: string; readonly audience?: string } | undefined {
  const pods = ownPods(facts);
  if (pods.some(isChanged)) return undefined;
  const brought = pods.flatMap(pod => containersOf(pod).map(container => (
    { role: environmentOf(container).get(ROLE_ARN)?.value, source: tokenSourceOf(pod, container) })));
  const { role, source } = brought[0] ?? {};
  if (role === undefined || source === undefined) return undefined;
  return brought.every(container => container.role === role && container.source?.audience === source.audience)
    ? { role, audience: source.audience }
    : undefined;
}

interface AnnotationTime {
  /** The annotation is not newer than this. If unknown, when the ServiceAccount was created: it is not older. */
  readonly since: Date;
  readonly isKnown: boolean;
  /** What happened at that time, in words. */
  readonly words: string;
}

/** When the annotation was set, as far as the ServiceAccount records it. */
export function annotationTime({ serviceAccount }: Pick<Facts, 'serviceAccount'>): AnnotationTime | undefined {
  const account = 'value' in serviceAccount ? serviceAccount.value : undefined;
  if (account === undefined) return undefined;
  const { annotated, isAnnotatedExact, created } = account;
  if (annotated === undefined) {
    return { since: created, isKnown: false, words: `ServiceAccount created at ${created.toISOString()}` };
  }
  return {
    since: annotated,
    isKnown: true,
    words: isAnnotatedExact
      ? `annotation set at ${annotated.toISOString()}`
      : `ServiceAccount last changed at ${annotated.toISOString()} by the manager of the annotation; the annotation `
        + 'may be older',
  };
}

/** The containers that the webhook gives credentials to. */
export function containersOf({ spec, annotations }: PodObject): Container[] {
  return withCredentials(spec, annotations[SKIP_CONTAINERS] ?? '');
}

/** The EKS Pod Identity association, which takes precedence over IRSA. EKS allows one per service account. */
export function associationOf({ podIdentities }: Pick<Facts, 'podIdentities'>): PodIdentity | undefined {
  return 'value' in podIdentities ? podIdentities.value[0] : undefined;
}

/** Whether the pod has the variables of EKS Pod Identity instead of those of IRSA. */
export function hasPodIdentity(pod: PodObject): boolean {
  const environments = allContainers(pod.spec).map(environmentOf);
  return (
    environments.some(environment => environment.has(CONTAINER_CREDENTIALS))
    && !environments.some(environment => environment.has(TOKEN_FILE))
  );
}

/** Whether one of its containers has the variables of the webhook. */
export function isInjected(pod: PodObject): boolean {
  return containersOf(pod).some(
    container => environmentOf(container).has(ROLE_ARN) && environmentOf(container).has(TOKEN_FILE),
  );
}

/** The webhook of EKS skips pods with this label. */
export const SKIP_LABEL = 'eks.amazonaws.com/skip-pod-identity-webhook';

/**
 * The variables in a pod template that keep the webhook from adding its own: if a container has one of the two, the
 * webhook adds neither. Both together with a token are fine.
 */
export function hardCoded(pod: PodObject, container: Container): string[] {
  const environment = environmentOf(container);
  const present = [ROLE_ARN, TOKEN_FILE].filter(name => environment.has(name));
  return present.length === 2 && tokenSourceOf(pod, container) ? [] : present;
}

/** The pods of the service account that the webhook did not change, including pods older than the annotation. */
export function unchangedPods(facts: PodFacts): PodObject[] {
  if (annotatedRole(facts) === undefined) return [];
  return ownPods(facts).filter(pod => {
    const containers = containersOf(pod);
    return containers.length > 0 && !(SKIP_LABEL in pod.labels) && !hasPodIdentity(pod) && !isInjected(pod)
      && !containers.some(container => hardCoded(pod, container).length > 0);
  });
}

/** Whether the webhook changed the pod: only the webhook uses this volume name. */
export function isChanged(pod: PodObject): boolean {
  return isInjected(pod) && (pod.spec.volumes ?? []).some(({ name }) => name === WEBHOOK_VOLUME);
}

/** The projected token behind a container's token file. */
export function tokenSourceOf({ spec }: PodObject, container: Container): ProjectedToken | undefined {
  return tokenAt(spec, container, environmentOf(container).get(TOKEN_FILE)?.value ?? '');
}

/** One line per item: the first few, then how many more there are. */
export function podLines<T>(all: readonly T[], line: (item: T) => string): string[] {
  return linesInShort(all.map(line), SHOWN);
}

/** `Pod a`, `3 pods`. */
export function describePods(pods: readonly PodObject[]): string {
  return pods.length === 1 ? `Pod ${pods[0].name}` : counted(pods.length, 'pod');
}

/** Kinds whose pod template kubectl changes, and whose pods it restarts. */
const ROLLED_OUT = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** The workload of a pod, as kubectl names it: `deployment/api`. */
export function workloadOf({ name, owner }: Pick<PodObject, 'name' | 'owner'>): string {
  return owner === undefined ? `pod/${name}` : `${owner.kind.toLowerCase()}/${owner.name}`;
}

/** Commands that re-create the pods: an existing pod does not change. */
export function restart(facts: Pick<Facts, 'pods' | 'question'>, pods = ownPods(facts)): string[] {
  const { namespace } = facts.question;
  if (pods.length === 0) return [`Restart the workload: kubectl rollout restart deployment/<name> -n ${namespace}`];
  return podLines([...new Set(pods.map(pod => restartCommand(pod, namespace)))], command => command);
}

function restartCommand(pod: PodObject, namespace: string): string {
  const workload = workloadOf(pod);
  const remove = `kubectl delete pod ${pod.name} -n ${namespace}   #`;
  if (pod.owner === undefined) return `${remove} no controller re-creates it: apply its manifest again`;
  if (pod.owner.kind === 'Job') {
    return `Run ${workload} in namespace ${namespace} again. Its existing pods do not change.`;
  }
  return ROLLED_OUT.includes(pod.owner.kind)
    ? `kubectl rollout restart ${workload} -n ${namespace}`
    : `${remove} ${workload} re-creates it`;
}

/**
 * Commands that change pod templates.
 *
 * @param command for one workload, without the namespace
 * @param words what to do in the manifest if kubectl cannot change the template
 */
export function changeTemplates(
  { question: { namespace } }: Pick<Facts, 'question'>,
  pods: readonly (PodObject | OtherPod)[],
  command: (workload: string) => string,
  words: string,
): string[] {
  const lines = pods.map(pod => (ROLLED_OUT.includes(pod.owner?.kind ?? '')
    ? `${command(workloadOf(pod))} -n ${namespace}`
    : `In the manifest of ${workloadOf(pod)} in namespace ${namespace}: ${words}`));
  return podLines([...new Set(lines)], line => line);
}
