/**
 * The pod identity webhook, judged by its effect: the newest pods show whether it works, whatever its configuration
 * says. On EKS it runs in the control plane, and its configuration may not be visible.
 */
import { shell } from './commands';
import {
  annotatedRole,
  annotationTime,
  broughtByPods,
  hasPodIdentity,
  isChanged,
  ownPods,
  podLines,
  describePods,
  restart,
  ROLE_ARN,
  SKIP_LABEL,
  unchangedPods,
} from './pods';
import { Check, ok, sentence, unknown, Verdict, failed } from '../check';
import { Facts, PodObject, Webhook } from '../facts';

const FIX = [
  'Look for its configuration: kubectl get mutatingwebhookconfiguration pod-identity-webhook -o yaml',
  'EKS creates it with the cluster. Elsewhere, install it: https://github.com/aws/amazon-eks-pod-identity-webhook',
];
/** The webhook's cache lags: for this long after the annotation, the webhook may not know it. */
const EARLY_MS = 60_000;

export const WEBHOOK: Check = {
  id: 'webhook',
  title: 'the pod identity webhook is called for the pods',
  run: facts => {
    if (broughtByPods(facts)) {
      return ok('The pods do not need the webhook: their templates set the role and the token.');
    }
    const changed = ownPods(facts).filter(isChanged);
    const missed = missedPods(facts, changed);
    const { webhooks } = facts;
    if ('value' in webhooks) {
      return webhooks.value.length === 0
        ? judgeAbsent(facts, changed, missed)
        : judgePresent(facts, webhooks.value, changed, missed);
    }
    if (missed.length > 0) return explainMissed(facts, missed, [], []);
    return changed.length > 0 ? confirmEffect(changed) : unknown(sentence(webhooks.unknown));
  },
};

/** Created after the annotation, still without variables, and with no newer pod that has them. */
function missedPods(facts: Facts, changed: readonly PodObject[]): PodObject[] {
  const time = annotationTime(facts);
  if (time === undefined || !time.isKnown) return [];
  return unchangedPods(facts).filter(pod =>
    pod.created >= time.since && !changed.some(other => other.created > pod.created));
}

function confirmEffect(changed: PodObject[]): Verdict {
  return ok(
    'The webhook works: it has changed pods.',
    podLines(changed, ({ name }) => `pod ${name} has its variables and its volume`),
  );
}

function judgeAbsent(facts: Facts, changed: PodObject[], missed: PodObject[]): Verdict {
  if (missed.length > 0) {
    return failed('There is no pod identity webhook, so pods are created without a role.', {
      evidence: podLines(missed, pod => describeMissed(pod)),
      fix: FIX,
    });
  }
  if (changed.length > 0) return confirmEffect(changed);
  return unknown(
    'Cannot tell whether the pod identity webhook works: its configuration is not visible, and no pod shows its '
      + 'effect.',
    { fix: FIX, decisive: annotatedRole(facts) !== undefined },
  );
}

function describeMissed({ name, created }: PodObject): string {
  return `pod ${name} was created at ${created.toISOString()}, after the annotation, but has none of the variables`;
}

function judgePresent(
  facts: Facts, webhooks: readonly Webhook[], changed: readonly PodObject[], missed: readonly PodObject[],
): Verdict {
  const evidence = webhooks.map(describeWebhook);
  const selecting = webhooks.filter(({ selects }) => selects !== false);
  const isExcluded = ({ name }: PodObject) => selecting.every(({ leavesOut }) => leavesOut.includes(name));
  const pods = ownPods(facts);
  const labeled = pods.filter(pod => SKIP_LABEL in pod.labels);
  if (pods.length > 0 && labeled.length === pods.length) {
    return ok(`The label ${SKIP_LABEL} excludes the pods from the webhook.`, evidence);
  }
  const excluded = pods.filter(pod =>
    isExcluded(pod) && !labeled.includes(pod) && !isChanged(pod) && !hasPodIdentity(pod));
  if (selecting.length === 0 || excluded.length > 0) return explainNotCalled(facts, webhooks, evidence, excluded);
  const withoutCa = selecting.filter(webhook => !canBeTrusted(webhook));
  if (withoutCa.length === selecting.length) {
    return failed('The webhook has no caBundle. The API server cannot trust it, so calls fail.', {
      evidence: [
        ...evidence,
        ...(selecting[0].failurePolicy === 'Ignore'
          ? ['failurePolicy Ignore: pods are created without a role and without an error']
          : []),
      ],
      fix: [
        'Set its clientConfig.caBundle to the certificate of the CA. cert-manager does this with the annotation '
          + 'cert-manager.io/inject-ca-from.',
      ],
    });
  }
  if (missed.length > 0) return explainMissed(facts, missed, selecting, evidence);
  if (changed.length > 0) {
    const has = changed.length === 1 ? 'has' : 'have';
    return ok(`The webhook works: ${describePods(changed)} ${has} its variables.`, evidence);
  }
  const words = selecting.map(({ selects }) => selects).find(selects => typeof selects === 'string');
  if (words !== undefined && selecting.every(({ selects }) => selects !== true)) {
    return unknown(`Cannot tell whether the webhook is called for the pods: ${words}.`, { evidence });
  }
  const unchanged = unchangedPods(facts);
  if (unchanged.length > 0 && annotationTime(facts)?.isKnown === false) {
    return unknown(
      `Cannot tell whether the webhook works: ${describePods(unchanged)} may be older than the annotation.`,
      { evidence },
    );
  }
  return ok('The webhook is configured and selects the pods. No pod shows its effect yet.', evidence);
}

function explainNotCalled(
  { question: { namespace, pod } }: Facts,
  webhooks: readonly Webhook[],
  evidence: readonly string[],
  excluded: readonly PodObject[],
): Verdict {
  const whom = pod !== undefined ? `pod ${pod}` : `pods in namespace ${namespace}`;
  return failed(`The webhook exists but is not called for ${whom}.`, {
    evidence: [
      ...evidence,
      'its namespaceSelector, objectSelector or rules exclude them',
      ...podLines(excluded, ({ name }) => `its objectSelector excludes pod ${name}`),
    ],
    fix: [
      'Compare the selectors of the webhook with the labels: kubectl get mutatingwebhookconfiguration '
        + `${webhooks[0].configuration} -o yaml`,
      `The labels of the namespace: kubectl get namespace ${namespace} --show-labels`,
      ...excluded.length > 0 ? [`The labels of the pods: kubectl get pods -n ${namespace} --show-labels`] : [],
    ],
  });
}

/** The configuration looks right, but a new pod was not changed: the possible causes, and how to test each. */
function explainMissed(
  facts: Facts, missed: readonly PodObject[], selecting: readonly Webhook[], evidence: readonly string[],
): Verdict {
  const time = annotationTime(facts)!;
  const isEarly = missed.every(({ created }) => created.getTime() - time.since.getTime() < EARLY_MS);
  const [which, was] = [describePods(missed), missed.length === 1 ? 'was' : 'were'];
  return failed(
    `The webhook did not change ${which}, which ${was} created after the annotation: the call failed, or the webhook `
      + 'did not know the annotation yet.',
    {
      evidence: [
        time.words,
        ...podLines(missed, pod => describeMissed(pod)),
        ...isEarly ? ['if the annotation was less than a minute old, the webhook may not have known it yet'] : [],
        ...evidence,
      ],
      fix: [
        `Test the webhook with a dry run: ${dryRun(facts, missed[0])}`,
        ...restart(facts, [...missed]).map(line => `If that prints ${ROLE_ARN}, the webhook works now: ${line}`),
        'If it prints nothing, a restart does not help. Check these possible causes in turn:',
        ...possibleCauses(facts, selecting),
      ],
    },
  );
}

/** The API server calls the webhook for a dry run too, so the result has the variables. */
export function dryRun(
  { question: { namespace, serviceAccount } }: Facts, { labels }: PodObject, variable = ROLE_ARN,
): string {
  const { 'pod-template-hash': _, ...selected } = labels;
  const list = Object.entries(selected).map(([key, value]) => `${key}=${value}`).join(',');
  return `kubectl run irsa-test -n ${namespace} --image=registry.k8s.io/pause --dry-run=server -o yaml `
    + `${list === '' ? '' : `--labels=${shell(list)} `}`
    + `--overrides='{"spec":{"serviceAccountName":"${serviceAccount}"}}' | grep ${variable}`;
}

function possibleCauses({ question: { clusterName } }: Facts, selecting: readonly Webhook[]): string[] {
  const services = selecting.flatMap(({ target }) => {
    const [, namespace, name] = /^service ([^/]+)\/(.+)$/.exec(target) ?? [];
    return name === undefined ? [] : [{ namespace, name }];
  });
  const hosts = selecting.flatMap(({ target }) => (URL.canParse(target) ? [new URL(target).hostname] : []));
  const names = [...services.map(({ namespace, name }) => `${name}.${namespace}.svc`), ...hosts];
  // If a failed call were an error, the pod would not exist.
  const mayFail = selecting.length === 0 || selecting.some(({ failurePolicy }) => failurePolicy === 'Ignore');
  const [configuration = 'pod-identity-webhook'] = selecting.map(webhook => webhook.configuration);
  return [
    ...services.map(({ namespace, name }) =>
      `- it is not running: kubectl get pods -n ${namespace}; kubectl logs -n ${namespace} deployment/${name}`),
    ...mayFail
      ? [
        '- the call fails: look for "failed calling webhook" in the log of the API server, which gives the reason'
          + searchOfLog(clusterName),
        ...names.map(name => `- its certificate is not valid for ${name}: look for "x509" in that log`),
      ]
      : [],
    ...services.map(({ namespace, name }) =>
      '- its --annotation-prefix is not eks.amazonaws.com: '
        + `kubectl get deployment ${name} -n ${namespace} -o yaml | grep annotation-prefix`),
    '- its selectors or matchConditions exclude the pod: '
      + `kubectl get mutatingwebhookconfiguration ${configuration} -o yaml`,
    '- a later webhook replaces the containers, and this one is not called again (reinvocationPolicy): kubectl get '
      + 'mutatingwebhookconfigurations',
  ];
}

function searchOfLog(clusterName: string | undefined): string {
  return clusterName === undefined ? '' : '; on EKS: aws logs filter-log-events '
    + `--log-group-name /aws/eks/${clusterName}/cluster --log-stream-name-prefix kube-apiserver- `
    + '--filter-pattern \'"failed calling webhook"\'';
}

/** A webhook with a publicly trusted certificate needs no caBundle. */
function canBeTrusted({ hasCaBundle, target }: Webhook): boolean {
  return hasCaBundle || /^https:\/\/(?!127\.|localhost|\[::1\])/.test(target) && !/\.svc([:/]|$)/.test(target);
}

function describeWebhook({ configuration, name, failurePolicy, target }: Webhook): string {
  const risk =
    failurePolicy === 'Ignore'
      ? '; if it fails, pods are created without a role'
      : '; if it fails, no pods are created';
  return `${configuration}/${name} calls ${target}, failurePolicy ${failurePolicy}${risk}`;
}
