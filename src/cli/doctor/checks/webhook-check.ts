/**
 * The pod identity webhook, judged by its effect: the newest pods tell whether it works, whatever its configuration
 * says. On EKS it runs in the control plane, and readers may not see its configuration.
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
  podsInWords,
  restart,
  ROLE_ARN,
  SKIP_LABEL,
  unchangedPods,
} from './pods';
import { Check, ok, unknown, Verdict, wrong } from '../check';
import { Facts, PodObject, Webhook } from '../facts';

const FIX = [
  'Look for its configuration: kubectl get mutatingwebhookconfiguration pod-identity-webhook -o yaml',
  'EKS creates it with the cluster; elsewhere, install it: https://github.com/aws/amazon-eks-pod-identity-webhook',
];
/** For so long after the annotation, the webhook may not have known it: its cache lags behind. */
const EARLY_MS = 60_000;

export const WEBHOOK: Check = {
  id: 'webhook',
  title: 'the pod identity webhook is called for the pods',
  run: facts => {
    if (broughtByPods(facts)) {
      return ok('The pods do not need the webhook: their templates define the role and the token.');
    }
    const changed = ownPods(facts).filter(isChanged);
    const missed = missedPods(facts, changed);
    const { webhooks } = facts;
    if ('value' in webhooks) {
      return webhooks.value.length === 0
        ? absent(facts, changed, missed)
        : present(facts, webhooks.value, changed, missed);
    }
    if (missed.length > 0) return didNothing(facts, missed, [], []);
    return changed.length > 0 ? works(changed) : unknown(webhooks.unknown);
  },
};

/** Created after the annotation, still without variables, and no older than all pods that have them. */
function missedPods(facts: Facts, changed: readonly PodObject[]): PodObject[] {
  const time = annotationTime(facts);
  if (time === undefined || !time.isKnown) return [];
  return unchangedPods(facts).filter(pod =>
    pod.created >= time.since && !changed.some(other => other.created > pod.created));
}

function works(changed: PodObject[]): Verdict {
  return ok(
    'The webhook works: it has changed pods.',
    podLines(changed, ({ name }) => `pod ${name} has its variables and its volume`),
  );
}

function absent(facts: Facts, changed: PodObject[], missed: PodObject[]): Verdict {
  if (missed.length > 0) {
    return wrong('There is no pod identity webhook: pods are created without a role.', {
      evidence: podLines(missed, pod => missedInWords(pod)),
      fix: FIX,
    });
  }
  if (changed.length > 0) return works(changed);
  return unknown(
    'Cannot tell whether the pod identity webhook works: its configuration is not visible, and no pod shows its '
      + 'effect.',
    { fix: FIX, decisive: annotatedRole(facts) !== undefined },
  );
}

function missedInWords({ name, created }: PodObject): string {
  return `pod ${name} was created at ${created.toISOString()}, after the annotation, and has none of its variables`;
}

function present(
  facts: Facts, webhooks: readonly Webhook[], changed: readonly PodObject[], missed: readonly PodObject[],
): Verdict {
  const evidence = webhooks.map(inWords);
  const selecting = webhooks.filter(({ selects }) => selects !== false);
  const isLeftOut = ({ name }: PodObject) => selecting.every(({ leavesOut }) => leavesOut.includes(name));
  const pods = ownPods(facts);
  const labeled = pods.filter(pod => SKIP_LABEL in pod.labels);
  if (pods.length > 0 && labeled.length === pods.length) {
    return ok(`The label ${SKIP_LABEL} excludes the pods from the webhook.`, evidence);
  }
  const leftOut = pods.filter(pod =>
    isLeftOut(pod) && !labeled.includes(pod) && !isChanged(pod) && !hasPodIdentity(pod));
  if (selecting.length === 0 || leftOut.length > 0) return notCalled(facts, webhooks, evidence, leftOut);
  const withoutCa = selecting.filter(webhook => !canBeTrusted(webhook));
  if (withoutCa.length === selecting.length) {
    return wrong('The webhook has no caBundle: the API server cannot trust it, and calls fail.', {
      evidence: [
        ...evidence,
        ...(selecting[0].failurePolicy === 'Ignore'
          ? ['failurePolicy Ignore: pods are created without a role, and no error is reported']
          : []),
      ],
      fix: [
        'Set its clientConfig.caBundle to the certificate authority. cert-manager does this with the annotation '
          + 'cert-manager.io/inject-ca-from.',
      ],
    });
  }
  if (missed.length > 0) return didNothing(facts, missed, selecting, evidence);
  if (changed.length > 0) {
    const has = changed.length === 1 ? 'has' : 'have';
    return ok(`The webhook works: ${podsInWords(changed)} ${has} its variables.`, evidence);
  }
  const words = selecting.map(({ selects }) => selects).find(selects => typeof selects === 'string');
  if (words !== undefined && selecting.every(({ selects }) => selects !== true)) {
    return unknown(`Cannot tell whether the webhook is called for the pods: ${words}.`, { evidence });
  }
  const unchanged = unchangedPods(facts);
  if (unchanged.length > 0 && annotationTime(facts)?.isKnown === false) {
    return unknown(
      `Cannot tell whether the webhook works: ${podsInWords(unchanged)} may be older than the annotation.`,
      { evidence },
    );
  }
  return ok('The webhook is configured and selects the pods; no pod shows yet that it works.', evidence);
}

function notCalled(
  { question: { namespace, pod } }: Facts,
  webhooks: readonly Webhook[],
  evidence: readonly string[],
  leftOut: readonly PodObject[],
): Verdict {
  const whom = pod !== undefined ? `pod ${pod}` : `pods of namespace ${namespace}`;
  return wrong(`The webhook exists but is not called for ${whom}.`, {
    evidence: [
      ...evidence,
      'its namespaceSelector, objectSelector or rules exclude them',
      ...podLines(leftOut, ({ name }) => `its objectSelector excludes pod ${name}`),
    ],
    fix: [
      `Compare its selectors: kubectl get mutatingwebhookconfiguration ${webhooks[0].configuration} -o yaml`,
      `With these labels: kubectl get namespace ${namespace} --show-labels`,
      ...leftOut.length > 0 ? [`And with these: kubectl get pods -n ${namespace} --show-labels`] : [],
    ],
  });
}

/** The configuration looks right, and a new pod was not changed: the candidates, and how to test each. */
function didNothing(
  facts: Facts, missed: readonly PodObject[], selecting: readonly Webhook[], evidence: readonly string[],
): Verdict {
  const time = annotationTime(facts)!;
  const isEarly = missed.every(({ created }) => created.getTime() - time.since.getTime() < EARLY_MS);
  const [which, was] = [podsInWords(missed), missed.length === 1 ? 'was' : 'were'];
  return wrong(
    `The webhook did not change ${which}, which ${was} created after the annotation: the call failed, or came before `
      + 'the webhook knew the annotation.',
    {
      evidence: [
        time.words,
        ...podLines(missed, pod => missedInWords(pod)),
        ...isEarly ? ['so soon after the annotation, the webhook may not have known it yet'] : [],
        ...evidence,
      ],
      fix: [
        `Test the webhook; this creates nothing: ${dryRun(facts, missed[0])}`,
        ...restart(facts, [...missed]).map(line => `If that prints ${ROLE_ARN}, the webhook works now: ${line}`),
        'If it prints nothing, a restart does not help. Look at these in turn:',
        ...candidates(facts, selecting),
      ],
    },
  );
}

/** The API server calls the webhook for a dry run too, so its answer has the variables. */
export function dryRun(
  { question: { namespace, serviceAccount } }: Facts, { labels }: PodObject, variable = ROLE_ARN,
): string {
  const { 'pod-template-hash': _, ...selected } = labels;
  const list = Object.entries(selected).map(([key, value]) => `${key}=${value}`).join(',');
  return `kubectl run irsa-test -n ${namespace} --image=registry.k8s.io/pause --dry-run=server -o yaml `
    + `${list === '' ? '' : `--labels=${shell(list)} `}`
    + `--overrides='{"spec":{"serviceAccountName":"${serviceAccount}"}}' | grep ${variable}`;
}

function candidates({ question: { clusterName } }: Facts, selecting: readonly Webhook[]): string[] {
  const services = selecting.flatMap(({ target }) => {
    const [, namespace, name] = /^service ([^/]+)\/(.+)$/.exec(target) ?? [];
    return name === undefined ? [] : [{ namespace, name }];
  });
  const hosts = selecting.flatMap(({ target }) => (URL.canParse(target) ? [new URL(target).hostname] : []));
  const names = [...services.map(({ namespace, name }) => `${name}.${namespace}.svc`), ...hosts];
  // Where a failed call is an error, such a pod would not have been created.
  const mayFail = selecting.length === 0 || selecting.some(({ failurePolicy }) => failurePolicy === 'Ignore');
  const [configuration = 'pod-identity-webhook'] = selecting.map(webhook => webhook.configuration);
  return [
    ...services.map(({ namespace, name }) =>
      `- it does not run: kubectl get pods -n ${namespace}; kubectl logs -n ${namespace} deployment/${name}`),
    ...mayFail
      ? [
        '- the call fails: "failed calling webhook" in the log of the API server names the reason'
          + searchOfLog(clusterName),
        ...names.map(name => `- its certificate does not name ${name}: "x509" in that log`),
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

/** A public certificate needs no caBundle. */
function canBeTrusted({ hasCaBundle, target }: Webhook): boolean {
  return hasCaBundle || /^https:\/\/(?!127\.|localhost|\[::1\])/.test(target) && !/\.svc([:/]|$)/.test(target);
}

function inWords({ configuration, name, failurePolicy, target }: Webhook): string {
  const risk =
    failurePolicy === 'Ignore'
      ? '; if it fails, pods are created without a role'
      : '; if it fails, no pods are created';
  return `${configuration}/${name} calls ${target}, failurePolicy ${failurePolicy}${risk}`;
}
