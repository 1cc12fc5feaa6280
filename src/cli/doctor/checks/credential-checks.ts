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
  title: 'no other credentials go before the role',
  run: facts => {
    const pods = ownPods(facts);
    if (pods.length === 0) return undefined;
    const keys = variablesOf(pods, KEYS, ({ isOptional = false }) => !isOptional);
    if (keys.length > 0) {
      return wrong(`${keys[0].what.split(',')[0]} is set: SDKs take static keys before the role.`, {
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
        'No static keys and no profile are '
          + `${sources.length > 0 ? 'named; what Secrets and ConfigMaps hold is not read' : 'set'}.`,
        podLines(sources, foundInWords),
      );
    }
    return unknown(
      'Other credentials may go before the role: the SDK for JavaScript looks at a profile first, and a Secret can '
        + 'hold keys.',
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
          `envFrom ${secretRef ? 'Secret' : 'ConfigMap'} ${secretRef?.name ?? configMapRef?.name}, which may hold `
            + 'AWS_ACCESS_KEY_ID',
      ),
  );
}

function inContainers(pods: PodObject[], find: (container: Container) => string[]): Found[] {
  return pods.flatMap(pod =>
    containersOf(pod).flatMap(container => find(container).map(what => ({ pod, container: container.name, what }))),
  );
}

function foundInWords({ pod, container, what }: Found): string {
  return `pod ${pod.name}, container ${container}: ${what}`;
}

interface OldImage {
  /** The end of the repository's name. */
  readonly image: RegExp;
  /** The newest version that is known to be too old. */
  readonly tooOld: string;
  readonly advice: string;
}

/**
 * Images whose versions are known to have an SDK from before IRSA. Of others nothing is claimed: a tag seldom tells the
 * SDK.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts-minimum-sdk.html
 */
const OLD_IMAGES: OldImage[] = [
  {
    image: /^(amazon|public\.ecr\.aws\/aws-cli)\/aws-cli$/,
    tooOld: '1.16.231',
    advice: 'Use the AWS CLI 1.16.232 or newer.',
  },
  // kubernetes-sigs/external-dns#1172
  { image: /(^|\/)external-dns$/, tooOld: '0.5.15', advice: 'Use external-dns 0.5.18 or newer.' },
  // distribution/distribution#3756
  {
    image: /^(docker\.io\/)?(library\/)?registry$|(^|\/)distribution\/registry$/,
    tooOld: '2.8.1',
    advice: 'Use the registry (distribution) 3, whose SDK is newer.',
  },
];

/** The first versions of the SDKs that know IRSA, for those who know which SDK is in their image. */
const MINIMUM_VERSIONS =
  'at least: AWS CLI 1.16.232; Boto3 1.9.220 and botocore 1.12.200; Go 1.23.13, or 2; Java 2.10.11 with its module '
    + 'sts, or 1.12.782; JavaScript 3.27.0 or 2.525.0; Ruby 3.58.0';

export const SDK_VERSION: Check = {
  id: 'sdk-version',
  title: 'no image is known to have an SDK from before IRSA',
  run: facts => {
    const pods = ownPods(facts);
    if (pods.length === 0) return undefined;
    const found = inContainers(pods, ({ image = '' }) => (oldImage(image) ? [image] : []));
    if (found.length === 0) {
      return ok('No image is known to have an SDK that is too old; the name of an image seldom tells.', [
        MINIMUM_VERSIONS,
      ]);
    }
    return wrong(`The SDK in ${found[0].what} is too old for IRSA.`, {
      evidence: [...podLines(found, foundInWords), MINIMUM_VERSIONS],
      fix: [...new Set(found.map(({ what }) => oldImage(what)!.advice))],
    });
  },
};

function oldImage(image: string): OldImage | undefined {
  const [, name, tag] = /^([^@]+?):v?(\d+\.\d+\.\d+)(?:[-_][\w.-]+)?(?:@.*)?$/.exec(image) ?? [];
  return tag === undefined ? undefined : OLD_IMAGES.find(old => old.image.test(name) && isUpTo(tag, old.tooOld));
}

function isUpTo(version: string, limit: string): boolean {
  const [one, other] = [version, limit].map(text => text.split('.').map(Number));
  const at = one.findIndex((part, index) => part !== other[index]);
  return at < 0 || one[at] < other[at];
}
