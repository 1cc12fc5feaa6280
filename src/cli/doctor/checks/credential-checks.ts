/**
 * What a pod has beside the token, and the order in which SDKs look for credentials. By their sources and manuals:
 * static keys in the environment come first everywhere; then the token file (Go, Java, PHP, C++; in Python behind a
 * profile with a role, in JavaScript behind any profile); then a container's credentials, which EKS Pod Identity gives;
 * the node's role is last.
 */
import { ownerOf } from './asked';
import {
  annotatedRole,
  changeTemplates,
  CONTAINER_CREDENTIALS,
  containersOf,
  environmentOf,
  hasPodIdentity,
  ownPods,
  podLines,
  restart,
} from './pods';
import { Admission, admission } from '../../../analysis/admission/admission';
import { podIdentityRequest } from '../../../analysis/admission/trust-requests';
import { allContainers, TOKEN_FILE } from '../../../conventions/pod-spec';
import { POD_IDENTITY_SERVICE } from '../../../conventions/web-identity';
import { ROLE_ARN_ANNOTATION } from '../../../conventions/webhook-annotations';
import { printable } from '../../text';
import { Check, ok, unknown, Verdict, wrong } from '../check';
import { Container, Facts, PodIdentity, PodObject } from '../facts';

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
    const keys = variablesOf(pods, KEYS);
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
    const doubtful = [...variablesOf(pods, PROFILES), ...sources.filter(({ what }) => HINT.test(what))];
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
      { evidence: podLines(doubtful, foundInWords) },
    );
  },
};

function variablesOf(pods: PodObject[], names: string[]): Found[] {
  return inContainers(pods, container => {
    const environment = environmentOf(container);
    return names
      .filter(name => environment.has(name) && environment.get(name)!.value !== '')
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

export const POD_IDENTITY: Check = {
  id: 'pod-identity',
  title: 'no EKS Pod Identity goes before the role',
  run: facts => {
    const withIdentity = ownPods(facts).filter(hasPodIdentity);
    const both = ownPods(facts).filter(pod => !hasPodIdentity(pod) && hasContainerCredentials(pod));
    if ('unknown' in facts.podIdentities) {
      return withIdentity.length > 0 ? overridden(facts, withIdentity) : unknown(facts.podIdentities.unknown);
    }
    const [association] = facts.podIdentities.value;
    if (association) return associated(facts, association, withIdentity, both);
    if (withIdentity.length > 0) return overridden(facts, withIdentity);
    return ok('There is no association for the service account.');
  },
};

function hasContainerCredentials({ spec }: PodObject): boolean {
  return allContainers(spec).some(container => environmentOf(container).has(CONTAINER_CREDENTIALS));
}

/** The webhook of EKS asks for associations first: a pod gets what belongs to one of the two. */
function associated(facts: Facts, association: PodIdentity, withIdentity: PodObject[], both: PodObject[]): Verdict {
  const role = annotatedRole(facts);
  const { clusterName } = facts.question;
  const { id, roleArn: first, targetRoleArn } = association;
  const roleArn = targetRoleArn ?? first;
  const evidence = [
    `association ${id}: role ${first}${targetRoleArn === undefined ? '' : `, and by it ${targetRoleArn}`}`,
    ...podLines(withIdentity, ({ name }) => `pod ${name} has ${CONTAINER_CREDENTIALS}, and no ${TOKEN_FILE}`),
    ...podLines(both, ({ name }) => `pod ${name} has both; most SDKs take ${TOKEN_FILE} first`),
  ];
  if (role === undefined) return ok('The pods get their role by EKS Pod Identity; there is none for IRSA.', evidence);
  if (role === roleArn) return withSameRole(facts, association, evidence);
  return wrong(`An association of EKS Pod Identity goes before the annotation: new pods get role ${roleArn}.`, {
    evidence: [`${ROLE_ARN_ANNOTATION}: ${role}`, ...evidence],
    fix: [
      `aws eks delete-pod-identity-association --cluster-name ${clusterName} --association-id ${id}`,
      ...restart(facts),
      'Or keep the association, and remove the annotation.',
    ],
  });
}

function withSameRole(facts: Facts, association: PodIdentity, evidence: readonly string[]): Verdict {
  const { id, roleArn, targetRoleArn } = association;
  const same = 'An association gives new pods the same role, by EKS Pod Identity instead of IRSA';
  if (targetRoleArn !== undefined) return ok(`${same}: it must trust ${roleArn} too.`, evidence);
  const { answer, reasons } = admissionOfAssociation(facts, association) ?? {};
  if (answer === undefined) return ok(`${same}: it must trust ${POD_IDENTITY_SERVICE} too.`, evidence);
  if (answer === 'in') return ok(`${same}, and its trust policy lets ${POD_IDENTITY_SERVICE} in.`, evidence);
  const why = printable(reasons!.join('; '));
  if (answer === 'unknown') {
    return unknown(`${same}. Whether its trust policy lets ${POD_IDENTITY_SERVICE} in is not known: ${why}.`, {
      evidence,
      decisive: true,
    });
  }
  return wrong(`${same}, and its trust policy does not let ${POD_IDENTITY_SERVICE} in: ${why}.`, {
    evidence,
    fix: [
      `aws eks delete-pod-identity-association --cluster-name ${facts.question.clusterName} --association-id ${id}`,
      ...restart(facts),
      `Or keep the association, and let ${POD_IDENTITY_SERVICE} in: `
        + 'Allow sts:AssumeRole and sts:TagSession in the trust policy.',
    ],
  });
}

/** What the annotated role answers to the pods of an association; undefined if the role could not be read. */
function admissionOfAssociation(facts: Facts, { disableSessionTags = false }: PodIdentity): Admission | undefined {
  const { role, cluster, question: { namespace, serviceAccount } } = facts;
  if ('unknown' in role || role.value === undefined) return undefined;
  const clusterArn = 'value' in cluster ? cluster.value?.arn : undefined;
  return admission(role.value.trust, podIdentityRequest({
    clusterArn,
    account: ownerOf(clusterArn ?? role.value.arn).account, // role and cluster of an association share an account
    namespace,
    serviceAccount,
    sessionTags: !disableSessionTags,
  }));
}

/** Of an association that is no more, or cannot be seen. */
function overridden(facts: Facts, pods: PodObject[]): Verdict {
  const { question } = facts;
  return wrong('Pods get their credentials by EKS Pod Identity, not by the role of the annotation.', {
    evidence: podLines(pods, ({ name }) => `pod ${name} has ${CONTAINER_CREDENTIALS}, and no ${TOKEN_FILE}`),
    fix: [
      `aws eks list-pod-identity-associations --cluster-name ${question.clusterName} --namespace `
        + `${question.namespace} --service-account ${question.serviceAccount}`,
      ...restart(facts, pods),
    ],
  });
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
