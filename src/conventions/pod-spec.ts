/**
 * What the spec of a pod says.
 */

/** On pods: the containers that get no credentials. */
export const SKIP_CONTAINERS = 'eks.amazonaws.com/skip-containers';

export function allContainers({ containers, initContainers = [] }: any): any[] {
  return [...containers, ...initContainers];
}

/**
 * The containers that the webhook gives credentials. It splits at commas and does not trim.
 *
 * @param nameOf a container's name as it is compared
 */
export function withCredentials(spec: any, skipList: string, nameOf: (name: any) => string = name => name): any[] {
  const skipped = skipList.split(',');
  return allContainers(spec).filter(({ name }) => !skipped.includes(nameOf(name)));
}

/** Whether a container evidently runs as somebody else than root; its own settings come before the pod's. */
export function isNonRoot(own: any, pod: any): boolean {
  const user = own.runAsUser ?? pod.runAsUser;
  return user === undefined ? (own.runAsNonRoot ?? pod.runAsNonRoot) === true : user !== 0;
}

export function isWindows(spec: any): boolean {
  return spec.os?.name === 'windows' || spec.nodeSelector?.['kubernetes.io/os'] === 'windows'
    || [spec, ...allContainers(spec)].some(({ securityContext }) => securityContext?.windowsOptions !== undefined);
}
