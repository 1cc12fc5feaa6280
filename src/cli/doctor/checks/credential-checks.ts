/**
 * Other credentials of a pod, which may take precedence over the role. The order, by the SDKs' sources and manuals:
 * static keys in the environment first; then the token file (Go, Java, PHP, C++; Python reads a profile with a role
 * first, JavaScript any profile); then container credentials, which EKS Pod Identity provides; the node's role last.
 */
import { changeTemplates, containersOf, environmentOf, ownPods, podLines, Variable } from './pods';
import { Check, ok, unknown, failed } from '../check';
import { Container, PodObject } from '../facts';

const KEYS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
/** Names of Secrets and ConfigMaps that are likely to contain keys. */
const HINT = /^envFrom \w+ \S*(aws|credential|s3)/i;
const PROFILES = ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE'];

/** A fact about a container, such as a variable and its source. */
interface ContainerFact {
  readonly pod: PodObject;
  readonly container: string;
  readonly what: string;
}

export const POD_STATIC_CREDENTIALS: Check = {
  id: 'pod-static-credentials',
  title: 'no other credentials take precedence over the role',
  run: facts => {
    const pods = ownPods(facts);
    if (pods.length === 0) return undefined;
    const keys = variablesOf(pods, KEYS, ({ isOptional = false }) => !isOptional);
    if (keys.length > 0) {
      return failed(`${keys[0].what.split(',')[0]} is set. SDKs use static keys before the role.`, {
        evidence: podLines(keys, describeFact),
        fix: [
          ...changeTemplates(
            facts,
            keys.map(({ pod }) => pod),
            workload => `kubectl set env ${workload} AWS_ACCESS_KEY_ID- AWS_SECRET_ACCESS_KEY- AWS_SESSION_TOKEN-`,
            'remove the variables',
          ),
          'Then rotate the keys.',
        ],
      });
    }
    const sources = sourcesOf(pods);
    const doubtful = [
      ...variablesOf(pods, KEYS, ({ isOptional = false }) => isOptional),
      ...variablesOf(pods, PROFILES),
      ...sources.filter(({ what }) => HINT.test(what)),
    ];
    if (doubtful.length === 0) {
      return ok(
        `No static keys and no profile are set${
          sources.length > 0 ? '; the contents of Secrets and ConfigMaps are not read' : ''}.`,
        podLines(sources, describeFact),
      );
    }
    return unknown(
      'Other credentials may take precedence over the role: the SDK for JavaScript reads a profile first, and a Secret '
        + 'can contain keys.',
      {
        evidence: podLines(doubtful, describeFact),
        fix: ['If the pods should use the role, remove them from the pod template.'],
        decisive: true,
      },
    );
  },
};

function variablesOf(
  pods: PodObject[], names: string[], isMeant: (variable: Variable) => boolean = () => true,
): ContainerFact[] {
  return inContainers(pods, container => {
    const environment = environmentOf(container);
    return names
      .filter(name => environment.has(name) && environment.get(name)!.value !== '' && isMeant(environment.get(name)!))
      .map(
        name => `${name}${environment.get(name)!.from === undefined ? '' : `, from ${environment.get(name)!.from}`}`,
      );
  });
}

/**
 * Secrets and ConfigMaps that become variables as a whole. Their contents are not read; a prefix may rule out the names
 * of keys.
 */
function sourcesOf(pods: PodObject[]): ContainerFact[] {
  return inContainers(pods, ({ envFrom = [] }) =>
    envFrom
      .filter(({ prefix = '' }) => 'AWS_ACCESS_KEY_ID'.startsWith(prefix))
      .map(
        ({ secretRef, configMapRef }) =>
          `envFrom ${secretRef ? 'Secret' : 'ConfigMap'} ${secretRef?.name ?? configMapRef?.name}, which may contain `
            + 'AWS_ACCESS_KEY_ID',
      ),
  );
}

export function inContainers(pods: PodObject[], find: (container: Container) => string[]): ContainerFact[] {
  return pods.flatMap(pod =>
    containersOf(pod).flatMap(container => find(container).map(what => ({ pod, container: container.name, what }))),
  );
}

export function describeFact({ pod, container, what }: ContainerFact): string {
  return `pod ${pod.name}, container ${container}: ${what}`;
}
