/**
 * What the spec of a pod says.
 */

import { propertyOf } from './json';

export interface ContainerJson {
  readonly name?: unknown;
  readonly securityContext?: unknown;
}

/** The spec of a pod whose containers are known to be lists of objects. */
export interface PodSpecJson<Container = ContainerJson> {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly securityContext?: unknown;
  readonly os?: unknown;
  readonly nodeSelector?: unknown;
}

/** On pods: the containers that get no credentials. */
export const SKIP_CONTAINERS = 'eks.amazonaws.com/skip-containers';

export function allContainers<Container>({ containers, initContainers = [] }: PodSpecJson<Container>): Container[] {
  return [...containers, ...initContainers];
}

/**
 * The containers that the webhook gives credentials. It splits at commas and does not trim.
 *
 * @param nameOf a container's name as it is compared
 */
export function withCredentials<Container extends ContainerJson>(
  spec: PodSpecJson<Container>,
  skipList: string,
  nameOf: (name: unknown) => unknown = name => name,
): Container[] {
  const skipped: unknown[] = skipList.split(',');
  return allContainers(spec).filter(({ name }) => !skipped.includes(nameOf(name)));
}

export interface SecurityContextJson {
  readonly runAsUser?: unknown;
  readonly runAsNonRoot?: unknown;
  readonly fsGroup?: unknown;
}

/** Whether a container evidently runs as somebody else than root; its own settings come before the pod's. */
export function isNonRoot(own: SecurityContextJson, pod: SecurityContextJson): boolean {
  const user = own.runAsUser ?? pod.runAsUser;
  return user === undefined ? (own.runAsNonRoot ?? pod.runAsNonRoot) === true : user !== 0;
}

export function isWindows(spec: PodSpecJson): boolean {
  return propertyOf(spec.os, 'name') === 'windows' || propertyOf(spec.nodeSelector, 'kubernetes.io/os') === 'windows'
    || [spec, ...allContainers(spec)].some(
      ({ securityContext }) => propertyOf(securityContext, 'windowsOptions') !== undefined,
    );
}
