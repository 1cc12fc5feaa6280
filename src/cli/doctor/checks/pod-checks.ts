/**
 * The last links: the pods, and what the webhook has added to them.
 */
import { annotateCommand } from './commands';
import { POD_STATIC_CREDENTIALS } from './credential-checks';
import { POD_NETWORK_POLICIES } from './network-checks';
import { ofWebIdentity, POD_IDENTITY_CHECKS } from './pod-identity-checks';
import {
  annotatedRole, annotationTime, changeTemplates, containersOf, environmentOf, hardCoded, hasPodIdentity, isChanged,
  isInjected, livePods, ownPods, podLines, describePods, restart, ROLE_ARN, SKIP_LABEL, tokenSourceOf, workloadOf,
} from './pods';
import { SDK_VERSION } from './sdk-checks';
import { tokenAudienceOf } from './web-identity';
import { WEBHOOK } from './webhook-check';
import { listInShort } from '../../../analysis/lists';
import {
  allContainers, canNonRootRead, isNonRoot, isWindows, SKIP_CONTAINERS, TOKEN_FILE, WEBHOOK_VOLUME,
} from '../../../conventions/pod-spec';
import { AUDIENCE_ANNOTATION, AUDIENCE_OF_EKS_API } from '../../../conventions/webhook-annotations';
import { counted, quoted } from '../../text';
import { Check, ok, sentence, unknown, Verdict, failed } from '../check';
import { Container, Facts, OtherPod, PodObject } from '../facts';

const SHOWN_WORKLOADS = 3;

const POD_EXISTS: Check = {
  id: 'pod-exists',
  title: 'pods use the service account',
  follows: ['namespace-exists', 'service-account-exists'],
  run: facts =>
    'unknown' in facts.pods
      ? unknown(sentence(facts.pods.unknown), { decisive: true }) : judgePods(facts, facts.pods.value),
};

function judgePods(facts: Facts, pods: readonly PodObject[] | undefined): Verdict {
  const { namespace, pod } = facts.question;
  if (pod !== undefined && !pods?.length) {
    return failed(`Pod ${namespace}/${pod} does not exist.`, {
      fix: [`List the pods: kubectl get pods -n ${namespace}`],
    });
  }
  const live = livePods(facts);
  if (live.length === 0) return explainUnused(facts, pods ?? []);
  return ok(
    pod === undefined
      ? `${describePods(live)} ${live.length === 1 ? 'uses' : 'use'} the service account.` : `Pod ${pod} exists.`,
    podLines(live, ({ name, phase }) => `pod ${name}: ${phase}`),
  );
}

/** Without pods, nothing shows whether they get the role. The usual reason is a forgotten `serviceAccountName`. */
function explainUnused(facts: Facts, ended: readonly PodObject[]): Verdict {
  const { question: { namespace, serviceAccount }, otherPods = { value: [] } } = facts;
  const others = 'value' in otherPods ? otherPods.value : [];
  const forgotten = others.filter(pod => pod.serviceAccount === 'default');
  const summary = ended.length > 0
    ? `All pods of ${namespace}/${serviceAccount} have ended. There is no running pod to check.`
    : `No pod uses ${namespace}/${serviceAccount}, so the doctor cannot tell whether pods get the role.`;
  return unknown(summary, {
    decisive: true,
    evidence: [
      ...podLines(ended, ({ name, phase }) => `pod ${name}: ${phase}`),
      ...'unknown' in otherPods ? [`the other pods of the namespace: ${otherPods.unknown}`] : usedInstead(others),
    ],
    fix: [
      ...changeTemplates(
        facts,
        forgotten,
        workload => `kubectl set serviceaccount ${workload} ${serviceAccount}`,
        `set serviceAccountName: ${serviceAccount}`,
      ).map(line => `If it should use ${serviceAccount}: ${line}`),
      ...ended.length > 0 ? [`To check a pod that has ended, use --pod ${ended[0].name}`] : [],
      `Check whether pods were rejected: kubectl get events -n ${namespace} --field-selector reason=FailedCreate`,
    ],
  });
}

/** The service accounts of the other pods in the namespace, `default` first. */
function usedInstead(others: readonly OtherPod[]): string[] {
  const names = [...new Set(others.map(pod => pod.serviceAccount))]
    .sort((left, right) => Number(right === 'default') - Number(left === 'default') || (left < right ? -1 : 1));
  return podLines(names, name => {
    const using = others.filter(pod => pod.serviceAccount === name);
    const workloads = listInShort([...new Set(using.map(workloadOf))], SHOWN_WORKLOADS);
    return `${counted(using.length, 'pod')} in the namespace ${using.length === 1 ? 'uses' : 'use'} ServiceAccount `
      + `${name} instead: ${workloads}`;
  });
}

const POD_SERVICE_ACCOUNT: Check = {
  id: 'pod-service-account',
  title: 'the pod uses the service account',
  follows: ['pod-exists'],
  run: facts => {
    const { serviceAccount } = facts.question;
    const others = livePods(facts).filter(pod => pod.serviceAccount !== serviceAccount);
    if (others.length > 0) {
      return failed(`Pod ${others[0].name} uses ServiceAccount ${others[0].serviceAccount}, not ${serviceAccount}.`, {
        evidence: podLines(others, pod => `pod ${pod.name}: serviceAccountName ${pod.serviceAccount}`),
        fix: [
          ...changeTemplates(
            facts,
            others,
            workload => `kubectl set serviceaccount ${workload} ${serviceAccount}`,
            `set serviceAccountName: ${serviceAccount}`,
          ),
          'Or in the CDK app: irsaServiceAccount.applyTo(deployment);',
        ],
      });
    }
    return ownPods(facts).length > 0 ? ok(`The pods use ${serviceAccount}.`) : undefined;
  },
};

const AGAIN = 'If new pods get no variables either, run the doctor again. It then checks the webhook.';

/** The webhook acts only when a pod is created. */
const POD_AFTER_ANNOTATION: Check = {
  id: 'pod-after-annotation',
  title: 'the pods were created after the annotation',
  follows: ['role-annotation'],
  run: facts => {
    const role = annotatedRole(facts);
    const pods = ownPods(facts).filter(pod => !hasPodIdentity(pod));
    const time = annotationTime(facts);
    if (role === undefined || time === undefined || pods.length === 0) return undefined;
    const without = pods.filter(pod => !hasRole(pod, role) && !isHardCoded(pod));
    if (without.length === 0) return ok('The pods have the annotated role.');
    const { since, isKnown, words } = time;
    const before = without.filter(pod => pod.created < since);
    if (before.length === 0) {
      return isKnown
        ? ok('The pods were created after the annotation.')
        : unknown('The ServiceAccount does not record when the annotation was added.');
    }
    return failed(
      `${describePods(before)} ${before.length === 1 ? 'was' : 'were'} created before `
        + (isExact(facts)
          ? 'the annotation was added' : 'the ServiceAccount was last changed, possibly its annotation')
        + '. The webhook changes only new pods.',
      {
        evidence: [
          words,
          ...podLines(before, pod => `pod ${pod.name} created at ${pod.created.toISOString()}, ${describeRole(pod)}`),
        ],
        fix: [
          ...restart(facts, before),
          ...isExact(facts) ? [] : [AGAIN],
        ],
      },
    );
  },
};

/** Whether a pod that is older than this time is certainly older than the annotation. */
function isExact({ serviceAccount }: Facts): boolean {
  const account = 'value' in serviceAccount ? serviceAccount.value : undefined;
  return account?.annotated === undefined || account.isAnnotatedExact === true;
}

function isHardCoded(pod: PodObject): boolean {
  return containersOf(pod).some(container => hardCoded(pod, container).length > 0);
}

function hasRole(pod: PodObject, role: string): boolean {
  return containersOf(pod).some(container => environmentOf(container).get(ROLE_ARN)?.value === role);
}

function describeRole(pod: PodObject): string {
  const roles = containersOf(pod)
    .map(container => environmentOf(container).get(ROLE_ARN)?.value)
    .filter(role => role !== undefined);
  return roles.length > 0 ? `with ${ROLE_ARN} ${roles[0]}` : `without ${ROLE_ARN}`;
}

const POD_SKIPPED: Check = {
  id: 'pod-skipped',
  title: 'no pod and no container is excluded from the webhook',
  follows: ['pod-exists'],
  run: facts => {
    const pods = ownPods(facts);
    if (pods.length === 0) return undefined;
    const labelled = pods.filter(pod => SKIP_LABEL in pod.labels && !isInjected(pod));
    if (labelled.length > 0) {
      return judgeSkipped(
        facts,
        labelled,
        `The label ${SKIP_LABEL} excludes ${describePods(labelled)} from the webhook.`,
        pod => `${SKIP_LABEL}: ${quoted(pod.labels[SKIP_LABEL])}`,
      );
    }
    const partial = pods.filter(pod => excludedContainers(pod).length > 0);
    const words = (pod: PodObject) =>
      `${SKIP_CONTAINERS}: ${quoted(pod.annotations[SKIP_CONTAINERS])} excludes ${excludedContainers(pod).join(', ')}`;
    const whole = partial.filter(
      pod => containersOf(pod).filter(container => (pod.spec.containers ?? []).includes(container)).length === 0,
    );
    if (whole.length > 0) {
      return judgeSkipped(facts, whole, `The annotation ${SKIP_CONTAINERS} excludes every container.`, words);
    }
    if (partial.length > 0) {
      return unknown('Some containers are excluded and get no role. This may be intended.', {
        evidence: podLines(partial, pod => `pod ${pod.name}: ${words(pod)}`),
      });
    }
    return ok('No pod and no container is excluded from the webhook.');
  },
};

function excludedContainers(pod: PodObject): string[] {
  const kept = containersOf(pod);
  return allContainers(pod.spec).filter(container => !kept.includes(container)).map(({ name }) => name);
}

function judgeSkipped(facts: Facts, pods: PodObject[], summary: string, words: (pod: PodObject) => string): Verdict {
  return failed(summary, {
    evidence: podLines(pods, pod => `pod ${pod.name}: ${words(pod)}`),
    fix: ['Remove it from the pod template of the workload.', ...restart(facts, pods)],
  });
}

/** A restart helps unless the pod template itself sets what the webhook would add. */
function injectionFix(facts: Facts, faults: readonly Fault[]): string[] {
  const written = faults.filter(({ own }) => own.length > 0);
  const names = [...new Set(written.flatMap(({ own }) => own))];
  const others = [...new Set(faults.filter(fault => !written.includes(fault)).map(({ pod }) => pod))];
  const hasVolume = ({ spec }: PodObject) => (spec.volumes ?? []).some(({ name }) => name === WEBHOOK_VOLUME);
  return [
    ...changeTemplates(
      facts,
      written.map(({ pod }) => pod),
      workload => `kubectl set env ${workload} ${names.map(name => `${name}-`).join(' ')}`,
      `remove ${names.join(' and ')}`,
    ),
    ...written.length > 0
      ? [`A restart does not help: if a container sets ${ROLE_ARN} or ${TOKEN_FILE}, the webhook adds neither.`]
      : [],
    ...others.length > 0 ? restart(facts, others) : [],
    ...others.length > 0 && faults.some(({ isOtherRole }) => isOtherRole)
      ? [`If new pods have the same ${ROLE_ARN}, the pod template sets it. Remove it there.`]
      : [],
    ...faults.some(({ pod, own, isUnmounted }) => isUnmounted && own.length === 0 && hasVolume(pod))
      ? [`If the pod template defines a volume ${WEBHOOK_VOLUME}, rename it. The webhook does not replace it.`]
      : [],
  ];
}

/** What is wrong with a container. */
interface Fault {
  readonly pod: PodObject;
  readonly container: string;
  readonly what: string;
  /** False if it is only possible. */
  readonly isCertain: boolean;
  /** Variables that the webhook does not set because the pod template does. */
  readonly own: readonly string[];
  /** Whether the variables are set but no token is mounted at their path. */
  readonly isUnmounted?: boolean;
  /** Whether its role differs from the annotated one. */
  readonly isOtherRole?: boolean;
}

type FaultWords = Pick<Fault, 'what' | 'isCertain' | 'isUnmounted' | 'isOtherRole'>;

const POD_INJECTED: Check = {
  id: 'pod-injected',
  title: 'the containers have the role and the token',
  follows: [
    'namespace-exists',
    'service-account-exists',
    'role-annotation',
    'webhook',
    'pod-service-account',
    'pod-after-annotation',
    'pod-skipped',
    'pod-identity',
  ],
  run: facts => {
    const role = annotatedRole(facts);
    const pods = ownPods(facts).filter(pod => !hasPodIdentity(pod));
    if (pods.length === 0) return undefined;
    if (role === undefined && !('value' in facts.serviceAccount)) {
      return unknown('Cannot tell which role the containers should have.');
    }
    const faults = faultsOf(pods, (pod, container) => faultIn(pod, container, role));
    const certain = faults.filter(({ isCertain }) => isCertain);
    if (certain.length > 0) {
      return failed(
        `${describePods([...new Set(certain.map(({ pod }) => pod))])}: container ${certain[0].container} `
          + `${certain[0].what}.`,
        {
          evidence: podLines(certain, describeFault),
          fix: injectionFix(facts, certain),
        },
      );
    }
    if (faults.length > 0) {
      return unknown('Some containers have no role from the webhook, or a role that the doctor cannot read.', {
        evidence: podLines(faults, describeFault),
      });
    }
    return ok(`Each container has ${ROLE_ARN}, ${TOKEN_FILE} and the token.`);
  },
};

function faultsOf(
  pods: PodObject[],
  find: (pod: PodObject, container: Container) => FaultWords | undefined,
): Fault[] {
  return pods.flatMap(pod =>
    containersOf(pod).flatMap(container => {
      const fault = find(pod, container);
      return fault ? [{ pod, container: container.name, own: writtenInTemplate(pod, container), ...fault }] : [];
    }),
  );
}

/** The variables that the pod template sets. Both are from the webhook if they match its volume. */
function writtenInTemplate(pod: PodObject, container: Container): string[] {
  const own = hardCoded(pod, container);
  const file = environmentOf(container).get(TOKEN_FILE)?.value ?? '';
  const isWebhooks = (container.volumeMounts ?? []).some(({ name, mountPath }) =>
    name === WEBHOOK_VOLUME && file.startsWith(`${mountPath}/`));
  return own.length === 2 && isWebhooks ? [] : own;
}

function faultIn(pod: PodObject, container: Container, role: string | undefined): FaultWords | undefined {
  const environment = environmentOf(container);
  const missing = [ROLE_ARN, TOKEN_FILE].filter(name => !environment.has(name));
  if (missing.length === 2 && isChanged(pod)) {
    return {
      what: 'was added after the webhook ran and gets no role; it may be a sidecar',
      isCertain: false,
    };
  }
  if (missing.length === 1) {
    const [present] = hardCoded(pod, container);
    return { what: `has ${present} in its pod template, so the webhook adds no ${missing[0]}`, isCertain: true };
  }
  if (missing.length > 0) return { what: `has no ${missing.join(' and no ')}`, isCertain: true };
  const indirect = [ROLE_ARN, TOKEN_FILE].find(name => environment.get(name)!.value === undefined);
  if (indirect) {
    return { what: `gets ${indirect} from ${environment.get(indirect)!.from ?? 'another source'}`, isCertain: false };
  }
  const found = environment.get(ROLE_ARN)!.value!;
  if (found !== role) {
    return {
      what: `has ${ROLE_ARN} ${found}, `
        + `${role === undefined ? 'but there is no annotation' : `but the annotation names ${role}`}`,
      isCertain: true,
      isOtherRole: true,
    };
  }
  return tokenSourceOf(pod, container)
    ? undefined
    : { what: `has no token mounted at ${environment.get(TOKEN_FILE)!.value}`, isCertain: true, isUnmounted: true };
}

function describeFault({ pod, container, what }: Fault): string {
  return `pod ${pod.name}, container ${container}: ${what}`;
}

const POD_AUDIENCE: Check = {
  id: 'pod-audience',
  title: 'the token in the pods has the right audience',
  follows: ['annotation-values', 'pod-after-annotation'],
  run: facts => {
    const audience = tokenAudienceOf(facts);
    const tokens = ownPods(facts)
      .filter(pod => !hasPodIdentity(pod))
      .flatMap(pod =>
        containersOf(pod).flatMap(container => {
          const source = tokenSourceOf(pod, container);
          return source
            ? [{ pod, container: container.name as string, audience: source.audience }]
            : [];
        }),
      );
    if (tokens.length === 0) return undefined;
    const differing = tokens.filter(token => (token.audience || AUDIENCE_OF_EKS_API) !== audience);
    if (differing.length === 0) return ok(`The token in the pods has the audience ${audience}.`);
    const words = (actual: string | undefined) =>
      (actual ? `has the audience ${actual}` : 'is for the API server');
    return failed(`The token in the pods ${words(differing[0].audience)}. It must have the audience ${audience}.`, {
      evidence: podLines(
        differing,
        token => `pod ${token.pod.name}, container ${token.container}: its token ${words(token.audience)}`,
      ),
      fix: audienceFix(facts, differing.map(({ pod }) => pod), audience),
    });
  },
};

/** Without an annotation, the audience is the webhook's `--token-audience`, which a restart does not change. */
function audienceFix(facts: Facts, pods: readonly PodObject[], audience: string): string[] {
  const annotations = ('value' in facts.serviceAccount ? facts.serviceAccount.value?.annotations : undefined) ?? {};
  const isAnnotated = AUDIENCE_ANNOTATION in annotations;
  return [
    ...isAnnotated ? [] : [annotateCommand(facts.question, AUDIENCE_ANNOTATION, audience)],
    ...restart(facts, [...new Set(pods)]),
    ...isAnnotated
      ? [] : [`Or set --token-audience=${audience} on the webhook. This affects all pods of the cluster.`],
    'If the pod template defines the volume, correct its serviceAccountToken.audience. The webhook does not change it.',
  ];
}

const POD_FS_GROUP: Check = {
  id: 'pod-fs-group',
  title: 'containers that run as non-root can read the token',
  follows: ['pod-injected'],
  run: facts => {
    const pods = ownPods(facts).filter(pod => !hasPodIdentity(pod) && !isWindows(pod.spec));
    const readers = pods.flatMap(pod => containersOf(pod).flatMap(container => {
      const isReader = isNonRoot(container.securityContext ?? {}, pod.spec.securityContext ?? {});
      const token = isReader && tokenSourceOf(pod, container);
      return token ? [{ pod, container, token }] : [];
    }));
    if (pods.length === 0) return undefined;
    const unable = readers.filter(({ pod, token }) => !canNonRootRead(pod.spec, token));
    if (unable.length === 0) {
      return ok(
        readers.length === 0
          ? 'No container is known to run as non-root.'
          : 'Containers that run as non-root can read the token: the kubelet assigns the file to their user or group, '
            + 'or makes it readable by everyone.',
      );
    }
    return failed(
      `Container ${unable[0].container.name} of pod ${unable[0].pod.name} runs as non-root and cannot read the token.`,
      {
        evidence: podLines(
          unable,
          ({ pod, container, token }) =>
            `pod ${pod.name}, container ${container.name}: `
            + `the volume's defaultMode is 0${token.defaultMode.toString(8)}, `
            + 'the pod has no fsGroup, and its containers do not all set the same runAsUser',
        ),
        fix: [
          'In the pod template, remove defaultMode from the projected volume, or set securityContext.fsGroup '
            + '(irsaServiceAccount.applyTo(deployment, { fsGroup: 65534 })).',
        ],
      },
    );
  },
};

/** The checks of web identity that need only one service account and its pods. */
export const INJECTION_CHECKS: readonly Check[] = [
  WEBHOOK,
  POD_EXISTS,
  POD_SKIPPED,
  POD_AFTER_ANNOTATION,
  POD_INJECTED,
  POD_AUDIENCE,
  POD_FS_GROUP,
  POD_STATIC_CREDENTIALS,
];

/** In the order in which a pod gets its credentials. */
export const POD_CHECKS: Check[] = [
  ...ofWebIdentity([WEBHOOK]),
  POD_EXISTS,
  POD_SERVICE_ACCOUNT,
  ...POD_IDENTITY_CHECKS,
  POD_NETWORK_POLICIES,
  POD_SKIPPED,
  ...ofWebIdentity([POD_AFTER_ANNOTATION, POD_INJECTED, POD_AUDIENCE, POD_FS_GROUP]),
  POD_STATIC_CREDENTIALS,
  SDK_VERSION,
];
