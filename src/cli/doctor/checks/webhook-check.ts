/**
 * The pod identity webhook. On EKS it runs in the control plane, and its configuration can be missing to a reader for
 * more than one reason: pods that it has changed tell that it works, whatever is seen of it.
 */
import { Check, ok, unknown, Verdict, wrong } from '../check';
import { Facts, PodObject, Webhook } from '../facts';
import {
  annotatedRole,
  broughtByPods,
  hasPodIdentity,
  isChanged,
  isInjected,
  ownPods,
  podLines,
  podsInWords,
} from './pods';

const FIX = [
  'kubectl get mutatingwebhookconfiguration pod-identity-webhook -o yaml',
  'EKS made it with the cluster; elsewhere it is installed: https://github.com/aws/amazon-eks-pod-identity-webhook',
];

export const WEBHOOK: Check = {
  id: 'webhook',
  title: 'the pod identity webhook is called for the pods',
  run: facts => {
    if (broughtByPods(facts)) return ok('The pods do without it: they bring role and token themselves.');
    const changed = ownPods(facts).filter(isChanged);
    if ('unknown' in facts.webhooks) return works(changed) ?? unknown(facts.webhooks.unknown);
    return facts.webhooks.value.length === 0 ? absent(facts, changed) : present(facts, facts.webhooks.value, changed);
  },
};

function works(changed: PodObject[]): Verdict | undefined {
  return changed.length === 0
    ? undefined
    : ok(
      'The webhook works: it has changed pods.',
      podLines(changed, ({ name }) => `pod ${name} has its variables and its volume`),
    );
}

function absent(facts: Facts, changed: PodObject[]): Verdict {
  const forgotten = forgottenPods(facts);
  if (changed.length > 0) return works(changed)!;
  if (forgotten.length === 0) {
    const decisive = annotatedRole(facts) !== undefined;
    return unknown('There is no configuration of the webhook to be seen, and no pod that tells whether it works.', {
      fix: FIX,
      decisive,
    });
  }
  return wrong('There is no pod identity webhook: pods are made without a role.', {
    evidence: podLines(
      forgotten,
      ({ name }) => `pod ${name} was made after the annotation, and has none of its variables`,
    ),
    fix: FIX,
  });
}

/** Made after the annotation, and still without variables. */
function forgottenPods(facts: Facts): PodObject[] {
  const since = 'value' in facts.serviceAccount ? facts.serviceAccount.value?.annotated : undefined;
  if (annotatedRole(facts) === undefined || since === undefined) return [];
  return ownPods(facts).filter(pod => pod.created > since && !isInjected(pod) && !hasPodIdentity(pod));
}

function present(facts: Facts, webhooks: readonly Webhook[], changed: PodObject[]): Verdict {
  const evidence = webhooks.map(inWords);
  const taking = webhooks.filter(({ selects }) => selects !== false);
  if (taking.length === 0) {
    const { pod, namespace } = facts.question;
    return wrong(
      'The webhook is there, and is not called for '
        + `${pod === undefined ? `pods of namespace ${namespace}` : `pod ${pod}`}.`,
      {
        evidence: [...evidence, 'its namespaceSelector, objectSelector or rules leave them out'],
        fix: [
          `kubectl get mutatingwebhookconfiguration ${webhooks[0].configuration} -o yaml`,
          `kubectl get namespace ${facts.question.namespace} --show-labels`,
        ],
      },
    );
  }
  const withoutCa = taking.filter(webhook => !canBeTrusted(webhook));
  if (withoutCa.length === taking.length) {
    return wrong('The webhook has no caBundle: the API server cannot trust it, and calls fail.', {
      evidence: [
        ...evidence,
        ...(taking[0].failurePolicy === 'Ignore'
          ? ['failurePolicy Ignore: pods are made without a role, and nobody is told']
          : []),
      ],
      fix: [
        'Put the certificate authority into its clientConfig.caBundle; cert-manager does it by '
          + 'cert-manager.io/inject-ca-from.',
      ],
    });
  }
  const words = taking.map(({ selects }) => selects).find(selects => typeof selects === 'string');
  if (words !== undefined && changed.length === 0 && taking.every(({ selects }) => selects !== true)) {
    return unknown(`Whether the webhook is called for the pods: ${words}.`, { evidence });
  }
  return ok(
    changed.length > 0
      ? `The webhook is there, and works: ${podsInWords(changed)} ${changed.length === 1 ? 'has' : 'have'} its `
        + 'variables.'
      : 'The webhook is there, and is called for the pods.',
    evidence,
  );
}

/** A public certificate needs no caBundle. */
function canBeTrusted({ hasCaBundle, target }: Webhook): boolean {
  return hasCaBundle || /^https:\/\/(?!127\.|localhost|\[::1\])/.test(target) && !/\.svc([:/]|$)/.test(target);
}

function inWords({ configuration, name, failurePolicy, target }: Webhook): string {
  const risk =
    failurePolicy === 'Ignore'
      ? '; where it fails, pods are made without a role'
      : '; where it fails, no pods are made';
  return `${configuration}/${name} calls ${target}, failurePolicy ${failurePolicy}${risk}`;
}
