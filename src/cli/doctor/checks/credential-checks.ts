/**
 * What a pod has beside the token, and the order in which SDKs look for credentials. By their sources and manuals:
 * static keys in the environment come first everywhere; then the token file (Go, Java, PHP, C++; in Python behind a
 * profile with a role, in JavaScript behind any profile); then a container's credentials, which EKS Pod Identity gives;
 * the node's role is last.
 */
import { changeTemplates, containersOf, environmentOf, ownPods, podLines, Variable } from './pods';
import { Check, ok, unknown, wrong } from '../check';
import { Container, PodObject } from '../facts';

const KEYS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
/** Names of Secrets and ConfigMaps in which keys are likely. */
const HINT = /^envFrom \w+ \S*(aws|credential|s3)/i;
const PROFILES = ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE'];

/** A variable in a container of a pod, and where it is from. */
interface Found {
  readonly pod: PodObject;
  readonly container: string;
  readonly what: string;
}

export const POD_STATIC_KEYS: Check = {
  id: 'pod-static-keys',
  title: 'no other credentials take precedence over the role',
  run: facts => {
    const pods = ownPods(facts);
    if (pods.length === 0) return undefined;
    const keys = variablesOf(pods, KEYS, ({ isOptional = false }) => !isOptional);
    if (keys.length > 0) {
      return wrong(`${keys[0].what.split(',')[0]} is set: SDKs use static keys before the role.`, {
        evidence: podLines(keys, foundInWords),
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
        podLines(sources, foundInWords),
      );
    }
    return unknown(
      'Other credentials may take precedence over the role: the SDK for JavaScript reads a profile first, and a Secret '
        + 'can contain keys.',
      {
        evidence: podLines(doubtful, foundInWords),
        fix: ['Remove them from the pod template if the pods are to use the role.'],
        decisive: true,
      },
    );
  },
};

function variablesOf(
  pods: PodObject[], names: string[], isMeant: (variable: Variable) => boolean = () => true,
): Found[] {
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
 * Secrets and ConfigMaps taken as a whole: what is in them is not read, and their names hint. With a prefix the names
 * of their variables are others.
 */
function sourcesOf(pods: PodObject[]): Found[] {
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

export function inContainers(pods: PodObject[], find: (container: Container) => string[]): Found[] {
  return pods.flatMap(pod =>
    containersOf(pod).flatMap(container => find(container).map(what => ({ pod, container: container.name, what }))),
  );
}

export function foundInWords({ pod, container, what }: Found): string {
  return `pod ${pod.name}, container ${container}: ${what}`;
}
