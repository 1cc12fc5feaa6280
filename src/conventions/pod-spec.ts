/**
 * Reads pod specs.
 */

import { isObject, JsonObject, objectOf, propertyOf } from './json';

export interface ContainerJson {
  readonly name?: unknown;
  readonly securityContext?: unknown;
  readonly env?: unknown;
  readonly volumeMounts?: unknown;
}

/** The spec of a pod whose containers are known to be lists of objects. */
export interface PodSpecJson<Container = ContainerJson> {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly securityContext?: unknown;
  readonly os?: unknown;
  readonly nodeSelector?: unknown;
  readonly volumes?: unknown;
}

/** The pod annotation that lists the containers that get no credentials. */
export const SKIP_CONTAINERS = 'eks.amazonaws.com/skip-containers';

/** Environment variables that SDKs prefer to the role. */
export const STATIC_CREDENTIALS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
export const ROLE_ARN_VARIABLE = 'AWS_ROLE_ARN';

export function allContainers<Container>({ containers, initContainers = [] }: PodSpecJson<Container>): Container[] {
  return [...containers, ...initContainers];
}

/**
 * Returns the containers that the annotation `skip-containers` names: the fields of its first CSV line. Quotes are
 * supported, and whitespace is not trimmed. Undefined if the text is not valid CSV; the webhook then skips no
 * container.
 *
 * @see https://pkg.go.dev/encoding/csv
 */
export function skippedContainers(skipList: string): string[] | undefined {
  const line = skipList.replace(/\r\n/g, '\n').replace(/\r$/, '').replace(/^\n+/, '');
  if (line === '') return [];
  const field = /("(?:[^"]|"")*"|[^",\n]*)(,|\n|$)/gy;
  const names: string[] = [];
  for (let end = ','; end === ',';) {
    const found = field.exec(line);
    if (found === null) return undefined;
    const [, name] = found;
    names.push(name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);
    end = found[2];
  }
  return names;
}

/**
 * Returns the containers that get credentials from the webhook. It parses the list as CSV, and skips none if that
 * fails.
 *
 * @param nameOf returns a container's name for comparison
 */
export function withCredentials<Container extends ContainerJson>(
  spec: PodSpecJson<Container>,
  skipList: string,
  nameOf: (name: unknown) => unknown = name => name,
): Container[] {
  const skipped: unknown[] = skippedContainers(skipList) ?? [];
  return allContainers(spec).filter(({ name }) => !skipped.includes(nameOf(name)));
}

export interface SecurityContextJson {
  readonly runAsUser?: unknown;
  readonly runAsNonRoot?: unknown;
  readonly fsGroup?: unknown;
}

/** Whether a container is known not to run as root. Its own settings take precedence over the pod's. */
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

/** The environment variable from which SDKs take the path of the token file. */
export const TOKEN_FILE = 'AWS_WEB_IDENTITY_TOKEN_FILE';

/** The volume that the webhook adds. A pod that already has a volume with this name keeps it. */
export const WEBHOOK_VOLUME = 'aws-iam-token';

/** A token in a projected volume. */
export interface ProjectedToken {
  /** Undefined for a token for the API server. */
  readonly audience?: string;
  /** The mode of the volume's files. */
  readonly defaultMode: number;
}

/** The default mode of projected volumes in the API server. */
const DEFAULT_MODE = 0o644;
const READABLE_BY_ALL = 0o004;

/** Returns the projected token at a path in a container, if there is one. */
export function tokenAt(spec: PodSpecJson, { volumeMounts }: ContainerJson, path: string): ProjectedToken | undefined {
  const file = unixPath(path);
  for (const { name, mountPath } of objectsIn(volumeMounts)) {
    const folder = unixPath(`${mountPath}`).replace(/\/+$/, '');
    const token = tokensIn(spec, name).find(source => `${folder}/${source.path}` === file);
    if (token) return token;
  }
  return undefined;
}

/** Returns the projected tokens in a volume of a pod. */
export function tokensIn({ volumes }: PodSpecJson, name: unknown): (ProjectedToken & { readonly path: string })[] {
  const projected = propertyOf(objectsIn(volumes).find(volume => volume.name === name), 'projected');
  const mode = propertyOf(projected, 'defaultMode');
  return objectsIn(propertyOf(projected, 'sources'))
    .map(({ serviceAccountToken }) => serviceAccountToken)
    .filter(isObject)
    .map(({ path, audience }) => ({
      path: `${path}`,
      defaultMode: typeof mode === 'number' ? mode : DEFAULT_MODE,
      ...typeof audience === 'string' && { audience },
    }));
}

/**
 * Whether containers that do not run as root can read a projected token.
 *
 * Since Kubernetes 1.19, the file belongs to the group `fsGroup` (0640), or to the user that all containers run as
 * (0600). Otherwise the file has the `defaultMode` of the volume, 0644 unless the pod sets another mode.
 *
 * @see https://github.com/kubernetes/kubernetes/pull/89193
 */
export function canNonRootRead(spec: PodSpecJson, { defaultMode }: ProjectedToken): boolean {
  const fsGroup = propertyOf(spec.securityContext, 'fsGroup') ?? undefined;
  return fsGroup !== undefined || hasSharedUser(spec) || defaultMode % 0o10 >= READABLE_BY_ALL;
}

/** Whether all containers, including init containers, run as the same user. */
function hasSharedUser(spec: PodSpecJson): boolean {
  const ofPod = objectOf<SecurityContextJson>(spec.securityContext);
  const users = new Set(allContainers(spec).map(({ securityContext }) =>
    objectOf<SecurityContextJson>(securityContext).runAsUser ?? ofPod.runAsUser ?? undefined));
  return users.size === 1 && !users.has(undefined);
}

function objectsIn(list: unknown): JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** Converts a Windows path to Linux notation. */
function unixPath(path: string): string {
  return path.replace(/^[A-Za-z]:/, '').replaceAll('\\', '/');
}
