/**
 * Whether the SDKs in the images support the way the pods get credentials. Only the name of an image is read.
 */
import { describeFact, inContainers } from './credential-checks';
import { associationOf, ownPods, podLines } from './pods';
import { Check, ok, unknown, failed } from '../check';

type Way = 'IRSA' | 'EKS Pod Identity';

/**
 * The first version of each SDK that supports web identity, and the container credentials of EKS Pod Identity.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts-minimum-sdk.html
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-minimum-sdk.html
 */
export const MINIMUM_VERSIONS: readonly ({ readonly sdk: string } & { readonly [way in Way]?: string })[] = [
  { 'sdk': 'AWS CLI', 'IRSA': '1.16.232', 'EKS Pod Identity': '1.30.0 or 2.15.0' },
  { 'sdk': 'Boto3', 'IRSA': '1.9.220', 'EKS Pod Identity': '1.34.41' },
  { 'sdk': 'botocore', 'IRSA': '1.12.200', 'EKS Pod Identity': '1.34.41' },
  { 'sdk': 'Go', 'IRSA': '1.23.13 or any v2', 'EKS Pod Identity': '1.47.11 or v2 release-2023-11-14' },
  { 'sdk': 'Java', 'IRSA': '1.12.782 or 2.10.11 with its sts module', 'EKS Pod Identity': '1.12.746 or 2.21.30' },
  { 'sdk': 'JavaScript', 'IRSA': '2.525.0 or 3.27.0', 'EKS Pod Identity': '2.1550.0 or 3.458.0' },
  { 'sdk': 'Kotlin', 'EKS Pod Identity': '1.0.1' },
  { 'sdk': '.NET', 'IRSA': '3.3.659.1 with AWSSDK.SecurityToken', 'EKS Pod Identity': '3.7.734.0' },
  { 'sdk': 'PHP', 'IRSA': '3.110.7', 'EKS Pod Identity': '3.287.1' },
  { 'sdk': 'Ruby', 'IRSA': '3.58.0', 'EKS Pod Identity': '3.188.0' },
  { 'sdk': 'Rust', 'EKS Pod Identity': 'release-2024-03-13' },
  { 'sdk': 'C++', 'IRSA': '1.7.174', 'EKS Pod Identity': '1.11.263' },
];

interface OldImage {
  /** Matches the name of the repository. */
  readonly image: RegExp;
  /** The latest version that is known to be too old. */
  readonly tooOld: string;
  /** The first version of this major version. */
  readonly from?: string;
  readonly advice: string;
}

const AWS_CLI = /^(amazon|public\.ecr\.aws\/aws-cli)\/aws-cli$/;
const EXTERNAL_DNS = /(^|\/)external-dns$/;
const REGISTRY = /^(docker\.io\/)?(library\/)?registry$|(^|\/)distribution\/registry$/;
const NEWER_REGISTRY = 'Use registry (distribution) 3, which has a newer SDK.';

/** Image versions that are known to have an SDK that is too old. Nothing is claimed about other images. */
const OLD_IMAGES: { readonly [way in Way]: readonly OldImage[] } = {
  'IRSA': [
    { image: AWS_CLI, tooOld: '1.16.231', advice: 'Use AWS CLI 1.16.232 or later.' },
    // kubernetes-sigs/external-dns#1172
    { image: EXTERNAL_DNS, tooOld: '0.5.15', advice: 'Use external-dns 0.5.18 or later.' },
    // distribution/distribution#3756
    { image: REGISTRY, tooOld: '2.8.1', advice: NEWER_REGISTRY },
  ],
  // By the SDK in their go.mod, or their botocore: only versions that certainly reject the address of the agent.
  'EKS Pod Identity': [
    { image: AWS_CLI, tooOld: '1.29.85', advice: 'Use AWS CLI 2.15.0 or later.' },
    { image: AWS_CLI, from: '2.0.0', tooOld: '2.13.0', advice: 'Use AWS CLI 2.15.0 or later.' },
    // kubernetes-sigs/external-dns#4188
    { image: EXTERNAL_DNS, tooOld: '0.14.0', advice: 'Use external-dns 0.15.1 or later.' },
    // external-secrets/external-secrets#2951
    { image: /(^|\/)external-secrets$/, tooOld: '0.9.9', advice: 'Use a newer release of external-secrets.' },
    // distribution/distribution#4418
    { image: REGISTRY, tooOld: '2.8.3', advice: NEWER_REGISTRY },
    // peak/s5cmd#807
    { image: /^(docker\.io\/)?peakcom\/s5cmd$/, tooOld: '2.3.0', advice: 'Use a newer release of s5cmd, or IRSA.' },
  ],
};

export const SDK_VERSION: Check = {
  id: 'sdk-version',
  title: 'no image is known to contain an outdated SDK',
  run: facts => {
    const pods = ownPods(facts);
    if (pods.length === 0) return undefined;
    const way: Way = associationOf(facts) ? 'EKS Pod Identity' : 'IRSA';
    const versions = MINIMUM_VERSIONS.flatMap(({ sdk, [way]: version }) => (version ? [`${sdk} ${version}`] : []));
    const minimum = `at least: ${versions.join('; ')}`;
    const found = inContainers(pods, ({ image = '' }) => (oldImage(image, way) ? [image] : []));
    if (found.length > 0) {
      return failed(`The SDK in ${found[0].what} is too old for ${way}.`, {
        evidence: [...podLines(found, describeFact), minimum],
        fix: [...new Set(found.map(({ what }) => oldImage(what, way)!.advice))],
      });
    }
    // SDKs support IRSA since 2019, but EKS Pod Identity only since the end of 2023.
    return way === 'IRSA'
      ? ok('No image is known to contain an outdated SDK. Image names seldom show the SDK version.', [minimum])
      : unknown(`Cannot determine the SDK versions in the images. EKS Pod Identity requires ${minimum}.`);
  },
};

function oldImage(image: string, way: Way): OldImage | undefined {
  const [, name, tag] = /^([^@]+?):v?(\d+\.\d+\.\d+)(?:[-_][\w.-]+)?(?:@.*)?$/.exec(image) ?? [];
  return tag === undefined ? undefined : OLD_IMAGES[way].find(({ image: pattern, from = '0.0.0', tooOld }) =>
    pattern.test(name) && isUpTo(from, tag) && isUpTo(tag, tooOld));
}

function isUpTo(version: string, limit: string): boolean {
  const [left, right] = [version, limit].map(text => text.split('.').map(Number));
  const at = left.findIndex((part, index) => part !== right[index]);
  return at < 0 || left[at] < right[at];
}
