import { createHash } from 'crypto';
import { propertyOf } from '../../conventions/json';

/** The environment variable from which SDKs take the name of a web identity session. */
export const SESSION_NAME = 'AWS_ROLE_SESSION_NAME';

/** STS rejects shorter and longer names, and the pod would get no credentials. */
const MIN_LENGTH = 2;
const MAX_LENGTH = 64;
const HASH_LENGTH = 10;

/**
 * Kinds whose pods have names of at most 63 characters: the API server shortens generated names, and a StatefulSet
 * writes the name of each pod to a label, which has the same limit.
 *
 * @see https://github.com/kubernetes/apiserver/blob/master/pkg/storage/names/generate.go
 */
const BOUNDED = new Set([
  '/ReplicationController', 'apps/DaemonSet', 'apps/Deployment', 'apps/ReplicaSet', 'apps/StatefulSet', 'batch/CronJob',
  'batch/Job', 'argoproj.io/Rollout',
]);

/** An environment variable. */
interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: object;
}

/**
 * Returns the environment variable that names the sessions of a pod: after the pod if STS certainly accepts its name,
 * and otherwise after the workload.
 *
 * @param namespace the namespace at synth time
 * @param name the name of the workload at synth time
 */
export function sessionName(
  apiVersion: string, kind: string, namespace: unknown, name: unknown,
): Variable | undefined {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  const isPod = group === '' && kind === 'Pod';
  const fits = typeof name === 'string' && name.length >= MIN_LENGTH && name.length <= MAX_LENGTH;
  if (BOUNDED.has(`${group}/${kind}`) || (isPod && fits)) {
    return { name: SESSION_NAME, valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } };
  }
  if (typeof namespace !== 'string' || typeof name !== 'string') return undefined;
  return { name: SESSION_NAME, value: shortened(`${namespace}.${name}`) };
}

function shortened(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH);
  return `${text.slice(0, MAX_LENGTH - HASH_LENGTH - 1)}-${hash}`;
}

/** Adds a variable to a container that does not have it. */
export function withVariable<Container>(container: Container, variable: Variable): Container {
  const env = propertyOf(container, 'env') ?? [];
  if (!Array.isArray(env) || env.some(({ name }) => name === variable.name)) return container;
  return { ...container, env: [...env, variable] };
}
